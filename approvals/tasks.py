"""Work for the Celery worker."""

from celery import shared_task

from approvals.services import answers, deadline_reminders, delivering, digests

# Whoever is still at a letter when its claim runs out is ended before: no letter is in two hands at once.
_HARD = int(delivering.LEASE.total_seconds()) - 15


@shared_task(name="approvals.deliver_notices", soft_time_limit=_HARD - 45, time_limit=_HARD)
def deliver_notices() -> None:
    """Send what is due."""
    delivering.deliver_due()


@shared_task(name="approvals.weekly_digest")
def weekly_digest() -> None:
    """Tell everybody what waits for him; once a week, however often it is asked for."""
    digests.write_weekly()


@shared_task(name="approvals.remind_of_deadlines")
def remind_of_deadlines() -> None:
    """Tell whoever is to act of last days that are near or past; once a day, however often it is asked for."""
    deadline_reminders.remind_of_deadlines()


@shared_task(name="approvals.forget_old_answers")
def forget_old_answers() -> None:
    """Answers kept for requests that come twice, after a day."""
    answers.forget_old_answers()
