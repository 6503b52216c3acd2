"""Sending what notices have left to be sent: one letter at a time, claimed, handed over, marked.

What can be promised. A letter is claimed by one worker alone and keeps its number through every attempt. Whoever is
killed before the other side has taken the letter leaves it to the next worker: nothing is lost, nothing doubled.
Between the other side's taking it and our mark lies one statement; whoever is killed just there has the letter sent
again with the same number, since losing it would be worse. A webhook that keeps the numbers it has seen takes it once
(`webhook-id`), a mailbox that looks at Message-ID shows it once; a group's robot says it twice. `interrupted` on the
rows tells of every letter to which this may have happened.
"""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from approvals.models import Channel, NoticeDelivery
from approvals.services import posting
from approvals.services.notices import nudge

logger = logging.getLogger(__name__)

# Longer than a mail server may take over every step of taking a letter.
LEASE = timedelta(minutes=5)
# Waits after the first, second … failure; after the last one the delivery counts as failed.
WAITS = [timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720)]
# One run of the task: the beat starts the next one, and files want to be read in between.
RUN = timedelta(seconds=25)
# Claims are short and follow one another, so that what belongs into one letter is not torn apart by two workers.
_CLAIMS = 0x6E6F7469
Status = NoticeDelivery.Status


@dataclass(frozen=True, slots=True)
class Claim:
    """A letter that is this worker's until `until`: its number and its rows, oldest notice first."""

    letter: UUID
    until: datetime
    rows: list[NoticeDelivery]

    @property
    def mine(self) -> Q:
        """The rows, unless the claim ran out and somebody else has taken them."""
        return Q(letter=self.letter, status=Status.PENDING, leased_until=self.until)


def deliver_due(run: timedelta = RUN) -> int:
    """Send what is due, for as long as `run`; tells how many letters were sent."""
    sent, ends = 0, time.monotonic() + run.total_seconds()
    mail = get_connection()
    try:
        while time.monotonic() < ends and (claim := claim_next()):
            sent += _send(claim, mail)
    finally:
        mail.close()
    return sent


def claim_next() -> Claim | None:
    """The next letter that is due, made out of all that is due to the same person or robot; None when nothing is."""
    now = timezone.now()
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    pending = NoticeDelivery.objects.filter(free, status=Status.PENDING, due_at__lte=now)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CLAIMS])
        first = pending.order_by("due_at", "id").first()
        if first is None:
            return None
        if first.letter:
            together = pending.filter(letter=first.letter)
        elif first.channel == Channel.WEBHOOK:
            together = pending.filter(pk=first.pk)
        else:
            together = pending.filter(
                letter=None, channel=first.channel, recipient=first.recipient_id, endpoint=first.endpoint_id
            )
        claim = Claim(first.letter or uuid4(), now + LEASE, list(_with_notices(together)))
        rows = NoticeDelivery.objects.filter(pk__in=[row.pk for row in claim.rows])
        # A claim that ran out is one whose worker ended without a word.
        rows.filter(leased_until__isnull=False).update(interrupted=F("interrupted") + 1)
        rows.update(letter=claim.letter, leased_until=claim.until)
    return claim


def _with_notices(rows: QuerySet[NoticeDelivery]) -> QuerySet[NoticeDelivery]:
    return rows.select_related("notice", "recipient", "endpoint").order_by("notice_id")


def _send(claim: Claim, mail: BaseEmailBackend) -> int:
    try:
        posting.send(posting.Letter(claim.letter, [row.notice for row in claim.rows], claim.rows[0]), mail)
    except posting.Undeliverable as error:
        _write_failure(claim, error, final=True)
    except Exception as error:
        mail.close()
        _write_failure(claim, error)
    else:
        # Also when the claim ran out meanwhile, as long as nobody has written how it went.
        NoticeDelivery.objects.filter(letter=claim.letter, status=Status.PENDING).update(
            status=Status.SENT, sent_at=timezone.now(), leased_until=None, error=""
        )
        return 1
    return 0


def _write_failure(claim: Claim, error: Exception, final: bool = False) -> None:
    attempts = claim.rows[0].attempts + 1
    logger.warning("letter %s was not delivered (attempt %s): %s", claim.letter, attempts, error)
    given_up = final or attempts > len(WAITS)
    told: dict[str, Any] = {"attempts": attempts, "leased_until": None, "error": str(error)[:2000]}
    if given_up:
        told["status"] = Status.FAILED
    else:
        told["due_at"] = timezone.now() + WAITS[attempts - 1]
    NoticeDelivery.objects.filter(claim.mine).update(**told)


def retry_failed(ids: Iterable[int]) -> int:
    """Failed deliveries among `ids` are due again, with all their attempts before them; tells how many.

    What failed in one letter is sent again as that letter, whole.
    """
    failed = NoticeDelivery.objects.filter(status=Status.FAILED)
    letters = failed.filter(pk__in=list(ids)).values("letter")
    again = failed.filter(Q(letter__in=letters) | Q(letter=None, pk__in=list(ids)))
    count = again.update(status=Status.PENDING, attempts=0, due_at=timezone.now(), leased_until=None, error="")
    if count:
        transaction.on_commit(nudge)
    return count
