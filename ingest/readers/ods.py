"""OpenDocument spreadsheets (.ods): read from content.xml, because python-calamine gives no merged cells for them."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import IO

from lxml import etree

from ingest.gate import Passed
from ingest.grid import Block, Cell, CellError, Document, Grid, Span
from ingest.problems import Problem
from ingest.readers import Progress
from ingest.readers.sheets import MAX_CELLS, hidden_sheet, no_table, too_large
from ingest.readers.sheetxml import error_cell
from ingest.readers.values import clean

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_SHEET, _ROW, _COLUMN = _TABLE + "table", _TABLE + "table-row", _TABLE + "table-column"
_CELL, _COVERED = _TABLE + "table-cell", _TABLE + "covered-table-cell"
_NUMBERS = frozenset({"float", "currency"})
# What may surround a number without changing it.
_DECORATION = re.compile(r"[\s,，￥¥$]")
_NUMBER = re.compile(r"-?\d*\.?\d+(E[+-]?\d+)?$", re.IGNORECASE)


def read(passed: Passed, progress: Progress) -> Document:
    """A grid for each visible sheet that holds something. Raises Refused when there is none."""
    blocks: list[Block] = []
    problems: list[Problem] = []
    visible: list[str] = []
    with zipfile.ZipFile(io.BytesIO(passed.data)) as archive:
        size = archive.getinfo("content.xml").file_size
        with archive.open("content.xml") as stream:
            for grid, hidden in _sheets(stream, passed.name, size, progress):
                if hidden:
                    problems.append(hidden_sheet(passed.name, grid.label))
                    continue
                visible.append(grid.label)
                if any(cell is not None for row in grid.rows for cell in row):
                    blocks.append(grid)
    if not blocks:
        raise no_table(passed.name, visible)
    return Document("ods", blocks, problems)


def _sheets(stream: IO[bytes], name: str, size: int, progress: Progress) -> Iterator[tuple[Grid, bool]]:
    """(grid, whether the sheet is hidden) one after the other; rows are thrown away when read."""
    hidden_styles: set[str] = set()
    sheet: _Sheet | None = None
    depth = 0
    for event, element in etree.iterparse(
        stream,
        events=("start", "end"),
        tag=(_SHEET, _ROW, _COLUMN, _STYLE + "style"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    ):
        if element.tag == _SHEET:
            depth += 1 if event == "start" else -1
            if event == "start" and depth == 1:
                sheet = _Sheet(element.get(_TABLE + "name", ""), name)
                sheet.hidden = element.get(_TABLE + "style-name", "") in hidden_styles
            elif event == "end" and depth == 0 and sheet is not None:
                yield sheet.grid(), sheet.hidden
                progress(min(stream.tell(), size), size)
                element.clear()
        elif event == "end" and element.tag == _STYLE + "style":
            properties = element.find(_STYLE + "table-properties")
            if properties is not None and properties.get(_TABLE + "display") == "false":
                hidden_styles.add(element.get(_STYLE + "name", ""))
        elif event == "end" and depth == 1 and sheet is not None:
            if element.tag == _ROW:
                sheet.add_row(element)
                element.clear()
            else:
                sheet.add_column(element)


class _Sheet:
    """Collects the rows of one sheet; repeated empty rows and cells are only counted until something follows."""

    def __init__(self, label: str, file: str) -> None:
        self._label, self._file = label, file
        self._rows: list[list[Cell]] = []
        self._cells = self._empty_rows = self._columns = 0
        self._spans: list[Span] = []
        self._hidden_rows: set[int] = set()
        self._hidden_columns: set[int] = set()
        self.hidden = False

    def grid(self) -> Grid:
        """The sheet as read."""
        return Grid(
            label=self._label,
            rows=list(self._rows),
            spans=self._spans,
            hidden_rows=frozenset(row for row in self._hidden_rows if row < len(self._rows)),
            hidden_columns=frozenset(self._hidden_columns),
        )

    def add_column(self, element: etree._Element) -> None:
        """Only hidden columns are of interest."""
        count = _count(element, "number-columns-repeated")
        if element.get(_TABLE + "visibility") in ("collapse", "filter"):
            self._hidden_columns.update(range(self._columns, min(self._columns + count, 16384)))
        self._columns += count

    def add_row(self, element: etree._Element) -> None:
        """A row, as many times as it is repeated."""
        number = len(self._rows) + self._empty_rows
        row = self._row(element, number)
        count = _count(element, "number-rows-repeated")
        if element.get(_TABLE + "visibility") in ("collapse", "filter"):
            self._hidden_rows.update(range(number, number + min(count, 65536)))
        if not row:
            self._empty_rows += count
            return
        self._cells += len(row) * count + self._empty_rows
        if self._cells > MAX_CELLS:
            raise too_large(self._file, self._label, number + count, len(row))
        self._rows.extend([] for _ in range(self._empty_rows))
        self._empty_rows = 0
        self._rows.extend(list(row) for _ in range(count))

    def _row(self, element: etree._Element, number: int) -> list[Cell]:
        row: list[Cell] = []
        empty = 0
        for cell in element:
            if cell.tag not in (_CELL, _COVERED):
                continue
            count = _count(cell, "number-columns-repeated")
            value = _value(cell) if cell.tag == _CELL else None
            width, height = _count(cell, "number-columns-spanned"), _count(cell, "number-rows-spanned")
            column = len(row) + empty
            if width > 1 or height > 1:
                self._spans.append(Span(number, column, number + height - 1, column + width - 1))
            if value is None:
                empty += count
                continue
            if column + count > MAX_CELLS:
                raise too_large(self._file, self._label, number + 1, column + count)
            row.extend([None] * empty + [value] * count)
            empty = 0
        return row


def _count(element: etree._Element, name: str) -> int:
    text = element.get(_TABLE + name, "1")
    return max(1, int(text)) if text.isdigit() else 1


def _value(cell: etree._Element) -> Cell:
    kind = cell.get(_OFFICE + "value-type", "")
    shown = "\n".join(_shown(paragraph) for paragraph in cell.iterfind(_TEXT + "p")).strip("\n")
    formula = cell.get(_TABLE + "formula")
    if shown.startswith("#") and shown.rstrip("!?").isupper() and formula:
        return error_cell(shown)
    if kind in _NUMBERS:
        bare = _DECORATION.sub("", shown)
        number = cell.get(_OFFICE + "value", "")
        if _NUMBER.match(number) and (not bare or _NUMBER.match(bare)):
            return clean(float(number))
        return shown or None
    if formula and not kind:
        return CellError(f"={formula.removeprefix('of:').lstrip('=')}", "公式没有保存计算结果")
    return shown or None


def _shown(paragraph: etree._Element) -> str:
    parts = [paragraph.text or ""]
    for child in paragraph:
        if child.tag == _TEXT + "s":
            count = child.get(_TEXT + "c", "1")
            parts.append(" " * (min(int(count), 1000) if count.isdigit() else 1))
        elif child.tag == _TEXT + "tab":
            parts.append("\t")
        elif child.tag == _TEXT + "line-break":
            parts.append("\n")
        elif child.tag != _OFFICE + "annotation":
            parts.append(_shown(child))
        parts.append(child.tail or "")
    return "".join(parts)
