"""A declaration before it is one: what was read from a file or typed into a form.

Amounts are Decimal in 元 whatever the document's unit; None means "not printed".
Texts are as printed, white space at the ends removed.
"""

from dataclasses import dataclass, field
from decimal import Decimal

# The name of what a department as a whole aims at, where projects have theirs.
DEPARTMENT_GOAL = "部门整体绩效目标"


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
    # Of a department's overall goal 部门整体绩效目标 alone, whose overall goals are `goal`.
    department_goal: bool = False
    itemised_goals: str | None = None
    measures: str | None = None


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why something is filed or changed outside the yearly round, and what proves it."""

    reason: str = ""
    evidence: str = ""
