"""Rows cut by a page end: which row at the top of a page is the rest of the last one on the page before."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.grid import Cell, Grid
from ingest.problems import Problem
from ingest.readers.pdftext import join

# Where a sentence ends, a cell may end.
_ENDS = tuple("。；！？;!?")
_SIGNS = "≥≤＞＜>=<＝≧≦"
# That so many texts of a row fill their cells by chance is not to be expected.
_NO_CHANCE = 3


@dataclass(frozen=True, slots=True)
class Torn:
    """A row that goes, and the cells its texts go to: column → row of the upper part."""

    row: int
    origins: dict[int, int]


def torn_row(upper: Grid, lower: Grid, full: set[tuple[int, int]]) -> Torn | None:
    """The row of the second part that is only the rest of the last row of the first part.

    Its few texts continue texts that fill their cells down to the page end and have no end themselves; cells beside
    them are filled above and empty below, as in no row of its own. `full` are the cells of `upper` that are filled.
    """
    number = repeated_rows(upper, lower)
    if number == len(lower.rows):
        return None
    above, last, first = _at_the_end(upper), _filled(upper.rows[-1]), _filled(lower.rows[number])
    if not first or not first < above.keys():
        return None
    origins = {column: above[column] for column in first}
    surely = [
        column
        for column, row in origins.items()
        if (row, column) in full and str(upper.rows[row][column])[-1:] not in _ENDS
    ]
    if any(
        _are_alike(str(upper.rows[row][column]), str(lower.rows[number][column])) for column, row in origins.items()
    ):
        return None
    # where most are, a text beside them may have ended at the end of its line
    by_chance = len(surely) < _NO_CHANCE
    if len(surely) < len(first) and (by_chance or len(surely) * 2 <= len(first)):
        return None
    if by_chance and len(first & last) > max(1, len(last) // 2):
        return None
    # what runs on over the rows below goes on from a cell that ran over rows itself, or is cut with all the row
    tall = [origins[span.left] for span in lower.spans if span.top == number < span.bottom and span.left in first]
    if by_chance and len(upper.rows) - 1 in tall and not last <= first:
        return None
    return Torn(number, origins)


def _are_alike(above: str, below: str) -> bool:
    """Whether two texts are of one kind, each whole: 数量指标 and 质量指标, ≥40场 and ≥95%."""
    return above[-2:] == below[-2:] or (below[0] in _SIGNS and any(sign in above for sign in _SIGNS))


def repeated_rows(upper: Grid, lower: Grid) -> int:
    """How many rows of the first part stand at the top of the second again: its header."""
    number = 0
    while number < len(lower.rows) and number < len(upper.rows) and _same(upper.rows[number], lower.rows[number]):
        number += 1
    return number


def mend(upper: Grid, lower: Grid, torn: Torn, place: str) -> Problem:
    """Put the rest of a torn row where it belongs, and say so."""
    rest = lower.rows.pop(torn.row)
    results = []
    for column, row in sorted(torn.origins.items()):
        cells = list(upper.rows[row])
        cells[column] = join(str(cells[column]), str(rest[column]))
        upper.rows[row] = cells
        results.append(str(cells[column]))
    shown = "；".join(str(rest[column]) for column in sorted(torn.origins))
    result = "；".join(results)
    return Problem(
        code="ROW_REJOINED",
        severity="info",
        place=place,
        found=shown,
        expected="一行的内容在同一页",
        message=f"{place}：这一行是上一页末行的后半部分，已并入上一页末行，合并后为“{result}”。",
        fix="请核对合并后的内容",
    )


def _at_the_end(grid: Grid) -> dict[int, int]:
    """Columns of texts whose cells reach the end of the part → the row the cell begins in."""
    last = len(grid.rows) - 1
    found = {span.left: span.top for span in grid.spans if span.bottom == last and span.top < last}
    found = {column: row for column, row in found.items() if column in _filled(grid.rows[row])}
    return found | dict.fromkeys(_filled(grid.rows[last]), last)


def _same(one: Sequence[Cell], other: Sequence[Cell]) -> bool:
    return bool(_filled(one)) and _filled(one) == _filled(other) and all(one[c] == other[c] for c in _filled(one))


def _filled(row: Sequence[Cell]) -> set[int]:
    return {column for column, cell in enumerate(row) if cell is not None}
