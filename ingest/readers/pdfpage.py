"""What stands on a page of a PDF: characters and ruled lines, turned upright, in points from the top left.

Speaks to pdfium directly: the convenience layer makes an object for everything, which costs more than the reading.
"""

import ctypes
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.readers.pdfclip import Box, address, cut_to
from ingest.readers.wordtext import symbol

# A filled shape thinner than this is a line; so is the distance under which two parallel lines are one.
THIN = 3.0
_MIN_LENGTH = 2.0
_SLANT = 1.0
_MAX_FORM_DEPTH = 5
_DIRECTION_SAMPLES = 60
# Turning by quarter: x' = a·x + b·y, y' = c·x + d·y, with y' growing downwards.
_TURNS = {0: (1, 0, 0, -1), 1: (0, 1, 1, 0), 2: (-1, 0, 0, 1), 3: (0, -1, -1, 0)}

# What a font without a table of characters gives.
_UNMAPPED = frozenset({0, 0xFFFD})

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(slots=True)
class Char:
    """One character and its box.

    base   the height of the line it stands on: the same for all characters of a line, whatever their boxes
    size   about the size of the font; some fonts give boxes as flat as a dash
    soft   a blank that pdfium inferred from a gap
    cell   a point inside of the cell a text is cut to that is too high for it; the rest of it is not seen
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    base: float
    size: float
    soft: bool = False
    cell: tuple[float, float] | None = None


@dataclass(slots=True)
class Rule:
    """A horizontal (at = y) or vertical (at = x) line from `start` to `end`."""

    at: float
    start: float
    end: float


@dataclass(slots=True)
class PageContent:
    """What can be seen on one page.

    `box` is the page itself: left, top, right, bottom. `pictures` counts images: pictures without characters are
    a scan. `unmapped` counts characters whose font does not say what they mean.
    """

    box: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    chars: list[Char] = field(default_factory=list)
    horizontal: list[Rule] = field(default_factory=list)
    vertical: list[Rule] = field(default_factory=list)
    pictures: int = 0
    unmapped: int = 0


def read_page(page: pypdfium2.PdfPage) -> PageContent:
    """Characters, rules and the number of pictures of a page."""
    content = PageContent()
    text_page = pdfium.FPDFText_LoadPage(page.raw)
    if not text_page:
        return content
    try:
        count = pdfium.FPDFText_CountChars(text_page)
        turn = _TURNS[_direction(text_page, count)]
        objects = _Objects(turn, content)
        objects.collect(page)
        chars: list[Char] = []
        content.unmapped = _read_chars(text_page, count, turn, chars, objects.cut)
    finally:
        pdfium.FPDFText_ClosePage(text_page)
    content.box = _visible(page, turn)
    content.chars = _inside(chars, content.box)
    return content


def _direction(text_page: object, count: int) -> int:
    """Quarter turns clockwise that bring most of the text upright."""
    matrix = pdfium.FS_MATRIX()
    votes: Counter[int] = Counter()
    for index in range(0, count, max(1, count // _DIRECTION_SAMPLES)):
        if pdfium.FPDFText_GetMatrix(text_page, index, matrix) and (matrix.a or matrix.b):
            votes[round(math.atan2(matrix.b, matrix.a) / (math.pi / 2)) % 4] += 1
    return votes.most_common(1)[0][0] if votes else 0


def _read_chars(
    text_page: object, count: int, turn: tuple[int, int, int, int], chars: list[Char], cut: dict[int, Box]
) -> int:
    """Adds the characters; returns how many there are whose font does not say what they mean.

    `cut` are the boxes that texts are cut to.
    """
    a, b, c, d = turn
    unmapped = 0
    box, origin_x, origin_y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    box_at, x_at, y_at = ctypes.byref(box), ctypes.byref(origin_x), ctypes.byref(origin_y)
    code_of, box_of, origin_of, generated = (
        pdfium.FPDFText_GetUnicode,
        pdfium.FPDFText_GetLooseCharBox,
        pdfium.FPDFText_GetCharOrigin,
        pdfium.FPDFText_IsGenerated,
    )
    high = 0
    for index in range(count):
        code = code_of(text_page, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000 and high:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
        high = 0
        # 0xFFFE is the hyphen at a line end that pdfium marks; 2 is its mark in older versions.
        if code in (0xFFFE, 2):
            code = 0x2D
        if code in _UNMAPPED or 0xE000 <= code < 0xF000:
            unmapped += 1
        if code < 32 or code == 0xFFFF or not box_of(text_page, index, box_at):
            continue
        soft = code in (32, 160) and generated(text_page, index) == 1
        left, top, right, bottom = box.left, box.top, box.right, box.bottom
        x0, x1 = a * left + b * bottom, a * right + b * top
        y0, y1 = c * left + d * bottom, c * right + d * top
        if x0 > x1:
            x0, x1 = x1, x0
        if y0 > y1:
            y0, y1 = y1, y0
        text = symbol(f"{code:04X}") if 0xF000 <= code < 0xF100 else chr(code)
        known = not soft and origin_of(text_page, index, x_at, y_at)
        base = c * origin_x.value + d * origin_y.value if known else y1
        char = Char(text, x0, y0, x1, y1, base, max(x1 - x0, y1 - y0), soft)
        if cut and (shown := cut.get(address(pdfium.FPDFText_GetTextObject(text_page, index)))):
            # sideways the box may be that of the whole row
            x, y = (box.left + box.right) / 2, (shown[1] + shown[3]) / 2
            x = min(max(x, shown[0]), shown[2])
            char.cell = a * x + b * y, c * x + d * y
        chars.append(char)
    return unmapped


def _visible(page: pypdfium2.PdfPage, turn: tuple[int, int, int, int]) -> tuple[float, float, float, float]:
    bounds = pdfium.FS_RECTF()
    if not pdfium.FPDF_GetPageBoundingBox(page.raw, bounds):
        return -math.inf, -math.inf, math.inf, math.inf
    a, b, c, d = turn
    xs = sorted((a * bounds.left + b * bounds.bottom, a * bounds.right + b * bounds.top))
    ys = sorted((c * bounds.left + d * bounds.bottom, c * bounds.right + d * bounds.top))
    return xs[0], ys[0], xs[1], ys[1]


def _inside(chars: list[Char], box: tuple[float, float, float, float]) -> list[Char]:
    """Without what is written beside the page and belongs to no cell on it."""
    left, top, right, bottom = box
    return [
        char
        for char in chars
        if char.cell
        or (left <= (char.left + char.right) / 2 <= right and top <= (char.top + char.bottom) / 2 <= bottom)
    ]


class _Objects:
    """Collects lines from path objects, also inside of form objects, and texts that are cut to their cells.

    cut  the address of each such text → what is seen of it
    """

    def __init__(self, turn: tuple[int, int, int, int], content: PageContent) -> None:
        self._turn = turn
        self._content = content
        self.cut: dict[int, Box] = {}
        self._height = 0.0
        self._matrix = pdfium.FS_MATRIX()
        self._x, self._y = ctypes.c_float(), ctypes.c_float()
        self._colour = [ctypes.c_uint() for _ in range(4)]

    def collect(self, page: pypdfium2.PdfPage) -> None:
        """All lines of the page go into the content."""
        self._height = page.get_height()
        count, get = pdfium.FPDFPage_CountObjects(page.raw), pdfium.FPDFPage_GetObject
        for index in range(count):
            self._object(get(page.raw, index), _IDENTITY, 0)

    def _object(self, item: object, outer: Matrix, depth: int) -> None:
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            self._path(item, outer)
        elif kind == pdfium.FPDF_PAGEOBJ_TEXT:
            if depth == 0 and (shown := cut_to(item, self._height)):
                self.cut[address(item)] = shown
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            self._image(item, outer)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _MAX_FORM_DEPTH:
            inner = self._combined(item, outer)
            for index in range(pdfium.FPDFFormObj_CountObjects(item)):
                self._object(pdfium.FPDFFormObj_GetObject(item, index), inner, depth + 1)

    def _combined(self, item: object, outer: Matrix) -> Matrix:
        matrix = self._matrix
        if not pdfium.FPDFPageObj_GetMatrix(item, matrix):
            return outer
        a, b, c, d, e, f = matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f
        if outer is _IDENTITY:
            return (a, b, c, d, e, f)
        oa, ob, oc, od, oe, of = outer
        return (
            a * oa + b * oc,
            a * ob + b * od,
            c * oa + d * oc,
            c * ob + d * od,
            e * oa + f * oc + oe,
            e * ob + f * od + of,
        )

    def _image(self, item: object, outer: Matrix) -> None:
        self._content.pictures += 1
        a, b, c, d, e, f = self._combined(item, outer)
        # Some printers draw lines as stretched one-pixel pictures.
        self._box([self._point(e, f), self._point(e + a + c, f + b + d)], stroked=False)

    def _point(self, x: float, y: float) -> tuple[float, float]:
        a, b, c, d = self._turn
        return a * x + b * y, c * x + d * y

    def _path(self, item: object, outer: Matrix) -> None:
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        if not pdfium.FPDFPath_GetDrawMode(item, fill, stroke) or not (fill.value or stroke.value):
            return
        if self._invisible(item, bool(stroke.value)):
            return
        matrix = self._combined(item, outer)
        for points, closed in self._outlines(item, matrix):
            if stroke.value:
                self._edges(points, closed)
            elif len(points) >= 3 or closed:
                self._box(points, stroked=False)

    def _invisible(self, item: object, stroked: bool) -> bool:
        """White on white, or fully transparent."""
        get = pdfium.FPDFPageObj_GetStrokeColor if stroked else pdfium.FPDFPageObj_GetFillColor
        red, green, blue, alpha = self._colour
        if not get(item, red, green, blue, alpha):
            return False
        return alpha.value == 0 or min(red.value, green.value, blue.value) >= 250

    def _outlines(self, item: object, matrix: Matrix) -> Iterator[tuple[list[tuple[float, float]], bool]]:
        """The corners of each part of a path; curves end a part."""
        a, b, c, d, e, f = matrix
        points: list[tuple[float, float]] = []
        x, y = self._x, self._y
        for index in range(pdfium.FPDFPath_CountSegments(item)):
            segment = pdfium.FPDFPath_GetPathSegment(item, index)
            kind = pdfium.FPDFPathSegment_GetType(segment)
            if not pdfium.FPDFPathSegment_GetPoint(segment, x, y):
                continue
            px, py = x.value, y.value
            point = self._point(a * px + c * py + e, b * px + d * py + f)
            if kind != pdfium.FPDF_SEGMENT_LINETO:
                if len(points) > 1:
                    yield points, False
                points = []
            points.append(point)
            if pdfium.FPDFPathSegment_GetClose(segment):
                yield points, True
                points = []
        if len(points) > 1:
            yield points, False

    def _edges(self, points: list[tuple[float, float]], closed: bool) -> None:
        if self._box(points, stroked=True):
            return
        following = points[1:] + (points[:1] if closed else [])
        for (x0, y0), (x1, y1) in zip(points, following, strict=False):
            if abs(y1 - y0) <= _SLANT and abs(x1 - x0) >= _MIN_LENGTH:
                self._content.horizontal.append(Rule((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
            elif abs(x1 - x0) <= _SLANT and abs(y1 - y0) >= _MIN_LENGTH:
                self._content.vertical.append(Rule((x0 + x1) / 2, min(y0, y1), max(y0, y1)))

    def _box(self, points: list[tuple[float, float]], *, stroked: bool) -> bool:
        """A thin shape is a line; says whether it was one. Thin both ways is the corner of a border."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
        width, height = right - left, bottom - top
        if stroked and len(points) < 4:
            return False
        if height <= THIN < width:
            self._content.horizontal.append(Rule((top + bottom) / 2, left, right))
        elif width <= THIN < height:
            self._content.vertical.append(Rule((left + right) / 2, top, bottom))
        else:
            return width <= THIN and height <= THIN
        return True
