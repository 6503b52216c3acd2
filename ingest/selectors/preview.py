"""A page of a reading as people see it: every value a cell, with what is wrong with it and what was made of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as made
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from approvals.drafts import IndicatorDraft, ProjectDraft
from ingest.decisions import Choice, choices
from ingest.fields import DOCUMENT, INDICATOR, PROJECT, Draft, Field
from ingest.models import Amendment, Upload, UploadedProject
from ingest.selectors.stored import unpack_document, unpack_project
from ingest.selectors.uploads import acceptable

# Fields of a project that are shown even when nothing was read.
_ALWAYS = ("project_name", "project_code", "unit_code", "unit_name", "category", "total", "goal")
# What a department as a whole aims at has of these, and what it alone has.
_ONLY_OF_DEPARTMENT_GOALS = frozenset({"itemised_goals", "measures"})
_OF_DEPARTMENT_GOALS = frozenset({"department", "unit_code", "unit_name", "goal", *_ONLY_OF_DEPARTMENT_GOALS})
_COLUMNS = ("level1", "level2", "indicator_name", "value", "sign", "number", "measure_unit", "weight", "description")
_RARE_COLUMNS = ("nature", "description_custom", "basis")
LEVELS = {"errors": "error", "warnings": "warning"}


@dataclass(slots=True)
class CellView:
    """One value. `amendments` tell what stood there before, oldest first."""

    field: Field
    text: str
    position: int | None = None
    row: int | None = None
    problems: list[dict[str, Any]] = made(default_factory=list)
    amendments: list[Amendment] = made(default_factory=list)

    @property
    def id(self) -> str:
        """For the page: one name for each cell."""
        return f"c-{self.position or 0}-{'p' if self.row is None else self.row}-{self.field.key}"

    @property
    def path(self) -> str:
        """Where it is corrected, below the upload's address."""
        if self.position is None:
            return f"heading/{self.field.key}/"
        row = "" if self.row is None else f"rows/{self.row}/"
        return f"projects/{self.position}/{row}{self.field.key}/"

    @property
    def plain(self) -> bool:
        """Nothing wrong, nothing changed: most cells."""
        return not self.problems and not self.amendments

    @property
    def shown(self) -> str:
        """As people read it: amounts with thousands apart."""
        if self.field.shape == "money" and self.text:
            return f"{Decimal(self.text):,.2f}"
        return self.text

    @property
    def printed(self) -> str:
        """What the file said."""
        return self.amendments[0].found if self.amendments else self.text

    @property
    def severity(self) -> str:
        """The worst of its problems, "" for none."""
        found = {problem["severity"] for problem in self.problems}
        return next((each for each in ("error", "warning", "info") if each in found), "")


@dataclass(slots=True)
class RowView:
    """One indicator."""

    number: int
    place: str
    custom: bool
    cells: list[CellView]
    problems: list[dict[str, Any]]


@dataclass(slots=True)
class ProjectView:
    """One project with its cells."""

    stored: UploadedProject
    draft: ProjectDraft
    cells: list[CellView]
    blank: list[CellView]
    columns: list[Field]
    rows: list[RowView]
    problems: list[dict[str, Any]]
    may_accept: bool = False

    @property
    def position(self) -> int:
        """Its number in the file, from 1."""
        return self.stored.position

    @property
    def amount(self) -> Decimal | None:
        """The annual amount in 元."""
        return self.stored.amount

    @property
    def unit_title(self) -> str:
        """Code and name of the unit as printed."""
        return self.stored.unit_title


def projects_of(upload: Upload, level: str = "", words: str = "") -> QuerySet[UploadedProject]:
    """The projects in the order of the file; `level` leaves only those with errors, or with errors or warnings."""
    rows = upload.projects.select_related("unit", "declaration").order_by("position")
    if level == "errors":
        rows = rows.filter(errors__gt=0)
    elif level == "warnings":
        rows = rows.filter(Q(errors__gt=0) | Q(warnings__gt=0))
    if words:
        rows = rows.filter(Q(draft__name__icontains=words) | Q(unit_title__icontains=words))
    return rows


def project_views(upload: Upload, rows: Sequence[UploadedProject], barred: bool) -> list[ProjectView]:
    """The projects of a page with every cell; two queries whatever their number."""
    amended: dict[tuple[int | None, int | None, str], list[Amendment]] = {}
    wanted = [row.position for row in rows]
    for each in upload.amendments.filter(kind=Amendment.Kind.CORRECTION, position__in=wanted).select_related("by"):
        amended.setdefault((each.position, each.row, each.field), []).append(each)
    views = []
    for row in rows:
        view = _project(row, amended)
        view.may_accept = acceptable(upload, row, barred)
        views.append(view)
    return views


def heading_cells(upload: Upload) -> list[CellView]:
    """What the document says of itself, as cells."""
    amended: dict[str, list[Amendment]] = {}
    for each in upload.amendments.filter(kind=Amendment.Kind.CORRECTION, position=None).select_related("by"):
        amended.setdefault(each.field, []).append(each)
    document = unpack_document(upload.document)
    return [CellView(each, each.text(document), amendments=amended.get(key, [])) for key, each in DOCUMENT.items()]


def with_choices(problems: Iterable[dict[str, Any]], position: int | None = None) -> list[dict[str, Any]]:
    """Problems as stored, each with the decisions it offers."""
    told = []
    for problem in problems:
        known: list[Choice] = choices({"positions": [position]} | problem if position else problem)
        told.append(problem | {"choices": known})
    return told


def _project(row: UploadedProject, amended: dict[tuple[int | None, int | None, str], list[Amendment]]) -> ProjectView:
    draft = unpack_project(row.draft)
    problems = with_choices(row.problems, row.position)
    loose: list[dict[str, Any]] = []
    at: dict[tuple[int | None, str], list[dict[str, Any]]] = {}
    for problem in problems:
        at.setdefault((problem["row"], problem["key"]), []).append(problem)
        if problem["row"] is None and not problem["key"]:
            loose.append(problem)

    def cell(each: Field, target: Draft, number: int | None) -> CellView:
        marks = (row.position, number, each.key)
        found = at.get((number, each.key), [])
        return CellView(each, each.text(target), row.position, number, found, amended.get(marks, []))

    own = _OF_DEPARTMENT_GOALS if draft.department_goal else PROJECT.keys() - _ONLY_OF_DEPARTMENT_GOALS
    always = _OF_DEPARTMENT_GOALS if draft.department_goal else _ALWAYS
    every = [cell(each, draft, None) for each in PROJECT.values() if each.key in own]
    shown = [c for c in every if c.text or c.problems or c.amendments or c.field.key in always]
    columns = [INDICATOR[key] for key in _COLUMNS]
    columns += [
        INDICATOR[key]
        for key in _RARE_COLUMNS
        if any(
            INDICATOR[key].text(each) or (row.position, n, key) in amended for n, each in enumerate(draft.indicators)
        )
    ]
    rows = [_row(number, each, columns, cell, at) for number, each in enumerate(draft.indicators)]
    blank = [c for c in every if c not in shown]
    return ProjectView(row, draft, shown, blank, columns, rows, loose)


def _row(number: int, draft: IndicatorDraft, columns: list[Field], cell: Any, at: Any) -> RowView:
    cells = [cell(each, draft, number) for each in columns]
    shown = {each.key for each in columns}
    rest = [p for (row, key), problems in at.items() if row == number and key not in shown for p in problems]
    return RowView(number, draft.place, draft.custom, cells, rest)


def every_problem(upload: Upload) -> Iterable[tuple[UploadedProject | None, dict[str, Any]]]:
    """All problems of a file with their project, the file's own first; each finding once."""
    told: set[str] = set()
    for problem in upload.problems:
        told.add(problem["id"])
        yield None, problem
    with_some = upload.projects.exclude(problems=[]).select_related("unit").order_by("position")
    for project in with_some.iterator(chunk_size=500):
        for problem in project.problems:
            if problem["id"] not in told:
                told.add(problem["id"])
                yield project, problem
