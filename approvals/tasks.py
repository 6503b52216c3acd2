"""Work for the Celery worker."""

from celery import shared_task

from approvals.services import delivering, digests


@shared_task(name="approvals.deliver_notices")
def deliver_notices() -> None:
    """Send what is due."""
    delivering.deliver_due()


@shared_task(name="approvals.weekly_digest")
def weekly_digest() -> None:
    """Tell everybody what waits for him; once a week, however often it is asked for."""
    digests.write_weekly()
