"""The approval as PDF, typeset by typst: fonts embedded, nothing fetched from anywhere.

The content goes to the typesetter as data, so that no character of it can be taken for markup.
"""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, time
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from approvals.documents.blocks import Label, Line, Span, Table, Value, lay_out
from approvals.documents.content import ApprovalContent
from approvals.documents.forms import Form, amount_text
from approvals.documents.measure import MM_PER_POINT, column_widths, ems, lines
from approvals.documents.text import printable

TEMPLATE = str(Path(__file__).with_name("approval.typ"))
TYPESETTER = str(Path(__file__).with_name("typeset.py"))
TIMEOUT = 300  # seconds; 20,000 indicators take about 20

SIZE = 8  # pt
MARGIN = 10  # mm, left and right
PADDING = 2  # mm, left and right of a cell together
LINE = 1.45 * SIZE * MM_PER_POINT  # mm
PAGE_WIDTH = {True: 297, False: 210}
PAGE_HEIGHT = {True: 210, False: 297}

# What does not break over lines by itself: no blank, no Chinese.
_WORD = re.compile(r"[^\s\u2e80-\u9fff\uf900-\ufaff\ufe30-\uffef\U00020000-\U0003ffff]+")
# Inside a long word: beside digits and signs.
_SEAM = re.compile(r"(?<=[^A-Za-z,;:.)])|(?=[^A-Za-z(])")
PIECE = 3
SMALLEST = 5  # pt
# An em of blank, unseen at the end of a line: readers of the text layer know by it that the writer ended the line.
LINE_ENDED = "\u2003"

# Song for the text, Hei for labels; the Japanese fonts lend what characters the Chinese ones lack.
TEXT_FONTS = ["Noto Serif SC", "Noto Serif JP"]
LABEL_FONTS = ["Noto Sans SC", "Noto Serif JP"]
FONT_PACKAGES = ("pylopdf_fonts_zh_cn", "pylopdf_fonts_cjk")


def write_pdf(content: ApprovalContent, form: Form) -> bytes:
    """The whole document; equal content gives equal bytes."""
    width = PAGE_WIDTH[form.landscape] - 2 * MARGIN
    data = {
        "title": content.title,
        "author": content.approving_body,
        "landscape": form.landscape,
        "margin": MARGIN,
        "size": SIZE,
        "fonts": TEXT_FONTS,
        "black": LABEL_FONTS,
        "blocks": [
            _line(block) if isinstance(block, Line) else _table(block, width, PAGE_HEIGHT[form.landscape])
            for block in lay_out(content, form)
        ],
    }
    issued = datetime.combine(content.approval_date, time(), tzinfo=UTC)
    return _typeset(json.dumps(data, ensure_ascii=False).encode(), issued)


def _typeset(data: bytes, issued: datetime) -> bytes:
    """The PDF of `data`. Raises RuntimeError with the typesetter's own words when it fails or takes too long."""
    folders = [str(files(package)) for package in FONT_PACKAGES]
    command = [sys.executable, "-I", TYPESETTER, TEMPLATE, str(int(issued.timestamp())), *folders]
    try:
        finished = subprocess.run(command, input=data, capture_output=True, timeout=TIMEOUT, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"PDF 排版超过 {TIMEOUT} 秒，已停止。") from error
    if finished.returncode != 0:
        raise RuntimeError(f"PDF 排版失败：{finished.stderr.decode(errors='replace').strip()[-2000:]}")
    return finished.stdout


def _line(block: Line) -> dict[str, Any]:
    return {"kind": block.kind, "text": printable(block.text), "new_page": block.new_page}


def _table(table: Table, page_width: float, page_height: float) -> dict[str, Any]:
    widths = [round(width, 2) for width in column_widths(table.widths, table.amounts(), page_width, SIZE, PADDING)]
    cells = _Cells(table, widths, page_height)
    rows = [(cells.row(number), cells.breakable(number, number)) for number in range(len(table.rows))]
    return {
        "kind": "table",
        "title": printable(table.title),
        "unit_line": table.unit_line,
        "widths": widths,
        "aligns": table.aligns,
        "header": [row for row, _ in rows[: table.header]],
        "rows": rows[table.header :],
    }


class _Cells:
    """The cells of one table as the template takes them."""

    def __init__(self, table: Table, widths: list[float], page_height: float) -> None:
        self.table = table
        self.widths = widths
        self.page_height = page_height
        self.spans = {(span.top, span.left): span for span in table.spans}
        self.covered = table.covered()
        self.heights = [self._height(row) for row in range(len(table.rows))]

    def breakable(self, top: int, bottom: int) -> bool:
        """Whether these rows may part over pages: only where whole ones would waste or exceed a page."""
        share = 0.33 if top == bottom else 0.7
        return sum(self.heights[top : bottom + 1]) > share * self.page_height

    def row(self, row: int) -> list[str | dict[str, Any]]:
        """The cells of a row: a text where a cell is as its column says, otherwise all about it."""
        cells: list[str | dict[str, Any]] = []
        for column, value in enumerate(self.table.rows[row]):
            if (row, column) in self.covered:
                continue
            span = self.spans.get((row, column), Span(row, column, row, column))
            text, size = _fitted(_text(value), self._room(span))
            label = isinstance(value, Label)
            align = self.table.align(row, column)
            plain = not label and align == self.table.aligns[column]
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
                    "breakable": self.breakable(span.top, span.bottom),
                }
            )
        return cells

    def _height(self, row: int) -> float:
        """The estimated height of a row in mm, but for cells that stand over several rows."""
        counts = [1]
        for column, value in enumerate(self.table.rows[row]):
            span = self.spans.get((row, column), Span(row, column, row, column))
            if value and span.top == span.bottom:
                counts.append(lines(_text(value), self._room(span), SIZE))
        return LINE * max(counts)

    def _room(self, span: Span) -> float:
        return sum(self.widths[span.left : span.right + 1]) - PADDING


def _text(value: Value) -> str:
    """The text layer has no tabs: a blank stands for one."""
    if value is None:
        return ""
    return amount_text(value) if isinstance(value, Decimal) else printable(value).replace("\t", " ")


def _fitted(text: str, room: float) -> tuple[str | list[str], float]:
    """The text, or its pieces between which lines may break, and its size in pt.

    Words wider than the cell are cut beside digits and signs, where nobody takes the halves for two words; where
    letters alone are too many they are printed smaller, and only then cut apart.
    """
    text = text.replace("\n", f"{LINE_ENDED}\n")
    wide = {word for word in _WORD.findall(text) if ems(word) * SIZE * MM_PER_POINT > room}
    if not wide:
        return text, SIZE
    longest = max(ems(part) for word in wide for part in _SEAM.split(word))
    size = min(SIZE, max(SMALLEST, room / (longest * MM_PER_POINT)))
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
        step = max(1, len(part)) if ems(part) <= room else PIECE
        pieces += [part[start : start + step] for start in range(0, len(part), step)]
    return pieces
