"""Writing the ledger: rows of a chain in order, each with the hash of the one before it."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from approvals.models import Approval, ApprovalRecord, Declaration, User
from approvals.selectors.people import actor_of


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be written about one declaration or approval, or about what a person did outside the procedure.

    person     whose chain it goes on, whatever else it is about; 0 for somebody nobody knows
    principal  the name of whom the actor stood in for as a deputy 代理
    """

    verb: str
    person: int | None = None
    declaration: Declaration | None = None
    approval: Approval | None = None
    from_state: str = ""
    to_state: str = ""
    comment: str = ""
    reasons: Sequence[str] = ()
    round: int = 0
    snapshot: dict[str, Any] = field(default_factory=dict)
    principal: str = ""

    @property
    def chain(self) -> str:
        """One chain for each declaration, approval and person: steps of different ones do not wait for each other."""
        if self.person is not None:
            return f"person:{self.person}"
        if self.declaration is not None:
            return f"declaration:{self.declaration.pk}"
        if self.approval is not None:
            return f"approval:{self.approval.pk}"
        raise ValueError("an entry is about a declaration or an approval")


def append(entries: Iterable[Entry], actor: User) -> list[ApprovalRecord]:
    """Write the entries, in three statements however many. The caller holds the lock of what they are about.

    An actor who is in no database is nobody.
    """
    entries = list(entries)
    last = {
        chain: (sequence, digest)
        for chain, sequence, digest in ApprovalRecord.objects.filter(chain__in=[entry.chain for entry in entries])
        .order_by("chain", "-sequence")
        .distinct("chain")
        .values_list("chain", "sequence", "hash")
    }
    organisation = actor_of(actor).organisation if actor.pk else ""
    now = timezone.now()
    records = []
    for entry in entries:
        sequence, previous = last.get(entry.chain, (0, ""))
        record = ApprovalRecord(
            chain=entry.chain,
            sequence=sequence + 1,
            previous_hash=previous,
            at=now,
            verb=entry.verb,
            from_state=entry.from_state,
            to_state=entry.to_state,
            declaration=entry.declaration,
            approval=entry.approval,
            actor=actor if actor.pk else None,
            actor_username=actor.username,
            actor_name=signature(actor, entry.principal),
            actor_organisation=organisation[:200],
            through=actor.through,
            comment=entry.comment,
            reasons=list(entry.reasons),
            round=entry.round,
            snapshot=entry.snapshot,
        )
        record.hash = digest_of(record)
        last[entry.chain] = (record.sequence, record.hash)
        records.append(record)
    return ApprovalRecord.objects.bulk_create(records)


def signature(actor: User, principal: str) -> str:
    """How somebody signs: his name, and of a deputy also whose place he takes."""
    return f"{actor.full_name}（代 {principal}）" if principal else actor.full_name


def digest_of(record: ApprovalRecord) -> str:
    """The row's SHA-256 over all that must never change, and over the hash of the row before it."""
    told = [
        record.previous_hash,
        record.chain,
        record.sequence,
        _instant(record.at),
        record.verb,
        record.from_state,
        record.to_state,
        record.declaration_id,
        record.approval_id,
        record.actor_username,
        record.actor_name,
        record.actor_organisation,
        record.comment,
        record.reasons,
        record.round,
        record.snapshot,
        # Left out where it is empty, as in all rows that are older than the column.
        *([record.through] if record.through else []),
    ]
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
