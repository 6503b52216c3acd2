"""What an approval (批复) says, frozen on the day it was issued: the one thing its documents are made of.

The snapshot is stored as JSON and never looked up again, so that a document issued years ago can be made anew,
word for word. Amounts are Decimal in 元. Texts stand as they were approved; None means "not stated".
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

# Raised when the shape of the JSON changes, so that old snapshots stay readable.
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class IndicatorContent:
    """One performance indicator 绩效指标 as approved.

    value is the target as written ("≥90%"); comparator, number and unit are its split reading, None where doubtful.
    custom is True for an indicator of the unit's own (个性).
    """

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

    def to_json(self) -> dict[str, Any]:
        """Every field under its own name."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "IndicatorContent":
        """The reverse of `to_json`."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class ProjectContent:
    """One project 项目 of the year, or what the department as a whole aims at (部门整体绩效目标).

    funding: amount in 元 by the canonical name of its source (一般公共预算, 政府性基金 …).
    spending_plan: what shall be spent by when, as written ({"3月底": "25.00%"}).
    """

    declaration_id: int | None = None
    code: str | None = None
    name: str = ""
    category: str | None = None
    period: str | None = None
    total: Decimal | None = None
    funding: Mapping[str, Decimal] = field(default_factory=dict)
    purpose: str | None = None
    goal: str | None = None
    long_term_goal: str | None = None
    spending_plan: Mapping[str, str] = field(default_factory=dict)
    indicators: tuple[IndicatorContent, ...] = ()
    multi_year_total: Decimal | None = None
    department_goal: bool = False
    itemised_goals: str | None = None
    measures: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Amounts as text; the two mappings as lists of pairs, because a JSON column keeps no order of keys.

        What came later stands there only when there is one: older snapshots, and their fingerprints, have none.
        """
        later: dict[str, Any] = {}
        if self.multi_year_total is not None:
            later["multi_year_total"] = _amount(self.multi_year_total)
        if self.department_goal:
            later |= {"department_goal": True, "itemised_goals": self.itemised_goals, "measures": self.measures}
        return later | {
            "declaration_id": self.declaration_id,
            "code": self.code,
            "name": self.name,
            "category": self.category,
            "period": self.period,
            "total": None if self.total is None else _amount(self.total),
            "funding": [[source, _amount(amount)] for source, amount in self.funding.items()],
            "purpose": self.purpose,
            "goal": self.goal,
            "long_term_goal": self.long_term_goal,
            "spending_plan": [[when, share] for when, share in self.spending_plan.items()],
            "indicators": [indicator.to_json() for indicator in self.indicators],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ProjectContent":
        """The reverse of `to_json`."""
        total, years = data["total"], data.get("multi_year_total")
        return cls(
            **{
                **data,
                "total": None if total is None else Decimal(total),
                "multi_year_total": None if years is None else Decimal(years),
                "funding": {source: Decimal(amount) for source, amount in data["funding"]},
                "spending_plan": dict(data["spending_plan"]),
                "indicators": tuple(IndicatorContent.from_json(row) for row in data["indicators"]),
            }
        )


@dataclass(frozen=True, slots=True)
class UnitContent:
    """A unit 单位 with its approved projects, in the order in which they are printed."""

    code: str | None
    name: str
    projects: tuple[ProjectContent, ...] = ()
    is_own_office: bool = False

    def to_json(self) -> dict[str, Any]:
        """Every field under its own name."""
        return {
            "code": self.code,
            "name": self.name,
            "projects": [project.to_json() for project in self.projects],
            "is_own_office": self.is_own_office,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "UnitContent":
        """The reverse of `to_json`."""
        return cls(**{**data, "projects": tuple(ProjectContent.from_json(row) for row in data["projects"])})


@dataclass(frozen=True, slots=True)
class ApprovalContent:
    """A whole approval 批复: who approved what for which department and year.

    title: of the letter ("2026年市级部门预算项目绩效目标表批复"); table_title: of the table beneath it.
    number: 批复文号, None when the bureau gives none. notes: 说明 below the table, may be empty.
    form: key of the form it was issued in. verification: the line by which anybody can check it, code and address.
    """

    title: str
    table_title: str
    department_code: str | None
    department_name: str
    approving_body: str
    approval_date: date
    fiscal_year: int
    number: str | None = None
    notes: str = ""
    units: tuple[UnitContent, ...] = ()
    form: str = "shaoxing"
    verification: str | None = None

    @property
    def projects(self) -> tuple[ProjectContent, ...]:
        """All projects of all units, in print order; the department's overall goal is none."""
        return tuple(project for unit in self.units for project in unit.projects if not project.department_goal)

    @property
    def department_goals(self) -> tuple[ProjectContent, ...]:
        """What the department as a whole aims at, where that was approved."""
        return tuple(project for unit in self.units for project in unit.projects if project.department_goal)

    def to_json(self) -> dict[str, Any]:
        """The snapshot as it is stored; nothing in it but text, numbers, lists and mappings.

        `form` and `verification` stand there only when there is one: the oldest snapshots, and their
        fingerprints, have none.
        """
        later = {} if self.verification is None else {"form": self.form, "verification": self.verification}
        return later | {
            "schema": SCHEMA,
            "title": self.title,
            "table_title": self.table_title,
            "department_code": self.department_code,
            "department_name": self.department_name,
            "approving_body": self.approving_body,
            "approval_date": self.approval_date.isoformat(),
            "fiscal_year": self.fiscal_year,
            "number": self.number,
            "notes": self.notes,
            "units": [unit.to_json() for unit in self.units],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ApprovalContent":
        """The reverse of `to_json`. Raises ValueError when the snapshot is of another shape."""
        values = dict(data)
        schema = values.pop("schema", None)
        if schema != SCHEMA:
            raise ValueError(f"批复快照的格式版本是 {schema!r}，本程序能读的是 {SCHEMA}。")
        try:
            values["approval_date"] = date.fromisoformat(values["approval_date"])
            values["units"] = tuple(UnitContent.from_json(row) for row in values["units"])
            return cls(**values)
        except (KeyError, TypeError, ArithmeticError) as error:
            raise ValueError(f"批复快照不完整或已损坏：{error}") from error

    def fingerprint(self) -> str:
        """SHA-256 (64 hexadecimal digits) of the snapshot: equal contents, equal fingerprints, whatever stored it."""
        canonical = json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _amount(value: Decimal) -> str:
    """Text that is the same for equal amounts: at least two decimals, never an exponent."""
    fraction = -int(value.normalize().as_tuple().exponent)
    return f"{value:.{max(2, fraction)}f}"
