"""Texts that are higher than their cells: spreadsheets write them whole and show what lies within the cell alone.

The rest of such a text lies over the rows above and below, or beside the table where a page ends inside the cell.
"""

import ctypes
from typing import Any

import pypdfium2.raw as pdfium

Box = tuple[float, float, float, float]
# What may stand out of a cell: the tails of letters, in points.
_TAILS = 2.0
# A box higher than this part of the page is no cell.
_PAGE = 0.9


def cut_to(item: object, page_height: float) -> Box | None:
    """What is seen of a text that is cut above or below: left, bottom, right, top; None for any other."""
    path = pdfium.FPDFPageObj_GetClipPath(item)
    paths = pdfium.FPDFClipPath_CountPaths(path) if path else 0
    if paths <= 0:
        return None
    shown = _box(path, paths)
    return shown if shown and shown[3] - shown[1] < page_height * _PAGE and _stands_out(item, shown) else None


def address(item: Any) -> int:
    """What tells one object of a page from another."""
    return (ctypes.cast(item, ctypes.c_void_p).value or 0) if item else 0


def _box(path: object, paths: int) -> Box | None:
    box: Box | None = None
    x, y = ctypes.c_float(), ctypes.c_float()
    for number in range(paths):
        xs, ys = [], []
        for index in range(pdfium.FPDFClipPath_CountPathSegments(path, number)):
            segment = pdfium.FPDFClipPath_GetPathSegment(path, number, index)
            if pdfium.FPDFPathSegment_GetPoint(segment, x, y):
                xs.append(x.value)
                ys.append(y.value)
        if not xs:
            continue
        inner = (min(xs), min(ys), max(xs), max(ys))
        box = inner if box is None else _common(box, inner)
    return box


def _common(one: Box, other: Box) -> Box:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _stands_out(item: object, shown: Box) -> bool:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        return False
    return bottom.value < shown[1] - _TAILS or top.value > shown[3] + _TAILS
