"""Writing the ledger: rows of a chain in order, each with the hash of the one before it."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from approvals.models import Approval, ApprovalRecord, Declaration, User
from approvals.roles import Actor
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

    def columns(self) -> dict[str, Any]:
        """Its part of the row, by column."""
        return {
            "chain": self.chain,
            "verb": self.verb,
            "declaration_id": self.declaration and self.declaration.pk,
            "approval_id": self.approval and self.approval.pk,
            "from_state": self.from_state,
            "to_state": self.to_state,
            "comment": self.comment,
            "reasons": list(self.reasons),
            "round": self.round,
            "snapshot": self.snapshot,
        }


class Written(NamedTuple):
    """A row that has been written: its id, and how it is signed."""

    pk: int
    actor_name: str


# One array of rows as JSON: a batch is a statement as short as a single step. The ids come in the order of the rows.
_WRITE = """
INSERT INTO approvals_approvalrecord (
    chain, sequence, previous_hash, hash, at, verb, from_state, to_state, declaration_id, approval_id,
    actor_id, actor_username, actor_name, actor_organisation, through, comment, reasons, round, snapshot
) SELECT
    chain, sequence, previous_hash, hash, at, verb, from_state, to_state, declaration_id, approval_id,
    actor_id, actor_username, actor_name, actor_organisation, through, comment, reasons, round, snapshot
FROM json_populate_recordset(NULL::approvals_approvalrecord, %s::json)
RETURNING id
"""
_LAST = """
SELECT DISTINCT ON (chain) chain, sequence, hash FROM approvals_approvalrecord
WHERE chain = ANY (%s) ORDER BY chain, sequence DESC
"""
# What the hash is of, in this order: all that must never change, and the hash of the row before it.
_HASHED = (
    "previous_hash", "chain", "sequence", "at", "verb", "from_state", "to_state", "declaration_id", "approval_id",
    "actor_username", "actor_name", "actor_organisation", "comment", "reasons", "round", "snapshot",
)  # fmt: skip


def append(entries: Iterable[Entry], actor: User, person: Actor | None = None) -> list[Written]:
    """Write the entries, in two statements however many.

    The caller holds the lock of what they are about. An actor who is in no database is nobody. `person` is the same
    one with his memberships, where the caller has looked him up already.
    """
    if person is None and actor.pk:
        person = actor_of(actor)
    entries = list(entries)
    author: dict[str, Any] = {
        "at": _instant(timezone.now()),
        "actor_id": actor.pk,
        "actor_username": actor.username,
        "actor_organisation": person.organisation[:200] if person else "",
        "through": actor.through,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [[entry.chain for entry in entries]])
        last = {chain: (sequence, digest) for chain, sequence, digest in cursor.fetchall()}
        rows: list[dict[str, Any]] = []
        for entry in entries:
            sequence, previous = last.get(entry.chain, (0, ""))
            row = author | entry.columns() | {"sequence": sequence + 1, "previous_hash": previous}
            row["actor_name"] = signature(actor, entry.principal)
            row["hash"] = _digest(row)
            last[entry.chain] = (sequence + 1, row["hash"])
            rows.append(row)
        cursor.execute(_WRITE, [json.dumps(rows, ensure_ascii=False)])
        return [Written(pk, row["actor_name"]) for (pk,), row in zip(cursor.fetchall(), rows, strict=True)]


def signature(actor: User, principal: str) -> str:
    """How somebody signs: his name, and of a deputy also whose place he takes."""
    return f"{actor.full_name}（代 {principal}）" if principal else actor.full_name


def digest_of(record: ApprovalRecord) -> str:
    """The row's SHA-256 over all that must never change, and over the hash of the row before it."""
    return _digest({name: getattr(record, name) for name in (*_HASHED, "through")} | {"at": _instant(record.at)})


def _digest(row: Mapping[str, Any]) -> str:
    told = [row[name] for name in _HASHED]
    # Left out where it is empty, as in all rows that are older than the column.
    told += [row["through"]] if row["through"] else []
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
