"""A workbook of what was read, for formats that take no marks: every row with its place, the cells marked."""

from collections.abc import Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from ingest.grid import Cell, Document, Grid, Paragraph
from ingest.layouts.cells import printed
from ingest.places import Place, parse
from ingest.report.marking import Mark
from ingest.report.places import AUTHOR, by_place, colour, told

# Text stays text, whatever it begins with.
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": True,
}
LONGEST_TEXT = 32767
_COMMENT = {"author": AUTHOR, "x_scale": 2.5, "y_scale": 2}


def mark(document: Document, marks: Sequence[Mark]) -> bytes:
    """One sheet: the document's lines and tables in reading order, each row after its place in the file."""
    buffer = BytesIO()
    with Workbook(buffer, OPTIONS) as book:
        _Sheet(book, marks).write(document)
    return buffer.getvalue()


class _Sheet:
    def __init__(self, book: Workbook, marks: Sequence[Mark]) -> None:
        self.book = book
        self.sheet = book.add_worksheet("读取内容")
        self.placed, self.loose = by_place(marks)
        self.rows: dict[tuple[str, int], dict[int | None, list[Mark]]] = {}
        for place, mine in self.placed.items():
            self.rows.setdefault(place.line, {}).setdefault(place.column, []).extend(mine)
        self.top = 0
        self.grey = book.add_format({"font_color": "#5b6675", "valign": "top"})
        self.body = book.add_format({"text_wrap": True, "valign": "top"})
        self.fills: dict[str, Any] = {}

    def write(self, document: Document) -> None:
        self.sheet.set_column(0, 0, 22)
        self.sheet.set_column(1, 30, 18)
        if self.loose:
            self.sheet.write_string(0, 0, "整个文件", self._fill(self.loose))
            self.sheet.write_comment(0, 0, told(self.loose), _COMMENT)
            for each in self.loose[:200]:
                self.sheet.write_string(self.top, 1, told([each])[:LONGEST_TEXT])
                self.top += 1
        for block in document.blocks:
            if isinstance(block, Paragraph):
                self._row(block.place, parse(block.place), [block.text])
            else:
                self._grid(block)

    def _grid(self, grid: Grid) -> None:
        for number, cells in enumerate(grid.rows):
            words = grid.place(number)
            self._row(words, parse(words), cells)

    def _row(self, words: str, place: Place | None, cells: Sequence[Cell]) -> None:
        here = self.rows.get(place.line, {}) if place else {}
        self.sheet.write_string(self.top, 0, words, self._fill(here[None]) if None in here else self.grey)
        if None in here:
            self.sheet.write_comment(self.top, 0, told(here[None]), _COMMENT)
        for column in range(max([len(cells), *(c + 1 for c in here if c is not None)])):
            mine = here.get(column)
            self._cell(
                column + 1, cells[column] if column < len(cells) else None, self._fill(mine) if mine else self.body
            )
            if mine:
                self.sheet.write_comment(self.top, column + 1, told(mine), _COMMENT)
        self.top += 1

    def _cell(self, column: int, cell: Cell, style: Any) -> None:
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            self.sheet.write_number(self.top, column, cell, style)
        elif cell is None or cell == "":
            self.sheet.write_blank(self.top, column, None, style)
        else:
            text = printed(cell) if isinstance(cell, datetime | date | time | bool) else str(cell)
            self.sheet.write_string(self.top, column, text[:LONGEST_TEXT], style)

    def _fill(self, marks: Sequence[Mark]) -> Any:
        wanted = colour(marks)
        if wanted not in self.fills:
            self.fills[wanted] = self.book.add_format({"bg_color": f"#{wanted}", "text_wrap": True, "valign": "top"})
        return self.fills[wanted]
