"""Rows of spanning cells become a Grid: shared by the readers of Word and web tables."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.grid import Cell, Grid, Span


@dataclass(slots=True)
class TableBuilder:
    """Collects cells at (row, column) with their spans and makes the Grid.

    Columns in which no cell begins (Word and exporters cut tables into many narrow ones) are taken out.
    """

    rows: list[list[tuple[int, int, Cell]]] = field(default_factory=list)
    _tall: list[Span] = field(default_factory=list)
    _open: dict[int, tuple[int, int]] = field(default_factory=dict)

    def add_row(self, cells: list[tuple[int, int, Cell, str]]) -> None:
        """One row of (column, width, value, merge); merge is "" or "restart" or "continue" downwards."""
        number = len(self.rows)
        placed: list[tuple[int, int, Cell]] = []
        still_open: dict[int, tuple[int, int]] = {}
        for column, width, value, merge in cells:
            if merge == "continue" and column in self._open:
                still_open[column] = self._open[column]
                continue
            if merge == "restart":
                still_open[column] = (number, width)
            placed.append((column, width, value))
        for column, (top, width) in self._open.items():
            if still_open.get(column) != (top, width):
                self._close(column, top, width, number - 1)
        self._open = still_open
        self.rows.append(placed)

    def _close(self, column: int, top: int, width: int, bottom: int) -> None:
        if bottom > top:
            self._tall.append(Span(top, column, bottom, column + width - 1))

    def add_span(self, span: Span) -> None:
        """A merged cell known as a whole."""
        self._tall.append(span)

    def finish(
        self, label: str, locate: Callable[[int, int | None], str] | None = None, page: int | None = None
    ) -> Grid:
        """The grid; the builder is used up."""
        for column, (top, width) in self._open.items():
            self._close(column, top, width, len(self.rows) - 1)
        starts = sorted({column for row in self.rows for column, _, _ in row})
        index = {column: number for number, column in enumerate(starts)}
        covered = {(span.top, span.left) for span in self._tall}
        # A web page may ask for more rows than there are.
        last = len(self.rows) - 1
        tall = [Span(span.top, span.left, min(span.bottom, last), span.right) for span in self._tall]
        spans = [self._compressed(span, starts, index) for span in tall]
        rows: list[list[Cell]] = []
        for number, cells in enumerate(self.rows):
            row: list[Cell] = []
            for column, width, value in cells:
                left = index[column]
                row.extend([None] * (left - len(row)))
                row.append(value)
                if width > 1 and (number, column) not in covered:
                    spans.append(self._compressed(Span(number, column, number, column + width - 1), starts, index))
            rows.append(row)
        kept = [span for span in spans if span.bottom > span.top or span.right > span.left]
        kept.sort(key=lambda span: (span.top, span.left))
        return Grid(label=label, rows=list(rows), spans=kept, locate=locate, page=page)

    @staticmethod
    def _compressed(span: Span, starts: list[int], index: dict[int, int]) -> Span:
        left = index[span.left]
        right = left
        while right + 1 < len(starts) and starts[right + 1] <= span.right:
            right += 1
        return Span(span.top, left, span.bottom, right)
