"""A content with a reviewer's amendments in it. Pure: no database."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from approvals.anchors import CELLS, FIELDS, MONEY, place_name, row_of, text_at
from approvals.documents.content import IndicatorContent, ProjectContent
from approvals.judgement import Change
from approvals.values import split_value
from perfgoals.money import parse_amount
from perfgoals.problems import Problem
from perfgoals.text import tidy

# Name, code and category belong to the project and all its years.
_FIELDS = tuple(field for field in FIELDS if field not in ("name", "code", "category"))
_CELLS = tuple(cell for cell in CELLS if cell != "custom")


def can_be_amended(anchor: str) -> bool:
    """Single fields and cells can; whole tables and rows cannot: for those the declaration is returned."""
    table, _dot, rest = anchor.partition(".")
    if table in ("funding", "spending_plan"):
        return bool(rest)
    return anchor in _FIELDS or (row_of(anchor) is not None and anchor.rpartition(".")[2] in _CELLS)


def amended(content: ProjectContent, changes: Sequence[Change]) -> tuple[ProjectContent, list[Problem]]:
    """The content with every change in it, and what is wrong with the changes; those that are wrong are left out."""
    problems: list[Problem] = []
    seen: set[str] = set()
    for change in changes:
        try:
            before = text_at(content, change.anchor)
        except KeyError:
            problems.append(_problem(change, content, "没有这一栏。", "从表中选择要修改的栏目。"))
            continue
        after = tidy(change.after)
        if not can_be_amended(change.anchor):
            problems.append(_problem(change, content, "这一栏不能由审核人修改。", "需要改动时请退回单位。"))
        elif change.anchor in seen:
            problems.append(_problem(change, content, "同一栏写了两条修改意见。", "合并为一条。"))
        elif (before or "") == after:
            problems.append(_problem(change, content, "修改意见与原文相同。", "写上修改后的内容，或删去这一条。"))
        else:
            content, problem = _set(content, change.anchor, after)
            problems += [problem] if problem else []
        seen.add(change.anchor)
    return content, problems


def _set(content: ProjectContent, anchor: str, text: str) -> tuple[ProjectContent, Problem | None]:
    table, _dot, rest = anchor.partition(".")
    if anchor in MONEY or table == "funding":
        amount = _amount(text)
        if amount is None:
            change = Change(anchor, text)
            return content, _problem(
                change, content, "金额不正确。", "填写以元为单位、精确到分的金额，例如 120000 元。"
            )
        if table == "funding":
            return replace(content, funding={**content.funding, rest: amount}), None
        return replace(content, **{anchor: amount}), None  # type: ignore[arg-type]
    if table == "spending_plan":
        plan = {**content.spending_plan, rest: text}
        return replace(content, spending_plan={when: share for when, share in plan.items() if share}), None
    if table == "indicators":
        number, _dot, cell = rest.partition(".")
        rows = list(content.indicators)
        rows[int(number) - 1] = _cell_set(rows[int(number) - 1], cell, text)
        return replace(content, indicators=tuple(rows)), None
    return replace(content, **{anchor: text or None}), None  # type: ignore[arg-type]


def _cell_set(row: IndicatorContent, cell: str, text: str) -> IndicatorContent:
    """One cell changed; value and unit are read anew, so that sign, number and unit agree with them."""
    if cell == "name":
        return replace(row, name=text)
    row = replace(row, **{cell: text or None})  # type: ignore[arg-type]
    if cell not in ("value", "unit"):
        return row
    own = split_value(row.value)
    # The unit beside the value stays unless the new value brings its own.
    reading = split_value(row.value, row.unit if cell == "unit" or not own.unit else None)
    return replace(row, comparator=reading.comparator, number=reading.number, unit=reading.unit)


def _amount(text: str) -> Decimal | None:
    """In 元; None for what is no amount."""
    if not text:
        return None
    amount = parse_amount(text, "元")
    return None if amount.value is None or amount.trouble in ("negative", "rounded") else amount.value


def _problem(change: Change, content: ProjectContent, message: str, fix: str) -> Problem:
    place = place_name(change.anchor, content)
    return Problem("AMENDMENT", "error", message, place, "修改意见", change.after, "", fix)
