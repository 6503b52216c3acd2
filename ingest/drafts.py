"""What a layout makes of a file: drafts of declarations, in the shape `manage.py extract` prints.

Amounts are Decimal in 元 whatever the document's unit; None means "not printed".
Texts are as printed, white space at the ends removed.
"""

from dataclasses import dataclass, field
from datetime import date
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
