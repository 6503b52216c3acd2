"""Where in a declaration a note, a difference or an amendment stands: the grammar of anchors.

    goal                     a field of the project
    funding.一般公共预算       the amount of one source of money; `funding` is all of them
    spending_plan.6月底       the share of one point of the plan; `spending_plan` is all of it
    indicators.3             the third indicator; `indicators` is the table
    indicators.3.value       one cell of it

An anchor counts rows from 1, as people do, in one certain content. Pure: no database.
"""

from collections.abc import Iterator
from decimal import Decimal

from approvals.documents.content import IndicatorContent, ProjectContent
from approvals.facts import label as word

FIELDS: dict[str, str] = {
    "name": word("project_name"),
    "code": word("project_code"),
    "category": word("category"),
    "period": word("period"),
    "total": "年度资金总额",
    "multi_year_total": word("multi_year_total"),
    "purpose": word("purpose"),
    "goal": word("goal"),
    "long_term_goal": word("long_term_goal"),
    "itemised_goals": "分项绩效目标",
    "measures": "工作保障措施",
}
# Fields that only a department's overall goal has, and those that it has of the others.
_OF_DEPARTMENT_GOALS = frozenset({"itemised_goals", "measures"})
_ALSO_OF_DEPARTMENT_GOALS = frozenset({"goal", *_OF_DEPARTMENT_GOALS})
MONEY = frozenset({"total", "multi_year_total"})
TABLES: dict[str, str] = {"funding": "资金来源", "spending_plan": word("spending_plan"), "indicators": "绩效指标"}
CELLS: dict[str, str] = {
    "level1": word("level1"),
    "level2": word("level2"),
    "name": word("indicator_name"),
    "value": word("value"),
    "unit": word("measure_unit"),
    "nature": word("nature"),
    "weight": word("weight"),
    "description": word("description"),
    "description_custom": "指标描述（个性）",
    "basis": word("basis"),
    "custom": "个性指标",
}
# What the program reads out of the value; told only where the value itself is the same.
READINGS: dict[str, str] = {"comparator": word("sign"), "number": "数值"}


def row_of(anchor: str) -> int | None:
    """The number of the indicator an anchor is about, from 1; None when it is about none."""
    table, _dot, rest = anchor.partition(".")
    number = rest.partition(".")[0]
    return int(number) if table == "indicators" and number.isascii() and number.isdigit() else None


def moved(anchor: str, row: int) -> str:
    """The same anchor, when its indicator stands at another row."""
    table, _number, *cell = anchor.split(".", 2)
    return ".".join([table, str(row), *cell])


def within(anchor: str, place: str) -> bool:
    """Whether `anchor` is `place` or lies inside it."""
    return anchor == place or anchor.startswith(f"{place}.")


def text_at(content: ProjectContent, anchor: str) -> str | None:
    """What stands there, as text; None when it is empty. Raises KeyError when there is no such place."""
    if anchor in FIELDS:
        return as_text(getattr(content, anchor))
    if anchor in TABLES:
        return None
    table, _dot, rest = anchor.partition(".")
    match table:
        case "funding" | "spending_plan":
            return as_text(getattr(content, table)[rest])
        case "indicators":
            number, _dot, cell = rest.partition(".")
            row = _indicator(content, number)
            if not cell:
                return row_text(row)
            if cell in CELLS:
                return as_text(getattr(row, cell))
    raise KeyError(anchor)


def place_name(anchor: str, content: ProjectContent | None = None) -> str:
    """How the place is called: `年度绩效目标`, `第 3 条指标“更换护栏长度” 指标值`; the anchor itself when unknown."""
    if anchor in FIELDS or anchor in TABLES:
        return FIELDS.get(anchor) or TABLES[anchor]
    table, _dot, rest = anchor.partition(".")
    if table in ("funding", "spending_plan") and rest:
        return f"{TABLES[table]} {rest}"
    number = row_of(anchor)
    if number is None:
        return anchor
    cell = rest.partition(".")[2]
    known = content is not None and 1 <= number <= len(content.indicators)
    name = f"“{content.indicators[number - 1].name}”" if content is not None and known else ""
    return f"第 {number} 条指标{name} {CELLS.get(cell) or READINGS.get(cell, cell)}".strip()


def places(content: ProjectContent) -> Iterator[str]:
    """Every anchor of a content, from the top of the page to its end; rows before their cells."""
    if content.department_goal:
        yield from (field for field in FIELDS if field in _ALSO_OF_DEPARTMENT_GOALS)
    else:
        yield from (field for field in FIELDS if field not in _OF_DEPARTMENT_GOALS)
        yield "funding"
        yield from (f"funding.{source}" for source in content.funding)
        yield "spending_plan"
        yield from (f"spending_plan.{when}" for when in content.spending_plan)
    yield "indicators"
    for number in range(1, len(content.indicators) + 1):
        yield f"indicators.{number}"
        yield from (f"indicators.{number}.{cell}" for cell in CELLS)


def as_text(value: object) -> str | None:
    """A stored value as people read it."""
    match value:
        case None | "":
            return None
        case bool():
            return "是" if value else "否"
        case Decimal():
            return f"{value:,.2f}"
        case _:
            return str(value)


def row_text(row: IndicatorContent) -> str:
    """An indicator in one line."""
    return " / ".join(filter(None, [row.level1, row.level2, row.name, row.value]))


def _indicator(content: ProjectContent, number: str) -> IndicatorContent:
    known = number.isascii() and number.isdigit() and not number.startswith("0")
    if not known or int(number) > len(content.indicators):
        raise KeyError(number)
    return content.indicators[int(number) - 1]
