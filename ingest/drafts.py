"""What a layout makes of a file: drafts of declarations, in the shape `manage.py extract` prints.

Amounts are Decimal in 元 whatever the document's unit; None means "not printed".
Texts are as printed, white space at the ends removed.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from ingest.problems import Problem


@dataclass(slots=True)
class IndicatorDraft:
    """One row of 绩效指标. `comparator`, `number`, `unit` are the split reading, None where doubtful."""

    level1: str | None = None
    level2: str | None = None
    name: str = ""
    value: str | None = None
    comparator: str | None = None
    number: str | None = None
    unit: str | None = None
    nature: str | None = None
    weight: str | None = None
    description: str | None = None
    description_custom: str | None = None
    basis: str | None = None
    custom: bool = False
    place: str = ""


@dataclass(slots=True)
class ProjectDraft:
    """One project of one fiscal year as the document has it."""

    department: str | None = None
    unit_code: str | None = None
    unit_name: str | None = None
    code: str | None = None
    name: str = ""
    category: str | None = None
    period: str | None = None
    total: Decimal | None = None
    multi_year_total: Decimal | None = None
    funding: dict[str, Decimal] = field(default_factory=dict)
    purpose: str | None = None
    goal: str | None = None
    long_term_goal: str | None = None
    spending_plan: dict[str, str] = field(default_factory=dict)
    place: str = ""
    indicators: list[IndicatorDraft] = field(default_factory=list)


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
    """The whole reading of one file."""

    document: DocumentDraft = field(default_factory=DocumentDraft)
    projects: list[ProjectDraft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """True when nothing was read."""
        return not self.projects

    def to_json(self) -> dict[str, Any]:
        """JSON-ready: decimals as text with two places, dates as ISO 8601."""
        raise NotImplementedError
