"""What a layout makes of a file: drafts of declarations, in the shape `manage.py extract` prints.

Amounts are Decimal in 元 whatever the document's unit; None means "not printed".
Texts are as printed, white space at the ends removed.
"""

from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any

from approvals.drafts import IndicatorDraft, ProjectDraft
from ingest.problems import Problem

__all__ = ["DocumentDraft", "Extraction", "IndicatorDraft", "ProjectDraft"]


@dataclass(slots=True)
class DocumentDraft:
    """What the document says of itself: its heading, year and money unit."""

    title: str | None = None
    fiscal_year: int | None = None
    fiscal_year_inferred: int | None = None
    department: str | None = None
    department_code: str | None = None
    approving_body: str | None = None
    approval_date: date | None = None
    approval_number: str | None = None
    money_unit: str | None = None
    layout: str | None = None
    layout_score: float = 0.0


@dataclass(slots=True)
class Extraction:
    """The whole reading of one file. A department's overall goals are no projects."""

    document: DocumentDraft = field(default_factory=DocumentDraft)
    projects: list[ProjectDraft] = field(default_factory=list)
    department_goals: list[ProjectDraft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """True when nothing was read."""
        return not self.projects and not self.department_goals

    def to_json(self) -> dict[str, Any]:
        """JSON-ready: decimals as text with two places, dates as ISO 8601."""
        goals = (
            {"department_goals": [_goal_json(goal) for goal in self.department_goals]} if self.department_goals else {}
        )
        return {
            "document": _document_json(self.document),
            "projects": [_project_json(project) for project in self.projects],
            "problems": [problem.to_json() for problem in self.problems],
        } | goals


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _document_json(document: DocumentDraft) -> dict[str, Any]:
    told: dict[str, Any] = {
        "title": document.title,
        "fiscal_year": document.fiscal_year,
        "department": document.department,
        "approving_body": document.approving_body,
        "approval_date": document.approval_date.isoformat() if document.approval_date else None,
        "approval_number": document.approval_number,
        "money_unit": document.money_unit,
        "layout": document.layout,
        "layout_score": round(document.layout_score, 2),
    }
    if document.fiscal_year is None and document.fiscal_year_inferred is not None:
        told["fiscal_year_inferred"] = document.fiscal_year_inferred
    return told


def _goal_json(goal: ProjectDraft) -> dict[str, Any]:
    """A department's overall goal, as `manage.py extract` prints it."""
    return {
        "department": goal.department,
        "overall_goal": goal.goal,
        "itemised_goals": goal.itemised_goals,
        "measures": goal.measures,
        "place": goal.place,
        "indicators": [_indicator_json(indicator) for indicator in goal.indicators],
    }


def _project_json(project: ProjectDraft) -> dict[str, Any]:
    return {
        "department": project.department,
        "unit_code": project.unit_code,
        "unit_name": project.unit_name,
        "code": project.code,
        "name": project.name,
        "category": project.category,
        "total": _money(project.total),
        "multi_year_total": _money(project.multi_year_total),
        "funding": {source: _money(amount) for source, amount in project.funding.items()},
        "purpose": project.purpose,
        "goal": project.goal,
        "long_term_goal": project.long_term_goal,
        "spending_plan": dict(project.spending_plan),
        "place": project.place,
        "indicators": [_indicator_json(indicator) for indicator in project.indicators],
    }


def _indicator_json(indicator: IndicatorDraft) -> dict[str, Any]:
    return {name: getattr(indicator, name) for name in _INDICATOR_FIELDS}


_INDICATOR_FIELDS = tuple(each.name for each in fields(IndicatorDraft))
