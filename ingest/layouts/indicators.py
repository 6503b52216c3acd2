"""One row of indicator columns becomes an IndicatorDraft; cells that slipped into the next column are put back."""

import re
from collections.abc import Sequence
from dataclasses import replace

from approvals.values import nature_of, sign_of, split_value
from ingest.drafts import IndicatorDraft
from ingest.grid import Cell, CellError, Grid
from ingest.layouts.cells import Clerk, long, plain
from ingest.layouts.columns import Block
from ingest.layouts.combined import indicators_in, level_before
from ingest.layouts.words import bare_level, is_level, is_level1, levels_of
from ingest.problems import report

# 指标1：, 指标2: the form's own numbering before what the unit wrote.
_FORM_NUMBER = re.compile(r"^(?:三级|绩效)?指标\s*\d{1,2}\s*[:：、.．]?\s*")
_LISTED = re.compile(r"^\s*(?:指标\s*\d{1,2}\s*[:：.、．]?|[(（]?\d{1,2}[)）.、．]|[①-⑳])\s*")
_BEFORE_NUMBER = re.compile(r"(?<=[^\d(（])(?=(?:指标\s*)?\d{1,2}\s*[.、．：:]\D)")
# A bracket that nothing closes, and one that nothing has opened.
_OPENED = re.compile(r"[(（\[【《“][^)）\]】》”]*$")
_CLOSED = re.compile(r"^[^(（\[【《“]*[)）\]】》”]")
_NO_UNIT = frozenset(["无", "/", "-", "—", "——"])
_EMPTY_MARKS = frozenset(["", "…", "……", "...", "......", "—", "——", "-", "/", "无"])


def name_of(cell: Cell) -> str:
    """The indicator's name without the form's 指标1：; "" where the form's row was left empty."""
    name = plain(cell)
    if name[:2] in {"指标", "三级", "绩效"}:
        name = _FORM_NUMBER.sub("", name)
    return "" if name in _EMPTY_MARKS else name


def torn_name(last: IndicatorDraft, found: list[IndicatorDraft]) -> IndicatorDraft | None:
    """The indicator whose row a page end has cut, whole: its name opens a bracket that the next row's closes.

    None where the next row is one of its own.
    """
    rest = found[0]
    if len(found) > 1 or (last.level1, last.level2) != (rest.level1, rest.level2):
        return None
    if _OPENED.search(last.name) is None or _CLOSED.match(rest.name) is None:
        return None
    name, value = last.name + rest.name, last.value
    if rest.value and value:
        value += rest.value
        reading = split_value(value)
        return replace(
            last, name=name, value=value, comparator=reading.comparator, number=reading.number, unit=reading.unit
        )
    return replace(last, name=name)


def _is_value(line: str) -> bool:
    """A line that is a value whole: beside as many names, each has its own."""
    reading = split_value(line)
    return reading.number is not None and not reading.doubts


def _is_words(unit: str) -> bool:
    """Whether a text in the column of units is no unit: 每季度末前拨付, 2026年5月底前."""
    return any(map(str.isdigit, unit)) or "unit_prose" in split_value(f"1{unit}").doubts


class IndicatorReader:
    """Reads the rows under one Block. Levels are carried down until the next is printed; `restart` forgets them."""

    def __init__(self, block: Block, clerk: Clerk) -> None:
        self.block = block
        self.clerk = clerk
        slots = block.slots
        self.level1_column = slots.get("level1")
        self.level2_column = slots.get("level2")
        self.name_column = slots.get("indicator_name")
        self.value_column = slots.get("value")
        self.description_column = slots.get("description", slots.get("remark"))
        self.unit_column = slots.get("measure_unit")
        self.weight_column = slots.get("weight")
        self.basis_column = slots.get("basis")
        self.sign_columns = tuple(slots[name] for name in ("sign", "nature", "sign_or_nature") if name in slots)
        self.custom_name = block.custom.get("indicator_name")
        self.custom_value = block.custom.get("value")
        self.custom_description = block.custom.get("description")
        self.has_custom = self.custom_name is not None
        self.custom_columns = tuple(block.custom.values())
        spread = {column for columns in block.spread.values() for column in columns}
        self.columns = tuple(sorted({*slots.values(), *block.custom.values(), *spread}))
        self._level_in_name = self.level1_column is None and self.level2_column is None and block.level1 is None
        self.level1: str | None = block.level1
        self.level2: str | None = block.level2

    def rejoined(self, cells: Sequence[Cell], above: Sequence[IndicatorDraft]) -> Sequence[Cell]:
        """The first row of a page with level words that the page end has cut made whole, also in the rows `above`."""
        whole = list(cells)
        for column, name in ((self.level1_column, "level1"), (self.level2_column, "level2")):
            before = getattr(self, name)
            rest = plain(cells[column]) if column is not None else ""
            if column is None or not before or not rest or is_level(before) or not is_level(before + rest):
                continue
            whole[column] = before + rest
            for each in above:
                if getattr(each, name) == before:
                    setattr(each, name, before + rest)
        return whole

    def restart(self) -> None:
        """A new project begins: no level is carried over."""
        self.level1, self.level2 = self.block.level1, self.block.level2

    def read(self, grid: Grid, row: int, cells: Sequence[Cell]) -> list[IndicatorDraft]:
        """The indicators of a row (two where common and 个性 columns are both filled); [] where there is none.

        `cells` is as wide as the header.
        """
        if self.block.spread:
            cells = self._gathered(cells)
        self._levels(cells)
        if self.has_custom:
            return self._read_with_custom(grid, row, cells)
        name = name_of(cells[self.name_column]) if self.name_column is not None else ""
        if self.name_column is not None and self.value_column is None and (name or not self.block.level1):
            return self._combined(grid, row, cells, self.name_column)
        level, rest = level_before(name) if self._level_in_name else ("", name)
        if level and rest:
            # a table without columns of levels
            name = rest
            self.level1, self.level2 = (level, None) if is_level1(level) else (self.level1, level)
        value = self._value(cells, self.value_column)
        if not name:
            self._without_name(grid, row, cells, value)
            return []
        column, told = self.name_column or 0, self._description(cells)
        pairs = self._listed(cells) or [(name, value)]
        return [self._draft(grid, row, cells, column, each, one, told) for each, one in pairs]

    def _combined(self, grid: Grid, row: int, cells: Sequence[Cell], column: int) -> list[IndicatorDraft]:
        """Name and value in one cell, several in one cell: `演出场次≥40场；…`."""
        cell = cells[column]
        drafts = []
        for level2, text, value in indicators_in(cell if isinstance(cell, str) else plain(cell)):
            if name := name_of(text):
                self.level2 = level2 or self.level2
                drafts.append(self._draft(grid, row, cells, column, name, value, self._description(cells)))
        return drafts

    def _listed(self, cells: Sequence[Cell]) -> list[tuple[str, str | None]]:
        """Numbered names one under the other beside as many values; [] for a cell with one indicator."""
        if self.name_column is None or self.value_column is None:
            return []
        names, values = cells[self.name_column], cells[self.value_column]
        if not isinstance(names, str) or not isinstance(values, str) or "\n" not in values.strip():
            return []
        left, right = names.strip().split("\n"), values.strip().split("\n")
        if len(left) != len(right):
            # a narrow column has joined lines, their numbers still part them
            left = [line for line in _BEFORE_NUMBER.split(names.strip().replace("\n", "")) if line]
        if len(left) != len(right) or not (all(map(_LISTED.match, left)) or all(map(_is_value, right))):
            return []
        pairs = [(name_of(_LISTED.sub("", line)), plain(told)) for line, told in zip(left, right, strict=True)]
        return [(each, told) for each, told in pairs if each]

    def _gathered(self, cells: Sequence[Cell]) -> list[Cell]:
        """Fields whose header covers several columns: sign, number and unit of a value are put together, of others
        the first filled cell counts."""
        gathered = list(cells)
        for name, columns in self.block.spread.items():
            filled = [cells[column] for column in columns if cells[column] is not None and cells[column] != ""]
            if name == "value" and len(filled) > 1:
                gathered[columns[0]] = "".join(plain(cell) for cell in filled)
            elif filled:
                gathered[columns[0]] = filled[0]
        return gathered

    def holds(self, cells: Sequence[Cell]) -> bool:
        """Whether any cell of this block but the shared levels is filled."""
        levels = (self.level1_column, self.level2_column)
        return any(cells[c] is not None and cells[c] != "" for c in self.columns if c not in levels)

    def _levels(self, cells: Sequence[Cell]) -> None:
        if self.level1_column is not None and (level1 := bare_level(plain(cells[self.level1_column]))):
            level1, level2 = levels_of(level1)
            if level1 != self.level1:
                self.level2 = self.block.level2
            self.level1, self.level2 = level1, level2 or self.level2
        if self.level2_column is not None and (level2 := bare_level(plain(cells[self.level2_column]))):
            self.level2 = level2

    def _value(self, cells: Sequence[Cell], column: int | None) -> str | None:
        return (plain(cells[column]) or None) if column is not None else None

    def _description(self, cells: Sequence[Cell]) -> str | None:
        column = self.description_column
        return (long(cells[column]) or None) if column is not None else None

    def _draft(
        self,
        grid: Grid,
        row: int,
        cells: Sequence[Cell],
        column: int,
        name: str,
        value: str | None,
        description: str | None,
    ) -> IndicatorDraft:
        unit = plain(cells[self.unit_column]) if self.unit_column is not None else None
        unit = None if not unit or unit in _NO_UNIT else unit
        if value is None and unit and _is_words(unit):
            # 符号 | 值 | 单位（文字描述）: a target in words stands where the unit would
            value, unit = unit, None
        sign = nature = None
        for index in self.sign_columns:
            word = plain(cells[index])
            if not word:
                continue
            if nature_of(word):
                nature = nature or word
            elif sign_of(word):
                sign = sign or word
        reading = split_value(value, unit, sign)
        return IndicatorDraft(
            self.level1,
            self.level2,
            name,
            value,
            reading.comparator,
            reading.number,
            reading.unit,
            nature,
            (plain(cells[self.weight_column]) or None) if self.weight_column is not None else None,
            description,
            None,
            (long(cells[self.basis_column]) or None) if self.basis_column is not None else None,
            False,
            grid.place(row, column),
        )

    def _read_with_custom(self, grid: Grid, row: int, cells: Sequence[Cell]) -> list[IndicatorDraft]:
        """Common columns 指标, 值, 描述 and the same three 个性; a unit fills one set, exports shift them."""
        if self.name_column is None or self.custom_name is None:
            return []
        name, value = name_of(cells[self.name_column]), self._value(cells, self.value_column)
        description = self._description(cells)
        if name and all(cells[column] is None or cells[column] == "" for column in self.custom_columns):
            # two rows of three
            return [self._draft(grid, row, cells, self.name_column, name, value, description)]
        own_name = name_of(cells[self.custom_name])
        own_value = self._value(cells, self.custom_value)
        own_description = self._long_at(cells, self.custom_description)
        drafts = []
        if name:
            if own_name and own_value is None and description is None:
                # what stands under 明细指标（个性） alone is the description, one cell to the right
                description, own_name = own_name, ""
                self._slipped(grid, row, self.custom_name, "指标描述", description)
            elif not own_name and description is None and own_description and own_value is None:
                description, own_description = own_description, None
                self._slipped(grid, row, self.custom_description or 0, "指标描述", description)
            draft = self._draft(grid, row, cells, self.name_column, name, value, description)
            if not own_name:
                draft.description_custom = own_description
            drafts.append(draft)
            if not own_name and own_value is not None:
                self._without_name(grid, row, cells, own_value)
        elif description is not None and value is None and own_description is None and (own_name or own_value):
            # the three 个性 cells stand one column to the left
            self._shifted(grid, row, description, own_name, own_value)
            own_name, own_value, own_description, place = (
                description,
                own_name or None,
                own_value,
                self.description_column,
            )
            return [self._custom(grid, row, place or 0, own_name, own_value, own_description)]
        if own_name:
            drafts.append(self._custom(grid, row, self.custom_name, own_name, own_value, own_description))
        if not drafts:
            self._without_name(grid, row, cells, value or own_value or own_description)
        return drafts

    def _long_at(self, cells: Sequence[Cell], column: int | None) -> str | None:
        return (long(cells[column]) or None) if column is not None else None

    def _custom(
        self, grid: Grid, row: int, column: int, name: str, value: str | None, description: str | None
    ) -> IndicatorDraft:
        reading = split_value(value)
        return IndicatorDraft(
            self.level1, self.level2, name, value, reading.comparator, reading.number, reading.unit,
            description_custom=description, custom=True, place=grid.place(row, column),
        )  # fmt: skip

    def _slipped(self, grid: Grid, row: int, column: int, label: str, text: str) -> None:
        place = grid.place(row, column)
        self.clerk.problems.append(
            report("CELL_SLIPPED", place, f"“{text}”移回“{label}”", field=label, found=text, expected=label)
        )

    def _shifted(self, grid: Grid, row: int, name: str, value: str, description: str | None) -> None:
        place = grid.place(row, self.description_column)
        detail = f"个性指标“{name}”及其指标值、描述各左移了一格"
        found = " | ".join(filter(None, (name, value, description)))
        self.clerk.problems.append(
            report(
                "ROW_SHIFTED",
                place,
                detail,
                field="个性指标",
                found=found,
                expected="明细指标（个性）| 指标值（个性）| 指标描述（个性）",
            )
        )

    def _without_name(self, grid: Grid, row: int, cells: Sequence[Cell], value: str | None) -> None:
        filled = [column for column in self.columns if column not in (self.level1_column, self.level2_column)]
        words = [word for column in filled if (word := name_of(cells[column]))]
        if not words or all(isinstance(cells[column], CellError) for column in filled):
            return
        found = " | ".join(words)
        self.clerk.problems.append(
            report(
                "ROW_WITHOUT_NAME",
                grid.place(row, self.name_column),
                field="三级指标",
                found=found,
                expected="指标名称",
            )
        )
