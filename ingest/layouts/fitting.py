"""Rows of indicators that do not stand under their header: put there by the words of their levels.

Text of web pages leaves out the cells a merged cell covers, so that rows are as long as they have cells of their own;
the table after a page end may be cut into other columns than the one with the header.
"""

from collections.abc import Sequence
from functools import cached_property

from ingest.grid import Cell, Grid
from ingest.layouts.cells import is_blank
from ingest.layouts.columns import Header, texts_of
from ingest.layouts.words import is_level, is_level1, is_level2

_SURVEYED_ROWS = 40


class Fitter:
    """Puts the cells of rows under one header.

    grid  the table the header stands in
    """

    def __init__(self, grid: Grid, header: Header) -> None:
        self.header = header
        self.grid = grid
        slots = header.blocks[0].slots if header.blocks else {}
        self.columns = set(slots.values())
        self.level1, self.level2 = slots.get("level1"), slots.get("level2")
        self.needed = tuple(slots[name] for name in ("indicator_name", "value") if name in slots)
        self.starts = sorted(
            {column for row in grid.rows[header.top : header.bottom + 1] for column, _ in texts_of(row)}
        )
        # another table → where its columns belong; None where they stand as they are
        self._other: tuple[Grid, dict[int, int] | None] | None = None

    def fit(self, grid: Grid, row: int) -> Sequence[Cell]:
        """The cells of a row, each under the header it belongs to."""
        cells = grid.rows[row]
        if grid is not self.grid and (columns := self._columns_of(grid)):
            moved: list[Cell] = [None] * self.header.width
            for column, cell in enumerate(cells):
                if column in columns:
                    moved[columns[column]] = cell
            return moved
        if grid.spans:
            return cells
        return [*[None] * shift, *cells] if (shift := self._missing_before(cells)) else cells

    def _missing_before(self, cells: Sequence[Cell]) -> int:
        """How many cells a row lacks at its front."""
        lacking = self.header.width - len(cells)
        if lacking <= 0 or not cells or is_blank(cells[0]):
            return 0
        if self.level1 is None:
            # the heading left of all names 绩效指标 is merged downwards
            return lacking if lacking == 1 and 0 not in self.columns else 0
        if (place := self._level_of_first(cells)) is not None:
            return place
        # a name right at the front, where a level would stand
        return lacking if self._is_short else 0

    def _level_of_first(self, cells: Sequence[Cell]) -> int | None:
        """The column the first cell of a row belongs to by its word: 数量指标 to 二级指标."""
        first, second = str(cells[0]), str(cells[1]) if len(cells) > 1 else ""
        if is_level1(first) and (is_level2(second) or not is_level2(first) or self.level2 is None):
            return self.level1
        if not is_level2(first) or self.level2 is None:
            return None
        # 成本指标 alone may be of either floor
        return self.level1 if is_level1(first) and self.header.width - len(cells) == self.level1 else self.level2

    @cached_property
    def _is_short(self) -> bool:
        """Whether some row begins with a word of the second level and lacks just what stands before it."""
        rows = self.grid.rows[self.header.bottom + 1 : self.header.bottom + 1 + _SURVEYED_ROWS]
        return self.level2 != 0 and any(
            cells
            and not is_blank(cells[0])
            and self._level_of_first(cells) == self.level2 == self.header.width - len(cells)
            for cells in rows
        )

    def _columns_of(self, grid: Grid) -> dict[int, int] | None:
        if self._other is None or self._other[0] is not grid:
            self._other = (grid, self._place(grid))
        return self._other[1]

    def _place(self, grid: Grid) -> dict[int, int] | None:
        """Where the columns of a table without a header of its own belong."""
        rows = [row for row in grid.rows[:_SURVEYED_ROWS] if any(is_level(text) for _, text in texts_of(row))]
        used = sorted({column for row in rows for column, _ in texts_of(row)})
        if not rows or len(used) > len(self.starts):
            return None
        right = dict(zip(used, self.starts[len(self.starts) - len(used) :], strict=True))
        left = dict(zip(used, self.starts, strict=False))
        as_it_is = self._agreement(rows, {column: column for column in used})
        best = max((right, left), key=lambda columns: self._agreement(rows, columns))
        return best if self._agreement(rows, best) > as_it_is else None

    def _agreement(self, rows: list[Sequence[Cell]], columns: dict[int, int]) -> int:
        """How many cells are where they should be: words of levels under levels, names and values filled."""
        score = 0
        for row in rows:
            placed = {columns[column]: text for column, text in texts_of(row) if column in columns}
            score += sum(column in placed for column in self.needed)
            for column, text in placed.items():
                if is_level(text):
                    under = (is_level1(text) and column == self.level1) or (is_level2(text) and column == self.level2)
                    score += 1 if under else -1
        return score
