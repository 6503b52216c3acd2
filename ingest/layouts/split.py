"""A sheet with a list and forms one under the other: cut where the one kind ends and the other begins."""

from collections.abc import Callable, Iterator

from ingest.grid import Grid, Span
from ingest.layouts.columns import Header, texts_of
from ingest.layouts.header_rows import header_at, headers

_NAME = "项目名称"
# A label or header stands in one of the first cells, and is no text that merely mentions it.
_FIRST_CELLS, _LONGEST_NAME = 4, 16
_HEADER_ROWS = 4
_PROJECT_KEYS = {"project_name", "unit_and_project"}
# Titles and lines of the money unit over a table.
_TITLE_CELLS, _TITLE_ROWS = 2, 4


def pieces(grid: Grid) -> list[Grid]:
    """The grid itself, or its parts from the top where lists and forms alternate in it."""
    named = list(_named(grid))
    if len(named) < 1 or (first := next(headers(grid), None)) is None:
        return [grid]
    is_list = _is_list(first)
    cuts = [0]
    for row in named:
        if is_list and row <= first.bottom:
            continue
        if (found := _is_list(_header_over(grid, row))) != is_list:
            top = _with_titles(grid, row, cuts[-1])
            if top > cuts[-1]:
                cuts.append(top)
            is_list = found
    return [part(grid, top, end) for top, end in zip(cuts, [*cuts[1:], len(grid.rows)], strict=True)]


def _named(grid: Grid) -> Iterator[int]:
    """Rows that name a project: 项目名称 as a label or in a header."""
    for number, row in enumerate(grid.rows):
        for cell in row[:_FIRST_CELLS]:
            if type(cell) is str and _NAME in cell and len(cell) <= _LONGEST_NAME:
                yield number
                break


def _header_over(grid: Grid, row: int) -> Header | None:
    """The header that begins in `row` or goes on there; None for a label."""
    for below in range(row, min(row + _HEADER_ROWS, len(grid.rows))):
        found = header_at(grid, below, row)
        if found and found.top <= row:
            return found
    return None


def _is_list(header: Header | None) -> bool:
    return header is not None and bool(header.keys & _PROJECT_KEYS)


def _with_titles(grid: Grid, row: int, above: int) -> int:
    """The first of the title rows right over `row`."""
    top = row
    while top - 1 > above and row - top < _TITLE_ROWS and len(texts_of(grid.rows[top - 1])) < _TITLE_CELLS:
        top -= 1
    return top


def part(grid: Grid, top: int, end: int) -> Grid:
    """Some rows of a sheet as a table of its own, with the places they have on the sheet."""
    if top == 0 and end == len(grid.rows):
        return grid
    inside = [span for span in grid.spans if top <= span.top and span.bottom < end]
    return Grid(
        label=grid.label,
        rows=grid.rows[top:end],
        spans=[Span(span.top - top, span.left, span.bottom - top, span.right) for span in inside],
        hidden_rows=frozenset(row - top for row in grid.hidden_rows if top <= row < end),
        hidden_columns=grid.hidden_columns,
        locate=_below(grid, top),
        page=grid.page,
        page_rows=frozenset(row - top for row in grid.page_rows if top <= row < end),
    )


def _below(grid: Grid, top: int) -> Callable[[int, int | None], str]:
    return lambda row, column: grid.place(row + top, column)
