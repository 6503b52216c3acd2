"""The values of a reading that a person may correct: how each is called, shown, and written back.

A field is named by its key in `approvals.facts`, so that pages, API and amendments speak of one thing by one word.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from approvals.drafts import IndicatorDraft, ProjectDraft
from approvals.facts import BY_KEY, FACTS
from approvals.values import COMPARATORS, nature_of, sign_of, split_value
from ingest.drafts import DocumentDraft
from perfgoals.money import format_amount, parse_amount
from perfgoals.text import find_date, one_line

Shape = Literal["text", "long", "money", "date", "sign", "nature"]
Draft = DocumentDraft | ProjectDraft | IndicatorDraft

_DIGITS = re.compile(r"-?\d+(?:\.\d+)?")


class Unusable(ValueError):
    """What was typed cannot stand in this field; the message says what can, in Chinese."""


@dataclass(frozen=True, slots=True)
class Field:
    """One correctable value.

    key        name in `approvals.facts` (`number` and `description_custom` have no fact)
    label      as people call it
    attribute  of the draft; for sources of money and points of the plan the mapping they stand in
    entry      key in that mapping, "" for a plain attribute
    """

    key: str
    label: str
    attribute: str
    shape: Shape = "text"
    entry: str = ""

    def text(self, draft: Draft) -> str:
        """What stands there now, as a person would type it; "" for nothing. Amounts are in 元."""
        value: Any = getattr(draft, self.attribute)
        if self.entry:
            value = value.get(self.entry)
        if value is None:
            return ""
        if isinstance(value, Decimal):
            return format_amount(value, group=False)
        return str(value)

    def write(self, draft: Draft, typed: str) -> None:
        """Put what was typed into the draft, splitting a value again. Raises Unusable, changing nothing."""
        value = self._usable(typed)
        if isinstance(draft, IndicatorDraft) and self.key in {"value", "measure_unit"}:
            _split_again(draft, self.key, value)
        elif self.entry:
            entries = getattr(draft, self.attribute)
            if value is None:
                entries.pop(self.entry, None)
            else:
                entries[self.entry] = value
        else:
            setattr(draft, self.attribute, "" if value is None and self.attribute == "name" else value)

    def _usable(self, typed: str) -> Any:
        text = "\n".join(map(one_line, typed.splitlines())).strip() if self.shape == "long" else one_line(typed)
        if not text:
            if self.attribute == "name":
                raise Unusable(f"{self.label}不能为空。")
            return None
        if self.shape == "money":
            return _amount(self.label, text)
        if self.shape == "date":
            if (day := find_date(text)) is None:
                raise Unusable(f"{self.label}“{text}”不是日期，请写成 2027-01-30 或 2027年1月30日。")
            return day
        if self.shape == "sign":
            if (sign := sign_of(text)) is None:
                raise Unusable(f"{self.label}“{text}”不是 {'、'.join(COMPARATORS)} 之一。")
            return sign
        if self.shape == "nature" and nature_of(text) is None:
            raise Unusable(f"{self.label}“{text}”不是正向、反向或定性。")
        if self.key in {"number", "weight"}:
            text = text.replace(",", "").removesuffix("分")
            if not _DIGITS.fullmatch(text):
                raise Unusable(f"{self.label}“{text}”不是数字。")
        return text


def _amount(label: str, text: str) -> Decimal:
    amount = parse_amount(text)
    if amount.value is None or amount.trouble == "negative":
        raise Unusable(f"{label}“{text}”不是可用的金额，请写以元为单位的数字，或带上单位，例如 8.5万元。")
    return amount.value


def _split_again(row: IndicatorDraft, key: str, typed: str | None) -> None:
    """A unit or sign that stood in a column of its own stays when the new value has none."""
    before = split_value(row.value)
    sign = row.comparator if not before.signed else None
    value = typed if key == "value" else row.value
    own = split_value(value)
    unit = typed if key == "measure_unit" else (None if own.unit else row.unit if not before.unit else None)
    reading = split_value(value, unit, None if own.signed else sign)
    row.value = value
    row.comparator, row.number, row.unit = reading.comparator, reading.number, reading.unit


def _fact(key: str, attribute: str = "", shape: Shape = "text", entry: str = "") -> Field:
    return Field(key, BY_KEY[key].label, attribute or key, shape, entry)


DOCUMENT: dict[str, Field] = {
    field.key: field
    for field in (
        _fact("department"),
        _fact("department_code"),
        _fact("approving_body"),
        _fact("approval_date", shape="date"),
        _fact("approval_number"),
    )
}
PROJECT: dict[str, Field] = {
    field.key: field
    for field in (
        _fact("project_name", "name"),
        _fact("project_code", "code"),
        _fact("category"),
        _fact("period"),
        _fact("department"),
        _fact("unit_code"),
        _fact("unit_name"),
        _fact("total", shape="money"),
        _fact("multi_year_total", shape="money"),
        *(_fact(each.key, "funding", "money", each.label) for each in FACTS if each.group == "funding"),
        _fact("goal", shape="long"),
        _fact("long_term_goal", shape="long"),
        _fact("purpose", shape="long"),
        Field("itemised_goals", "分项绩效目标", "itemised_goals", "long"),
        Field("measures", "工作保障措施", "measures", "long"),
        *(_fact(each.key, "spending_plan", entry=each.label) for each in FACTS if each.key.startswith("plan_")),
    )
}
INDICATOR: dict[str, Field] = {
    field.key: field
    for field in (
        _fact("level1"),
        _fact("level2"),
        _fact("indicator_name", "name"),
        _fact("value"),
        _fact("sign", "comparator", "sign"),
        Field("number", "数值", "number"),
        _fact("measure_unit", "unit"),
        _fact("nature", shape="nature"),
        _fact("weight"),
        _fact("description", shape="long"),
        Field("description_custom", "指标描述（个性）", "description_custom", "long"),
        _fact("basis", shape="long"),
    )
}

# Other words by which problems call a field, beside the labels above.
_SPOKEN_PROJECT = {
    "项目名称": "project_name",
    "单位": "unit_name",
    "年度资金总额": "total",
    "项目资金总额": "total",
    "项目总投入": "multi_year_total",
}
_SPOKEN_INDICATOR = {"个性指标": "indicator_name", "数值": "number", "指标值": "value"}
_PROJECT_BY_LABEL = {field.label: field.key for field in PROJECT.values()} | _SPOKEN_PROJECT
_INDICATOR_BY_LABEL = {field.label: field.key for field in INDICATOR.values()} | _SPOKEN_INDICATOR


def project_key(label: str) -> str:
    """The project's field a problem speaks of; "" for none."""
    return _PROJECT_BY_LABEL.get(label, "")


def indicator_key(label: str) -> str:
    """The indicator's field a problem speaks of; "" for none."""
    return _INDICATOR_BY_LABEL.get(label, "")


def holding(draft: Draft, found: str) -> str:
    """The field in which the text `found` stands, for problems that name only a cell; "" for none."""
    fields = INDICATOR if isinstance(draft, IndicatorDraft) else PROJECT
    wanted = one_line(found)
    return next((key for key, field in fields.items() if wanted and one_line(field.text(draft)) == wanted), "")
