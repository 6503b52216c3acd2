"""What cannot be kept at all, because the tables have no room for it.

WHY: a text cut short or a rounded amount would be a silent change of what was written.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from approvals.drafts import IndicatorDraft, ProjectDraft
from approvals.models import Declaration, FundingLine, Indicator, Project
from perfgoals.problems import Problem

_LARGEST = Decimal(10) ** 16
# What the columns hold: 22 digits and 8 decimals for a target's number, 7 and 2 for a weight.
_DIGITS = {"数值": re.compile(r"-?\d{1,22}(\.\d{1,8})?"), "分值": re.compile(r"\d{1,7}(\.\d{1,2})?")}


def _limits(model: type, *names: str) -> dict[str, tuple[str, int]]:
    fields = {name: model._meta.get_field(name) for name in names}  # type: ignore[attr-defined]
    return {name: (str(field.verbose_name), field.max_length) for name, field in fields.items()}


_PROJECT = _limits(Project, "code", "name", "category") | _limits(Declaration, "period")
_INDICATOR = _limits(Indicator, "level1", "level2", "nature") | {
    "unit": _limits(Indicator, "measure_unit")["measure_unit"]
}
_SOURCE = _limits(FundingLine, "source")["source"]


def cannot_be_kept(draft: ProjectDraft) -> list[Problem]:
    """Everything in the draft that does not fit: missing names, texts too long, impossible amounts."""
    return list(_findings(draft))


def _findings(draft: ProjectDraft) -> Iterator[Problem]:
    if not draft.name.strip():
        yield _error("NAME_MISSING", draft.place, "项目名称", "", "项目名称", "项目没有名称。", "补上项目名称。")
    yield from _too_long(draft, _PROJECT, draft.place)
    for label, amount in {"年度资金总额": draft.total, "项目总投入": draft.multi_year_total, **draft.funding}.items():
        yield from _bad_amount(label, amount, draft.place)
        if len(label) > _SOURCE[1]:
            yield _length(draft.place, _SOURCE[0], label, _SOURCE[1])
    for indicator in draft.indicators:
        yield from _too_long(indicator, _INDICATOR, indicator.place or draft.place)
        for label, text in (("数值", indicator.number), ("分值", indicator.weight)):
            yield from _bad_number(label, text, indicator.place or draft.place)
        if not indicator.name.strip():
            yield _error(
                "INDICATOR_NAME_MISSING",
                indicator.place or draft.place,
                "三级指标",
                indicator.value or "",
                "指标名称",
                "指标没有名称。",
                "补上指标名称，或删去这一行。",
            )


def _too_long(
    draft: ProjectDraft | IndicatorDraft, limits: dict[str, tuple[str, int]], place: str
) -> Iterator[Problem]:
    for name, (label, limit) in limits.items():
        text = getattr(draft, name) or ""
        if len(text) > limit:
            yield _length(place, label, text, limit)


def _length(place: str, label: str, text: str, limit: int) -> Problem:
    return _error(
        "TEXT_TOO_LONG",
        place,
        label,
        f"{text[:40]}……（{len(text)} 字）",
        f"不超过 {limit} 字",
        f"{label}太长：{len(text)} 字，最多 {limit} 字。",
        "缩短文字，详细内容写到绩效目标或指标描述中。",
    )


def _bad_amount(label: str, amount: Decimal | None, place: str) -> Iterator[Problem]:
    if amount is None:
        return
    if amount < 0:
        yield _error(
            "AMOUNT_NEGATIVE", place, label, f"{amount:f}", "0 或正数", f"{label}是负数。", "改为实际安排的金额。"
        )
    elif amount >= _LARGEST:
        yield _error(
            "AMOUNT_TOO_LARGE",
            place,
            label,
            f"{amount:f}",
            "小于一亿亿元",
            f"{label}大得不合常理。",
            "核对金额和单位。",
        )
    elif amount != round(amount, 2):
        yield _error(
            "AMOUNT_TOO_FINE", place, label, f"{amount:f}", "精确到分", f"{label}精确到了分以下。", "核对金额和单位。"
        )


def _bad_number(label: str, text: str | None, place: str) -> Iterator[Problem]:
    digits = _DIGITS[label]
    if text and not digits.fullmatch(text):
        yield _error(
            "NUMBER_UNUSABLE",
            place,
            label,
            text,
            "普通的数字",
            f"{label}“{text}”不是可以保存的数字。",
            "核对这个数字。",
        )


def _error(code: str, place: str, label: str, found: str, expected: str, message: str, fix: str) -> Problem:
    return Problem(code, "error", message, place, label, found, expected, fix)
