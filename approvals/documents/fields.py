"""What a form's description may name: every field that can stand in a cell, by its word.

A field is a function from what the row is about to its text, None where nothing is stated.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from approvals.documents.content import ApprovalContent, IndicatorContent, ProjectContent, UnitContent
from approvals.documents.forms import Joined, Source

DIRECTIONS = {"≥": "大于等于", "≤": "小于等于", "＝": "等于", "＞": "大于", "＜": "小于"}


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project together with its unit: cards and merged cells print both."""

    project: ProjectContent
    unit: UnitContent


Field = Callable[[Any], str | None]


def full_value(indicator: IndicatorContent) -> str | None:
    """The target in one text. A bare number gets back the sign and unit that other forms print in other columns."""
    value, number = indicator.value, indicator.number
    apart = value is not None and value == number and (indicator.unit or indicator.comparator not in (None, "＝"))
    return f"{indicator.comparator or ''}{number}{indicator.unit or ''}" if apart else value


def bare_value(indicator: IndicatorContent) -> str | None:
    """The target without sign and unit, for forms that have columns for these; words stay whole."""
    return indicator.number if indicator.comparator and indicator.number else indicator.value


def direction(indicator: IndicatorContent) -> str | None:
    """The sign in words (指标方向): 大于等于 for ≥."""
    return DIRECTIONS.get(indicator.comparator or "", indicator.comparator)


def _common(field: Field) -> Field:
    return lambda indicator: None if indicator.custom else field(indicator)


def _own(field: Field) -> Field:
    return lambda indicator: field(indicator) if indicator.custom else None


def _own_description(indicator: IndicatorContent) -> str | None:
    """Of an own indicator its description; of a common one what the unit added to it."""
    texts = (indicator.description if indicator.custom else None, indicator.description_custom)
    return "\n".join(text for text in texts if text) or None


def _attributes(names: str, of: Callable[[Any], Any] = lambda row: row) -> dict[str, Field]:
    def field(name: str) -> Field:
        return lambda row: getattr(of(row), name)

    return {name: field(name) for name in names.split()}


def chinese_date(day: date) -> str:
    """2019年1月30日."""
    return f"{day.year}年{day.month}月{day.day}日"


HEADING: Mapping[str, Field] = _attributes("title table_title department_name approving_body number verification") | {
    "approval_date": lambda content: chinese_date(content.approval_date),
    "fiscal_year": lambda content: f"{content.fiscal_year}年",
}

DEPARTMENT: Mapping[str, Callable[[ApprovalContent], str | None]] = {
    "code": lambda content: content.department_code,
    "name": lambda content: content.department_name,
}

UNIT: Mapping[str, Field] = _attributes("code name")

# "3月底" in a description is a key of the spending plan; everything else is a field of the project or its unit.
PLAN = ("3月底", "6月底", "9月底", "10月底", "12月底")

PROJECT: Mapping[str, Field] = (
    _attributes("code name category period purpose goal long_term_goal", lambda row: row.project)
    | {"unit_code": lambda row: row.unit.code, "unit_name": lambda row: row.unit.name}
    | {when: (lambda row, when=when: row.project.spending_plan.get(when)) for when in PLAN}
)

INDICATOR: Mapping[str, Field] = _attributes(
    "level1 level2 name description description_custom basis nature weight unit"
) | {
    "value": full_value,
    "bare_value": bare_value,
    "direction": direction,
    "common_name": _common(lambda indicator: indicator.name),
    "common_value": _common(full_value),
    "common_description": _common(lambda indicator: indicator.description),
    "own_name": _own(lambda indicator: indicator.name),
    "own_value": _own(full_value),
    "own_description": _own_description,
}


def reader(source: Source | None, fields: Mapping[str, Field]) -> Field:
    """The function that reads `source` off a row. Raises KeyError for a field nobody knows."""
    if source is None:
        return lambda row: None
    if isinstance(source, str):
        return fields[source]
    return _join(source, [fields[name] for name in source.fields])


def _join(source: Joined, parts: list[Field]) -> Field:
    def joined(row: Any) -> str | None:
        texts = [part(row) for part in parts]
        return source.by.join(text for text in texts if text) or None

    return joined
