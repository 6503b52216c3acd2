"""每周摘要: once a week everybody is told what waits for him."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone

from approvals.selectors.declarations import Bucket
from approvals.selectors.work import everybodys_work
from approvals.services.notices import Message, announce

# Notices written in one statement.
CHUNK = 200


def write_weekly() -> None:
    """A notice to each person for whom something waits. A second call in the same week writes nothing more."""
    today = timezone.localdate()
    year, week, _day = today.isocalendar()
    messages: list[Message] = []
    for user_id, waiting in everybodys_work():
        messages.append(
            Message(
                recipient_id=user_id,
                kind="digest",
                title=f"本周待办：{sum(bucket.count for bucket in waiting)} 件",
                body="\n".join(_lines(waiting)),
                path=reverse("home"),
                key=f"digest:{year}-{week:02}:{user_id}",
            )
        )
        if len(messages) == CHUNK:
            announce(messages)
            messages = []
    announce(messages)


def _lines(waiting: Iterable[Bucket]) -> list[str]:
    now = timezone.now()
    return [
        f"{bucket.label} {bucket.count} 件，最早的已等待 {(now - bucket.oldest).days} 天"
        for bucket in waiting
        if bucket.oldest
    ]
