"""Tables of Word that have become text with one cell a line: put back into rows.

Every cell begins with a tab, a blank line ends a row, further lines of a cell have no tab. An empty paragraph
inside a cell looks like the end of a row; rows that are too short under their header are joined again.
"""

import re
from collections.abc import Iterator, Sequence

from ingest.grid import Block, Cell, Document, Grid, Paragraph
from ingest.layouts.columns import texts_of
from ingest.layouts.headers import is_group, meaning
from ingest.layouts.heading import is_title, labelled
from ingest.layouts.labels import is_signature, label_of
from ingest.layouts.lost_widths import place_headers
from ingest.layouts.words import is_level
from ingest.problems import Problem, report

_LINE = re.compile(r"第(\d+)行")
# Hidden table-of-contents fields of Word: TC 标题 \f C \l 1
CONTENTS_FIELD = re.compile(r'\s*TC\s+.*\\[fl]\s+["\w].*$', re.DOTALL)
_MIN_CELLS = 8
_HEADING = re.compile(
    r"^(?:[(（]?续表[)）]?$|[一二三四五六七八九十]+、|[(（][一二三四五六七八九十]+[)）]|第[一二三四五六七八九十]+(?:部分|章))"
)


def unfold(document: Document) -> Document:
    """The document with tables of one cell a line turned into tables, and cells of several lines made whole."""
    if document.format != "text":
        return document
    blocks = list(_rejoined([_parted(block) if isinstance(block, Grid) else block for block in document.blocks]))
    problems = list(document.problems)
    if any(is_vertical(block) for block in blocks if isinstance(block, Grid)):
        blocks = list(_blocks(blocks, problems))
    return Document(document.format, blocks, problems, document.sha256)


def _rejoined(blocks: list[Block]) -> Iterator[Block]:
    """Lines without a tab right under a row and right above the next are the rest of its last cell."""
    grid: Grid | None = None
    rest: list[Paragraph] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            last = rest[-1].place if rest else (grid.place(len(grid.rows) - 1) if grid else "")
            if grid and _line_number(block.place) == _line_number(last) + 1 and _goes_on(block.text):
                rest.append(block)
                continue
        elif (
            grid
            and rest
            and _line_number(block.place(0)) == _line_number(rest[-1].place) + 1
            and not _only_cells(block)
        ):
            grid = _with_rest(grid, rest, block)
            rest = []
            continue
        if grid:
            yield grid
        yield from rest
        rest = []
        grid = block if isinstance(block, Grid) and not _only_cells(block) else None
        if grid is None:
            yield block
    if grid:
        yield grid
    yield from rest


def _parted(grid: Grid) -> Grid:
    """A row that was put together of two, as they have the width of one: `总额 | 200↵年度目标 | 更换旧灯`."""
    rows: list[Sequence[Cell]] = []
    origins: list[tuple[int, int]] = []
    for number, row in enumerate(grid.rows):
        begin, cells = 0, list(row)
        for column, cell in enumerate(row[1:-1], 1):
            if isinstance(cell, str) and "\n" in cell:
                before, _, label = cell.rpartition("\n")
                told = label_of(label)
                if told and told.how == "exact" and not label_of(before):
                    rows.append([*cells[begin:column], before])
                    origins.append((number, begin))
                    begin, cells[column] = column, label
        rows.append(cells[begin:])
        origins.append((number, begin))
    if len(rows) == len(grid.rows):
        return grid

    def locate(row: int, column: int | None) -> str:
        number, begin = origins[row]
        return grid.place(number, None if column is None else column + begin)

    return Grid(grid.label, rows, locate=locate)


def _goes_on(text: str) -> bool:
    return not is_title(text) and not labelled(text) and not text.strip("-— ").isdigit()


def _with_rest(grid: Grid, rest: list[Paragraph], below: Grid) -> Grid:
    """The two grids as one; the lines between belong to the cell above, to a label they begin below, or are rows
    of one cell over the whole width."""
    begun = "".join(each.text for each in rest)
    first = below.rows[0][0] if below.rows and below.rows[0] else None
    if isinstance(first, str) and meaning(begun + first):
        below.rows[0] = ["\n".join([*(each.text for each in rest), first]), *below.rows[0][1:]]
        rest = []
    last = list(grid.rows[-1])
    while last and last[-1] is None:
        last.pop()
    first_own = 0 if not last or _is_indicator_header(last) else len(rest)
    first_own = next((number for number, each in enumerate(rest[:first_own]) if _is_row(each.text)), first_own)
    for each in rest[:first_own]:
        last[-1] = f"{last[-1]}\n{each.text}"
    own = rest[first_own:]
    above, under = grid, below
    count, until = len(above.rows), len(above.rows) + len(own)

    def locate(row: int, column: int | None) -> str:
        if count <= row < until:
            return own[row - count].place
        return above.place(row, column) if row < count else under.place(row - until, column)

    between: list[list[Cell]] = [[each.text] for each in own]
    return Grid(grid.label, [*grid.rows[:-1], last, *between, *below.rows], locate=locate)


def _is_row(text: str) -> bool:
    """A label, a group or a heading fills a row of its own: 年度绩效目标, 绩效指标, 一、特定目标类."""
    return bool(_HEADING.match(text) or label_of(text) or is_group(text) or is_level(text))


def is_vertical(grid: Grid) -> bool:
    """Whether every row holds one cell after a leading tab."""
    rows = [row for row in grid.rows if row]
    return len(rows) >= _MIN_CELLS and all(len(row) == 2 and row[0] is None for row in rows)


def _only_cells(grid: Grid) -> bool:
    return all(len(row) == 2 and row[0] is None for row in grid.rows if row)


def _blocks(blocks: list[Block], problems: list[Problem]) -> Iterator[Block]:
    table: _Table | None = None
    for number, block in enumerate(blocks):
        # in a text that has such tables at all, the shorter pieces are parts of them too
        if isinstance(block, Grid) and _only_cells(block):
            table = table or _Table()
            table.take(block)
            continue
        if isinstance(block, Paragraph):
            text = CONTENTS_FIELD.sub("", block.text).strip()
            line = _line_number(block.place)
            if table is not None and (table.is_next(line) or _table_goes_on(blocks, number)) and not is_title(text):
                table.go_on(text, line)
                continue
            block = Paragraph(text, block.place, block.heading)  # noqa: PLW2901
        if table is not None:
            yield table.finish(problems)
            table = None
        yield block
    if table is not None:
        yield table.finish(problems)


def _table_goes_on(blocks: list[Block], number: int) -> bool:
    """Whether cells follow with nothing like a heading before them: an empty paragraph stood inside a cell."""
    for block in blocks[number:]:
        if isinstance(block, Grid):
            return _only_cells(block)
        if is_title(block.text) or _HEADING.match(block.text):
            return False
    return False


def _line_number(place: str) -> int:
    found = _LINE.search(place)
    return int(found[1]) if found else 0


class _Table:
    """Collects the cells of one table."""

    def __init__(self) -> None:
        self.rows: list[list[Cell]] = [[]]
        self.lines: list[list[int]] = [[]]
        self._last = 0

    def is_next(self, line: int) -> bool:
        """Whether a line stands right under the last one."""
        return line == self._last + 1

    def take(self, grid: Grid) -> None:
        """The cells of a run of lines."""
        for number, row in enumerate(grid.rows):
            line = _line_number(grid.place(number))
            if not row or (self._last and line > self._last + 1):
                self._end_row()
            self._last = line
            if row:
                self.rows[-1].append(row[1])
                self.lines[-1].append(line)

    def go_on(self, text: str, line: int) -> None:
        """A further line of the cell before. After a blank line a page number is none, a heading a row of its own."""
        apart = line > self._last + 1
        if apart and text.strip("-— ").isdigit():
            return
        self._last = line
        if apart and _is_row(text):
            self._end_row()
            self.rows[-1].append(text)
            self.lines[-1].append(line)
            self._end_row()
            return
        for row in reversed(self.rows):
            if row:
                row[-1] = f"{row[-1]}\n{text}" if row[-1] else text
                return

    def _end_row(self) -> None:
        if self.rows[-1]:
            self.rows.append([])
            self.lines.append([])

    def finish(self, problems: list[Problem]) -> Grid:
        """The table; headers whose merged cells cannot be placed are told."""
        rows, lines = self._joined()

        def locate(row: int, column: int | None) -> str:
            if row >= len(lines) or not lines[row]:
                return f"第{lines[-1][-1]}行" if lines and lines[-1] else "表"
            return f"第{lines[row][min(column or 0, len(lines[row]) - 1)]}行"

        placed = place_headers(rows)
        problems += [
            report("HEADER_WIDTHS", locate(row, None), found="、".join(text for _, text in texts_of(rows[row])))
            for row in placed.unclear
            if any(_is_indicator_header(each) for each in rows[row : row + 3])
        ]
        return Grid(f"第{lines[0][0]}行起的表" if lines else "表", list(placed.rows), placed.spans, locate=locate)

    def _joined(self) -> tuple[list[list[Cell]], list[list[int]]]:
        """Rows shorter than their header, joined until they are as long."""
        rows: list[list[Cell]] = []
        lines: list[list[int]] = []
        width = 0
        for row, numbers in zip(self.rows, self.lines, strict=True):
            if not row:
                continue
            if _is_indicator_header(row):
                width = len(row)
            elif width and rows and len(rows[-1]) + len(row) <= width and not (_is_whole(rows[-1]) or _is_whole(row)):
                rows[-1] += row
                lines[-1] += numbers
                continue
            rows.append(row)
            lines.append(numbers)
        return rows, lines


def _is_whole(row: list[Cell]) -> bool:
    """A short row that is complete: 其他说明 | 无, signatures under the indicators, 第四部分 名词解释."""
    first = next((text for _, text in texts_of(row)), "")
    if len(row) == 1 and _HEADING.match(first):
        return True
    told = label_of(first)
    return is_signature(first) or (told is not None and told.group != "indicator")


def _is_indicator_header(row: list[Cell]) -> bool:
    told = [found for _, text in texts_of(row) if (found := meaning(text)) and found.group == "indicator"]
    return len(told) >= 3
