"""Values of spreadsheet cells as the grid has them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from ingest.grid import Cell

_MEMO_SIZE = 200_000


class Values:
    """Turns rows of python-calamine into rows of a Grid; equal texts become one object, which saves much memory."""

    def __init__(self) -> None:
        self._memo: dict[str, str] = {}

    def row(self, raw: Sequence[Any]) -> list[Cell]:
        """Empty text is None, floats are cleaned; trailing empty cells are left out."""
        keep = self._memo.setdefault
        row: list[Cell] = [(keep(value, value) or None) if value.__class__ is str else clean(value) for value in raw]
        while row and row[-1] is None:
            row.pop()
        if len(self._memo) > _MEMO_SIZE:
            self._memo.clear()
        return row


def clean(value: Any) -> Cell:
    """A number as it was typed: whole numbers are int, 0.1+0.2 is 0.3 (Excel shows 15 digits), durations are text."""
    if value.__class__ is float:
        if value.is_integer() and abs(value) < 1e15:
            return int(value)
        return float(f"{value:.15g}") if len(repr(value)) > 16 else value
    if value.__class__ is timedelta:
        seconds = int(value.total_seconds())
        return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
    return value
