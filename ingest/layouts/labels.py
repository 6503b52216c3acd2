# ruff: noqa: E501  (word lists read best as blocks)
"""The cells of a card that are labels."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ingest.grid import Cell, Grid
from ingest.layouts.cells import is_blank
from ingest.layouts.headers import Meaning, meaning
from ingest.layouts.inline import MONEY_GROUPS, inline_pairs, names_of_money
from ingest.layouts.words import is_level, word_set
from perfgoals.text import key, tidy

_MAX_LABEL = 26
# Words that are labels only where a label is expected; as often they are values.
WEAK = word_set("""
    其他 其它 中央 省级 市级 县级 区级 地方 基金 项目 单位 部门 目标 指标 说明 备注 一级 二级 三级 金额 总额 合计 总计 自有 自筹 结转 专户
    贷款 债券 性质 年度 分值 权重 用途 依据 值 数值 符号 省本级 市本级 县本级 转移支付 专项资金 项目支出 一般公共预算 政府性基金 财政拨款 专项
    专项业务费 上级补助 本级财力 本级支出 本级 注 年底 上半年 下半年 一般债券 专项债券 一级项目 二级项目 三级项目 支出项目
""")
# Labels under which further labels stand.
_OVER_LABELS = {"purpose", "overall_goal", "spending_plan"}
# A label and its value.
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Token:
    """A filled cell with the size it has on paper."""

    row: int
    column: int
    width: int
    height: int
    cell: Cell
    text: str


def tokens_of(grid: Grid, row: int, spans: dict[tuple[int, int], tuple[int, int]]) -> list[Token]:
    """The filled cells of a row. `spans`: (row, column) → (height, width) of merged cells."""
    found = []
    for column, cell in enumerate(grid.rows[row]):
        if is_blank(cell):
            continue
        height, width = spans.get((row, column), (1, 1))
        found.append(Token(row, column, width, height, cell, tidy(str(cell))))
    return found


def numbered_goals(tokens: list[Token]) -> Iterator[Token]:
    """`目标1 | 办讲座` in two cells is one text, `目标3` alone none."""
    rest = iter(tokens)
    for token in rest:
        if not _GOAL_NUMBER.match(key(token.text)):
            yield token
        elif text := next(rest, None):
            if _GOAL_NUMBER.match(key(text.text)):
                yield from (token, text)
                continue
            whole = f"{token.text.rstrip('：:')}：{text.text}"
            yield replace(token, width=text.column + text.width - token.column, cell=whole, text=whole)


def label_of(text: str) -> Meaning | None:
    """The meaning of a cell that reads like a label."""
    if len(text) > _MAX_LABEL + 14 or not isinstance(text, str):
        return None
    found = meaning(text)
    if found is None and "\n" in text:
        # 年度资金总额 / 其中：财政拨款 / 其他资金, one under the other in one cell
        lines = [meaning(line) for line in text.split("\n") if line.strip()]
        found = lines[0] if all(line and line.group in MONEY_GROUPS for line in lines) else None
    elif found is None and (names := names_of_money(text)):
        found = meaning(names[0])
    return None if found is None or is_level(text) else found


# The number of a goal in a cell of its own.
_GOAL_NUMBER = re.compile(r"^(?:年度|总体)?(?:绩效)?目标\d{1,2}[:]?$")
_STAMP = re.compile(r"(?:签字|签章|签名|盖章|公章)[)]?:?$|[(](?:签字|签章|签名|盖章|公章)[)]")
_DATE_TO_WRITE = re.compile(r"^(?:\d{2,4})?年(?:\d{1,2})?月(?:\d{1,2})?日$")


def is_signature(text: str) -> bool:
    """`负责人签字：`, `单位（盖章）`, `填报人：王某`, `年 月 日`: what stands at the end of a form and is stored nowhere."""
    word = key(text)
    if len(word) > _MAX_LABEL + 14:
        return False
    if _DATE_TO_WRITE.match(word):
        return True
    if pairs := inline_pairs(text):
        return not any(told.key for told, _, _ in pairs)
    return bool(_STAMP.search(word))


def labels_in(tokens: list[Token], below: list[Token]) -> dict[int, Meaning]:
    """Which tokens of a row are labels: column → meaning. `below` is the next row.

    A word that could be a label is a value where a label waits for one: `项目类型 | 部门预算项目`, `单位 | 机关`.
    """
    said = [label_of(token.text) if isinstance(token.cell, str) else None for token in tokens]
    said = [None if told and inline_pairs(token.text) else told for told, token in zip(said, tokens, strict=True)]
    if len(tokens) > _PAIR and all(said) and _fits_under(tokens, below):
        return {token.column: told for token, told in zip(tokens, said, strict=True) if told}
    labels: dict[int, Meaning] = {}
    before: Token | None = None
    for index, (token, told) in enumerate(zip(tokens, said, strict=True)):
        following = said[index + 1] if index + 1 < len(tokens) else told
        if told and before is not None and _is_value(token, told, before, labels[before.column], following is None):
            before = None
            continue
        if told:
            labels[token.column] = told
        before = token if told else None
    return labels


def _fits_under(tokens: list[Token], below: list[Token]) -> bool:
    """Whether the row below holds the values of a row of labels, one under each."""
    columns = {token.column for token in tokens}
    return bool(below) and {token.column for token in below} <= columns and not any(
        label_of(token.text) for token in below if isinstance(token.cell, str)
    )  # fmt: skip


def _is_value(token: Token, told: Meaning, before: Token, label: Meaning, has_value: bool) -> bool:
    """Whether a label-like cell is the value of the label left of it."""
    if label.group in MONEY_GROUPS or label.key in _OVER_LABELS or token.text.rstrip().endswith((":", "：")):
        return False
    if key(token.text) in WEAK:
        return True
    beside = token.column == before.column + before.width
    if label.key == "category" and (beside or not has_value):
        return told.how != "exact" or told.key == "" or told.group == "project"
    return beside and not has_value and (told.how == "compound" or told.key == "") and label.key != ""
