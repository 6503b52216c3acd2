"""The worker's queue of files to read."""

import logging
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from ingest.models import Upload

logger = logging.getLogger(__name__)


def ask_to_read(upload_id: int) -> None:
    """Put the file in the worker's queue; without a broker the sweep does it later."""
    try:
        current_app.send_task("ingest.read_upload", args=[upload_id], retry=False)
    except OperationalError:
        logger.warning("the broker does not answer; upload %s waits for the next sweep", upload_id)


def read_again(upload: Upload, hints: dict[str, Any]) -> None:
    """Have a file that nothing was taken over from read once more, by these hints."""
    upload.projects.all().delete()
    upload.hints = hints
    upload.state, upload.attempts = Upload.State.RECEIVED, 0
    upload.progress = upload.done = upload.whole = 0
    upload.problems, upload.read_at, upload.leased_until = [], None, None
    upload.save()
    transaction.on_commit(lambda: ask_to_read(upload.pk))
