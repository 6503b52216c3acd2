"""Headers of several rows whose merged cells have become one cell each: how many columns each of them covers.

Text of Word's tables has one cell a line and says nothing of widths. The lowest row of a header has a cell for every
column; a cell over it stands either over one empty cell (merged downwards) or over several filled ones (a group). Where
that, and what the words mean, leaves one answer, it is taken; where it leaves several, none is guessed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from statistics import mode

from approvals.facts import synonym_key
from approvals.values import sign_of
from ingest.grid import Cell, Span
from ingest.layouts.columns import texts_of
from ingest.layouts.headers import is_group, is_term, meaning
from ingest.layouts.words import is_level, is_level1, is_level2, is_total

_MAX_ROWS = 4
_MOST_ANSWERS = 200
# What is true of so many rows is the rule.
_FEW_ROWS = 2
# Which levels of the second floor stand under one of the first.
_UNDER = {
    "产出": ("数量", "质量", "时效", "成本"),
    "效益": ("经济", "社会", "生态", "环境", "可持续", "影响"),
    "效果": ("经济", "社会", "生态", "环境", "可持续", "影响"),
    "满意": ("满意",),
    "成本": ("成本",),
}


@dataclass(slots=True)
class Placed:
    """Rows with every cell in its column, merged cells as spans; `unclear` are rows that have no single answer."""

    rows: list[list[Cell]]
    spans: list[Span]
    unclear: list[int]


def place_headers(rows: Sequence[Sequence[Cell]]) -> Placed:
    """Put the upper rows of headers over the columns of their lowest row; all other rows stay as they are."""
    placed = Placed([list(row) for row in rows], [], [])
    bottom = len(rows) - 1
    while bottom > 0:
        top = bottom
        while top > 0 and bottom - top < _MAX_ROWS - 1 and _stands_over(rows[top - 1], rows[top]):
            top -= 1
        if top < bottom:
            _place(placed, rows, top, bottom)
        bottom = top - 1
    _widen(placed)
    return placed


def _widen(placed: Placed) -> None:
    """A header shorter than the rows under it has a cell over several columns: 指标值 over a column of signs."""
    rows = placed.rows
    heads = [number for number, row in enumerate(rows) if _names_indicators(row)]
    for number, after in pairwise([*heads, len(rows)]):
        under = [row for row in rows[number + 1 : after] if len(row) > 1]
        usual = mode(map(len, under)) if under else 0
        more = usual - len(rows[number])
        full = [row for row in under if len(row) == usual]
        if more <= 0 or len(full) < _FEW_ROWS or number in placed.unclear:
            continue
        value = next((at for at, cell in enumerate(rows[number]) if _is_value(cell)), None)
        if value is None or not _signs(row[value] for row in full):
            placed.unclear.append(number)
            continue
        _stretch(placed, number, value, more)


def _names_indicators(row: Sequence[Cell]) -> bool:
    told = [meaning(text) for _, text in texts_of(row)]
    return sum(each is not None and each.group == "indicator" for each in told) > _FEW_ROWS


def _is_value(cell: Cell) -> bool:
    told = meaning(cell) if isinstance(cell, str) else None
    return told is not None and told.key == "value" and told.term not in {"multi", "past"}


def _signs(cells: Iterable[Cell]) -> bool:
    """Whether most of the filled cells are signs."""
    filled = [str(cell) for cell in cells if cell is not None]
    return sum(1 for text in filled if sign_of(text)) * 2 > len(filled)


def _stretch(placed: Placed, bottom: int, column: int, more: int) -> None:
    """Make the header cell over `column` that much wider in all rows of its header."""
    top, width = bottom, len(placed.rows[bottom])
    while top > 0 and len(placed.rows[top - 1]) == width and _all_headers(placed.rows[top - 1]):
        top -= 1
    for row in placed.rows[top : bottom + 1]:
        row[column + 1 : column + 1] = [None] * more
    for index, span in enumerate(placed.spans):
        if top <= span.top <= bottom and span.right > column:
            left = span.left + more * (span.left > column)
            placed.spans[index] = Span(span.top, left, span.bottom, span.right + more)
    placed.spans.append(Span(bottom, column, bottom, column + more))


def _stands_over(upper: Sequence[Cell], lower: Sequence[Cell]) -> bool:
    """Whether two rows are rows of one header, the upper one with merged cells."""
    return (
        1 < len(upper) < len(lower)
        and _all_headers(upper)
        and _all_headers(lower)
        and any(cell is None for cell in lower) | (len(texts_of(upper)) > 1)
    )


def _all_headers(row: Sequence[Cell]) -> bool:
    texts = texts_of(row)
    return bool(texts) and all(_is_header(text) for _, text in texts)


@lru_cache(maxsize=4096)
def _is_header(text: str) -> bool:
    return bool(meaning(text) or is_group(text) or is_level(text) or is_term(text) or is_total(text))


def _place(placed: Placed, rows: Sequence[Sequence[Cell]], top: int, bottom: int) -> None:
    """From the lowest row upwards: each row takes the widths that the row beneath it leaves."""
    widths = [1] * len(rows[bottom])
    starts = {bottom: list(range(len(rows[bottom])))}
    all_widths = {bottom: widths}
    for number in range(bottom - 1, top - 1, -1):
        counts = _only_answer(rows[number], rows[number + 1])
        if counts is None:
            placed.unclear.append(number)
            return
        below, edge, widths = all_widths[number + 1], 0, []
        for count in counts:
            widths.append(sum(below[edge : edge + count]))
            edge += count
        all_widths[number] = widths
        starts[number] = [sum(widths[:n]) for n in range(len(widths))]
    total = sum(all_widths[bottom])
    for number in range(top, bottom):
        row: list[Cell] = [None] * total
        for cell, start in zip(rows[number], starts[number], strict=True):
            row[start] = cell
        placed.rows[number] = row
    placed.spans += _spans(rows, top, bottom, starts, all_widths)


def _spans(
    rows: Sequence[Sequence[Cell]], top: int, bottom: int, starts: dict[int, list[int]], widths: dict[int, list[int]]
) -> Iterator[Span]:
    for number in range(top, bottom + 1):
        for at, cell in enumerate(rows[number]):
            if cell is None:
                continue
            left, width = starts[number][at], widths[number][at]
            last = number
            while last < bottom and left in starts[last + 1] and rows[last + 1][starts[last + 1].index(left)] is None:
                last += 1
            if width > 1 or last > number:
                yield Span(number, left, last, left + width - 1)


def _only_answer(upper: Sequence[Cell], lower: Sequence[Cell]) -> tuple[int, ...] | None:
    """How many cells of the lower row each cell of the upper one covers; None where that is not certain."""
    best: list[tuple[int, ...]] = []
    most = -1
    for number, (counts, agreed) in enumerate(_answers(upper, lower, 0, 0)):
        if number > _MOST_ANSWERS:
            return None
        if agreed > most:
            best, most = [], agreed
        if agreed == most:
            best.append(counts)
    return best[0] if len(best) == 1 else None


def _answers(
    upper: Sequence[Cell], lower: Sequence[Cell], at: int, start: int
) -> Iterator[tuple[tuple[int, ...], int]]:
    """(counts, how many of the words under groups are known to belong there)."""
    if at == len(upper):
        if start == len(lower):
            yield (), 0
        return
    if start >= len(lower):
        return
    if lower[start] is None:
        # merged downwards, or empty in both rows
        yield from (((1, *rest), agreed) for rest, agreed in _answers(upper, lower, at + 1, start + 1))
        return
    if upper[at] is None:
        return
    count = agreed = 0
    names: set[Cell] = set()
    while start + count < len(lower) and lower[start + count] is not None:
        if lower[start + count] in names:
            # no group has two columns of one name
            return
        names.add(lower[start + count])
        belongs = _belongs(str(upper[at]), str(lower[start + count]))
        if belongs is False:
            return
        count += 1
        agreed += bool(belongs)
        so_far = agreed
        yield from (((count, *rest), so_far + more) for rest, more in _answers(upper, lower, at + 1, start + count))


@lru_cache(maxsize=4096)
def _belongs(group: str, leaf: str) -> bool | None:
    """Whether a header may stand under a group; None where the words do not tell."""
    if is_level1(group):
        under = next((words for word, words in _UNDER.items() if word in group), None)
        return any(word in leaf for word in under) if under and is_level2(leaf) else None
    over, told = meaning(group), meaning(leaf)
    kind = over.group if over else ""
    if is_total(leaf):
        return kind == "money" or None
    if is_term(leaf) or synonym_key(leaf) == "单位":
        return None
    if told is None or told.group not in {"money", "funding", "indicator", "plan", "goal", "project", "organisation"}:
        return True if is_level(leaf) and "指标" in group else None
    if "指标" in group:
        return told.group == "indicator"
    if kind == "goal":
        return told.group == "goal"
    if kind == "plan" or "计划" in group or "进度" in group:
        return told.group == "plan"
    if kind in {"money", "funding"} or any(word in group for word in ("资金", "预算", "金额", "经费", "来源", "收入")):
        return told.group in {"money", "funding"}
    return None
