"""Whether this installation can recognise the text of scans (requirements/ocr.txt), and what that is good for."""

from functools import cache
from importlib.util import find_spec

# Endings of pictures that recognition opens.
PICTURES = frozenset([".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".tif", ".tiff", ".webp"])
# Why a file was not read, or not all of it, where recognition helps.
SCANNED = frozenset(["SCANNED_NO_TEXT", "PICTURE", "PAGES_WITHOUT_TEXT"])


@cache
def can_recognise() -> bool:
    """Whether the optional libraries are installed. Looks for them without loading them."""
    return all(find_spec(name) is not None for name in ("rapidocr", "onnxruntime", "cv2"))
