"""Plain text whose columns are made of blanks: read where they are clear, left as lines where they are not.

A column is clear when no line of the table writes across the gap before it. Cells that go on in a further line cannot
be told from rows: such a table stays text.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_GAP = re.compile(r"(?: {2,}|\u3000+ *| +\u3000[ \u3000]*)")
_MIN_COLUMNS = _MIN_LINES = 3
# Rows of a header: every column has a name in one of them.
_HEADER_LINES = 4


@dataclass(frozen=True, slots=True)
class Word:
    """A text between gaps, and where on the line it stands, counted in half characters."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AlignedTable:
    """Lines `first` … of the text as rows; "" for an empty cell."""

    first: int
    rows: list[list[str]]


def tables(lines: Sequence[str]) -> Iterator[AlignedTable]:
    """The tables among the lines of a text without tabs."""
    words = [list(_words(line)) for line in lines]
    for first, last in _runs(words):
        begin, rows = _rows(words[first : last + 1])
        if rows:
            yield AlignedTable(first + begin, rows)


def _words(line: str) -> Iterator[Word]:
    at = position = 0
    for found in [*_GAP.finditer(line), None]:
        text = line[at : found.start()] if found else line[at:]
        width = _width(text)
        if text.strip():
            indent = _width(text[: len(text) - len(text.lstrip())])
            yield Word(text.strip(), position + indent, position + width)
        if found:
            position += width + _width(found[0])
            at = found.end()


def _width(text: str) -> int:
    """In half characters: a Chinese one takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "FWA" else 1 for char in text)


def _runs(words: list[list[Word]]) -> Iterator[tuple[int, int]]:
    """First and last of lines that belong together: from one of several words to the next title or much blank."""
    first, blank = -1, 0
    for number, line in enumerate(words):
        blank = 0 if line else blank + 1
        if first < 0:
            first = number if len(line) >= _MIN_COLUMNS else -1
        elif blank >= _MIN_LINES or (len(line) == 1 and line[0].start == 0 and not words[number - 1]):
            yield first, number - 1
            first = -1
    if first >= 0:
        yield first, len(words) - 1


def _rows(words: list[list[Word]]) -> tuple[int, list[list[str]]]:
    """(number of the first row, rows); no rows where the columns are not clear."""
    most = max(map(len, words))
    starts = _starts([line for line in words if len(line) * 2 > most])
    # columns that are empty in the fuller lines have names in the header
    starts = _starts([line for line in words if not any(_crosses(starts, word) for word in line)])
    first, last = _between_titles([any(_crosses(starts, word) for word in line) for line in words])
    words = words[first:last]
    placed = [{_column(starts, word): word for word in line} for line in words]
    filled = [row for row in placed if row]
    heads = {at for row in filled[:_HEADER_LINES] for at in row}
    clear = (
        len(filled) >= _MIN_LINES
        and len(starts) >= _MIN_COLUMNS
        and len(heads) == len(starts)
        and all(len(row) == len(line) for row, line in zip(placed, words, strict=True))
        and not any(_crosses(starts, word) for line in words for word in line)
    )
    if not clear or _has_rests(placed, len(starts)):
        return first, []
    return first, [[row[at].text if at in row else "" for at in range(len(starts))] for row in placed]


def _between_titles(crossing: list[bool]) -> tuple[int, int]:
    """First row and end of the table: between titles at the top and notes at the bottom that run across columns."""
    first = max((number + 1 for number, across in enumerate(crossing[:_HEADER_LINES]) if across), default=0)
    below = max(first, len(crossing) // 2)
    return first, next((number for number in range(below, len(crossing)) if crossing[number]), len(crossing))


def _has_rests(rows: list[dict[int, Word]], columns: int) -> bool:
    """Whether a line holds nothing but what goes on from the cells above it."""
    longest: dict[int, int] = {}
    for row in rows:
        for at, word in row.items():
            longest[at] = max(longest.get(at, 0), word.end - word.start)
    for above, row in pairwise(rows):
        short = row and len(row) * 2 <= columns
        if short and all(_goes_on(above.get(at), word, longest[at]) for at, word in row.items()):
            return True
    return False


def _crosses(starts: list[int], word: Word) -> bool:
    """Whether a text runs over into the next column: a title, a note."""
    return any(word.start < start < word.end for start in starts)


def _column(starts: list[int], word: Word) -> int:
    return max((number for number, start in enumerate(starts) if start <= word.start), default=0)


def _goes_on(above: Word | None, word: Word, longest: int) -> bool:
    """Whether a text without numbers may be the rest of one that fills its column in the line above."""
    return above is not None and above.end - above.start >= longest - 1 and not any(map(str.isdigit, word.text))


def _starts(lines: list[list[Word]]) -> list[int]:
    """Where columns begin: after every gap of two that no line writes across."""
    covered = [False] * (max((word.end for line in lines for word in line), default=0) + 2)
    for line in lines:
        for word in line:
            covered[word.start : word.end] = [True] * (word.end - word.start)
    starts = []
    free = 2
    for position, taken in enumerate(covered):
        if taken and free >= 2:
            starts.append(position)
        free = 0 if taken else free + 1
    return starts
