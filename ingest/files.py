"""Files handed out: their types, and how a browser is told to keep them."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CSV = "text/csv; charset=utf-8"


def attachment(content: bytes, name: str, content_type: str) -> HttpResponse:
    """A file to keep, never shown by the browser."""
    disposition = content_disposition_header(True, name) or "attachment"
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})
