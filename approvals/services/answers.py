"""Answers kept for requests that come twice: the second one is answered as the first, and nothing is done again."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from approvals.models import KeptAnswer, User
from perfgoals.errors import Refusal

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers of ours, and the body as it was sent."""

    status: int
    headers: dict[str, str]
    body: str


def answer_kept(user: User, key: str, fingerprint: str) -> Answer | None:
    """What was answered to this key before, or None: then the caller does it, and keeps the answer.

    To be called in the transaction of what is asked for, which holds the key until its end. Raises Refusal:
    `in_progress` while another one holds it, `key_reused` when the key came with another request.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_number(user, key)])
        [free] = cursor.fetchone()
    if not free:
        raise Refusal("in_progress", "带同一 Idempotency-Key 的请求正在处理。请稍后用同一键重发，以取得结果。")
    kept = KeptAnswer.objects.filter(user=user, key=key).first()
    if kept is None:
        return None
    if kept.created_at < timezone.now() - KEPT:
        kept.delete()
        return None
    if kept.fingerprint != fingerprint:
        raise Refusal(
            "key_reused", "这个 Idempotency-Key 已用于另一请求。每个新请求须用新的键；重发须与原请求完全相同。"
        )
    return Answer(kept.status, kept.headers, kept.body)


def keep_answer(user: User, key: str, fingerprint: str, answer: Answer) -> None:
    """In the same transaction."""
    KeptAnswer.objects.create(
        user=user,
        key=key,
        fingerprint=fingerprint,
        status=answer.status,
        headers=answer.headers,
        body=answer.body,
    )


def forget_old_answers() -> int:
    """Those older than a day; tells how many. Run by the beat."""
    return KeptAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]


def _number(user: User, key: str) -> int:
    """The lock's name, which PostgreSQL wants as a signed number of 64 bits."""
    digest = hashlib.sha256(f"idempotency:{user.pk}:{key}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)
