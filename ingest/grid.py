"""What a reader hands over: paragraphs and grids of cells, in the order of the document, without meaning.

Rows are plain lists, so that 200,000 of them fit in memory; a cell's place is worked out only when asked for.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from operator import attrgetter

from openpyxl.utils import get_column_letter

from ingest.problems import Problem


class CellError(str):
    """A cell that holds no usable value: `#REF!`, or a formula stored without a result.

    The text is what a person sees in the file; `reason` says why it is no value.
    """

    reason: str

    def __new__(cls, text: str, reason: str) -> "CellError":
        error = super().__new__(cls, text)
        error.reason = reason
        return error


# Text keeps the line breaks and blanks of the file; numbers shown as percent come as text ("100%").
type_of_cell = str | int | float | Decimal | bool | date | datetime | time | CellError
Cell = type_of_cell | None


@dataclass(frozen=True, slots=True)
class Span:
    """A merged cell: rows top..bottom and columns left..right, all included, counted from 0.

    The value stands in the top left cell; the cells it covers are None.
    """

    top: int
    left: int
    bottom: int
    right: int


_top = attrgetter("top")


@dataclass(slots=True)
class Grid:
    """One table (or one sheet) as found.

    label   a person's word for it: the sheet's name, or "第2页 表1"
    rows    cells row by row; rows may differ in length; trailing empty cells may be missing
    spans   merged cells
    hidden_rows, hidden_columns   numbers counted from 0
    locate  (row, column or None) → place in words; default "label!C7" as in a sheet
    page    page number of the first row, where the format has pages
    page_rows   numbers of the first rows of further pages, after what is repeated there
    """

    label: str
    rows: list[Sequence[Cell]]
    spans: list[Span] = field(default_factory=list)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    locate: Callable[[int, int | None], str] | None = None
    page: int | None = None
    page_rows: frozenset[int] = frozenset()
    # made when first asked for: a sheet of a thousand forms is asked a thousand times
    _sizes: dict[tuple[int, int], tuple[int, int]] | None = field(default=None, init=False, repr=False, compare=False)
    _ordered: list[Span] | None = field(default=None, init=False, repr=False, compare=False)
    _tallest: int = field(default=0, init=False, repr=False, compare=False)

    @property
    def sizes(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Merged cells: (top, left) → (height, width)."""
        if self._sizes is None:
            self._sizes = {(s.top, s.left): (s.bottom - s.top + 1, s.right - s.left + 1) for s in self.spans}
        return self._sizes

    def spans_in(self, top: int, bottom: int) -> list[Span]:
        """Merged cells that lie in one of the rows `top` … `bottom`, from the top."""
        if self._ordered is None:
            self._ordered = sorted(self.spans, key=_top)
            self._tallest = max((span.bottom - span.top for span in self.spans), default=0)
        begin = bisect_left(self._ordered, top - self._tallest, key=_top)
        end = bisect_right(self._ordered, bottom, key=_top)
        return [span for span in self._ordered[begin:end] if span.bottom >= top]

    def place(self, row: int, column: int | None = None) -> str:
        """Where a person finds it: `Sheet1!C7`, `第2页 表1 第3行`. Counts from 0 like `rows`."""
        if self.locate is not None:
            return self.locate(row, column)
        if column is None:
            return f"{self.label}!{row + 1}"
        return f"{self.label}!{get_column_letter(column + 1)}{row + 1}"


@dataclass(slots=True)
class Paragraph:
    """A line of text outside of tables. `heading` is the level of a heading paragraph or None."""

    text: str
    place: str
    heading: int | None = None


Block = Paragraph | Grid


@dataclass(slots=True)
class Document:
    """A file as a reader found it.

    format    its real format, by content: "xlsx", "docx", "pdf", "text" …
    blocks    paragraphs and grids in reading order
    problems  what the gate and the reader noticed without refusing the file (macros, hidden sheets …)
    sha256    of the file's bytes, in hex: the same file twice is recognised by it
    """

    format: str
    blocks: list[Block]
    problems: list[Problem] = field(default_factory=list)
    sha256: str = ""

    @property
    def grids(self) -> list[Grid]:
        """The tables alone."""
        return [block for block in self.blocks if isinstance(block, Grid)]
