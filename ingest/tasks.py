"""Work for the Celery worker."""

from celery import shared_task

from ingest.services import uploads


@shared_task(name="ingest.read_upload")
def read_upload(upload_id: int) -> None:
    """Read one uploaded file."""
    uploads.read(upload_id)


@shared_task(name="ingest.sweep_uploads")
def sweep_uploads() -> None:
    """Take up again what was left, end what cannot be read."""
    uploads.sweep()
