"""Where the headers of a table are: rows that name the fields of an indicator, with the rows of groups over them."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ingest.grid import Cell, Grid
from ingest.layouts.columns import Block, Header, is_counting_row, text_at, texts_of, understand
from ingest.layouts.headers import is_group, is_term, meaning
from ingest.layouts.words import is_level, is_level1, is_level2, is_total

_MAX_HEADER_ROWS = 4


def header_at(grid: Grid, row: int, first: int = 0) -> Header | None:
    """The header whose lowest or only full row is `row`; rows before `first` are not looked at."""
    if not _is_core(grid.rows[row]):
        return None
    top = row
    while top > first and row - top < _MAX_HEADER_ROWS - 1 and _goes_above(grid.rows[top - 1]):
        top -= 1
    bottom = row
    while bottom + 1 < len(grid.rows) and bottom - row < 2 and _goes_on_below(grid, bottom + 1, top):
        bottom += 1
    return understand(grid, top, bottom)


def headers(grid: Grid) -> Iterator[Header]:
    """Every header of the grid, from the top."""
    row = 0
    last: Header | None = None
    while row < len(grid.rows):
        found = header_at(grid, row, last.bottom + 1 if last else 0)
        if found:
            last = (last and _again(grid, last, found)) or found
            yield last
            row = max(row, last.bottom)
        row += 1


def _again(grid: Grid, last: Header, found: Header) -> Header | None:
    """The last header repeated on a new page, without rows beside it that only look like headers; None for another."""
    wanted = [texts_of(row) for row in grid.rows[last.top : last.bottom + 1]]
    for top in range(max(found.top, last.bottom + 1), found.bottom + 2 - len(wanted)):
        if [texts_of(row) for row in grid.rows[top : top + len(wanted)]] == wanted:
            return understand(grid, top, top + len(wanted) - 1)
    return None


_LEAST_WITHOUT_HEADER = 3


def headers_of_levels(grid: Grid) -> list[Header]:
    """What the headers of forms would say that have none over their indicators: names and values beside level words.

    Only where at least three rows hold 二级指标, name and value in the same columns and nothing right of them. Each
    header ends above a row that begins with 一级指标, of every form one.
    """
    placed: list[tuple[int, int | None, tuple[int, ...]]] = []
    for row in range(len(grid.rows)):
        cells = texts_of(grid.rows[row])
        second = next((at for at, (_, text) in enumerate(cells) if is_level2(text) and not is_level1(text)), None)
        if second is not None and len(cells) == second + 3:
            first = next((column for column, text in cells[:second] if is_level1(text)), None)
            placed.append((row, first, tuple(column for column, _ in cells[second:])))
    if len(placed) < _LEAST_WITHOUT_HEADER or len({columns for _, _, columns in placed}) > 1:
        return []
    level2, name, value = placed[0][2]
    found = []
    for (row, first, _), before in zip(placed, [-2, *(row for row, _, _ in placed)], strict=False):
        if first is not None and row - before > 1:
            slots = {"level1": first, "level2": level2, "indicator_name": name, "value": value}
            found.append(Header(top=row, bottom=row - 1, width=value + 1, blocks=[Block(slots=slots)]))
    return found


# What the words of an indicator's header and of levels contain. Only texts that do are looked up: cells by the
# hundred thousand are names and descriptions. Each begins with a plain character, for which there is a fast search.
_HEADERISH = re.compile(
    r"指标|目标|一级|二级|三级|四级|1级|2级|3级|4级|分值|权重|权数|分数|满分|符号|值|单位|依据|标准|描述|说明|解释|内涵|释义|内容|方向|性质|属性|极性|量纲|算法|方法|公式|规则"
    r"|办法|要点|来源|产出|效益|效果|满意|成本|影响|投入|过程|数量|质量|时效|持续|服务对象|进度|管理"
)
_A_VALUE = re.compile(r"[≥≤＞＜<>=≧≦]|\d[\d.,]*\s*[%％]?$")
_LONGEST_HEADER = 32
_MAIN = {"indicator_name", "value", "level2", "level1"}
_SURELY_HEADER = 3
# A row of data names two levels; a header that names more has levels for columns.
_LEVELS_IN_HEADER = 3


def _is_core(row: Sequence[Cell]) -> bool:
    """Whether a row names at least two fields of an indicator, as the full row of a header does."""
    likely = []
    for cell in row:
        if cell is None or cell == "":
            continue
        if type(cell) is not str:
            return False
        if len(cell) <= _LONGEST_HEADER and _HEADERISH.search(cell):
            likely.append(cell)
    if len(likely) < 2:
        return False
    levels = sum(map(is_level, likely))
    if 0 < levels < _LEVELS_IN_HEADER:
        return False
    return _names_indicators([cell for cell in row if isinstance(cell, str) and cell], likely, levels)


@lru_cache(maxsize=4096)
def _kind(text: str) -> tuple[bool, str]:
    """Of a cell: whether it is understood as a header, and the indicator's field it names."""
    found = meaning(text)
    name = found.key if found and found.group == "indicator" and found.key != "remark" else ""
    return bool(found or is_level(text) or is_group(text)), name


def _names_indicators(cells: list[str], likely: list[str], levels: int) -> bool:
    named: set[str] = set()
    for left, cell in enumerate(reversed(likely)):
        # most rows of data are out here, before all their cells are looked up
        if not levels and len(named) + len(likely) - left < 2:
            return False
        named.add(_kind(cell)[1])
        named.discard("")
    known = sum(_kind(cell)[0] for cell in cells)
    if levels:
        return known == len(cells)
    if len(named) == 1 and known > _SURELY_HEADER:
        # a typing error in a row that is a header for all the rest
        named |= {found.key for cell in likely if not _kind(cell)[0] and (found := meaning(cell, near=True))}
    return len(named) > 1 and bool(named & _MAIN) and known * 10 >= len(cells) * 6


def _goes_above(row: Sequence[Cell]) -> bool:
    cells = texts_of(row)
    if not cells:
        return False
    understood = sum(1 for _, text in cells if meaning(text) or is_group(text) or is_level(text))
    if len(cells) == 1:
        return is_group(cells[0][1]) or is_level1(cells[0][1])
    if any(_A_VALUE.match(text.strip()) for _, text in cells):
        return False
    return understood * 10 >= len(cells) * 6


def _goes_on_below(grid: Grid, row: int, top: int) -> bool:
    """A further row of the header: finer names, or a full row of its own under columns merged from above."""
    cells = grid.rows[row]
    return _goes_below(grid, row, top) or (bool(cells) and not text_at(grid, row, 0) and _is_core(cells))


def _goes_below(grid: Grid, row: int, top: int) -> bool:
    cells = texts_of(grid.rows[row])
    if is_counting_row(grid.rows[row]):
        return True
    if not cells or (len(cells) == 1 and is_total(cells[0][1])):
        return False
    several = len(cells) > 1
    above = {column for line in range(top, row) for column, text in texts_of(grid.rows[line]) if not is_group(text)}
    groups = {column for line in range(top, row) for column, text in texts_of(grid.rows[line]) if is_group(text)}
    if _within_merged(grid, row, top, [column for column, _ in cells]):
        return True
    for column, text in cells:
        found = meaning(text)
        if found is None and several and (is_term(text) or is_total(text)):
            continue
        if found is None or (found.group == "" and not found.term):
            return False
        alone = column in above and column not in groups and not _wide(grid, column, top, row)
        if alone and not (several and found.term):
            return False
    return True


def _within_merged(grid: Grid, row: int, top: int, columns: list[int]) -> bool:
    """Whether header cells reach down into this row, and all its own stand under one that is merged over columns."""
    reaching = any(top <= span.top < row <= span.bottom for span in grid.spans)
    return reaching and all(
        any(
            top <= span.top and span.bottom < row and span.left <= column <= span.right > span.left
            for span in grid.spans
        )
        for column in columns
    )


def _wide(grid: Grid, column: int, top: int, row: int) -> bool:
    """Whether the header cell over `column` is merged over several columns."""
    return any(
        span.left == column and span.right > span.left and top <= span.top and span.bottom < row for span in grid.spans
    )
