"""Telling people: notices are written with what causes them, and delivered afterwards (`delivering`)."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError

from approvals.models import Endpoint, Notice, NoticeDelivery, User
from approvals.topics import topic_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """One notice to be: `key` makes it unique, `path` is where a click leads."""

    recipient_id: int
    kind: str
    title: str
    body: str
    path: str
    key: str


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What an organisation's robots are told: exactly one of the three ids says whose. `key` as for Message."""

    kind: str
    title: str
    body: str
    path: str
    key: str
    bureau_id: int | None = None
    department_id: int | None = None
    unit_id: int | None = None


# Notices and the deliveries that follow from what each recipient has chosen, in one statement. Mail waits until the
# person's window closes: the one that is open, or a new one. A key that was written before is left out.
_WRITE = """
WITH message AS (
    SELECT * FROM unnest(
        %(recipient)s::bigint[], %(bureau)s::bigint[], %(department)s::bigint[], %(unit)s::bigint[],
        %(kind)s::text[], %(topic)s::text[], %(title)s::text[], %(body)s::text[], %(path)s::text[], %(key)s::text[]
    ) AS m (recipient_id, bureau_id, department_id, unit_id, kind, topic, title, body, path, key)
), addressed AS (
    SELECT recipient_id, NULL::bigint AS endpoint_id, kind, topic, title, body, path, key
    FROM message WHERE recipient_id IS NOT NULL
    UNION ALL
    SELECT NULL, e.id, m.kind, m.topic, m.title, m.body, m.path, m.key || ':endpoint:' || e.id
    FROM message m JOIN approvals_endpoint e
        ON e.bureau_id = m.bureau_id OR e.department_id = m.department_id OR e.unit_id = m.unit_id
    WHERE m.recipient_id IS NULL AND e.active AND m.topic = ANY (e.topics)
), written AS (
    INSERT INTO approvals_notice (recipient_id, endpoint_id, kind, title, body, path, dedupe_key, created_at)
    SELECT recipient_id, endpoint_id, kind, title, body, path, key, %(now)s FROM addressed
    ON CONFLICT (dedupe_key) DO NOTHING
    RETURNING id, recipient_id, endpoint_id, dedupe_key
), told AS (
    SELECT w.id, w.recipient_id, w.endpoint_id, a.topic FROM written w JOIN addressed a ON a.key = w.dedupe_key
), delivered AS (
    INSERT INTO approvals_noticedelivery
        (notice_id, channel, recipient_id, endpoint_id, status, attempts, interrupted, due_at, error)
    SELECT t.id, 'mail', u.id, NULL::bigint, 'pending', 0, 0, COALESCE(
        (SELECT min(d.due_at) FROM approvals_noticedelivery d
         WHERE d.recipient_id = u.id AND d.status = 'pending' AND d.letter IS NULL AND d.due_at > %(now)s),
        %(closes)s
    ), ''
    FROM told t JOIN approvals_user u ON u.id = t.recipient_id
    LEFT JOIN approvals_noticesettings s ON s.user_id = u.id
    WHERE u.is_active AND u.email <> '' AND NOT (t.topic = ANY (COALESCE(s.mail_off, '{}')))
    UNION ALL
    SELECT t.id, e.kind, NULL, e.id, 'pending', 0, 0, %(now)s, ''
    FROM told t JOIN approvals_endpoint e ON e.id = t.endpoint_id OR e.user_id = t.recipient_id
    WHERE e.active AND t.topic = ANY (e.topics)
    ON CONFLICT DO NOTHING
    RETURNING due_at
)
SELECT count(*) FILTER (WHERE due_at <= %(now)s) FROM delivered
"""


def announce(messages: Iterable[Message], bulletins: Iterable[Bulletin] = ()) -> None:
    """Write notices with their deliveries inside the caller's transaction; nudge the worker on commit.

    One statement, however many. A message whose key has been written before is left out.
    """
    told: Sequence[Message | Bulletin] = [*messages, *bulletins]
    if not told:
        return
    now = timezone.now()
    arrays = {
        name: [getattr(each, f"{name}_id", None) for each in told]
        for name in ("recipient", "bureau", "department", "unit")
    } | {name: [getattr(each, name) for each in told] for name in ("kind", "body", "path", "key")}
    arrays |= {
        "topic": [topic_of(each.kind).value for each in told],
        "title": [each.title[:300] for each in told],
        "now": now,
        "closes": now + timedelta(seconds=settings.PERFGOALS_MAIL_WINDOW),
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, arrays)
        [(due,)] = cursor.fetchall()
    if due:
        transaction.on_commit(nudge)


def nudge() -> None:
    """Ask the worker to deliver now; without a broker the beat does it half a minute later."""
    try:
        current_app.send_task("approvals.deliver_notices", retry=False)
    except OperationalError:
        logger.warning("the broker does not answer; notices wait for the next sweep")


def try_out(endpoints: QuerySet[Endpoint]) -> int:
    """A notice to each of these endpoints alone, by the ordinary way; tells how many."""
    now = timezone.now()
    title, body = "测试消息", "收到这条消息，说明地址和密钥填写正确。"
    told = {
        each: Notice(endpoint=each, kind="test", title=title, body=body, dedupe_key=f"test:{uuid4()}")
        for each in endpoints
    }
    with transaction.atomic():
        Notice.objects.bulk_create(told.values())
        NoticeDelivery.objects.bulk_create(
            [NoticeDelivery(notice=n, channel=e.kind, endpoint=e, due_at=now) for e, n in told.items()]
        )
        transaction.on_commit(nudge)
    return len(told)


def mark_read(user: User, ids: Iterable[int] | None = None) -> int:
    """Mark one's own notices as read (all of them without `ids`); tells how many."""
    unread = Notice.objects.filter(recipient=user, read_at__isnull=True)
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    return unread.update(read_at=timezone.now())
