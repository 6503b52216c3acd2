"""Uploads, what was read from them and what people made of it."""

from ingest.models.upload import Amendment, HeaderMapping, Upload, UploadedProject

__all__ = ["Amendment", "HeaderMapping", "Upload", "UploadedProject"]
