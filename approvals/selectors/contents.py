"""A declaration's content as frozen data: what the ledger keeps, checks look at and approvals print."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from approvals.documents.content import IndicatorContent, ProjectContent
from approvals.drafts import IndicatorDraft, ProjectDraft
from approvals.models import Declaration, DepartmentGoal, FundingLine, Indicator


def project_contents(declarations: Sequence[Declaration]) -> dict[int, ProjectContent]:
    """Declaration id → its content, in two queries, three with a department's overall goal.

    `project` must have been fetched with the declarations.
    """
    ids = [declaration.pk for declaration in declarations]
    funding: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for line in FundingLine.objects.filter(declaration_id__in=ids).order_by("declaration_id", "position"):
        funding[line.declaration_id][line.source] = line.amount
    indicators: dict[int, list[IndicatorContent]] = defaultdict(list)
    for indicator in Indicator.objects.filter(declaration_id__in=ids).order_by("declaration_id", "position"):
        indicators[indicator.declaration_id].append(
            _indicator(indicator, indicator.number, indicator.measure_unit, indicator.weight)
        )
    overall = [declaration.pk for declaration in declarations if declaration.project.is_department_goal]
    goals = DepartmentGoal.objects.in_bulk(overall, field_name="declaration_id") if overall else {}
    return {
        declaration.pk: ProjectContent(
            declaration_id=declaration.pk,
            code=declaration.project.code or None,
            name=declaration.project.name,
            category=declaration.project.category or None,
            period=declaration.period or None,
            total=declaration.total,
            multi_year_total=declaration.multi_year_total,
            funding=funding[declaration.pk],
            purpose=declaration.purpose or None,
            goal=declaration.goal or None,
            long_term_goal=declaration.long_term_goal or None,
            spending_plan=dict(declaration.spending_plan),
            indicators=tuple(indicators[declaration.pk]),
            **_department_goal(declaration, goals.get(declaration.pk)),
        )
        for declaration in declarations
    }


def _department_goal(declaration: Declaration, goal: DepartmentGoal | None) -> dict[str, Any]:
    """What only a department's overall goal says."""
    if not declaration.project.is_department_goal:
        return {}
    return {
        "department_goal": True,
        "itemised_goals": (goal.itemised_goals if goal else "") or None,
        "measures": (goal.measures if goal else "") or None,
    }


def drafted_content(draft: ProjectDraft, declaration_id: int) -> ProjectContent:
    """A draft as the content of the declaration it is about to become."""
    return ProjectContent(
        declaration_id=declaration_id,
        code=draft.code or None,
        name=draft.name,
        category=draft.category or None,
        period=draft.period or None,
        total=draft.total,
        multi_year_total=draft.multi_year_total,
        funding=dict(draft.funding),
        purpose=draft.purpose or None,
        goal=draft.goal or None,
        long_term_goal=draft.long_term_goal or None,
        spending_plan=dict(draft.spending_plan),
        indicators=tuple(
            _indicator(row, _number(row.number), row.unit, _number(row.weight)) for row in draft.indicators
        ),
        department_goal=draft.department_goal,
        itemised_goals=draft.itemised_goals or None,
        measures=draft.measures or None,
    )


def _number(typed: str | None) -> Decimal | None:
    return Decimal(typed) if typed else None


def _indicator(
    row: Indicator | IndicatorDraft, number: Decimal | None, unit: str | None, weight: Decimal | None
) -> IndicatorContent:
    """A row as content: number, unit and weight are what a stored and a drafted row hold differently."""
    return IndicatorContent(
        level1=row.level1 or None,
        level2=row.level2 or None,
        name=row.name,
        value=row.value or None,
        comparator=row.comparator or None,
        number=plain(number),
        unit=unit or None,
        nature=row.nature or None,
        weight=plain(weight),
        description=row.description or None,
        description_custom=row.description_custom or None,
        basis=row.basis or None,
        custom=row.custom,
    )


def plain(number: Decimal | None) -> str | None:
    """`100.00000000` as `100`, never with an exponent."""
    if number is None:
        return None
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
