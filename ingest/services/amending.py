"""Corrections and decisions: what a person makes of a reading, kept beside what the file said."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from approvals.drafts import ProjectDraft
from approvals.models import User
from approvals.selectors.people import actor_of
from ingest.decisions import Choice, choices
from ingest.fields import DOCUMENT, INDICATOR, PROJECT, Draft, Field, Unusable
from ingest.models import Amendment, Upload, UploadedProject
from ingest.problems import Problem
from ingest.selectors.stored import pack_document, pack_problem, pack_project, unpack_document, unpack_project
from ingest.selectors.uploads import visible_to
from ingest.services.checking import check_project, match_all, settle_decided
from ingest.services.queue import read_again
from perfgoals.errors import Refusal

State = Upload.State
# Decisions after which the file is read once more.
_READ_AGAIN = frozenset(["unit", "layout", "recognise"])


@dataclass(frozen=True, slots=True)
class Cell:
    """Which value: of the heading (no position), of a project (no row) or of one of its indicators."""

    key: str
    position: int | None = None
    row: int | None = None

    @property
    def field(self) -> Field:
        """Its field. Raises Refusal for a name that is none."""
        known = DOCUMENT if self.position is None else PROJECT if self.row is None else INDICATOR
        if self.key not in known:
            raise Refusal("not_found", f"没有“{self.key}”这一栏。")
        return known[self.key]


def correct(upload_id: int, actor: User, cell: Cell, typed: str, seen: str | None = None) -> Amendment | None:
    """Put another value in place of one that was read, and check again; None when it says so already.

    `seen` is what the person saw there. Raises Refusal, changing nothing.
    """
    with transaction.atomic():
        upload = locked_for_amending(upload_id, actor)
        field = cell.field
        if cell.position is None:
            return _correct_heading(upload, actor, cell, field, typed, seen)
        project = _project(upload, cell.position)
        draft = unpack_project(project.draft)
        before = unpack_project(project.draft)
        target = _target(draft, cell)
        found, made = _write(target, field, typed, seen)
        if found == made:
            return None
        place = getattr(target, "place", "")
        amendment = _keep(upload, actor, cell, field, place, found or _unreadable(project, cell), made)
        _take(upload, project, draft, before, cell)
        return amendment


def decide(upload_id: int, actor: User, problem_id: str, choice_key: str) -> Amendment:
    """Settle a problem in one of the ways it offers; raises Refusal, changing nothing."""
    with transaction.atomic():
        upload = locked_for_amending(upload_id, actor, State.READY, State.ACCEPTED, State.FAILED)
        problem = find_problem(upload, problem_id)
        choice = next((each for each in choices(problem) if each.key == choice_key), None)
        if choice is None:
            raise Refusal("invalid", "这个问题不能这样决定。请在列出的办法中选择，或更正它指出的内容。")
        if choice.word in _READ_AGAIN and upload.projects.filter(declaration__isnull=False).exists():
            raise Refusal("wrong_state", "已有项目从这个文件导入，不能换一种方式重新读取。请重新上传文件。")
        amendment = Amendment.objects.create(
            upload=upload,
            kind=Amendment.Kind.DECISION,
            field=problem["code"],
            label=problem["field"] or problem["code"],
            place=problem["place"],
            found=problem["found"],
            made=choice.label,
            problem=problem_id,
            choice=choice.key,
            by=actor,
        )
        _EFFECTS[choice.word](upload, actor, choice, problem)
        if choice.word not in _READ_AGAIN:
            settle_decided(upload)
    return amendment


def replay(upload: Upload) -> None:
    """After another reading: what was corrected and decided before holds again, where its cell is still there."""
    lost = []
    for each in upload.amendments.exclude(kind=Amendment.Kind.READING).select_related("by"):
        try:
            if each.kind == Amendment.Kind.CORRECTION:
                _repeat(upload, each)
            elif each.choice.partition(":")[0] not in {*_READ_AGAIN, "sum"}:
                problem = find_problem(upload, each.problem)
                _EFFECTS[each.choice.partition(":")[0]](upload, each.by, Choice(each.choice, each.made), problem)
        except Refusal:
            lost.append(each)
    if lost:
        told = "；".join(f"{each.place} {each.label}“{each.found}”→“{each.made}”" for each in lost[:20])
        upload.problems = [
            *upload.problems,
            pack_problem(
                Problem(
                    "CORRECTION_LOST",
                    "warning",
                    f"重新读取后，有 {len(lost)} 处更正找不到原来的位置，没有保留：{told}",
                    "",
                    "更正",
                    told,
                    "",
                    "请核对后重新更正。",
                ),
                "reading",
            ),
        ]


def find_problem(upload: Upload, problem_id: str) -> dict[str, Any]:
    """A stored problem by its id; raises Refusal when it is no longer there."""
    for problem in upload.problems:
        if problem["id"] == problem_id:
            return problem
    for project in upload.projects.filter(problems__contains=[{"id": problem_id}])[:1]:
        found = next(each for each in project.problems if each["id"] == problem_id)
        return {"positions": [project.position]} | found
    raise Refusal("not_found", "这个问题已经不在了，请刷新页面。")


def locked_for_amending(upload_id: int, actor: User, *states: str) -> Upload:
    """The person's own upload, locked, in a state in which it can be changed (default: read, not failed)."""
    upload = locked_own(upload_id, actor)
    if upload.state not in (states or (State.READY, State.ACCEPTED)):
        raise Refusal("wrong_state", f"文件“{upload.name}”{upload.get_state_display()}，现在不能更改。")
    return upload


def locked_own(upload_id: int, actor: User) -> Upload:
    """The person's own upload, locked; raises Refusal for anybody else's."""
    seen = visible_to(actor_of(actor)).filter(pk=upload_id).values_list("pk", flat=True)
    upload = Upload.objects.select_for_update().filter(pk__in=list(seen)).first()
    if upload is None:
        raise Refusal("not_found", "没有找到该文件，或您无权查看。")
    if upload.uploader_id != actor.pk:
        raise Refusal("not_allowed", "只有上传人可以更正、决定和导入这个文件。")
    return upload


# --- corrections ---


def _project(upload: Upload, position: int) -> UploadedProject:
    project = upload.projects.select_for_update().filter(position=position).first()
    if project is None:
        raise Refusal("not_found", f"这个文件里没有第 {position} 个项目。")
    if project.declaration_id is not None:
        raise Refusal("wrong_state", f"“{project}”已经导入，请在申报上修改。")
    return project


def _target(draft: ProjectDraft, cell: Cell) -> Draft:
    if cell.row is None:
        return draft
    if cell.row >= len(draft.indicators):
        raise Refusal("not_found", f"这个项目没有第 {cell.row + 1} 条指标。")
    return draft.indicators[cell.row]


def _write(target: Draft, field: Field, typed: str, seen: str | None) -> tuple[str, str]:
    """(what stood there, what stands there now)."""
    found = field.text(target)
    if seen is not None and "".join(seen.split()) != "".join(found.split()):
        raise Refusal("stale", f"{field.label}在您打开之后已改为“{found}”，请核对后再改。")
    try:
        field.write(target, typed)
    except Unusable as unusable:
        raise Refusal("invalid", str(unusable)) from unusable
    return found, field.text(target)


def _keep(upload: Upload, actor: User, cell: Cell, field: Field, place: str, found: str, made: str) -> Amendment:
    return Amendment.objects.create(
        upload=upload,
        kind=Amendment.Kind.CORRECTION,
        position=cell.position,
        row=cell.row,
        field=cell.key,
        label=field.label,
        place=place,
        found=found,
        made=made,
        by=actor,
    )


def _unreadable(project: UploadedProject, cell: Cell) -> str:
    """What the file says in a cell from which no value could be taken."""
    here = (each for each in project.problems if (each["row"], each["key"]) == (cell.row, cell.key))
    return next((each["found"] for each in here if each["code"] in ("AMOUNT", "CELL_WITHOUT_VALUE")), "")


def _take(upload: Upload, project: UploadedProject, draft: ProjectDraft, before: ProjectDraft, cell: Cell) -> None:
    """The changed draft in place of the old one; what was wrong with that cell is mended."""
    project.draft = pack_project(draft)
    project.problems = [
        each
        for each in project.problems
        if not (each["source"] == "reading" and each["row"] == cell.row and each["key"] == cell.key)
    ]
    check_project(upload, project, before)
    if cell.key == "department" and upload.document.get("department") is None:
        match_all(upload)


def _correct_heading(
    upload: Upload, actor: User, cell: Cell, field: Field, typed: str, seen: str | None
) -> Amendment | None:
    document = unpack_document(upload.document)
    found, made = _write(document, field, typed, seen)
    if found == made:
        return None
    amendment = _keep(upload, actor, cell, field, f"{upload.name} 抬头", found, made)
    upload.document = pack_document(document)
    match_all(upload)
    return amendment


def _repeat(upload: Upload, amendment: Amendment) -> None:
    """The same correction on a fresh reading. Raises Refusal where its cell is gone or holds something else."""
    cell = Cell(amendment.field, amendment.position, amendment.row)
    if cell.position is None:
        document = unpack_document(upload.document)
        _write(document, cell.field, amendment.made, None)
        upload.document = pack_document(document)
        upload.save(update_fields=["document"])
        return
    project = _project(upload, cell.position)
    draft, before = unpack_project(project.draft), unpack_project(project.draft)
    target = _target(draft, cell)
    same_cell = amendment.place in ("", getattr(target, "place", ""))
    if not same_cell:
        raise Refusal("stale", "")
    _write(target, cell.field, amendment.made, None)
    _take(upload, project, draft, before, cell)


# --- decisions ---

Effect = Callable[[Upload, User, Choice, dict[str, Any]], None]


def _read_otherwise(upload: Upload, actor: User, choice: Choice, problem: dict[str, Any]) -> None:
    read_again(upload, upload.hints | {choice.word: choice.argument})


def _only(upload: Upload, actor: User, choice: Choice, problem: dict[str, Any]) -> None:
    others = [n for n in problem.get("positions", []) if n != int(choice.argument)]
    upload.projects.filter(position__in=others, declaration__isnull=True).update(left_out=True)


def _department(upload: Upload, actor: User, choice: Choice, problem: dict[str, Any]) -> None:
    others = [
        project.pk
        for project in upload.projects.only("pk", "draft")
        if (project.draft["department"] or "") != choice.argument
    ]
    upload.projects.filter(pk__in=others, declaration__isnull=True).update(left_out=True)
    if upload.document.get("department") != choice.argument:
        upload.document = upload.document | {"department": choice.argument, "department_code": None}
    match_all(upload)


def _sum(upload: Upload, actor: User, choice: Choice, problem: dict[str, Any]) -> None:
    """A correction like any other, so that what the file said is kept."""
    project = _project(upload, problem["positions"][0])
    draft, before = unpack_project(project.draft), unpack_project(project.draft)
    cell = Cell("total", project.position)
    found, made = _write(draft, cell.field, str(sum(draft.funding.values())), None)
    _keep(upload, actor, cell, cell.field, draft.place, found, made)
    _take(upload, project, draft, before, cell)


def _as_it_is(upload: Upload, actor: User, choice: Choice, problem: dict[str, Any]) -> None:
    """The reading stays; the decision alone lets it through."""


_EFFECTS: dict[str, Effect] = {
    "unit": _read_otherwise,
    "layout": _read_otherwise,
    "recognise": _read_otherwise,
    "compared": _as_it_is,
    "only": _only,
    "department": _department,
    "sum": _sum,
    "keep": _as_it_is,
    "blank": _as_it_is,
}
