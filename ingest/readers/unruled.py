"""Tables without upright lines: columns are where words of many lines leave the same gap.

Careful rather than clever: three columns and three lines that show them, or it is text. Rows are told by lines
drawn across, or by wider gaps between them than inside; without either every line is a row.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.readers.pdfpage import Char, Rule
from ingest.readers.pdftext import visual_rows

_MIN_COLUMNS = _MIN_LINES = 3
# In sizes of the font: a gap that parts two words of a table, and one that parts two tables.
_WORD_GAP, _TABLE_GAP = 0.9, 4.0
# Of the lines of a table, so many may have a word that runs across a gap between columns (titles of groups).
_CROSSING_SHARE = 0.1
# A gap between lines this much smaller than the usual one means that a cell goes on.
_SAME_ROW, _NEXT_ROW = 1.15, 1.3
_REMEMBERED = 30


@dataclass(slots=True)
class Word:
    """Characters without a gap between them."""

    chars: list[Char]
    left: float
    right: float


@dataclass(slots=True)
class TextLine:
    """Words side by side."""

    words: list[Word]
    top: float
    bottom: float
    size: float


@dataclass(slots=True)
class AlignedTable:
    """rows[row][column] are the characters of a cell; edges are where columns begin, and the end."""

    edges: list[float]
    top: float
    rows: list[list[list[Char]]] = field(default_factory=list)


def split(chars: Iterable[Char], rules: Sequence[Rule]) -> tuple[list[AlignedTable], list[Char]]:
    """(tables, characters that belong to none). `rules` are the lines across that no ruled table has used."""
    text = [_line(row) for row in visual_rows(chars)]
    tables: list[AlignedTable] = []
    rest: list[Char] = []
    for block in _blocks([line for line in text if line.words]):
        table = _table(block, rules)
        if table is None:
            rest.extend(char for line in block for word in line.words for char in word.chars)
        else:
            tables.append(table)
    return tables, rest


def _line(row: list[Char]) -> TextLine:
    words: list[Word] = []
    for char in sorted(row, key=lambda char: char.left):
        if char.text.isspace():
            continue
        if words and char.left - words[-1].right <= _WORD_GAP * max(char.size, words[-1].chars[-1].size):
            words[-1].chars.append(char)
            words[-1].right = max(words[-1].right, char.right)
        else:
            words.append(Word([char], char.left, char.right))
    top, bottom = min(char.top for char in row), max(char.bottom for char in row)
    return TextLine(words, top, bottom, max(char.size for char in row))


def _blocks(lines: list[TextLine]) -> list[list[TextLine]]:
    """Runs of lines that may be tables, and the lines between them."""
    blocks: list[list[TextLine]] = []
    run: list[TextLine] = []
    for line in lines:
        tabular = len(line.words) >= _MIN_COLUMNS
        near = bool(run) and line.top - run[-1].bottom <= _TABLE_GAP * run[-1].size
        if run and (not near or not (tabular or _fits(line, run))):
            blocks.append(run)
            run = []
        if tabular or run:
            run.append(line)
        else:
            blocks.append([line])
    if run:
        blocks.append(run)
    return blocks


def _fits(line: TextLine, run: list[TextLine]) -> bool:
    """Whether a line of few words may be the rest of broken cells: every word begins under a word of the run."""
    begins = [word.left for above in run[-_REMEMBERED:] for word in above.words]
    tolerance = line.size * 0.5
    return all(any(abs(word.left - begin) <= tolerance for begin in begins) for word in line.words) and (
        line.top - run[-1].bottom <= line.size
    )


def _table(lines: list[TextLine], rules: Sequence[Rule]) -> AlignedTable | None:
    tabular = [line for line in lines if len(line.words) >= _MIN_COLUMNS]
    if len(tabular) < _MIN_LINES:
        return None
    edges = _columns(tabular)
    if len(edges) - 1 < _MIN_COLUMNS:
        return None
    table = AlignedTable(edges, lines[0].top)
    columns = [[_column(word, edges) for word in line.words] for line in lines]
    goes_on = _continuations(lines, columns, rules)
    for line, numbers, rest in zip(lines, columns, goes_on, strict=True):
        if not rest:
            table.rows.append([[] for _ in range(len(edges) - 1)])
        for word, column in zip(line.words, numbers, strict=True):
            table.rows[-1][column].extend(word.chars)
    return table


def _columns(lines: list[TextLine]) -> list[float]:
    """Left edges of the columns and the right end: between them hardly any word crosses."""
    events: list[tuple[float, int]] = []
    for line in lines:
        for word in line.words:
            events.extend(((word.left, 1), (word.right, -1)))
    allowed = int(len(lines) * _CROSSING_SHARE)
    size = sorted(line.size for line in lines)[len(lines) // 2]
    edges: list[float] = []
    open_words = 0
    gap_from = float("-inf")
    for at, change in sorted(events):
        if change > 0 and open_words <= allowed and at - gap_from > _WORD_GAP * size * 0.5:
            edges.append(at)
        open_words += change
        if open_words <= allowed and change < 0:
            gap_from = at
        elif open_words > allowed:
            gap_from = float("inf")
    return [*edges, max(word.right for line in lines for word in line.words)]


def _column(word: Word, edges: list[float]) -> int:
    """The last column that begins at or before the word, allowing for text set further left than its heading."""
    middle = word.left + min(word.right - word.left, 6.0) / 2
    return max((number for number, edge in enumerate(edges[:-1]) if edge <= middle), default=0)


def _continuations(lines: list[TextLine], columns: list[list[int]], rules: Sequence[Rule]) -> list[bool]:
    """For each line, whether it belongs to the row of the line above."""
    pairs = list(pairwise(lines))
    begin, end = lines[0].top - lines[0].size, lines[-1].bottom + lines[-1].size
    across = sorted(rule.at for rule in rules if begin < rule.at < end)
    if len(across) > max(2, len(lines) / 3):
        middles = [(line.top + line.bottom) / 2 for line in lines]
        return [False, *(bisect_left(across, one) == bisect_left(across, two) for one, two in pairwise(middles))]
    gaps = [below.top - above.top for above, below in pairs]
    if max(gaps) < min(gaps) * _NEXT_ROW:
        return [False] * len(lines)
    close = [gap <= min(gaps) * _SAME_ROW for gap in gaps]
    within = [set(two) <= set(one) for one, two in pairwise(columns)]
    return [False, *(near and rest for near, rest in zip(close, within, strict=True))]
