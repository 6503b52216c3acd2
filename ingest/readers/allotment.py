"""Which character belongs to which cell: by its middle, unless a text is larger than its cell and runs out of it."""

from collections.abc import Sequence

from ingest.readers.pdfpage import Char
from ingest.readers.ruling import RuledTable

# In sizes of the font. Between texts of two cells there is the line and some space; inside of a text there is none.
_NO_GAP, _OVERLAP, _SAME_LINE = 0.1, 0.5, 0.2
_AT_THE_WALL = 1.2

Cells = dict[int, list[Char]]


def allot(chars: Sequence[Char], tables: Sequence[RuledTable]) -> tuple[list[Cells], list[Char]]:
    """(characters by region for each table, characters outside of all tables). Keeps the order of `chars`."""
    inside: list[Cells] = [{} for _ in tables]
    outside: list[Char] = []
    run: list[tuple[Char, int, int]] = []
    for char in chars:
        table, region = _place(char, tables)
        if table < 0:
            _settle(run, tables, inside)
            outside.append(char)
            continue
        if run and not (run[-1][1] == table and _follows(run[-1][0], char)):
            _settle(run, tables, inside)
        run.append((char, table, region))
    _settle(run, tables, inside)
    return inside, outside


def _place(char: Char, tables: Sequence[RuledTable]) -> tuple[int, int]:
    x, y = char.cell or ((char.left + char.right) / 2, (char.top + char.bottom) / 2)
    for number, table in enumerate(tables):
        region = table.region_at(x, y)
        if region is not None:
            return number, region
    return -1, -1


def _follows(last: Char, char: Char) -> bool:
    """Whether two characters written one after the other belong to one text without a gap."""
    size = max(char.size, last.size)
    gap = char.left - last.right
    side_by_side = -_OVERLAP * size < gap < _NO_GAP * size and abs(char.base - last.base) < _SAME_LINE * size
    return side_by_side and not char.cell and not last.cell


def _settle(run: list[tuple[Char, int, int]], tables: Sequence[RuledTable], inside: list[Cells]) -> None:
    """Put a run into its cell and begin the next."""
    if not run:
        return
    table = run[0][1]
    first, last = run[0][2], run[-1][2]
    whole = _owner([char for char, _, _ in run], first, last, tables[table]) if first != last else first
    for char, _, region in run:
        wanted = region if whole is None else whole
        inside[table].setdefault(wanted, []).append(char)
    run.clear()


def _owner(chars: list[Char], first: int, last: int, table: RuledTable) -> int | None:
    """The cell of a text that runs over a line: where it is set against the wall, else where its middle is."""
    size = max(char.size for char in chars)
    left_wall = table.xs[table.regions[first].left]
    right_wall = table.xs[table.regions[last].right + 1]
    if chars[0].left - left_wall <= _AT_THE_WALL * size:
        return first
    if right_wall - chars[-1].right <= _AT_THE_WALL * size:
        return last
    middle = (chars[0].left + chars[-1].right) / 2
    return table.region_at(middle, (chars[0].top + chars[0].bottom) / 2)
