"""Uploads and what was read from them."""

from ingest.models.upload import Upload, UploadedProject

__all__ = ["Upload", "UploadedProject"]
