"""Ruled lines become tables: pure geometry, in points, y downwards.

Lines that touch belong to one table. Its lines cut the plane into small boxes; boxes without a line between them
are one (merged) cell. A side without a line (a page end, a form open at its sides) is closed where the lines
across it end, so that no text is lost there.
"""

import itertools
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.readers.pdfpage import THIN, Rule

# Lines nearer than this touch.
_TOUCH = 3.5
# Pieces of one dashed line.
_DASH = 4.0
# A page with more lines or boxes than these is a drawing, and takes too long to look at as a table.
_MAX_CROSSINGS, _MAX_TABLES = 400_000, 300


@dataclass(frozen=True, slots=True)
class Region:
    """A cell: boxes top..bottom × left..right, all included; `open_top`, `open_bottom`: no line there."""

    top: int
    left: int
    bottom: int
    right: int
    open_top: bool = False
    open_bottom: bool = False


@dataclass(slots=True)
class RuledTable:
    """xs and ys are the edges of the boxes; owner[row][column] is the number of the region in `regions`."""

    xs: list[float]
    ys: list[float]
    regions: list[Region] = field(default_factory=list)
    owner: list[list[int]] = field(default_factory=list)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """left, top, right, bottom."""
        return self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]

    def region_at(self, x: float, y: float) -> int | None:
        """The number of the region around a point, None outside of the table."""
        if not (self.xs[0] <= x < self.xs[-1] and self.ys[0] <= y < self.ys[-1]):
            return None
        return self.owner[bisect_right(self.ys, y) - 1][bisect_right(self.xs, x) - 1]

    def contains(self, other: "RuledTable") -> bool:
        """Whether `other` lies inside."""
        left, top, right, bottom = self.box
        inner = other.box
        return left <= inner[0] and top <= inner[1] and right >= inner[2] and bottom >= inner[3]


def tables(horizontal: Sequence[Rule], vertical: Sequence[Rule]) -> list[RuledTable]:
    """All ruled tables of a page, from top to bottom. A frame around other tables is none."""
    across, down = _merged(horizontal), _merged(vertical)
    if len(across) * len(down) > _MAX_CROSSINGS:
        return []
    found = []
    for group_across, group_down in _connected(across, down):
        table = _table(group_across, group_down)
        if table:
            found.append(table)
    if len(found) > _MAX_TABLES:
        return []
    frames = [
        table
        for table in found
        if len(table.regions) == 1 and any(table is not other and table.contains(other) for other in found)
    ]
    kept = [table for table in found if not any(table is frame for frame in frames)]
    return sorted(kept, key=lambda table: (table.ys[0], table.xs[0]))


def _merged(rules: Sequence[Rule]) -> list[Rule]:
    """Pieces of one line put together: same place within THIN, ends that meet or nearly do."""
    merged: list[Rule] = []
    level: list[Rule] = []
    for rule in sorted(rules, key=lambda rule: rule.at):
        if level and rule.at - level[0].at > THIN:
            merged.extend(_joined(level))
            level = []
        level.append(rule)
    merged.extend(_joined(level))
    return merged


def _joined(level: list[Rule]) -> list[Rule]:
    joined: list[Rule] = []
    if not level:
        return joined
    at = sum(rule.at for rule in level) / len(level)
    for rule in sorted(level, key=lambda rule: rule.start):
        if joined and rule.start - joined[-1].end <= _DASH:
            joined[-1].end = max(joined[-1].end, rule.end)
        else:
            joined.append(Rule(at, rule.start, rule.end))
    return [rule for rule in joined if rule.end - rule.start > THIN]


def _connected(across: list[Rule], down: list[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Groups of lines that touch, directly or through others."""
    parent = list(range(len(across) + len(down)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for number, line in enumerate(across):
        for other, crossing in enumerate(down, len(across)):
            if (
                line.start - _TOUCH <= crossing.at <= line.end + _TOUCH
                and crossing.start - _TOUCH <= line.at <= crossing.end + _TOUCH
            ):
                parent[root(number)] = root(other)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for number, line in enumerate(across):
        groups.setdefault(root(number), ([], []))[0].append(line)
    for number, line in enumerate(down, len(across)):
        groups.setdefault(root(number), ([], []))[1].append(line)
    return _adopted(list(groups.values()))


def _adopted(groups: list[tuple[list[Rule], list[Rule]]]) -> list[tuple[list[Rule], list[Rule]]]:
    """Upright lines that touch nothing go to the table whose upright lines begin and end where they do.

    Such is the outer side of a cell that runs through a whole page: it has no line at its top nor at its bottom.
    """
    whole = [group for group in groups if group[0] and group[1]]
    for lonely in (line for across, down in groups if not across for line in down):
        for _, down in whole:
            if any(abs(line.start - lonely.start) + abs(line.end - lonely.end) <= _TOUCH for line in down):
                down.append(lonely)
                break
    return whole


def _edges(rules: list[Rule], crossing: list[Rule]) -> list[float]:
    """Where boxes begin and end: at each line, and where the lines across it begin and end."""
    ends = [min(rule.start for rule in crossing), max(rule.end for rule in crossing)]
    edges: list[float] = []
    for at in sorted({rule.at for rule in rules}):
        if not edges or at - edges[-1] > THIN:
            edges.append(at)
    if ends[0] < edges[0] - _TOUCH:
        edges.insert(0, ends[0])
    if ends[1] > edges[-1] + _TOUCH:
        edges.append(ends[1])
    return edges


def _walls(edges: list[float], rules: list[Rule], middles: list[float]) -> list[list[bool]]:
    """walls[edge][box]: whether a line stands on that edge beside that box."""
    walls = [[False] * len(middles) for _ in edges]
    for rule in rules:
        edge = min(range(len(edges)), key=lambda number: abs(edges[number] - rule.at))
        for box, middle in enumerate(middles):
            if rule.start <= middle <= rule.end:
                walls[edge][box] = True
    return walls


def _table(across: list[Rule], down: list[Rule]) -> RuledTable | None:
    xs, ys = _edges(down, across), _edges(across, down)
    if len(xs) < 2 or len(ys) < 2:
        return None
    middle_x = [(left + right) / 2 for left, right in itertools.pairwise(xs)]
    middle_y = [(top + bottom) / 2 for top, bottom in itertools.pairwise(ys)]
    beside = _walls(xs, down, middle_y)
    below = _walls(ys, across, middle_x)
    table = RuledTable(xs, ys, owner=[[-1] * len(middle_x) for _ in middle_y])
    for row in range(len(middle_y)):
        for column in range(len(middle_x)):
            if table.owner[row][column] < 0:
                _claim(table, row, column, beside, below)
    return table


def _claim(table: RuledTable, top: int, left: int, beside: list[list[bool]], below: list[list[bool]]) -> None:
    """The largest rectangle from (top, left) without a line inside becomes a region."""
    rows, columns = len(table.owner), len(table.owner[0])
    right = left
    while right + 1 < columns and not beside[right + 1][top] and table.owner[top][right + 1] < 0:
        right += 1
    bottom = top
    while bottom + 1 < rows and _extends(table, bottom, left, right, beside, below):
        bottom += 1
    number = len(table.regions)
    for row in range(top, bottom + 1):
        table.owner[row][left : right + 1] = [number] * (right - left + 1)
    width = range(left, right + 1)
    open_top = top == 0 and not any(below[0][column] for column in width)
    open_bottom = bottom == rows - 1 and not any(below[rows][column] for column in width)
    table.regions.append(Region(top, left, bottom, right, open_top, open_bottom))


def _extends(
    table: RuledTable, bottom: int, left: int, right: int, beside: list[list[bool]], below: list[list[bool]]
) -> bool:
    """Whether the row under `bottom` belongs to the same cell over the whole width, no more and no less."""
    following = bottom + 1
    if any(below[following][column] or table.owner[following][column] >= 0 for column in range(left, right + 1)):
        return False
    return not any(beside[column][following] for column in range(left + 1, right + 1))
