"""Telling people: notices are written with what causes them, and delivered afterwards, at most once each."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from approvals.models import Notice, NoticeDelivery, User

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
# Waits after the first, second … failure; after the last one the delivery counts as failed.
WAITS = [timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720)]
Channel = NoticeDelivery.Channel
Status = NoticeDelivery.Status


@dataclass(frozen=True, slots=True)
class Message:
    """One notice to be: `key` makes it unique, `path` is where a click leads."""

    recipient_id: int
    kind: str
    title: str
    body: str
    path: str
    key: str


def announce(messages: Iterable[Message]) -> None:
    """Write notices and their mail deliveries inside the caller's transaction; nudge the worker on commit.

    A message whose key has been written before is left out.
    """
    messages = list(messages)
    if not messages:
        return
    Notice.objects.bulk_create(
        [
            Notice(
                recipient_id=m.recipient_id,
                kind=m.kind,
                title=m.title[:300],
                body=m.body,
                path=m.path,
                dedupe_key=m.key,
            )
            for m in messages
        ],
        ignore_conflicts=True,
    )
    # Read back by key: ON CONFLICT DO NOTHING tells no ids.
    written = Notice.objects.filter(dedupe_key__in=[m.key for m in messages], deliveries__isnull=True)
    NoticeDelivery.objects.bulk_create(
        [
            NoticeDelivery(notice_id=notice_id, channel=Channel.MAIL, due_at=timezone.now())
            for notice_id in written.exclude(recipient__email="").values_list("id", flat=True)
        ],
        ignore_conflicts=True,
    )
    transaction.on_commit(_nudge)


def _nudge() -> None:
    """Ask the worker to deliver now; without a broker the beat does it half a minute later."""
    try:
        current_app.send_task("approvals.deliver_notices", retry=False)
    except OperationalError:
        logger.warning("the broker does not answer; notices wait for the next sweep")


def mark_read(user: User, ids: Iterable[int] | None = None) -> int:
    """Mark one's own notices as read (all of them without `ids`); tells how many."""
    unread = Notice.objects.filter(recipient=user, read_at__isnull=True)
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    return unread.update(read_at=timezone.now())


def deliver_due(limit: int = 100) -> int:
    """Claim what is due, send it, write down how it went; tells how many were sent.

    A claim is a lease: of two workers one gets the row, and a row whose worker died comes up again.
    """
    sent = 0
    for delivery in _claim(limit):
        if not _hold(delivery):
            continue
        try:
            _send_mail(delivery)
        except Exception as error:
            _write_failure(delivery, error)
        else:
            NoticeDelivery.objects.filter(pk=delivery.pk).update(
                status=Status.SENT, sent_at=timezone.now(), leased_until=None, error=""
            )
            sent += 1
    return sent


def _claim(limit: int) -> list[NoticeDelivery]:
    now = timezone.now()
    with transaction.atomic():
        due = (
            NoticeDelivery.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(Q(leased_until__isnull=True) | Q(leased_until__lt=now), status=Status.PENDING, due_at__lte=now)
            .select_related("notice__recipient")
            .order_by("due_at", "id")[:limit]
        )
        claimed = list(due)
        NoticeDelivery.objects.filter(pk__in=[d.pk for d in claimed]).update(leased_until=now + LEASE)
    for delivery in claimed:
        delivery.leased_until = now + LEASE
    return claimed


def _hold(delivery: NoticeDelivery) -> bool:
    """Make the claim anew just before sending; False where it ran out behind slow ones and somebody else took it."""
    until = timezone.now() + LEASE
    mine = NoticeDelivery.objects.filter(
        pk=delivery.pk, status=Status.PENDING, leased_until=delivery.leased_until
    ).update(leased_until=until)
    return bool(mine)


def _send_mail(delivery: NoticeDelivery) -> None:
    notice = delivery.notice
    link = f"{settings.PERFGOALS_URL}{notice.path}" if notice.path else settings.PERFGOALS_URL
    EmailMessage(
        subject=f"【绩效目标】{notice.title}",
        body=f"{notice.recipient.full_name}：\n\n{notice.title}\n{notice.body}\n\n{link}\n",
        to=[notice.recipient.email],
        # The same for every attempt, so that a mail sent twice after a crash is shown once.
        headers={"Message-ID": f"<notice-{notice.pk}@perfgoals>"},
    ).send()


def _write_failure(delivery: NoticeDelivery, error: Exception) -> None:
    attempts = delivery.attempts + 1
    logger.warning("notice %s was not delivered (attempt %s): %s", delivery.notice_id, attempts, error)
    given_up = attempts > len(WAITS)
    NoticeDelivery.objects.filter(pk=delivery.pk).update(
        attempts=attempts,
        status=Status.FAILED if given_up else Status.PENDING,
        due_at=delivery.due_at if given_up else timezone.now() + WAITS[attempts - 1],
        leased_until=None,
        error=str(error)[:2000],
    )


def retry_failed(ids: Iterable[int]) -> int:
    """Failed deliveries among `ids` are due again, with all their attempts before them; tells how many."""
    again = NoticeDelivery.objects.filter(pk__in=list(ids), status=Status.FAILED)
    count = again.update(status=Status.PENDING, attempts=0, due_at=timezone.now(), leased_until=None, error="")
    if count:
        transaction.on_commit(_nudge)
    return count
