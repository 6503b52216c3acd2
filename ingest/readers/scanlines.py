"""Straightening a picture of a page, and finding the rules of its tables. Lengths are dots of the picture."""

from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.readers.pdfpage import Rule

Image: TypeAlias = NDArray[Any]

# A rule is at least this long: longer than any stroke of a letter at 200 dots to the inch.
_SHORTEST = 45
# A rule may be broken by as much as this, and is no thicker than that.
_GAP, _THICKEST = 5, 14
_MAX_SLANT = 10.0
_LEAST_SLANT = 0.05


def ink_of(image: Image) -> Image:
    """255 where there is ink: darker than its surroundings, whatever the shade of the paper."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if image.ndim == 3 else image
    return cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 12)


def straightened(image: Image) -> Image:
    """Turned by the slant of its long level rules, where there are such; the paper shows at the corners."""
    height, width = image.shape[:2]
    lines = cv2.HoughLinesP(ink_of(image), 1, np.pi / 3600, 200, minLineLength=width // 5, maxLineGap=8)
    if lines is None:
        return image
    sides = lines.reshape(-1, 4).astype(float)
    angles = np.degrees(np.arctan2(sides[:, 3] - sides[:, 1], sides[:, 2] - sides[:, 0]))
    level = angles[np.abs(angles) <= _MAX_SLANT]
    if not len(level) or abs(slant := float(np.median(level))) < _LEAST_SLANT:
        return image
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), slant, 1.0)
    return cv2.warpAffine(image, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))


def rules_of(ink: Image) -> tuple[list[Rule], list[Rule]]:
    """(horizontal, vertical) rules: long thin runs of ink."""
    return _runs(ink), _runs(ink.T)


def _runs(ink: Image) -> list[Rule]:
    """Rules along the rows of `ink`."""
    closed = cv2.morphologyEx(np.ascontiguousarray(ink), cv2.MORPH_CLOSE, np.ones((1, _GAP), np.uint8))
    long = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, _SHORTEST), np.uint8))
    # A rule that leans by a dot or two is one rule, not steps.
    whole = cv2.dilate(long, np.ones((3, 3), np.uint8))
    count, _, boxes, _ = cv2.connectedComponentsWithStats(whole, connectivity=8)
    rules = []
    for left, top, width, height, _ in boxes[1:count]:
        if height <= _THICKEST and width >= _SHORTEST:
            rules.append(Rule(float(top + height / 2), float(left), float(left + width)))
    return rules
