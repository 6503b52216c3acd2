# ruff: noqa: E501  (word lists read best as blocks)
"""Labels and their values on a card: beside, below, or within one cell."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from approvals.facts import BY_KEY
from ingest.grid import Cell, CellError, Grid
from ingest.layouts.cells import is_blank
from ingest.layouts.headers import Meaning, Term, meaning
from ingest.layouts.inline import split_line
from ingest.layouts.words import is_level, word_set
from perfgoals.money import money_unit, parse_amount
from perfgoals.text import fold, key, one_line, tidy

_MAX_LABEL = 26
# Words that are labels only where a label is expected; as often they are values.
_WEAK = word_set("""
    其他 其它 中央 省级 市级 县级 区级 地方 基金 项目 单位 部门 目标 指标 说明 备注 一级 二级 三级 金额 总额 合计 总计 自有 自筹 结转 专户
    贷款 债券 性质 年度 分值 权重 用途 依据 值 数值 符号 省本级 市本级 县本级 转移支付 专项资金 项目支出 一般公共预算 政府性基金 财政拨款 专项
    专项业务费 上级补助 本级财力 本级支出 本级 注 年底 上半年 下半年 一般债券 专项债券 一级项目 二级项目 三级项目 支出项目
""")
_MONEY_GROUPS = {"money", "funding", "plan"}
# Labels under which further labels stand.
_OVER_LABELS = {"purpose", "overall_goal", "spending_plan"}
_AMOUNT_WORDS = re.compile(r"[\d一二三四五六七八九十百千零壹贰叁肆伍陆柒捌玖拾佰仟¥￥#]|万元|亿元")
_NO_AMOUNT = frozenset(["-", "--", "—", "——", "/", "\\", "无", "－", "–"])
# What heads a table beside 阶段性目标, 支出明细: no text of theirs.
_TABLE_HEADS = word_set("时间 名称 序号 阶段 季度 任务名称 实施内容")
# One in four of a row of labels may be a name nobody knows.
_UNKNOWN_AMONG = 4
# A label and its value.
_PAIR = 2
_INLINE = re.compile(r"^\s*([^:：\n]{2,24}?)\s*[:：]\s*(\S[\s\S]*)$")
_LINE_AMOUNT = re.compile(
    r"^(?P<label>[^\d¥￥]{2,24}?)[:：为是计约共安排\s]*(?P<amount>-?[\d,，.]+)\s*(?P<unit>[百千十]?[万亿]?元)?\s*[。；;，,、]?$"
)
_YEAR_BEFORE = re.compile(r"^20\d{2}年度?")
_CLAUSES = re.compile(r"[\n；;。]|[，,](?!\d{3})")
_CLAUSES_AND_BRACKETS = re.compile(_CLAUSES.pattern + r"|[()]")


@dataclass(frozen=True, slots=True)
class Token:
    """A filled cell with the size it has on paper."""

    row: int
    column: int
    width: int
    height: int
    cell: Cell
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A label with its value.

    key     field, "" for a label that stores nothing
    value   the cell, None where it is empty
    column  of the label: money beneath a multi-year label is multi-year too
    at      column of the value
    """

    key: str
    label: str
    value: Cell
    row: int
    column: int
    term: Term | None = None
    unit: str | None = None
    at: int = 0


@dataclass(slots=True)
class Region:
    """What rows of a card say: pairs, and cells that no label claims."""

    pairs: list[Pair] = field(default_factory=list)
    orphans: list[Token] = field(default_factory=list)


def tokens_of(grid: Grid, row: int, spans: dict[tuple[int, int], tuple[int, int]]) -> list[Token]:
    """The filled cells of a row. `spans`: (row, column) → (height, width) of merged cells."""
    found = []
    for column, cell in enumerate(grid.rows[row]):
        if is_blank(cell):
            continue
        height, width = spans.get((row, column), (1, 1))
        found.append(Token(row, column, width, height, cell, tidy(str(cell))))
    return found


def spans_of(grid: Grid) -> dict[tuple[int, int], tuple[int, int]]:
    """Merged cells by their top left corner."""
    return {(s.top, s.left): (s.bottom - s.top + 1, s.right - s.left + 1) for s in grid.spans}


def label_of(text: str) -> Meaning | None:
    """The meaning of a cell that reads like a label."""
    if len(text) > _MAX_LABEL + 14 or not isinstance(text, str):
        return None
    found = meaning(text)
    if found is None and "\n" in text:
        # 年度资金总额 / 其中：财政拨款 / 其他资金, one under the other in one cell
        lines = [meaning(line) for line in text.split("\n") if line.strip()]
        found = lines[0] if all(line and line.group in _MONEY_GROUPS for line in lines) else None
    return None if found is None or is_level(text) else found


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
    if label.group in _MONEY_GROUPS or label.key in _OVER_LABELS or token.text.rstrip().endswith((":", "：")):
        return False
    if key(token.text) in _WEAK:
        return True
    beside = token.column == before.column + before.width
    if label.key == "category" and (beside or not has_value):
        return told.how != "exact" or told.key == "" or told.group == "project"
    return beside and not has_value and (told.how == "compound" or told.key == "") and label.key != ""


def inline_pairs(text: str) -> list[tuple[Meaning, str, str]]:
    """`项目名称：某经费`, or several lines of the kind: (meaning, label, value). [] where a cell is no such thing."""
    if several := _several_amounts(text):
        return several
    lines = [piece for line in text.split("\n") if line.strip() for piece in split_line(line)]
    found: list[tuple[Meaning, str, str]] = []
    for line in lines:
        told = _inline_of(line)
        if told is None:
            return found if found and found[0][0].group not in _MONEY_GROUPS else _only(found, len(lines))
        found.append(told)
        if told[0].group in {"goal"} or told[0].key == "purpose":
            # the rest of the cell belongs to the text that has begun
            value = text[text.index(told[2][:4]) :] if told[2][:4] in text else told[2]
            return [*found[:-1], (told[0], told[1], value)]
    return found


def _several_amounts(text: str) -> list[tuple[Meaning, str, str]]:
    """`中央资金：2000；省级资金：800`: every piece a label of money with its amount; [] for anything else."""
    pieces = [piece for piece in _CLAUSES.split(text) if piece.strip()]
    if len(pieces) < _PAIR or not _AMOUNT_WORDS.search(text):
        return []
    told = [_inline_of(piece.strip()) for piece in pieces]
    return [each for each in told if each] if all(each and each[0].group in _MONEY_GROUPS for each in told) else []


def _only(found: list[tuple[Meaning, str, str]], lines: int) -> list[tuple[Meaning, str, str]]:
    return found if len(found) * 2 >= lines else []


def _inline_of(line: str) -> tuple[Meaning, str, str] | None:
    if amount := _LINE_AMOUNT.match(fold(line).strip()):
        told = meaning(amount["label"].strip(":： "))
        if told and told.group in _MONEY_GROUPS:
            return told, amount["label"], amount["amount"] + (amount["unit"] or "")
    match = _INLINE.match(line)
    if not match:
        return None
    label, value = match[1], match[2].strip()
    told = meaning(label)
    if told is None or meaning(line) is not None or is_level(label):
        return None
    if told.group in _MONEY_GROUPS and not any(map(str.isdigit, value)) and value.endswith(("。", "；")):
        # 财政拨款收入：指本级财政当年拨付的资金。
        return None
    if told.key == "unit_name" and money_unit(value):
        return Meaning("money_unit"), label, value
    return told, label, value


def amounts_in(text: str) -> Iterator[tuple[Meaning | None, str]]:
    """The amounts of a sentence: `预算50万元，其中：财政拨款30万元，其他资金20万元` → (meaning or None, "50万元") …"""
    for clause in _CLAUSES_AND_BRACKETS.split(fold(text)):
        if parse_amount(clause).unit:
            yield None, clause.strip()
            continue
        found = _LINE_AMOUNT.match(_YEAR_BEFORE.sub("", clause.strip()))
        if found:
            label = found["label"].strip(":： ")
            yield meaning(label) or _last_words(label), found["amount"].rstrip(",，.") + (found["unit"] or "")


def _last_words(label: str) -> Meaning | None:
    """The longest end of a phrase that is a known name: `本项目2026年申请财政拨款` → 财政拨款."""
    bare = key(label)
    for start in range(1, max(len(bare) - 1, 1)):
        found = meaning(bare[start:])
        if found and found.how == "exact" and found.group in _MONEY_GROUPS:
            return found
    return None


def read_region(grid: Grid, top: int, bottom: int) -> Region:
    """Pair labels and values in rows `top` … `bottom` - 1."""
    return _RegionReader(grid, top, bottom).read()


class _RegionReader:
    def __init__(self, grid: Grid, top: int, bottom: int) -> None:
        self.grid = grid
        spans = spans_of(grid)
        self.rows = {row: tokens_of(grid, row, spans) for row in range(top, bottom)}
        self.labels = {row: labels_in(tokens, self.rows.get(row + 1, [])) for row, tokens in self.rows.items()}
        self.taken: set[tuple[int, int]] = set()
        self.region = Region()
        # the last long-text label without a value of its own: what stands under it is its text
        self.open: tuple[Token, Meaning] | None = None
        # long texts read so far: what stands under their last row goes on with them
        self.texts: list[Pair] = []

    def read(self) -> Region:
        for row, tokens in self.rows.items():
            self._row(row, tokens)
        return self.region

    def _row(self, row: int, tokens: list[Token]) -> None:
        labels = self.labels[row]
        if not labels and self._goes_on(row, tokens):
            return
        below = self._row_below(row, tokens)
        for index, token in enumerate(tokens):
            if (row, token.column) in self.taken:
                continue
            label = labels.get(token.column)
            if label is None:
                self._free(token)
                continue
            following = tokens[index + 1] if index + 1 < len(tokens) else None
            value: Token | None = None
            if following is not None and following.column not in labels and not inline_pairs(following.text):
                value = following if self._fits(following, label) else None
            if value is None and below:
                value = next((each for each in below if each.column == token.column), None)
            self._pair(token, label, value)
            heads_table = following is not None and key(following.text) in _TABLE_HEADS
            if value is None and not heads_table and label.fact is not None and (index == 0 or token.height > 1):
                self.open = (token, label)

    @staticmethod
    def _fits(token: Token, label: Meaning) -> bool:
        """Whether a cell right of a label can be its value: amounts beside money, texts that head no table."""
        if label.group == "plan":
            return any(map(str.isdigit, token.text)) or token.text.strip() in _NO_AMOUNT
        if label.group in _MONEY_GROUPS:
            return may_be_amount(token.cell)
        return label.fact is None or label.fact.kind != "long_text" or key(token.text) not in _TABLE_HEADS

    def _row_below(self, row: int, tokens: list[Token]) -> list[Token]:
        """The row under a row of nothing but labels, when it holds their values."""
        labels = self.labels[row]
        unknown = sum(token.column not in labels for token in tokens)
        if len(tokens) < _PAIR or unknown * _UNKNOWN_AMONG > len(tokens):
            return []
        if unknown and not all(label.group in _MONEY_GROUPS or not label.key for label in labels.values()):
            return []
        under = self.rows.get(row + 1, [])
        columns = {token.column for token in tokens}
        if not under or any(token.column in self.labels[row + 1] for token in under):
            return []
        if unknown and {token.column for token in under} - columns:
            return []
        return under if any(token.column in columns for token in under) else []

    def _goes_on(self, row: int, tokens: list[Token]) -> bool:
        """A row without labels right under long texts: each cell goes on with the text above it."""
        above = {pair.at: pair for pair in self.texts if pair.row == row - 1}
        if not tokens or any(token.column not in above for token in tokens):
            return False
        for token in tokens:
            pair = replace(above[token.column], value=token.cell, row=row)
            self.texts.append(pair)
            self.region.pairs.append(pair)
        return True

    def _pair(self, token: Token, label: Meaning, value: Token | None) -> None:
        if value is not None:
            self.taken.add((value.row, value.column))
            if self.open and label.key:
                self.open = self.open if token.column > self.open[0].column else None
        cell = value.cell if value is not None else None
        row = value.row if value is not None else token.row
        at = value.column if value is not None else token.column
        cell = self._whole_period(label, value) or cell
        self._say(Pair(label.key, token.text, cell, row, token.column, label.term, label.unit, at))

    def _whole_period(self, label: Meaning, value: Token | None) -> str | None:
        """`2026年1月 | 至 | 2026年12月` in three cells is one period."""
        if value is None or label.key != "period":
            return None
        after = [each for each in self.rows[value.row] if each.column > value.column]
        if len(after) < _PAIR or key(after[0].text) not in {"至", "到", "-", "—", "~"}:
            return None
        self.taken |= {(each.row, each.column) for each in after[:2]}
        return f"{value.text}{after[0].text}{after[1].text}"

    def _say(self, pair: Pair) -> None:
        self.region.pairs.append(pair)
        fact = BY_KEY.get(pair.key)
        if fact and fact.kind == "long_text" and not is_blank(pair.value):
            self.texts.append(pair)

    def _free(self, token: Token) -> None:
        """A cell that is no label: label and value in one, the text of an open label, or nobody's."""
        pairs = inline_pairs(token.text) if isinstance(token.cell, str) else []
        if pairs:
            for told, name, value in pairs:
                self.region.pairs.append(
                    Pair(told.key, name, value, token.row, token.column, told.term, told.unit, token.column)
                )
            return
        if self.open and self._is_under(token, self.open[0]):
            label_token, label = self.open
            fact = BY_KEY.get(label.key)
            if fact and (
                fact.kind == "long_text"
                or (
                    fact.group in {"money", "plan"}
                    and self._fits(token, label)
                    and self._follows_labels(token, label_token)
                )
            ):
                self._say(
                    Pair(
                        label.key,
                        label_token.text,
                        token.cell,
                        token.row,
                        label_token.column,
                        label.term,
                        label.unit,
                        token.column,
                    )
                )
                self.open = None
                return
        self.region.orphans.append(token)

    def _is_under(self, token: Token, label: Token) -> bool:
        """Right of a label, or the only cell of the row under a label that has its row for itself."""
        if token.column > label.column:
            return True
        alone = len(self.rows[label.row]) == 1 and len(self.rows[token.row]) == 1
        # 项目支出绩效目标 over everything else is a title, not a label
        return alone and token.row == label.row + 1 and any(pair.row < label.row for pair in self.region.pairs)

    def _follows_labels(self, token: Token, label: Token) -> bool:
        """Nothing but labels stand left of it: `保安服务费 | 191` under 项目预算 is an item of its own."""
        left = [each for each in self.rows[token.row] if each.column < token.column and each is not label]
        return all(each.column in self.labels[token.row] for each in left)


def may_be_amount(cell: Cell) -> bool:
    """Whether a cell may state an amount, be it in words or wrongly; other words beside a label of money are not its."""
    if not isinstance(cell, str) or isinstance(cell, CellError):
        return True
    return bool(_AMOUNT_WORDS.search(cell)) or cell.strip() in _NO_AMOUNT


def zip_lines(labels: str, values: str) -> list[tuple[Meaning, str, str]]:
    """Labels one a line beside values one a line; [] when they do not match in number."""
    left = [line.strip() for line in tidy(labels).split("\n") if line.strip()]
    right = [one_line(line) for line in tidy(values).split("\n") if line.strip()]
    if len(left) != len(right) or len(left) < 2:
        return []
    told = [(meaning(label), label, value) for label, value in zip(left, right, strict=True)]
    return [(found, label, value) for found, label, value in told if found] if all(each[0] for each in told) else []
