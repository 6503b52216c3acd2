"""The cells of a PDF table: how large the text is printed, where it may break, what must stay on one page.

The typesetter breaks lines and pages by itself; what it needs to be told is told here, from estimates.
"""

import re
from decimal import Decimal
from typing import Any

from approvals.documents.blocks import Label, Span, Table, Value
from approvals.documents.fonts import legible
from approvals.documents.forms import amount_text
from approvals.documents.measure import MM_PER_POINT, ems, lines
from approvals.documents.text import printable

SIZE = 8.0  # pt
SMALLER = (7.0, 6.0)  # pt, for a text that would not fit on a page
SMALLEST = 5.0  # pt, for a word that would not fit in its column
PADDING = 2  # mm, left and right of a cell together
_LINE = 1.25 * MM_PER_POINT  # mm a point of size

# What does not break over lines by itself: no blank, no Chinese.
_WORD = re.compile(r"[^\s\u2e80-\u9fff\uf900-\ufaff\ufe30-\uffef\U00020000-\U0003ffff]+")
# Inside a long word: beside digits and signs.
_SEAM = re.compile(r"(?<=[^A-Za-z,;:.)])|(?=[^A-Za-z(])")
_PIECE = 3
# An em of blank, unseen at the end of a line: readers of the text layer know by it that the writer ended the line.
_LINE_ENDED = "\u2003"


class Cells:
    """The cells of one table as the template takes them.

    Rows, and rows joined by a merged cell, stay on one page where they are at most `whole` mm high.
    """

    def __init__(self, table: Table, widths: list[float], whole: float) -> None:
        self.table = table
        self.widths = widths
        self.whole = whole
        self.spans = {(span.top, span.left): span for span in table.spans}
        self.covered = table.covered()
        self.heights = [self._row_height(row) for row in range(len(table.rows))]

    def row(self, row: int) -> list[str | dict[str, Any]]:
        """The cells of a row: a text where a cell is as its column says, otherwise all about it."""
        cells: list[str | dict[str, Any]] = []
        for column, value in enumerate(self.table.rows[row]):
            if (row, column) in self.covered:
                continue
            span = self._span(row, column)
            text, size = fitted(_text(value), self._room(span), self._size(value, span))
            label = isinstance(value, Label)
            align = self.table.align(row, column)
            plain = size == SIZE and not label and align == self.table.aligns[column]
            if isinstance(text, str) and plain and (row, column) not in self.spans:
                cells.append(text)
                continue
            cells.append(
                {
                    "text": text,
                    "size": size,
                    "label": label,
                    "align": align,
                    "columns": span.right - span.left + 1,
                    "rows": span.bottom - span.top + 1,
                    "breakable": self.breakable(span),
                }
            )
        return cells

    def row_breakable(self, row: int) -> bool:
        """Whether a row may part over pages."""
        return self.heights[row] > self.whole

    def breakable(self, span: Span) -> bool:
        """Whether a cell and the rows beside it may part over pages: only where they would exceed one."""
        rows = sum(self.heights[span.top : span.bottom + 1])
        value = self.table.rows[span.top][span.left]
        return max(rows, self._height(value, span, self._size(value, span))) > self.whole

    def _row_height(self, row: int) -> float:
        """The estimated height of a row in mm, but for cells that stand over several rows."""
        heights = [SIZE * _LINE]
        for column, value in enumerate(self.table.rows[row]):
            span = self._span(row, column)
            if value and span.top == span.bottom:
                heights.append(self._height(value, span, self._size(value, span)))
        return max(heights)

    def _size(self, value: Value, span: Span) -> float:
        """The usual size, or the first smaller one in which the text fits on a page; the usual one where none does."""
        fitting = (size for size in (SIZE, *SMALLER) if self._height(value, span, size) <= self.whole)
        return next(fitting, SIZE)

    def _height(self, value: Value, span: Span, size: float) -> float:
        return lines(_text(value), self._room(span), size) * size * _LINE

    def _span(self, row: int, column: int) -> Span:
        return self.spans.get((row, column), Span(row, column, row, column))

    def _room(self, span: Span) -> float:
        return sum(self.widths[span.left : span.right + 1]) - PADDING


def _text(value: Value) -> str:
    """The text layer has no tabs: a blank stands for one."""
    if value is None:
        return ""
    return amount_text(value) if isinstance(value, Decimal) else legible(printable(value)).replace("\t", " ")


def fitted(text: str, room: float, size: float = SIZE) -> tuple[str | list[str], float]:
    """The text in a cell with `room` mm, or its pieces between which lines may break; and its size in pt.

    Words wider than the cell are cut beside digits and signs, where nobody takes the halves for two words; where
    letters alone are too many they are printed smaller, and only then cut apart.
    """
    text = text.replace("\n", f"{_LINE_ENDED}\n")
    wide = {word for word in _WORD.findall(text) if ems(word) * size * MM_PER_POINT > room}
    if not wide:
        return text, size
    longest = max(ems(part) for word in wide for part in _SEAM.split(word))
    size = min(size, max(SMALLEST, room / (longest * MM_PER_POINT)))
    pieces: list[str] = []
    end = 0
    for found in _WORD.finditer(text):
        if found.group() in wide:
            pieces += [text[end : found.start()], *_cut(found.group(), room / (size * MM_PER_POINT))]
            # The blank after the word stays with it: alone at the end of a line it would not be drawn at all.
            end = len(text) - len(text[found.end() :].lstrip(" "))
            pieces[-1] += text[found.end() : end]
    return [piece for piece in (*pieces, text[end:]) if piece], round(size, 2)


def _cut(word: str, room: float) -> list[str]:
    """A word in pieces of at most `room` ems."""
    pieces: list[str] = []
    for part in _SEAM.split(word):
        step = max(1, len(part)) if ems(part) <= room else _PIECE
        pieces += [part[start : start + step] for start in range(0, len(part), step)]
    return pieces
