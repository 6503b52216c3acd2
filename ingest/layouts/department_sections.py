"""What the form of a whole department 部门整体支出绩效目标表 has and no project's form: its tasks and its measures.

`年度主要任务` stands beside a small table of its own (任务名称, 主要内容, 预算金额) or beside texts; each row is one
itemised goal: `防汛：巡查堤防（预算金额35万元）`. The money of a task is part of what is said of it, never a project's.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from approvals.facts import synonym_key
from ingest.grid import Grid
from ingest.layouts.card_project import NAME_KEYS
from ingest.layouts.cells import long, plain
from ingest.layouts.headers import is_group, unit_in
from ingest.layouts.heading import is_department_goal_title, is_title
from ingest.layouts.labels import WEAK, Token, label_of, tokens_of
from ingest.layouts.regions import Pair
from ingest.layouts.units import units_stated
from ingest.layouts.words import is_level, is_total, word_set
from perfgoals.text import key

_TASKS = word_set("""
    年度主要任务 主要任务 年度重点任务 重点任务 年度工作任务 工作任务 年度重点工作 年度重点工作任务 重点工作任务
    年度主要工作任务 主要工作任务 年度主要工作 任务清单 分项目标 分项绩效目标 分类目标 分类绩效目标
    职责分类绩效目标 年度分项目标 年度分项绩效目标
""")
_MEASURES = word_set("""
    保障措施 工作保障措施 工作措施 主要措施 目标保障措施 绩效保障措施 实现目标的保障措施 目标实现的保障措施
    保障目标实现的措施 保障绩效目标实现措施 绩效目标实现措施 实现绩效目标的保障措施
""")
# What all of these contain, with a blank between: other cells are not looked up.
_LIKELY = re.compile(r"任\s*务|工\s*作|目\s*标|措\s*施")
_HEADS = word_set("""
    序号 编号 任务 任务名称 名称 工作任务 任务内容 主要内容 内容 具体内容 工作内容 任务描述 目标 工作目标 任务目标
    对应项目 项目名称 支出项目 责任单位 责任科室 牵头科室 完成时限 完成时间 备注
""")
_MONEY = re.compile(r"金额|资金|拨款|预算|总额|合计|小计|收入|支出额")
_LONGEST_HEAD = 16
_NUMBER = re.compile(r"^(?:任务|目标)?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[.、．:：]?$")
_GRAND_TOTAL = ("合计", "总计")

Spans = dict[tuple[int, int], tuple[int, int]]


def take_sections(grid: Grid, project: bool, overall: bool = False) -> tuple[Grid, dict[int, tuple[int, list[Pair]]]]:
    """The grid without the sections, and the sections by their first row: the row after them and what they say.

    `project`: whether the form the grid goes on with names a project; `overall`: whether its title says that it is of
    a whole department. What stands between two titles together with the name of a project is that project's and stays.
    """
    if not any(_section_of(cell) for row in grid.rows for cell in row if isinstance(cell, str)):
        return grid, {}
    spans = grid.sizes
    found: dict[int, tuple[int, list[Pair]]] = {}
    for number, (top, bottom) in enumerate(_forms(grid, spans)):
        here = dict(_sections(grid, top, bottom, spans))
        within = {row for first, (end, _) in here.items() for row in range(first, end)}
        goes_on = number == 0
        named = (goes_on and project) or _names_project(grid, top, bottom, spans, within)
        if not named or (goes_on and overall):
            found |= here
    taken = {row for first, (end, _) in found.items() for row in range(first, end)}
    rows = [() if number in taken else row for number, row in enumerate(grid.rows)]
    return replace(grid, rows=rows, spans=[span for span in grid.spans if span.top not in taken]), found


def _forms(grid: Grid, spans: Spans) -> Iterator[tuple[int, int]]:
    """The rows from title to title."""
    begin = 0
    for row in range(1, len(grid.rows)):
        tokens = tokens_of(grid, row, spans)
        if len(tokens) == 1 and (is_title(tokens[0].text) or is_department_goal_title(tokens[0].text)):
            yield begin, row
            begin = row
    yield begin, len(grid.rows)


def _names_project(grid: Grid, top: int, bottom: int, spans: Spans, within: set[int]) -> bool:
    rows = (tokens_of(grid, row, spans) for row in range(top, bottom) if row not in within)
    # 项目支出 is as often an amount of the department's budget
    said = (label_of(token.text) for tokens in rows for token in tokens if synonym_key(token.text) not in WEAK)
    return any(told is not None and told.key in NAME_KEYS for told in said)


def _sections(grid: Grid, top: int, bottom: int, spans: Spans) -> Iterator[tuple[int, tuple[int, list[Pair]]]]:
    row = top
    while row < bottom:
        tokens = tokens_of(grid, row, spans)
        name = _section_of(tokens[0].text) if tokens else ""
        if not name:
            row += 1
            continue
        label, end, lines = tokens[0], row + 1, [tokens[1:]]
        listed = name == "itemised_goals" and _is_listed_under(grid, row, tokens, spans)
        if listed:
            lines = [tokens]
        while end < bottom:
            below = tokens_of(grid, end, spans)
            if not _belongs(label, below, listed, end):
                break
            lines.append(below)
            end += 1
        read = _tasks(grid, lines, listed) if name == "itemised_goals" else _texts(lines)
        if read:
            yield row, (end, [Pair(name, label.text, text, at.row, label.column, at=at.column) for at, text in read])
        row = end


@lru_cache(maxsize=4096)
def _section_of(text: str) -> str:
    """The field a label is of, "" for none."""
    if len(text) > _LONGEST_HEAD * 2 or not _LIKELY.search(text):
        return ""
    word = synonym_key(key(text))
    return "itemised_goals" if word in _TASKS else "measures" if word in _MEASURES else ""


def _is_listed_under(grid: Grid, row: int, tokens: list[Token], spans: Spans) -> bool:
    """Whether the label is itself the name of a column, with the tasks under it."""
    if len(tokens) == 1 or tokens[0].height > 1 or not all(map(_is_head, tokens[1:])) or row + 1 == len(grid.rows):
        return False
    below = tokens_of(grid, row + 1, spans)
    return bool(below) and below[0].column == tokens[0].column and not _begins_another(below)


def _belongs(label: Token, tokens: list[Token], listed: bool, row: int) -> bool:
    if not tokens:
        return False
    if listed:
        return tokens[0].column == label.column and not _begins_another(tokens)
    return row < label.row + label.height or tokens[0].column >= label.column + label.width


def _begins_another(tokens: list[Token]) -> bool:
    """Whether a row is no task: a label, a level, a heading."""
    first = tokens[0].text
    return len(tokens) == 1 or label_of(first) is not None or is_level(first) or is_group(first)


def _is_head(token: Token) -> bool:
    word = synonym_key(key(token.text))
    return len(word) <= _LONGEST_HEAD and (word in _HEADS or _is_money(token.text))


def _is_money(text: str) -> bool:
    return len(text) <= _LONGEST_HEAD and bool(_MONEY.search(text)) and not any(map(str.isdigit, text))


def _texts(lines: list[list[Token]]) -> list[tuple[Token, str]]:
    """Each row as one text, with the cell it begins in."""
    return [(line[0], "：".join(long(token.cell) for token in line)) for line in lines if line]


def _tasks(grid: Grid, lines: list[list[Token]], listed: bool) -> list[tuple[Token, str]]:
    """Each task as one text: its words, and in brackets the amounts under their names, with the unit that is stated."""
    heads: dict[int, str] = {}
    while lines and (listed or (len(lines) > 1 and lines[0] and all(map(_is_head, lines[0])))):
        for token in lines[0]:
            heads |= dict.fromkeys(range(token.column, token.column + token.width), token.text)
        lines, listed = lines[1:], False
    stated = {unit for row in grid.rows for cell in row if isinstance(cell, str) for unit in units_stated(cell)}
    common = next(iter(stated)) if len(stated) == 1 else ""
    tasks = []
    for line in lines:
        if not line or (heads and (is_total(line[0].text) or key(line[0].text).endswith(_GRAND_TOTAL))):
            continue
        words = [token for token in line if not _is_money(heads.get(token.column, ""))]
        amounts = [token for token in line if token not in words]
        told = "：".join(map(_said, _unnumbered(words))) if len(line) > 1 else long(line[0].cell)
        money = "，".join(_amount(heads[token.column], plain(token.cell), common) for token in amounts)
        tasks.append((line[0], f"{told}（{money}）" if money else told))
    return tasks


def _said(token: Token) -> str:
    return " ".join(long(token.cell).split("\n"))


def _unnumbered(tokens: list[Token]) -> list[Token]:
    """Without the number of the task in a cell of its own."""
    return tokens[1:] if len(tokens) > 1 and _NUMBER.match(key(tokens[0].text)) else tokens


def _amount(head: str, printed: str, common: str) -> str:
    unit = unit_in(key(head)) or common
    return f"{synonym_key(key(head))}{printed}{'' if printed.endswith('元') else unit}"
