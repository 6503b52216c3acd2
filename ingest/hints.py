"""What a person says of a form that cannot be read surely: layout, header rows, what each column means, unit, year.

Hints change the document before a layout sees it: headers get the words we use ourselves, so that layouts need not
know that anybody helped. Places stay those of the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from approvals.facts import BY_KEY, synonym_key
from ingest.grid import Block, Cell, Document, Grid, Paragraph, Span

# Understood and not stored: what stands over a column that is not to be read.
NOT_READ = "序号"


@dataclass(frozen=True, slots=True)
class Hints:
    """All optional.

    layout   name of a layout
    table    number of the table (from 0) whose header is meant
    header   its first and last row from 0, both included; None where the table has none
    columns  column from 0 → field key, "" for a column not to be read
    first    where there is no header: the first row of content
    labels   a label as printed → field key, for forms with labels beside their values
    unit     the money unit of all amounts
    year     fiscal year
    recognise   recognise the text of scanned pages and pictures
    """

    layout: str | None = None
    table: int = 0
    header: tuple[int, int] | None = None
    first: int = 0
    columns: Mapping[int, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    year: int | None = None
    recognise: bool = False

    def to_json(self) -> dict[str, Any]:
        """For Upload.hints; nothing said is left out."""
        said = {
            "layout": self.layout,
            "table": self.table,
            "header": list(self.header) if self.header else None,
            "first": self.first,
            "columns": {str(column): key for column, key in self.columns.items()},
            "labels": dict(self.labels),
            "unit": self.unit,
            "year": self.year,
            "recognise": self.recognise,
        }
        return {name: value for name, value in said.items() if value}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Hints:
        """The reverse of `to_json`."""
        header = stored.get("header")
        return cls(
            stored.get("layout"),
            stored.get("table", 0),
            (header[0], header[1]) if header else None,
            stored.get("first", 0),
            {int(column): key for column, key in stored.get("columns", {}).items()},
            stored.get("labels", {}),
            stored.get("unit"),
            stored.get("year"),
            bool(stored.get("recognise")),
        )

    def apply(self, document: Document) -> Document:
        """The document with its headers and labels in our own words; the given one stays as it is."""
        if self.labels:
            document = _relabelled(document, self.labels)
        if self.columns:
            document = self._with_header(document)
        return document

    def _with_header(self, document: Document) -> Document:
        grids = document.grids
        if self.table >= len(grids):
            return document
        chosen = grids[self.table]
        printed = headers_of(chosen, self.header)
        blocks: list[Block] = []
        for block in document.blocks:
            if block is chosen and self.header is None:
                blocks.append(self._headed(chosen, self.first))
            elif isinstance(block, Grid) and printed:
                blocks.append(self._replaced(block, printed))
            else:
                blocks.append(block)
        return replace(document, blocks=blocks)

    def _words(self, width: int) -> list[Cell]:
        return [
            (BY_KEY[self.columns[c]].label if self.columns[c] else NOT_READ) if c in self.columns else None
            for c in range(max(width, max(self.columns) + 1))
        ]

    def _headed(self, grid: Grid, first: int) -> Grid:
        """A row of headers put in before the first row of content."""
        words = self._words(max((len(row) for row in grid.rows), default=0))

        def locate(row: int, column: int | None) -> str:
            return grid.place(max(row - (row > first), 0) if row != first else first, column)

        def moved(row: int) -> int:
            return row + (row >= first)

        return Grid(
            grid.label,
            [*grid.rows[:first], words, *grid.rows[first:]],
            [Span(moved(s.top), s.left, moved(s.bottom), s.right) for s in grid.spans],
            frozenset(moved(row) for row in grid.hidden_rows),
            grid.hidden_columns,
            locate,
            grid.page,
        )

    def _replaced(self, grid: Grid, printed: Sequence[Sequence[str]]) -> Grid:
        """The header's rows, wherever they are printed in this table, in our words; rows above its last are blanked."""
        height = len(printed)
        rows = list(grid.rows)
        gone: set[int] = set()
        for top in range(len(rows) - height + 1):
            if all(_texts(rows[top + n]) == list(printed[n]) for n in range(height)):
                for row in range(top, top + height):
                    rows[row] = []
                    gone.add(row)
                rows[top + height - 1] = self._words(len(grid.rows[top + height - 1]))
        if not gone:
            return grid
        spans = [s for s in grid.spans if not any(row in gone for row in range(s.top, s.bottom + 1))]
        locate = grid.locate
        return Grid(grid.label, rows, spans, grid.hidden_rows, grid.hidden_columns, locate, grid.page)


def headers_of(grid: Grid, header: tuple[int, int] | None) -> list[list[str]]:
    """The texts of header rows, as they are compared between files; [] without a header."""
    if header is None:
        return []
    return [_texts(row) for row in grid.rows[header[0] : header[1] + 1]]


def fingerprint(headers: Sequence[Sequence[str]]) -> str:
    """The same for the same headers."""
    return hashlib.sha256(json.dumps(headers, ensure_ascii=False).encode()).hexdigest()


def find_headers(document: Document, headers: Sequence[Sequence[str]]) -> tuple[int, int] | None:
    """(table, first row) where these very headers are printed first; None where they are not."""
    wanted = [list(row) for row in headers]
    for number, grid in enumerate(document.grids):
        for top in range(min(len(grid.rows), 40) - len(wanted) + 1):
            if all(_texts(grid.rows[top + n]) == wanted[n] for n in range(len(wanted))):
                return number, top
    return None


def _texts(row: Sequence[Cell]) -> list[str]:
    texts = ["" if cell is None else synonym_key(str(cell)) for cell in row]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _relabelled(document: Document, labels: Mapping[str, str]) -> Document:
    words = {synonym_key(printed): BY_KEY[key].label if key else NOT_READ for printed, key in labels.items()}
    return replace(document, blocks=[_with_labels(block, words) for block in document.blocks])


def _with_labels(block: Block, words: Mapping[str, str]) -> Block:
    if isinstance(block, Paragraph):
        for mark in "：:":
            label, found, value = block.text.partition(mark)
            if found and (word := words.get(synonym_key(label))):
                return replace(block, text=f"{word}：{value}")
        return block
    rows = [
        [words.get(synonym_key(cell), cell) if isinstance(cell, str) and len(cell) < 40 else cell for cell in row]
        for row in block.rows
    ]
    return Grid(block.label, list(rows), block.spans, block.hidden_rows, block.hidden_columns, block.locate, block.page)
