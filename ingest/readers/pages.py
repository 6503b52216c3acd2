"""Tables that run over a page end are put together again; every row keeps its place on its page.

Two grids are one table when nothing but page furniture stands between them and their columns agree. A cell
without a line at the page end continues in the cell without a line at the top of the next page.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.grid import Block, Cell, Grid, Paragraph, Span
from ingest.problems import Problem
from ingest.readers.pdftext import join
from ingest.readers.torn import mend, repeated_rows, torn_row

# Columns whose edges differ by less than this many points are the same.
_SAME_EDGE = 4.0
_PAGE_NUMBER = re.compile(r"^[\s\-—–·第共/页页码Pagepof\d()（）]+$|^[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩivx]{1,6}$")
_MIN_HEADER_CELLS = 4


@dataclass(slots=True)
class PageTable:
    """A table on one page.

    edges        where its columns begin, and where the last one ends, in points
    open_top, open_bottom   (row, column) of cells that have no line at the upper or lower end of the table
    full         cells of the last row whose text fills the cell to its end
    last_page    the page on which it ends; `grid.page` is where it begins
    """

    grid: Grid
    edges: list[float]
    open_top: list[tuple[int, int]] = field(default_factory=list)
    open_bottom: list[tuple[int, int]] = field(default_factory=list)
    full: set[tuple[int, int]] = field(default_factory=set)
    last_page: int | None = None

    def __post_init__(self) -> None:
        if self.last_page is None:
            self.last_page = self.grid.page


@dataclass(slots=True)
class PageParagraph:
    """A line of text on a page; `furniture` says that it belongs to the page, not to the document."""

    paragraph: Paragraph
    furniture: bool = False


Item = PageTable | PageParagraph


def put_together(pages: list[list[Item]], name: str) -> tuple[list[Block], list[Problem]]:
    """(blocks in reading order with continued tables joined, what was mended on the way).

    Nothing is left out: page furniture follows the table. `name` is the file's, for messages.
    """
    _mark_furniture(pages)
    blocks: list[Block] = []
    problems: list[Problem] = []
    last: PageTable | None = None
    between: list[PageParagraph] = []
    for page in pages:
        for item in page:
            if isinstance(item, PageParagraph):
                blocks.append(item.paragraph)
                between.append(item)
                continue
            if last is not None and last.last_page != item.grid.page and _continues(last, item, between):
                last = _joined(last, item, blocks, problems, name)
            else:
                blocks.append(item.grid)
                last = item
            between = []
    return blocks, problems


def _mark_furniture(pages: list[list[Item]]) -> None:
    """Page numbers, and lines that stand first or last on at least half of the pages with the same words."""
    ends: Counter[str] = Counter()
    for page in pages:
        ends.update({item.paragraph.text for item in _outer(page)})
    for page in pages:
        for item in _outer(page):
            text = item.paragraph.text
            item.furniture = bool(_PAGE_NUMBER.match(text)) or (ends[text] > 1 and ends[text] * 2 >= len(pages))


def _outer(page: list[Item]) -> list[PageParagraph]:
    """The paragraphs before the first and after the last table of a page."""
    tables = [number for number, item in enumerate(page) if isinstance(item, PageTable)]
    if not tables:
        return []
    outer = page[: tables[0]] + page[tables[-1] + 1 :]
    return [item for item in outer if isinstance(item, PageParagraph)]


def _continues(before: PageTable, after: PageTable, between: list[PageParagraph]) -> bool:
    if not all(item.furniture for item in between) or not _same_columns(before, after):
        return False
    if _open_pairs(before, after):
        return True
    first, again = _texts(before.grid, 0), _texts(after.grid, 0)
    if first and first == again:
        return sum(map(bool, first)) >= _MIN_HEADER_CELLS
    titled = any(not _PAGE_NUMBER.match(item.paragraph.text) for item in between)
    # Forms begin with the same label in the same place: then it is the next form, not the rest of the last one.
    return not titled and not (first[:1] and first[0] and first[:1] == again[:1])


def _texts(grid: Grid, row: int) -> list[str]:
    cells = [str(cell or "") for cell in grid.rows[row]] if len(grid.rows) > row else []
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _same_columns(before: PageTable, after: PageTable) -> bool:
    """Outer edges agree, and the inner ones of one table are among those of the other."""
    if abs(before.edges[0] - after.edges[0]) > _SAME_EDGE or abs(before.edges[-1] - after.edges[-1]) > _SAME_EDGE:
        return False
    return _among(before.edges, after.edges) or _among(after.edges, before.edges)


def _among(some: list[float], all_: list[float]) -> bool:
    return all(any(abs(edge - other) <= _SAME_EDGE for other in all_) for edge in some)


def _open_pairs(before: PageTable, after: PageTable) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Cells cut by the page end: (cell of the first part, cell of the second part), by their left edge."""
    pairs = []
    for row, column in before.open_bottom:
        for other_row, other_column in after.open_top:
            if abs(before.edges[column] - after.edges[other_column]) <= _SAME_EDGE:
                pairs.append(((row, column), (other_row, other_column)))
    return pairs


def _joined(before: PageTable, after: PageTable, blocks: list[Block], problems: list[Problem], name: str) -> PageTable:
    """`before` with the rows of `after`, put into `blocks` in place of `before`."""
    position = next(number for number, block in enumerate(blocks) if block is before.grid)
    edges = before.edges if len(before.edges) >= len(after.edges) else after.edges
    pairs = [
        ((row, _column(before, column, edges)), (other_row, _column(after, other, edges)))
        for (row, column), (other_row, other) in _open_pairs(before, after)
    ]
    upper, lower = _regridded(before, edges), _regridded(after, edges)
    height = len(upper.rows)
    # The number of the row of the second part that goes into the last row of the first part.
    gone: int | None = 0 if pairs and _whole_row(upper, lower, pairs) else None
    for cell, rest in pairs:
        _merge_cell(upper, lower, cell, rest, as_span=gone is None)
    if not pairs:
        full = {(row, _column(before, column, edges)) for row, column in before.full}
        if torn := torn_row(upper, lower, full):
            gone = torn.row
            problems.append(mend(upper, lower, torn, f"{name} {after.grid.place(gone)}"))
    elif gone is not None:
        lower.rows.pop(gone)
    merged = {rest for _, rest in pairs}
    kept = [span for span in lower.spans if (span.top, span.left) not in merged and span.bottom != gone]
    rows = [(_moved(span.top + (span.top == gone), height, gone), _moved(span.bottom, height, gone)) for span in kept]
    spans = [Span(top, span.left, bottom, span.right) for span, (top, bottom) in zip(kept, rows, strict=True)]
    grid = Grid(
        label=before.grid.label,
        rows=[*upper.rows, *lower.rows],
        spans=[*upper.spans, *spans],
        locate=_locator(before.grid, after.grid, height, gone),
        page=before.grid.page,
        page_rows=before.grid.page_rows | {height + repeated_rows(upper, lower)},
    )
    blocks[position] = grid
    origin_of = {rest: cell for cell, rest in pairs}
    # The next page continues after this part; a cell open on both sides goes on from where it began.
    open_bottom = []
    for row, column in after.open_bottom:
        cell = (row, _column(after, column, edges))
        open_bottom.append(origin_of.get(cell, (_moved(row, height, gone), cell[1])))
    full = {(_moved(row, height, gone), _column(after, column, edges)) for row, column in after.full}
    return PageTable(grid, edges, [], open_bottom, full, after.last_page)


def _moved(row: int, height: int, gone: int | None) -> int:
    """The number in the joined table of a row of the second part."""
    return height + row - (gone is not None and row >= gone)


def _column(table: PageTable, column: int, edges: list[float]) -> int:
    """Number of the column among `edges`."""
    at = table.edges[column]
    return min(range(len(edges)), key=lambda number: abs(edges[number] - at))


def _regridded(table: PageTable, edges: list[float]) -> Grid:
    """The grid with its columns counted along `edges`; wide cells get a span."""
    if len(edges) == len(table.edges):
        return Grid(table.grid.label, [list(row) for row in table.grid.rows], list(table.grid.spans))
    columns = [_column(table, number, edges) for number in range(len(table.edges))]
    rows: list[list[Cell]] = []
    spans = []
    spanned = {(span.top, span.left) for span in table.grid.spans}
    covered = {
        (row, column)
        for span in table.grid.spans
        for row in range(span.top, span.bottom + 1)
        for column in range(span.left, span.right + 1)
    }
    for number, cells in enumerate(table.grid.rows):
        row: list[Cell] = [None] * columns[len(cells)] if cells else []
        for column, cell in enumerate(cells):
            row[columns[column]] = cell
            single = (number, column) not in spanned and (number, column) not in covered
            if single and columns[column + 1] - columns[column] > 1:
                spans.append(Span(number, columns[column], number, columns[column + 1] - 1))
        rows.append(row)
    for span in table.grid.spans:
        spans.append(Span(span.top, columns[span.left], span.bottom, columns[span.right + 1] - 1))
    return Grid(table.grid.label, list(rows), spans)


def _whole_row(upper: Grid, lower: Grid, pairs: list[tuple[tuple[int, int], tuple[int, int]]]) -> bool:
    """Whether all cells with text in the first row of the second part are rests of the last row of the first."""
    rests = {column for (row, _), (other, column) in pairs if row == len(upper.rows) - 1 and other == 0}
    filled = {column for column, cell in enumerate(lower.rows[0]) if cell is not None}
    tall = any(span.top == 0 and span.bottom > 0 for span in lower.spans)
    return len(rests) == len(pairs) and filled <= rests and not tall


def _merge_cell(upper: Grid, lower: Grid, cell: tuple[int, int], rest: tuple[int, int], *, as_span: bool) -> None:
    """The text of `rest` goes to `cell`; as a span they become one merged cell."""
    height = len(upper.rows)
    text, more = _get(upper, *cell), _get(lower, *rest)
    if more is not None:
        _set(upper, cell, more if text is None or text == more else join(str(text), str(more)))
        _set(lower, rest, None)
    if not as_span:
        return
    above = next((span for span in upper.spans if (span.top, span.left) == cell), None)
    below = next((span for span in lower.spans if (span.top, span.left) == rest), None)
    if above:
        upper.spans.remove(above)
    right = max(cell[1], above.right if above else 0)
    upper.spans.append(Span(cell[0], cell[1], height + (below.bottom if below else rest[0]), right))


def _set(grid: Grid, place: tuple[int, int], value: Cell) -> None:
    row, column = place
    cells = list(grid.rows[row])
    cells.extend([None] * (column + 1 - len(cells)))
    cells[column] = value
    grid.rows[row] = cells


def _get(grid: Grid, row: int, column: int) -> Cell:
    cells = grid.rows[row]
    return cells[column] if column < len(cells) else None


def _locator(before: Grid, after: Grid, height: int, gone: int | None) -> Callable[[int, int | None], str]:
    """Places of both parts; row `gone` of the second part has been merged into the first."""

    def locate(row: int, column: int | None) -> str:
        if row < height:
            return before.place(row, column)
        row -= height
        return after.place(row + (gone is not None and row >= gone), column)

    return locate
