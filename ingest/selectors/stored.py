"""Drafts as they lie in the database: every field, amounts as text, mappings as pairs (jsonb keeps no order)."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal
from typing import Any

from ingest.drafts import DocumentDraft, IndicatorDraft, ProjectDraft
from ingest.places import Anchor
from ingest.problems import Problem

_PROBLEM = tuple(each.name for each in fields(Problem))
_INDICATOR = tuple(each.name for each in fields(IndicatorDraft))
_PROJECT = tuple(
    each.name
    for each in fields(ProjectDraft)
    if each.name not in {"total", "multi_year_total", "funding", "spending_plan", "indicators"}
)


def pack_document(document: DocumentDraft) -> dict[str, Any]:
    """For Upload.document."""
    return asdict(document) | {"approval_date": document.approval_date and document.approval_date.isoformat()}


def unpack_document(stored: Mapping[str, Any]) -> DocumentDraft:
    """The reverse of `pack_document`; nothing stored yet is an empty heading."""
    day = stored.get("approval_date")
    return DocumentDraft(**{**stored, "approval_date": date.fromisoformat(day) if day else None})


def pack_project(draft: ProjectDraft) -> dict[str, Any]:
    """For UploadedProject.draft."""
    return {name: getattr(draft, name) for name in _PROJECT} | {
        "total": _text(draft.total),
        "multi_year_total": _text(draft.multi_year_total),
        "funding": [[source, _text(amount)] for source, amount in draft.funding.items()],
        "spending_plan": [list(pair) for pair in draft.spending_plan.items()],
        "indicators": [{name: getattr(row, name) for name in _INDICATOR} for row in draft.indicators],
    }


def unpack_project(stored: Mapping[str, Any]) -> ProjectDraft:
    """The reverse of `pack_project`."""
    return ProjectDraft(
        **{
            **stored,
            "total": _amount(stored["total"]),
            "multi_year_total": _amount(stored["multi_year_total"]),
            "funding": {source: Decimal(amount) for source, amount in stored["funding"]},
            "spending_plan": dict(stored["spending_plan"]),
            "indicators": [IndicatorDraft(**row) for row in stored["indicators"]],
        }
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def pack_problem(problem: Problem, source: str, anchor: Anchor | None = None) -> dict[str, Any]:
    """For Upload.problems and UploadedProject.problems.

    source   `reading`: found in the file, an error bars all of it; `matching`: about one project, made anew each time
    id       the same finding has the same id after every reading, so that decisions stay with it
    row, key indicator (from 0, None for the project) and field it is shown beside
    """
    told = problem.to_json()
    words = "\x1f".join((problem.code, problem.place, problem.field, problem.found))
    return told | {
        "id": hashlib.sha256(words.encode()).hexdigest()[:12],
        "source": source,
        "row": anchor.row if anchor else None,
        "key": anchor.key if anchor else "",
    }


def unpack_problem(stored: Mapping[str, Any]) -> Problem:
    """The reverse of `pack_problem`."""
    return Problem(**{name: stored[name] for name in _PROBLEM})


def unpack_problems(stored: Iterable[Mapping[str, Any]]) -> list[Problem]:
    """Each finding once, though it may be shown beside several projects."""
    return list({each.get("id") or n: unpack_problem(each) for n, each in enumerate(stored)}.values())
