"""The tops of a document's tables as a person sees them, and what is understood of them: for choosing by hand."""

from typing import Any

from approvals.facts import BY_KEY
from ingest.grid import Document, Grid
from ingest.layouts.cells import plain
from ingest.layouts.header_rows import headers
from ingest.layouts.headers import is_group, meaning
from ingest.layouts.words import is_level

_TABLES = 8
_ROWS = 14
_COLUMNS = 60
_TEXT = 200
_LABELS = 60
_LABEL_ROWS = 60
_LONGEST_LABEL = 24


def survey(document: Document) -> dict[str, Any]:
    """JSON for Upload.survey.

    tables  label, place of the first row, rows of texts (the first 14), header as [first, last] row or None,
            columns: column → field key, as understood
    labels  short texts that are no known word, for forms with labels
    found   labels of the fields that are understood
    """
    grids = document.grids
    return {
        "tables": [_table(grid) for grid in grids[:_TABLES]],
        "labels": _unknown_labels(grids),
        "found": _found(grids),
        "count": len(grids),
    }


def _table(grid: Grid) -> dict[str, Any]:
    rows = [[plain(cell)[:_TEXT] for cell in row[:_COLUMNS]] for row in grid.rows[:_ROWS]]
    width = max((len(row) for row in rows), default=0)
    rows = [row + [""] * (width - len(row)) for row in rows]
    header = next(headers(grid), None)
    if header is not None and header.bottom < _ROWS:
        lines: list[int] | None = [header.top, header.bottom]
    else:
        best = max(range(len(rows)), key=lambda n: _likeness(rows[n]), default=None)
        lines = [best, best] if best is not None and _likeness(rows[best]) >= 1 else None
    columns = {}
    if lines:
        for column in range(width):
            told = [meaning(rows[row][column], near=True) for row in range(lines[0], lines[1] + 1) if rows[row][column]]
            known = [each.key for each in told if each and each.key in BY_KEY]
            columns[str(column)] = known[-1] if known else ""
    return {
        "label": grid.label,
        "place": grid.place(0),
        "rows": rows,
        "width": width,
        "header": lines,
        "columns": columns,
        "length": len(grid.rows),
    }


def _likeness(row: list[str]) -> float:
    """How much a row looks like a header: known words count, and being full counts a little."""
    filled = [text for text in row if text]
    if len(filled) < 2 or any(len(text) > 40 or text[0].isdigit() for text in filled):
        return 0
    known = sum(bool(meaning(text) or is_group(text)) for text in filled)
    return known + 0.1 * len(filled) if known else 0.1 * len(filled)


def _unknown_labels(grids: list[Grid]) -> list[dict[str, str]]:
    labels: dict[str, str] = {}
    for grid in grids[:_TABLES]:
        for number, row in enumerate(grid.rows[:_LABEL_ROWS]):
            for column, cell in enumerate(row[:_COLUMNS]):
                if not isinstance(cell, str) or not 1 < len(cell.strip()) <= _LONGEST_LABEL:
                    continue
                text = plain(cell)
                if text and not (text[0].isdigit() or meaning(text) or is_group(text) or is_level(text)):
                    labels.setdefault(text, grid.place(number, column))
                if len(labels) >= _LABELS:
                    return [{"text": text, "place": place} for text, place in labels.items()]
    return [{"text": text, "place": place} for text, place in labels.items()]


def _found(grids: list[Grid]) -> list[str]:
    found = set()
    for grid in grids[:_TABLES]:
        for row in grid.rows[:_LABEL_ROWS]:
            for cell in row[:_COLUMNS]:
                if isinstance(cell, str) and len(cell) <= 40 and (told := meaning(cell)) and told.key in BY_KEY:
                    found.add(told.key)
    return [fact.label for key, fact in BY_KEY.items() if key in found]
