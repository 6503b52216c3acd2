"""Work for the Celery worker."""

from celery import shared_task

from approvals.services import notices


@shared_task(name="approvals.deliver_notices")
def deliver_notices() -> None:
    """Send what is due, until nothing is."""
    while notices.deliver_due():
        pass
