"""Scans made for the tests: pages printed by the product itself, drawn as pictures, turned as a scanner leaves them."""

import io
from typing import Any

import pypdfium2
import pytest

from ingest.scans import can_recognise

needs_recognition = pytest.mark.skipif(not can_recognise(), reason="requirements/ocr.txt is not installed (make ocr)")


def page_images(document: bytes, dpi: int = 200) -> list[Any]:
    """Its pages as pictures."""
    with pypdfium2.PdfDocument(document) as opened:
        return [page.render(scale=dpi / 72).to_numpy() for page in opened]


def turned(image: Any, degrees: float) -> Any:
    """Laid on the glass a little askew, on white."""
    import cv2

    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return cv2.warpAffine(image, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))


def png(image: Any) -> bytes:
    """The picture as a file."""
    import cv2

    return bytes(cv2.imencode(".png", image)[1])


def scan(images: list[Any], dpi: int = 200) -> bytes:
    """A PDF of pictures, without any text."""
    import cv2

    with pypdfium2.PdfDocument.new() as made:
        for image in images:
            height, width = image.shape[0] * 72 / dpi, image.shape[1] * 72 / dpi
            page = made.new_page(width, height)
            picture = pypdfium2.PdfImage.new(made)
            picture.load_jpeg(io.BytesIO(bytes(cv2.imencode(".jpg", image)[1])), inline=True)
            picture.set_matrix(pypdfium2.PdfMatrix().scale(width, height))
            page.insert_obj(picture)
            page.gen_content()
        target = io.BytesIO()
        made.save(target)
    return target.getvalue()
