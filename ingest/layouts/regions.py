"""The region of a form above and below its indicators: labels and the cells that are their values."""

import re
from dataclasses import dataclass, field, replace

from approvals.facts import BY_KEY, synonym_key
from ingest.grid import Cell, CellError, Grid
from ingest.layouts.cells import is_blank, plain
from ingest.layouts.headers import Meaning, Term
from ingest.layouts.inline import AMOUNT_WORDS, MONEY_GROUPS, inline_pairs
from ingest.layouts.labels import WEAK, Token, label_of, labels_in, numbered_goals, tokens_of
from ingest.layouts.words import is_total, word_set
from perfgoals.money import parse_amount
from perfgoals.text import key

_NO_AMOUNT = frozenset(["-", "--", "—", "——", "/", "\\", "无", "－", "–"])
# What heads a table beside 阶段性目标, 支出明细: no text of theirs.
_TABLE_HEADS = word_set("时间 名称 序号 阶段 季度 任务名称 实施内容")
# A day or month alone in a cell.
_DAY = re.compile(r"^20\d{2}\s*[年./-]\s*\d{1,2}(?:\s*[月./-]\s*(?:\d{1,2}\s*日?)?)?$")
# One in four of a row of labels may be a name nobody knows.
_UNKNOWN_AMONG = 4
# A label and its value.
_PAIR = 2


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


def read_region(grid: Grid, top: int, bottom: int) -> Region:
    """Pair labels and values in rows `top` … `bottom` - 1."""
    return _RegionReader(grid, top, bottom).read()


class _RegionReader:
    def __init__(self, grid: Grid, top: int, bottom: int) -> None:
        self.grid = grid
        spans = grid.sizes
        self.rows = {row: list(numbered_goals(tokens_of(grid, row, spans))) for row in range(top, bottom)}
        self.labels = {row: labels_in(tokens, self.rows.get(row + 1, [])) for row, tokens in self.rows.items()}
        self.taken: set[tuple[int, int]] = set()
        # rows of names of money with a row of amounts under them that says so in its first cell
        self.over_amounts = {row for row, tokens in self.rows.items() if self._is_over_amounts(row, tokens)}
        for row in self.over_amounts:
            tokens = self.rows[row]
            self.labels[row] = {token.column: told for token in tokens[1:] if (told := label_of(token.text))}
            self.labels[row + 1] = {}
            self.taken |= {(row, tokens[0].column), (row + 1, tokens[0].column)}
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
            if following is not None and self._is_own_sum(token, label, following):
                # 财政资金 | 小计 | 200: the amount of the label that stands over all the rows
                self.taken.add((row, following.column))
                following = tokens[index + 2] if index + 2 < len(tokens) else None
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
        if label.group in MONEY_GROUPS:
            return may_be_amount(token.cell)
        return label.fact is None or label.fact.kind != "long_text" or key(token.text) not in _TABLE_HEADS

    @staticmethod
    def _is_own_sum(token: Token, label: Meaning, following: Token) -> bool:
        """Whether 小计 beside a source says that its amount follows."""
        return label.group == "funding" and token.height > 1 and is_total(following.text)

    def _is_over_amounts(self, row: int, tokens: list[Token]) -> bool:
        """`资金来源 | 资金总额 | 财政拨款 | 其他资金` over `金额 | 120 | 100 | 20`."""
        below = self.rows.get(row + 1, [])
        if len(tokens) <= _PAIR or len(below) < _PAIR or tokens[0].column != below[0].column:
            return False
        said = [label_of(token.text) for token in tokens[1:]]
        heading = label_of(below[0].text)
        return (
            all(told and told.group in {"money", "funding"} for told in said)
            and heading is not None
            and heading.group == "money"
            and {token.column for token in below[1:]} <= {token.column for token in tokens[1:]}
            and not any(label_of(token.text) for token in below[1:])
            and all(may_be_amount(token.cell) for token in below[1:])
        )

    def _row_below(self, row: int, tokens: list[Token]) -> list[Token]:
        """The row under a row of nothing but labels, when it holds their values."""
        if row in self.over_amounts:
            return self.rows[row + 1][1:]
        labels = self.labels[row]
        unknown = sum(token.column not in labels for token in tokens)
        if len(tokens) < _PAIR or unknown * _UNKNOWN_AMONG > len(tokens):
            return []
        if unknown and not all(label.group in MONEY_GROUPS or not label.key for label in labels.values()):
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
        if label.key == "project_name" and _is_sum(token, cell):
            label = replace(label, key="")
        self._say(Pair(label.key, token.text, cell, row, token.column, label.term, label.unit, at))

    def _whole_period(self, label: Meaning, value: Token | None) -> str | None:
        """`2026年1月 | 至 | 2026年12月`, or the two dates alone, is one period."""
        if value is None or label.key != "period":
            return None
        after = [each for each in self.rows[value.row] if each.column > value.column]
        if len(after) >= _PAIR and key(after[0].text) in {"至", "到", "-", "—", "~"}:
            self.taken |= {(each.row, each.column) for each in after[:2]}
            return f"{plain(value.cell)}{after[0].text}{plain(after[1].cell)}"
        if after and _DAY.match(plain(value.cell)) and _DAY.match(plain(after[0].cell)):
            self.taken.add((value.row, after[0].column))
            return f"{plain(value.cell)}—{plain(after[0].cell)}"
        return None

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
        if not self._joins_goal(token):
            self.region.orphans.append(token)

    def _joins_goal(self, token: Token) -> bool:
        """年度绩效目标1 | its name | what it means: a second text in the row of a goal is part of it."""
        last = self.region.pairs[-1] if self.region.pairs else None
        if last is None or last.row != token.row or last.at >= token.column:
            return False
        fact = BY_KEY.get(last.key)
        texts = isinstance(token.cell, str) and isinstance(last.value, str) and key(last.value) not in _TABLE_HEADS
        if fact is None or fact.group != "goal" or not texts:
            return False
        whole = replace(last, value=f"{last.value}：{token.cell}")
        self.region.pairs[-1] = whole
        self.texts = [whole if each is last else each for each in self.texts]
        return True

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


def _is_sum(label: Token, value: Cell) -> bool:
    """项目支出 | 1000.00 in the budget of a department, filled or not: no name of a project."""
    word = synonym_key(label.text)
    if is_blank(value):
        return word == "项目支出"
    return word in WEAK and parse_amount(value).trouble is None


def may_be_amount(cell: Cell) -> bool:
    """Whether a cell may state an amount, in words or wrongly; other words beside a label of money are not its."""
    if not isinstance(cell, str) or isinstance(cell, CellError):
        return True
    return bool(AMOUNT_WORDS.search(cell)) or cell.strip() in _NO_AMOUNT
