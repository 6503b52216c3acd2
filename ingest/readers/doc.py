"""Word 97-2003 documents (.doc, .wps): the same grids as from a .docx, read by ourselves from the records.

What our reader does not know (documents older than Word 97, broken records) goes to LibreOffice where it is
installed.
"""

import io
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import olefile

from ingest.gate import Passed
from ingest.grid import Block, Cell, Document, Grid, Paragraph
from ingest.problems import Refused
from ingest.readers import Progress, office
from ingest.readers.msdoc import NotWord97, TextParagraph, WordFile
from ingest.readers.msdocsprm import CellFormat
from ingest.readers.tables import TableBuilder

# Edges of cells nearer than this many twips (1/20 point) are one.
_SAME_EDGE = 20


def read(passed: Passed, progress: Progress) -> Document:
    """Read the document, or have LibreOffice convert it. Raises Refused when neither can."""
    try:
        with olefile.OleFileIO(io.BytesIO(passed.data)) as ole:
            word = WordFile(ole)
            main, boxes = word.stories()
            blocks = list(_blocks(word.paragraphs(main), "", main.stop, progress))
            blocks.extend(_blocks(word.paragraphs(boxes), "文本框", main.stop, progress))
    except (NotWord97, struct.error, ValueError, IndexError, KeyError, OSError):
        return office.convert_and_read(passed, progress)
    if not blocks:
        raise Refused.because(
            "NO_TABLE", passed.name, "文档里没有表格也没有文字", "含有绩效目标表的文档", "请检查上传的是否是正确的文件"
        )
    return Document("doc", blocks)


@dataclass(slots=True)
class _Row:
    formats: list[CellFormat]
    texts: list[Cell]


@dataclass(slots=True)
class _Table:
    """A table being read: rows done, cells of the row at hand, lines of the cell at hand, tables in that cell."""

    rows: list[_Row] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    inner: list["_Table"] = field(default_factory=list)

    def end_cell(self) -> None:
        """The lines become the text of a cell."""
        self.cells.append("\n".join(self.lines).strip("\n") or None)
        self.lines = []

    def end_row(self, formats: list[CellFormat]) -> None:
        """The cells become a row."""
        if self.cells:
            self.rows.append(_Row(formats, self.cells))
        self.cells, self.lines = [], []


def _blocks(paragraphs: Iterator[TextParagraph], where: str, total: int, progress: Progress) -> Iterator[Block]:
    open_tables: list[_Table] = []
    tables = count = done = 0
    for paragraph in paragraphs:
        done += len(paragraph.text) + 1
        level = max(0, min(paragraph.format.level, 20))
        if open_tables and level == 0:
            tables += 1
            yield from _finish(open_tables, f"{where}表{tables}")
            progress(min(done, total), total)
        if level:
            _table_paragraph(open_tables, level, paragraph)
            continue
        count += 1
        text = paragraph.text.strip()
        if text:
            yield Paragraph(paragraph.prefix + text, f"{where}第{count}段", paragraph.format.heading)
    if open_tables:
        yield from _finish(open_tables, f"{where}表{tables + 1}")


def _table_paragraph(open_tables: list[_Table], level: int, paragraph: TextParagraph) -> None:
    while len(open_tables) < level:
        open_tables.append(_Table())
    while len(open_tables) > level:
        _close_inner(open_tables)
    table = open_tables[-1]
    form = paragraph.format
    if form.row_end:
        table.end_row(form.cells)
        return
    table.lines.append(paragraph.prefix + paragraph.text)
    if (paragraph.mark == "\x07" and level == 1) or form.cell_end:
        table.end_cell()


def _close_inner(open_tables: list[_Table]) -> None:
    inner = open_tables.pop()
    if inner.lines:
        inner.end_cell()
    inner.end_row([])
    open_tables[-1].inner.append(inner)


def _finish(open_tables: list[_Table], label: str) -> Iterator[Block]:
    while len(open_tables) > 1:
        _close_inner(open_tables)
    table = open_tables.pop()
    if table.lines:
        table.end_cell()
    table.end_row([])
    yield from _grids(table, label)


def _grids(table: _Table, label: str) -> Iterator[Block]:
    """The grid of a table, then those of the tables inside."""
    if table.rows:
        yield _grid(table.rows, label)
    for number, inner in enumerate(table.inner, 1):
        yield from _grids(inner, f"{label} 内表{number}")


def _grid(rows: list[_Row], label: str) -> Grid:
    edges = _edges(rows)
    builder = TableBuilder()
    for row in rows:
        builder.add_row(_placed(row, edges))

    def locate(number: int, column: int | None) -> str:
        return f"{label} 第{number + 1}行" if column is None else f"{label} 第{number + 1}行 第{column + 1}列"

    return builder.finish(label, locate)


def _edges(rows: list[_Row]) -> list[int]:
    """All left edges of cells, those that are nearly the same taken as one."""
    edges: list[int] = []
    for edge in sorted({edge for row in rows for cell in row.formats for edge in (cell.left, cell.right)}):
        if not edges or edge - edges[-1] > _SAME_EDGE:
            edges.append(edge)
    return edges


def _placed(row: _Row, edges: list[int]) -> list[tuple[int, int, Cell, str]]:
    if len(row.formats) != len(row.texts):
        return [(column, 1, text, "") for column, text in enumerate(row.texts)]
    column_of = _nearest(edges)
    placed: list[tuple[int, int, Cell, str]] = []
    for form, text in zip(row.formats, row.texts, strict=True):
        left, right = column_of(form.left), column_of(form.right)
        if form.merged_left and placed:
            before, _, value, merge = placed[-1]
            both = "\n".join(str(part) for part in (value, text) if part) or None
            placed[-1] = (before, max(1, right - before), both, merge)
        else:
            placed.append((left, max(1, right - left), text, form.merge))
    return placed


def _nearest(edges: list[int]) -> Callable[[int], int]:
    numbers: dict[int, int] = {}

    def column(edge: int) -> int:
        if edge not in numbers:
            numbers[edge] = min(range(len(edges)), key=lambda number: abs(edges[number] - edge))
        return numbers[edge]

    return column
