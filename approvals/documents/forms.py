"""The words in which a region's form of the approval is described, and the Shaoxing form.

A form is a description, not code: what stands in the heading, which columns there are, which rows, how wide.
`blocks.lay_out` turns a description and a content into rows; the writers turn rows into files. A new region is a new
description. Two families cover what regions use: one table for everything (`TableBody`), one card a project
(`CardBody`).

Where a description names a field it uses the names of `fields.py`. Widths are millimetres.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Literal

Align = Literal["left", "center", "right"]


class MoneyUnit(Enum):
    """The unit in which a form prints amounts: its word, and how many powers of ten it is above 元."""

    YUAN = ("元", 0)
    WAN = ("万元", 4)

    @property
    def word(self) -> str:
        """The unit as printed."""
        return self.value[0]

    def amount(self, yuan: Decimal) -> Decimal:
        """`yuan` counted in this unit, exactly."""
        return yuan.scaleb(-self.value[1])


def amount_text(amount: Decimal) -> str:
    """An amount as forms print it: `93000.00`, and `0` for nothing; never rounded, never grouped."""
    if not amount:
        return "0"
    fraction = -int(amount.normalize().as_tuple().exponent)
    return f"{amount:.{max(2, fraction)}f}"


@dataclass(frozen=True, slots=True)
class Joined:
    """Several fields in one cell, those that are stated joined by `by`: `418001-市教育局`."""

    fields: tuple[str, ...]
    by: str = ""


Source = str | Joined


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table.

    header is printed above it, group above the headers of neighbours with the same group.
    department, unit, project, indicator: the field that stands here in a row of that kind, None for an empty cell.
    money: "total" or the name of a funding source; the amount stands in project rows (and in sums).
    """

    header: str
    width: float
    align: Align = "left"
    group: str = ""
    department: Source | None = None
    unit: Source | None = None
    project: Source | None = None
    indicator: Source | None = None
    money: str | None = None


@dataclass(frozen=True, slots=True)
class TableBody:
    """One table for the whole approval.

    department_row, unit_rows: rows that name the department and the units; "other_name" prints a unit's row only
    where its name is not the department's. department_sums: the department row shows the sums of its projects.
    project_cells: a row of their own above the indicators, on the row of the first indicator, or merged over all
    of them. total_label: the word of a last row with the sums, empty for none.
    """

    columns: tuple[Column, ...]
    department_row: bool
    unit_rows: Literal["always", "other_name", "never"]
    project_cells: Literal["own_row", "first_indicator", "merged"]
    department_sums: bool = False
    total_label: str = ""


@dataclass(frozen=True, slots=True)
class CardCell:
    """A cell of a card: a printed label, a field of the project, or an amount; over so many columns and rows."""

    label: str = ""
    value: Source | None = None
    money: str | None = None
    columns: int = 1
    rows: int = 1
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class CardColumn:
    """A column of the indicator grid in a card; `merge` joins equal neighbours downwards."""

    header: str
    indicator: Source
    columns: int = 1
    align: Align = "left"
    merge: bool = False


@dataclass(frozen=True, slots=True)
class CardBody:
    """One card a project, each on a page of its own: `rows` of labelled cells, then the indicator grid.

    title ends the line above the card, after the running number and the project's name. A cell that stands over
    several rows is named in the first of them only.
    """

    title: str
    widths: tuple[float, ...]
    rows: tuple[tuple[CardCell, ...], ...]
    indicators: tuple[CardColumn, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A region's form. `heading` lists label and field of the lines under the title; empty fields leave no line.

    unit_line prints "单位：万元" above the table. sheet is the name of the worksheet.
    """

    key: str
    label: str
    sheet: str
    money: MoneyUnit
    heading: tuple[tuple[str, str], ...]
    body: TableBody | CardBody
    landscape: bool = True
    unit_line: bool = False


# The sections of what a department as a whole aims at: goal, itemised goals, measures, indicators.
GOAL_SECTIONS = ("一、总体绩效目标", "二、分项绩效目标", "三、工作保障措施", "四、绩效指标")
# Between the cells of such an indicator, which is a line: blanks would not outlast a PDF.
GOAL_BAR = "｜"

APPROVAL_HEADING = (
    ("部门名称", "department_name"),
    ("批复单位", "approving_body"),
    ("批复日期", "approval_date"),
    ("批复文号", "number"),
    ("验证码", "verification"),
)

SHAOXING = Form(
    key="shaoxing",
    label="绍兴式批复表（14 列，元）",
    sheet="批复表",
    money=MoneyUnit.YUAN,
    heading=APPROVAL_HEADING,
    body=TableBody(
        department_row=True,
        unit_rows="always",
        project_cells="own_row",
        columns=(
            Column("单位编码", 14, "center", department="code", unit="code"),
            Column("单位名称", 29, department="name", unit="name", project="name"),
            Column("总计", 19, "right", "资金安排（元）", money="total"),
            Column("一般公共预算", 19, "right", "资金安排（元）", money="一般公共预算"),
            Column("政府性基金", 17, "right", "资金安排（元）", money="政府性基金"),
            Column("专户资金", 15, "right", "资金安排（元）", money="专户资金"),
            Column("其他资金", 15, "right", "资金安排（元）", money="其他资金"),
            Column("一级指标", 14, "center", indicator="level1"),
            Column("明细指标", 24, indicator="common_name"),
            Column("指标值", 17, "center", indicator="common_value"),
            Column("指标描述", 35, indicator="common_description"),
            Column("明细指标（个性）", 20, indicator="own_name"),
            Column("指标值（个性）", 17, "center", indicator="own_value"),
            Column("指标描述（个性）", 22, indicator="own_description"),
        ),
    ),
)
