"""Lists whose header of indicators stands in the first row of each project, beside its merged cells: it is put where
a header stands, under 绩效指标 at the end of the row above."""

from collections.abc import Sequence
from dataclasses import replace

from ingest.grid import Cell, Grid
from ingest.layouts.columns import texts_of
from ingest.layouts.headers import is_group, meaning
from ingest.layouts.words import is_level

_SEARCHED_ROWS = 60


def with_header_above(grid: Grid) -> Grid:
    """The grid with that header in the row above and nowhere else; the same grid where there is none."""
    for number in range(1, min(_SEARCHED_ROWS, len(grid.rows))):
        column = _begin(grid.rows[number - 1], grid.rows[number])
        if column is None:
            continue
        words = list(grid.rows[number][column:])
        rows = [_without(row, column, words) if at >= number else row for at, row in enumerate(grid.rows)]
        rows[number - 1] = [*grid.rows[number - 1][:column], *words]
        spans = [span for span in grid.spans if (span.top, span.left) != (number - 1, column)]
        return replace(grid, rows=rows, spans=spans)
    return grid


def _begin(upper: Sequence[Cell], lower: Sequence[Cell]) -> int | None:
    """The column in which the header of indicators begins that stands in the lower row; None where none does."""
    above = texts_of(upper)
    if len(above) < 2 or not is_group(above[-1][1]):
        return None
    column = above[-1][0]
    own = [text for at, text in texts_of(lower) if at >= column]
    told = [found for text in own if (found := meaning(text))]
    names = {found.key for found in told}
    if not {"indicator_name", "value"} <= names or len(told) < len(own):
        return None
    headed = all(meaning(text) or is_group(text) or is_level(text) for _, text in above)
    beside = [text for at, text in texts_of(lower) if at < column]
    return column if headed and beside and not all(map(meaning, beside)) else None


def _without(row: Sequence[Cell], column: int, words: Sequence[Cell]) -> Sequence[Cell]:
    same = len(row) > column and list(row[column : column + len(words)]) == list(words)
    return [*row[:column], *[None] * len(words), *row[column + len(words) :]] if same else row
