"""Header rows become columns with a meaning.

A header may take several rows, with groups over columns (资金安排 over 总计, 一般公共预算 …), levels in the header
(产出指标 over 三级指标, 指标值) or two blocks of indicators side by side (中期, 年度).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from approvals.facts import BY_KEY, PLAN_POINTS, synonym_key
from approvals.values import sign_of
from ingest.grid import Cell, Grid
from ingest.layouts.headers import Meaning, Term, is_group, is_term, meaning, term_in, unit_in
from ingest.layouts.words import is_level, is_level1, is_level2, is_total
from perfgoals.text import key

_PEEKED_ROWS = 20
# Leaves that say little without the group over them.
_NEEDS_GROUP = 2


@dataclass(slots=True)
class Block:
    """Columns of one indicator per row.

    slots   field key → column;  custom  the same for 个性 columns
    spread  fields whose header covers several columns → all of them
    """

    slots: dict[str, int] = field(default_factory=dict)
    custom: dict[str, int] = field(default_factory=dict)
    spread: dict[str, tuple[int, ...]] = field(default_factory=dict)
    level1: str | None = None
    level2: str | None = None
    term: Term | None = None
    value_term: Term | None = None


@dataclass(slots=True)
class Header:
    """A header and what its columns mean.

    top, bottom  its rows in the grid
    fields       field key → column, for what belongs to unit and project
    funding      source name → column;  plan  point in time → column
    blocks       indicator columns
    unknown      columns whose header is not understood: (column, text)
    unused       understood, but nothing is stored: (column, text)
    near         read by likeness: (column, text, label)
    units        money units the header states → column
    term         what a heading left of 一级指标 says of all its rows
    """

    top: int
    bottom: int
    width: int
    fields: dict[str, int] = field(default_factory=dict)
    funding: dict[str, int] = field(default_factory=dict)
    plan: dict[str, int] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    unknown: list[tuple[int, str]] = field(default_factory=list)
    unused: list[tuple[int, str]] = field(default_factory=list)
    near: list[tuple[int, str, str]] = field(default_factory=list)
    units: dict[str, int] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    term: Term | None = None

    @property
    def keys(self) -> set[str]:
        """Every field the header states."""
        keys = set(self.fields)
        for block in self.blocks:
            keys |= set(block.slots)
            keys |= {name for name, fixed in (("level1", block.level1), ("level2", block.level2)) if fixed}
        return keys

    @property
    def labels(self) -> tuple[str, ...]:
        """The fields it states, in words."""
        return tuple(BY_KEY[name].label for name in BY_KEY if name in self.keys) + tuple(self.funding)


@dataclass(frozen=True, slots=True)
class _Column:
    number: int
    text: str
    groups: tuple[str, ...]
    meaning: Meaning | None
    level: str | None = None


def texts_of(row: Sequence[Cell]) -> list[tuple[int, str]]:
    """The columns of a row that hold text or numbers, as text."""
    return [(column, str(cell)) for column, cell in enumerate(row) if cell is not None and str(cell).strip()]


def is_counting_row(row: Sequence[Cell]) -> bool:
    """栏次: 1 2 3 4 … or A B C under a header."""
    cells = [text.strip() for _, text in texts_of(row)]
    if cells and key(cells[0]) in {"栏次", "行次"}:
        cells = cells[1:]
    if len(cells) < 3:
        return False
    if cells[0] == "A":
        return cells == [chr(ord("A") + index) for index in range(len(cells))]
    if not all(cell.isdecimal() and len(cell) < 3 for cell in cells):
        return False
    return all(int(after) == int(before) + 1 for before, after in pairwise(cells))


def understand(grid: Grid, top: int, bottom: int) -> Header | None:
    """The columns under header rows `top` … `bottom`; None when they name no indicator."""
    width = max(len(row) for row in grid.rows[top : bottom + 1])
    stacks = _stacks(grid, top, bottom, width)
    columns = [column for number, stack in enumerate(stacks) if (column := _column(number, stack))]
    header = Header(top, bottom, width, texts=[text for stack in stacks for text in stack])
    for number, stack in enumerate(stacks):
        for text in stack:
            found = meaning(text)
            unit = found.unit if found else unit_in(key(text)) if is_group(text) else None
            if unit:
                header.units.setdefault(unit, number)
    levels = _unnamed_levels(grid, bottom, stacks)
    _Sorter(header).sort([column for column in columns if column.number not in levels])
    _add_levels(header, levels, stacks)
    _find_second_level(grid, header)
    _widen_values(grid, header, stacks)
    _find_names(grid, header)
    _tell_unstored(header, stacks)
    return header if _usable(header) else None


def _unnamed_levels(grid: Grid, bottom: int, stacks: list[list[str]]) -> dict[int, str]:
    """Columns without a name, or under 绩效指标 over several, that hold level words: column → field key."""
    named = {"level1", "level2"}
    told = {each.key for stack in stacks if stack and (each := meaning(stack[-1]))}
    if told & named or any(is_level(text) for stack in stacks for text in stack):
        return {}
    found: dict[int, str] = {}
    for number, stack in enumerate(stacks):
        if stack and not is_group(stack[-1]):
            continue
        cells = [cell for cell in _first_cells(grid, bottom, number) if cell]
        ones, twos = sum(map(is_level1, cells)), sum(map(is_level2, cells))
        if max(ones, twos) < 2 or max(ones, twos) * 10 < len(cells) * 6:
            continue
        name = "level2" if twos > ones or "level1" in found.values() else "level1"
        if name not in found.values():
            found[number] = name
    return found


def _add_levels(header: Header, levels: dict[int, str], stacks: list[list[str]]) -> None:
    if not levels:
        return
    block = header.blocks[0] if header.blocks else Block()
    header.blocks = header.blocks or [block]
    for number, name in levels.items():
        block.slots.setdefault(name, number)
    after = max(levels) + 1
    if "indicator_name" not in block.slots and after < len(stacks) and not stacks[after]:
        block.slots["indicator_name"] = after


def _find_second_level(grid: Grid, header: Header) -> None:
    """指标类别 | 指标类型: of two columns named for levels the second holds the words of 二级指标."""
    for column, text in header.unused:
        block = next((each for each in header.blocks if each.slots.get("level1", column) < column), None)
        cells = [cell for cell in _first_cells(grid, header.bottom, column) if cell]
        if block and "level2" not in block.slots and cells and sum(map(is_level2, cells)) * 2 > len(cells):
            block.slots["level2"] = column
            header.unused.remove((column, text))
            return


def _first_cells(grid: Grid, bottom: int, column: int) -> list[str]:
    """The texts of a column in the first rows below a header."""
    return [text_at(grid, row, column) for row in range(bottom + 1, min(bottom + 1 + _PEEKED_ROWS, len(grid.rows)))]


def _widen_values(grid: Grid, header: Header, stacks: list[list[str]]) -> None:
    """指标值 over a column of signs: the columns without a name right of it hold number and unit."""
    for block in header.blocks:
        number = block.slots.get("value")
        if number is None or "value" in block.spread:
            continue
        after = [column for column in range(number + 1, len(stacks)) if not any(stacks[number + 1 : column + 1])]
        cells = [cell for cell in _first_cells(grid, header.bottom, number) if cell]
        if after and cells and sum(1 for cell in cells if sign_of(cell)) * 2 > len(cells):
            block.spread["value"] = (number, *after)


def _find_names(grid: Grid, header: Header) -> None:
    """Tables without 三级指标: names stand under 二级指标, or beside level words under 指标说明."""
    for block in header.blocks:
        if "indicator_name" in block.slots or not {"level1", "level2", "value"} <= set(block.slots):
            continue
        cells = [cell for cell in _first_cells(grid, header.bottom, block.slots["level2"]) if cell]
        words = sum(map(is_level2, cells)) * 2 > len(cells)
        if not words:
            block.slots["indicator_name"] = block.slots.pop("level2")
        elif "description" in block.slots:
            block.slots["indicator_name"] = block.slots.pop("description")
        else:
            # 指标值 beside 二级指标: 资助幼儿2000人次
            block.slots["indicator_name"] = block.slots.pop("value")


def _tell_unstored(header: Header, stacks: list[list[str]]) -> None:
    """评分标准 is stored nowhere, 备注 only where there is no 指标描述."""
    for block in header.blocks:
        for name in ("scoring_rule", "remark"):
            if name in block.slots and (name == "scoring_rule" or "description" in block.slots):
                number = block.slots.pop(name)
                header.unused.append((number, stacks[number][-1]))


def _usable(header: Header) -> bool:
    return any("indicator_name" in block.slots or block.level2 or block.level1 for block in header.blocks)


def _stacks(grid: Grid, top: int, bottom: int, width: int) -> list[list[str]]:
    """For each column its header texts from the top down, groups filled in over the columns they cover."""
    spans = grid.spans_in(top, bottom)
    stacks: list[list[str]] = [[] for _ in range(width)]
    for number in range(top, bottom + 1):
        row = grid.rows[number]
        if is_counting_row(row):
            continue
        cells = [str(cell).strip() if cell is not None else "" for cell in row] + [""] * (width - len(row))
        below = [any(text_at(grid, line, column) for line in range(number + 1, bottom + 1)) for column in range(width)]
        held, over = "", [""]
        for column in range(width):
            if cells[column]:
                held, over = cells[column], list(stacks[column])
                stacks[column].append(held)
                continue
            span = next((s for s in spans if s.top <= number <= s.bottom and s.left <= column <= s.right), None)
            if span and span.top == number:
                stacks[column].append(text_at(grid, span.top, span.left))
            elif not spans and held and below[column] and stacks[column] == over:
                # under the same groups: the empty rest of a cell merged over several columns
                stacks[column].append(held)
            else:
                held = held if below[column] and not spans else ""
    return stacks


def text_at(grid: Grid, row: int, column: int) -> str:
    """The text of a cell, "" where there is none."""
    cells = grid.rows[row]
    return str(cells[column]).strip() if column < len(cells) and cells[column] is not None else ""


def _column(number: int, stack: list[str]) -> _Column | None:
    if not stack:
        return None
    leaf, groups = stack[-1], tuple(stack[:-1])
    level = next((text for text in reversed(stack) if is_level(text)), None)
    if is_level(leaf):
        return _Column(number, leaf, groups, None, leaf)
    found = meaning(leaf, near=True)
    for group in reversed(groups):
        joined = meaning(group + leaf)
        if joined and (found is None or len(synonym_key(leaf)) <= _NEEDS_GROUP) and joined.how == "exact":
            found = joined
            break
    if found is None and (unit := unit_in(key(leaf))) and is_group(leaf):
        # 预算（万元） over amounts themselves
        found = Meaning("total", unit=unit)
    if found is None and is_total(leaf):
        # 小计 under 预算金额
        found = next((over for group in reversed(groups) if (over := meaning(group)) and over.group == "money"), None)
    over = meaning(groups[-1]) if groups and is_term(leaf) else None
    if over and over.group in {"indicator", "money", "goal"}:
        # 指标值 over 上年, 当年; 资金总额 over 实施期, 年度
        own = term_in(leaf)
        found = Meaning("", own) if own == "past" else replace(over, term=own)
    term = next((told for group in groups if (told := term_in(group))), None)
    if found and found.term is None and term:
        found = Meaning(found.key, term, found.custom, found.unit, found.how)
    return _Column(number, leaf, groups, found, level)


def _levels(columns: list[_Column]) -> list[int]:
    """The numbers of the columns of 一级指标."""
    return [column.number for column in columns if column.meaning and column.meaning.key == "level1"]


def _is_row_heading(column: _Column) -> bool:
    told = column.meaning
    surely = told is not None and told.how != "near" and told.group not in {"", "indicator"}
    word = key(column.text)
    # letters one under the other, cut by a page end: 绩 / 效
    return (word.endswith("指标") or "绩效指标".startswith(word)) and not surely


def _whole_term(text: str) -> Term | None:
    """总目标绩效指标: the indicators of all years."""
    return "multi" if key(text).startswith(("总目标", "总体目标", "总体绩效", "总绩效")) else None


class _Sorter:
    """Puts columns into a Header, left to right."""

    def __init__(self, header: Header) -> None:
        self.header = header
        self.block: Block | None = None
        self.texts: dict[int, str] = {}

    def sort(self, columns: list[_Column]) -> None:
        # 绩效指标 beside 三级指标 stands over the rows beneath it, not over a column
        named = [column for column in columns if column.meaning and column.meaning.key == "indicator_name"]
        if len(named) > 1:
            over = [column for column in named if is_group(column.text)]
            over = [column for column in over if "绩效" in column.text] if len(over) == len(named) else over
            left = [column for column in over if column.number < min(_levels(columns), default=0)]
            self._take_term(left)
            over = left if len(over) == len(named) and left else over
            columns = [column for column in columns if column not in over]
        columns = self._without_row_headings(columns)
        self.texts = {column.number: column.text for column in columns}
        for column in columns:
            self._place(column)
        self._share_levels()
        self._settle_goals()
        self._settle_organisations()

    def _without_row_headings(self, columns: list[_Column]) -> list[_Column]:
        """Take out 年度绩效指标 left of 一级指标: it stands over the rows beneath it and says their term."""
        first = min(_levels(columns), default=0)
        over = [column for column in columns if column.number < first and _is_row_heading(column)]
        self._take_term(over)
        return [column for column in columns if column not in over]

    def _take_term(self, over: list[_Column]) -> None:
        for column in over:
            self.header.term = self.header.term or term_in(column.text) or _whole_term(column.text)

    def _place(self, column: _Column) -> None:
        found = column.meaning or self._content(column)
        if found is None:
            if column.level:
                self._level_column(column)
            else:
                self.header.unknown.append((column.number, column.text))
            return
        if found.how == "near":
            self.header.near.append((column.number, column.text, BY_KEY[found.key].label if found.key else ""))
        name = self._in_context(found, column)
        fact = BY_KEY.get(name)
        if fact is None:
            self.header.unused.append((column.number, column.text))
        elif fact.group == "indicator":
            self._indicator_column(name, found, column)
        elif fact.group == "funding":
            if found.term == "multi":
                self.header.unused.append((column.number, column.text))
            else:
                self._once(self.header.funding, fact.label, column)
        elif name.startswith("plan_"):
            self._once(self.header.plan, PLAN_POINTS[[f for f in BY_KEY if f.startswith("plan_")].index(name)], column)
        else:
            self._field(name, found, column)

    def _content(self, column: _Column) -> Meaning | None:
        """内容 right of a sign is the value."""
        block = self.block
        sign = block is not None and {"sign", "sign_or_nature"} & set(block.slots) and "value" not in block.slots
        return Meaning("value") if sign and synonym_key(column.text) in {"内容", "数值内容"} else None

    def _in_context(self, found: Meaning, column: _Column) -> str:
        """单位 right of an indicator is its measure unit; 目标 left of all indicators is the goal."""
        bare = synonym_key(column.text)
        if bare == "单位" and self.block and self.block.slots:
            return "measure_unit"
        if bare == "项目支出" and "基本支出" in self.texts.values():
            return ""
        if bare == "目标" and not (self.block and "indicator_name" in self.block.slots):
            return "goal"
        return found.key

    def _field(self, name: str, found: Meaning, column: _Column) -> None:
        if found.term == "multi" and name in {"total", "project_total"}:
            name = "multi_year_total"
        if found.term == "multi" and name in {"goal", "overall_goal"}:
            name = "long_term_goal"
        if found.term == "annual" and name == "project_total":
            name = "total"
        if found.term == "annual" and name == "overall_goal":
            name = "goal"
        self._once(self.header.fields, name, column)

    def _once(self, places: dict[str, int], name: str, column: _Column) -> None:
        if name not in places:
            places[name] = column.number
        elif self.texts.get(column.number - 1) != column.text:
            self.header.unused.append((column.number, column.text))

    def _level_column(self, column: _Column) -> None:
        """A level word alone over a column: its cells hold name and value together."""
        block = self._new_block(column)
        block.slots["indicator_name"] = column.number

    def _new_block(self, column: _Column) -> Block:
        self.block = Block()
        levels = list(dict.fromkeys(text for text in (*column.groups, column.text) if is_level(text)))
        if levels and (len(levels) > 1 or is_level1(levels[0])):
            self.block.level1 = levels.pop(0)
        if levels:
            self.block.level2 = levels[0]
        self.header.blocks.append(self.block)
        return self.block

    def _indicator_column(self, name: str, found: Meaning, column: _Column) -> None:
        block = self.block
        fixed = column.level
        if block is None or (fixed and fixed not in (block.level1, block.level2)):
            block = self._new_block(column)
        slots = block.custom if found.custom else block.slots
        if name in slots:
            if self._begins_block(slots, name, column):
                block = self._new_block(column)
                slots = block.slots
            elif not self._second(block, slots, name, found, column):
                return
        slots[name] = column.number
        if name == "value":
            block.value_term = found.term
        if name in {"indicator_name", "level2"} and found.term in {"multi", "annual"}:
            block.term = found.term

    def _begins_block(self, slots: dict[str, int], name: str, column: _Column) -> bool:
        """Whether a repeated field is the first column of a second block; 指标内容 after 三级指标 is a description."""
        if name not in {"level1", "level2", "indicator_name"} or "value" not in slots:
            return False
        if self.texts.get(column.number - 1) == column.text:
            return False
        return synonym_key(column.text) == synonym_key(self.texts[slots[name]]) or "内容" not in column.text

    def _second(self, block: Block, slots: dict[str, int], name: str, found: Meaning, column: _Column) -> bool:
        """A field named twice in one block; True when the second column is the one to take."""
        bare = synonym_key(column.text)
        if column.number - 1 in self.texts and self.texts[column.number - 1] == column.text and slots is block.slots:
            # one header cell over several columns
            block.spread[name] = (*block.spread.get(name, (slots[name],)), column.number)
            return False
        if name in {"nature", "sign"} and "sign_or_nature" not in slots:
            # 指标性质 (≥) beside 指标方向性 (正向): what stands in them tells which is which
            slots["sign_or_nature"] = column.number
            return False
        if name == "value" and found.term == "annual" and block.value_term != "annual":
            self.header.unused.append((slots[name], self.texts[slots[name]]))
            return True
        if name == "value" and bare.endswith("单位") and "measure_unit" not in slots:
            # 指标值单位 alone is a value with its unit, beside 指标值 it is the unit
            slots["measure_unit"] = column.number
            return False
        if name == "indicator_name" and bare.startswith(("四级", "明细", "4级", "末级")):
            return True
        if name in {"indicator_name", "value"} and "内容" in bare and "description" not in slots:
            slots["description"] = column.number
            return False
        self.header.unused.append((column.number, column.text))
        return False

    def _share_levels(self) -> None:
        """A second block without a level column of its own uses the first one's."""
        blocks = self.header.blocks
        for block in blocks[1:]:
            for name, fixed in (("level1", block.level1), ("level2", block.level2)):
                own = name in block.slots or fixed
                if not own and name in blocks[0].slots and (name == "level1" or not block.slots.get("level2")):
                    block.slots[name] = blocks[0].slots[name]

    def _settle_goals(self) -> None:
        """总体目标 and 项目资金总额 mean the year unless a year column stands beside them."""
        fields = self.header.fields
        for wide, annual, multi in (
            ("overall_goal", "goal", "long_term_goal"),
            ("project_total", "total", "multi_year_total"),
        ):
            if wide in fields:
                fields.setdefault(multi if annual in fields else annual, fields[wide])
                del fields[wide]

    def _settle_organisations(self) -> None:
        """部门（单位）名称 is the unit where no other column is."""
        fields = self.header.fields
        number = fields.get("department")
        if number is None or {"unit_name", "unit_and_project"} & set(fields):
            return
        if "单位" in self.texts[number] and "主管" not in self.texts[number]:
            fields["unit_name"] = fields.pop("department")
