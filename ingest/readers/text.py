"""Plain text: lines with tabs (or CSV fields, or clear columns of blanks) are table rows, others are paragraphs.

A blank line between two rows stays as an empty row: in text that Word has written it ends a table row whose
cells stand one a line. What that means is for the layouts to say.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from statistics import mode

from ingest.gate import Passed
from ingest.grid import Block, Cell, Document, Grid, Paragraph
from ingest.problems import Refused
from ingest.readers import Progress
from ingest.readers.aligned import tables
from ingest.readers.encodings import decode

# A CSV field may be as long as the file.
csv.field_size_limit(2**31 - 1)
_SNIFFED_LINES = 50
# A row of fewer tabs is not looked for in pieces; nor is one of more lines.
_MIN_BROKEN, _MOST_LINES = 3, 40
# 项目支出绩效目标表, （2026年度）, 单位：万元
_HEADING = re.compile(
    r"\s*(?:#{1,6} .*|.{2,40}(?:目标|申报|自评)表|[(（]?\s*20\d\d\s*年度?\s*[)）]|(?:金额)?单位[:：]\S{1,3})\s*$"
)
# A larger share of other rows among those of the usual width, and rows are not filled up.
_RAGGED = 0.1


def read(passed: Passed, progress: Progress) -> Document:
    """Read UTF-8, UTF-16 or GB18030 text with tabs, CSV, or plain lines."""
    text, _ = decode(passed.data, passed.name)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    delimiter = _csv_delimiter(text, passed.name)
    blocks: list[Block] = [_csv_grid(text, delimiter)] if delimiter else list(_blocks(text.split("\n")))
    if not any(isinstance(block, Paragraph) or block.rows for block in blocks):
        raise Refused.because(
            "NO_TABLE", passed.name, "文件里没有文字", "含有绩效目标表的文本", "请检查导出时是否选中了内容"
        )
    lines = text.count("\n") + 1
    progress(lines, lines)
    return Document("text", blocks)


def _csv_delimiter(text: str, name: str) -> str | None:
    """The delimiter of a CSV file, or None for text with tabs or plain lines."""
    lines = [line for line in text.split("\n", _SNIFFED_LINES)[:_SNIFFED_LINES] if line.strip()]
    named = PurePosixPath(name).suffix.lower() == ".csv"
    if any("\t" in line for line in lines):
        # Excel's "Unicode text" quotes fields as CSV does; other text has quotation marks of its own.
        return "\t" if named else None
    for delimiter in ",;|":
        separated = sum(line.count(delimiter) >= 2 and line[:1] != "|" for line in lines)
        if separated and (named or separated * 10 >= len(lines) * 6):
            return delimiter
    return None


def _csv_grid(text: str, delimiter: str) -> Grid:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[Cell]] = []
    lines: list[int] = []
    before = 0
    for fields in reader:
        rows.append([value or None for value in fields])
        lines.append(before + 1)
        before = reader.line_num
    return _grid(rows, lines)


def _blocks(lines: list[str]) -> Iterator[Block]:
    if not any("\t" in line for line in lines):
        lines = list(_with_tabs(lines))
    rows: list[list[Cell]] = []
    numbers: list[int] = []
    blanks: list[int] = []
    for number, line in _rejoined(lines):
        cells = _bar_cells(line) if line[:1] == "|" else line.split("\t") if "\t" in line else None
        if cells == []:
            continue
        if cells:
            rows.extend([] for _ in blanks)
            numbers.extend(blanks)
            blanks = []
            rows.append([cell or None for cell in cells])
            numbers.append(number)
        elif not line.strip():
            if rows:
                blanks.append(number)
        else:
            if rows:
                yield _grid(rows, numbers)
                rows, numbers, blanks = [], [], []
            yield _paragraph(line, number)
    if rows:
        yield _grid(rows, numbers)


def _with_tabs(lines: list[str]) -> Iterator[str]:
    """The lines of tables whose columns are made of blanks, with tabs between the cells."""
    rows = {table.first + at: row for table in tables(lines) for at, row in enumerate(table.rows)}
    for number, line in enumerate(lines):
        row = rows.get(number)
        yield "\t".join(row) if row and any(row) else line


def _bar_cells(line: str) -> list[str] | None:
    """The cells of `| 一级指标 | 二级指标 |`; [] for the line under a header, None for a line that is no row."""
    bare = line.strip()
    if len(bare) < 3 or not bare.endswith("|"):
        return None
    if not bare.strip("|:- "):
        return []
    return [cell.strip().replace("<br>", "\n") for cell in bare[1:-1].split("|")]


def _rejoined(lines: list[str]) -> Iterator[tuple[int, str]]:
    """(number of the first line, row): rows that a line end inside of a cell has broken are put together again.

    Only in text whose rows are filled up to one width, where the pieces have just as many tabs as the row before;
    where rows end with their last filled cell, two short rows would look like one that is broken.
    """
    tabs = [line.count("\t") for line in lines]
    for first, last in _between_titles(lines):
        ends = _ends_of_rows(tabs[first:last])
        widths = [sum(tabs[first + at : first + end + 1]) for at, end in ends]
        whole = [width for width, (at, end) in zip(widths, ends, strict=True) if at == end]
        if _is_ragged(widths) or whole.count(max(widths)) < sum(at != end for at, end in ends):
            ends = [(at, at) for at in range(last - first)]
        for at, end in ends:
            yield first + at + 1, "\n".join(lines[first + at : first + end + 1])


def _between_titles(lines: list[str]) -> Iterator[tuple[int, int]]:
    """The lines from one line that is surely no part of a cell to the next: each table has a width of its own."""
    begin = 0
    for number, line in enumerate(lines):
        if "\t" not in line and _HEADING.match(line):
            yield begin, number
            begin = number
    yield begin, len(lines)


def _is_ragged(widths: list[int]) -> bool:
    """Whether rows end with their last filled cell: among rows of the usual width stand many of others."""
    widths = [width for width in widths if width]
    usual = mode(widths) if widths else 0
    if widths.count(usual) < 2:
        return True
    last = len(widths) - widths[::-1].index(usual)
    among = widths[widths.index(usual) : last]
    return sum(width != usual for width in among) > _RAGGED * len(among)


def _ends_of_rows(tabs: list[int]) -> list[tuple[int, int]]:
    """(first, last) line of every row and of every line without tabs."""
    ends = []
    at, width = 0, 0
    while at < len(tabs):
        end = _end_of_broken(tabs, at, width) if width >= _MIN_BROKEN and 0 < tabs[at] < width else at
        ends.append((at, end))
        width = sum(tabs[at : end + 1]) or width
        at = end + 1
    return ends


def _end_of_broken(tabs: list[int], at: int, width: int) -> int:
    """The last line of a row of `width` tabs that begins at `at`; `at` itself where there is no such row."""
    total = 0
    for end in range(at, min(at + _MOST_LINES, len(tabs))):
        total += tabs[end]
        if tabs[end] >= width or total > width:
            return at
        if total == width:
            pieces = [each for each in tabs[at : end + 1] if each]
            return end if len(set(pieces)) > 1 else at  # pieces of one width are rows of a narrower table
    return at


def _paragraph(line: str, number: int) -> Paragraph:
    bare = line.lstrip("#")
    level = len(line) - len(bare)
    if 0 < level <= 6 and bare.startswith(" "):
        return Paragraph(bare.strip(), f"第{number}行", heading=level)
    return Paragraph(line.strip(), f"第{number}行")


def _grid(rows: list[list[Cell]], lines: list[int]) -> Grid:
    def locate(row: int, column: int | None) -> str:
        line = lines[row] if row < len(lines) else lines[-1]
        return f"第{line}行" if column is None else f"第{line}行 第{column + 1}列"

    return Grid(label=f"第{lines[0]}行起的表" if lines else "表", rows=list(rows), locate=locate)
