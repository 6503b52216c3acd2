"""Cells as a clerk reads them: texts, amounts, and what is wrong with them."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from ingest.grid import Cell, CellError, Grid
from ingest.problems import Problem, Severity, report
from perfgoals.money import format_amount, parse_amount
from perfgoals.text import has_blank_inside_chinese, one_line, paragraphs

_FORMULA_STARTS = "=@+-\t"
_SIGNED_NUMBER = re.compile(r"^=+\s*\d+(?:\.\d+)?\s*(?:[%％‰]|[^\x00-\x7f].*)?$")
_TROUBLES = {
    "error_value": "是错误值或没有结果的公式",
    "date": "是日期",
    "chinese_numeral": "是中文大写数字",
    "negative": "是负数",
    "not_a_number": "不是数字",
    "dash": "是横线",
}


def plain(cell: Cell) -> str:
    """A name or short value on one line; "" for an empty cell."""
    if cell is None:
        return ""
    if type(cell) is str:
        return one_line(cell)
    return printed(cell)


def long(cell: Cell) -> str:
    """A longer text with its paragraphs; "" for an empty cell."""
    if cell is None:
        return ""
    return paragraphs(cell) if type(cell) is str else printed(cell)


def printed(cell: Cell) -> str:
    """A cell that is no plain text as a person sees it; error values are no text."""
    if isinstance(cell, CellError) or cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(" ", "minutes")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return one_line(str(cell))


def is_blank(cell: Cell) -> bool:
    """Nothing, or nothing but blanks."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


@dataclass(slots=True)
class Clerk:
    """Reads cells of one table and writes down what is wrong with them.

    unit  money unit of the table (a key of perfgoals.money.UNITS)
    """

    unit: str = "元"
    problems: list[Problem] = field(default_factory=list)

    def amount(self, grid: Grid, row: int, column: int, name: str) -> Decimal | None:
        """The amount in a cell in 元, None where there is none; trouble is reported with the cell's place."""
        cells = grid.rows[row]
        cell = cells[column] if column < len(cells) else None
        return self.amount_of(cell, name, lambda: grid.place(row, column))

    def amount_of(self, cell: Cell, name: str, place: Callable[[], str]) -> Decimal | None:
        """The same for a cell or text from anywhere; `place` is asked only when there is trouble."""
        if cell is None or cell == "":
            return None
        amount = parse_amount(cell, self.unit)
        if amount.trouble is None and (amount.unit is None or amount.unit == self.unit):
            return amount.value
        found = printed(cell) or str(cell)
        if amount.trouble is None:
            detail = f"“{found}”自带单位，与全表单位（{self.unit}）不同"
            self.problems.append(
                report("AMOUNT", place(), detail, field=name, found=found, expected=f"以{self.unit}为单位的数字")
            )
            return None
        if amount.trouble in {"full_width", "rounded"}:
            made = format_amount(amount.value or Decimal(0), group=False)
            self.problems.append(
                report("AMOUNT_REPAIRED", place(), f"“{found}”读作 {made} 元", field=name, found=found, expected=made)
            )
            return amount.value
        detail = f"“{found}”{_TROUBLES[amount.trouble]}"
        severity: Severity | None = "info" if amount.trouble == "dash" else None
        if amount.trouble == "dash":
            detail += "，按没有金额读取"
        self.problems.append(
            report("AMOUNT", place(), detail, field=name, found=found, expected="数字金额", severity=severity)
        )
        return None

    def look_at(self, grid: Grid, row: int, columns: Iterable[int]) -> None:
        """Report text cells that hold error values, text that looks like a formula."""
        cells = grid.rows[row]
        width = len(cells)
        for column in columns:
            cell = cells[column] if column < width else None
            if cell is None or cell == "":
                continue
            if type(cell) is str:
                if cell[0] in _FORMULA_STARTS and looks_like_formula(cell):
                    self.problems.append(
                        report("FORMULA_TEXT", grid.place(row, column), found=cell, expected="普通文字")
                    )
            elif isinstance(cell, CellError):
                told = f"“{cell}”{cell.reason}"
                place = grid.place(row, column)
                self.problems.append(report("CELL_WITHOUT_VALUE", place, told, found=str(cell), expected="文字或数值"))

    def name_blank(self, grid: Grid, row: int, column: int, cell: Cell, name: str) -> None:
        """Report a blank taken out of a name."""
        if isinstance(cell, str) and has_blank_inside_chinese(cell):
            made = one_line(cell)
            self.problems.append(
                report(
                    "BLANKS_REMOVED",
                    grid.place(row, column),
                    f"“{cell.strip()}”读作“{made}”",
                    field=name,
                    found=cell.strip(),
                    expected=made,
                )
            )


def looks_like_formula(text: str) -> bool:
    """Text a spreadsheet would compute when opened: `=…`, `@SUM(…`, `+1`, `-2+3`. A dash before words is none."""
    bare = text.strip()
    if bare[:1] in "=@":
        return (len(bare) > 1 and bare[1] not in "=＝" and not bare[1].isdigit()) or bare[:1] == "@" or "+" in bare
    return bare[:1] in "+-" and len(bare) > 1 and bare[1].isdigit() and bare[1:].strip(".%").isascii()
