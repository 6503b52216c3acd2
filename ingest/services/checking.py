"""What stands against taking a reading over: written down beside each project, and made anew after every change."""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.db.models.fields.json import KeyTextTransform

from approvals.drafts import ProjectDraft
from approvals.selectors.people import actor_of
from ingest.drafts import Extraction
from ingest.layouts.settle import funding_sum, same_names
from ingest.models import Amendment, Upload, UploadedProject
from ingest.places import Anchor, Anchors
from ingest.problems import Problem, report
from ingest.selectors.matching import match, match_projects
from ingest.selectors.stored import pack_document, pack_problem, pack_project, unpack_document, unpack_project
from perfgoals.money import format_amount
from perfgoals.text import key

_NAMESAKES = frozenset(["DUPLICATE_PROJECT", "SAME_NAME"])
Identity = tuple[str, str, str, str]


def write_reading(upload: Upload, extraction: Extraction) -> None:
    """Keep what was read: the heading and the projects, each problem beside the project or cell it is about."""
    drafts = dict(enumerate([*extraction.projects, *extraction.department_goals], 1))
    anchors = Anchors(drafts)
    beside: dict[int, list[dict[str, Any]]] = {}
    upload.problems = []
    for problem in extraction.problems:
        found = anchors.find(problem)
        if problem.code in _NAMESAKES:
            found = list({each.position: Anchor(each.position, None, "project_name") for each in found}.values())
        packed = pack_problem(problem, "reading")
        if problem.code in _NAMESAKES:
            packed["positions"] = [each.position for each in found]
        if problem.code == "TWO_DEPARTMENTS":
            packed["departments"] = list(dict.fromkeys(d.department for d in drafts.values() if d.department))
        if not found:
            upload.problems.append(packed)
        for anchor in found:
            beside.setdefault(anchor.position, []).append(packed | {"row": anchor.row, "key": anchor.key})
    upload.document = pack_document(extraction.document)
    upload.fiscal_year = extraction.document.fiscal_year or extraction.document.fiscal_year_inferred
    UploadedProject.objects.bulk_create(
        [
            UploadedProject(upload=upload, position=n, draft=pack_project(draft), problems=beside.get(n, []))
            for n, draft in drafts.items()
        ],
        batch_size=500,
    )


def match_all(upload: Upload) -> None:
    """Write down whom the file and each of its projects is about, and what stands against taking them over."""
    projects = list(upload.projects.order_by("position"))
    matched = match(
        unpack_document(upload.document),
        [unpack_project(project.draft) for project in projects],
        actor_of(upload.uploader),
        upload.name,
        upload.fiscal_year,
    )
    kept = [problem for problem in upload.problems if problem["source"] == "reading"]
    upload.problems = kept + [_packed(problem) for problem in matched.document_problems if projects]
    upload.bureau, upload.department = matched.bureau, matched.department
    upload.save()
    changed = []
    for project, unit, problems in zip(projects, matched.units, matched.problems, strict=True):
        before = (project.unit_id, project.problems)
        _put(project, unit, problems)
        if (project.unit_id, project.problems) != before:
            changed.append(project)
    UploadedProject.objects.bulk_update(changed, ["unit", "problems"], batch_size=500)
    settle_decided(upload)


def check_project(upload: Upload, project: UploadedProject, before: ProjectDraft) -> None:
    """After a change of one project: its sums, its namesakes old and new, the file's total, its unit. Saves it."""
    draft = unpack_project(project.draft)
    kept = [each for each in project.problems if each["code"] != "FUNDING_SUM"]
    unit = upload.document.get("money_unit")
    project.problems = kept + [
        pack_problem(problem, "reading", Anchor(project.position, None, "total"))
        for problem in funding_sum(deepcopy(draft), unit)
    ]
    units, problems = match_projects(upload.department, [draft], actor_of(upload.uploader), upload.fiscal_year)
    _put(project, units[0], problems[0])
    project.save()
    _check_namesakes(upload, {_identity(before), _identity(draft)})
    if before.total != draft.total:
        _check_total(upload, (draft.total or Decimal(0)) - (before.total or Decimal(0)))
    settle_decided(upload)


def settle_decided(upload: Upload) -> None:
    """Errors a person has decided about stand no longer in the way; they stay, with the decision."""
    decided = {
        each.problem: {"label": each.made, "by": str(each.by), "at": each.at.isoformat()}
        for each in upload.amendments.filter(kind=Amendment.Kind.DECISION).select_related("by")
    }
    if not decided:
        return
    if _mark(upload.problems, decided):
        upload.save(update_fields=["problems"])
    rows = upload.projects.filter(pk__in=_with_problem(upload, decided))
    changed = [project for project in rows if _mark(project.problems, decided)]
    UploadedProject.objects.bulk_update(changed, ["problems"], batch_size=500)


def _with_problem(upload: Upload, ids: Iterable[str]) -> set[int]:
    found: set[int] = set()
    for each in ids:
        found |= set(upload.projects.filter(problems__contains=[{"id": each}]).values_list("pk", flat=True))
    return found


def _mark(problems: list[dict[str, Any]], decided: Mapping[str, dict[str, str]]) -> bool:
    changed = False
    for problem in problems:
        if problem["id"] in decided and "decided" not in problem:
            problem["decided"], problem["severity"] = decided[problem["id"]], "info"
            changed = True
    return changed


def _packed(problem: Problem, anchor: Anchor | None = None) -> dict[str, Any]:
    return pack_problem(problem, "matching", anchor)


def _put(project: UploadedProject, unit: Any, problems: Sequence[Problem]) -> None:
    """The findings of matching in place of the earlier ones."""
    project.unit = unit
    kept = [each for each in project.problems if each["source"] == "reading"]
    if problems:
        anchors = Anchors({project.position: unpack_project(project.draft)})
        kept += [_packed(problem, next(iter(anchors.find(problem)), None)) for problem in problems]
    project.problems = kept


def _identity(draft: ProjectDraft | Mapping[str, Any]) -> Identity:
    """By which projects of one unit are told apart, as `same_names` does."""
    if isinstance(draft, ProjectDraft):
        return draft.unit_code or "", key(draft.unit_name or ""), draft.code or "", key(draft.name)
    return draft["unit_code"] or "", key(draft["unit_name"] or ""), draft["code"] or "", key(draft["name"] or "")


def _check_namesakes(upload: Upload, identities: set[Identity]) -> None:
    names = ("unit_code", "unit_name", "code", "name")
    light = upload.projects.values_list("pk", *(KeyTextTransform(name, "draft") for name in names))
    members = [row[0] for row in light if _identity(dict(zip(names, row[1:], strict=True))) in identities]
    projects = {each.position: each for each in upload.projects.filter(pk__in=members).order_by("position")}
    drafts = {position: unpack_project(each.draft) for position, each in projects.items()}
    of_draft = {id(draft): position for position, draft in drafts.items()}
    fresh: dict[int, list[dict[str, Any]]] = {}
    groups: dict[Identity, list[ProjectDraft]] = {}
    for draft in drafts.values():
        groups.setdefault(_identity(draft), []).append(draft)
    for group in groups.values():
        positions = [of_draft[id(draft)] for draft in group]
        for problem in same_names(group):
            packed = pack_problem(problem, "reading") | {"key": "project_name", "positions": positions}
            for position in positions:
                fresh.setdefault(position, []).append(packed)
    changed = []
    for position, project in projects.items():
        kept = [each for each in project.problems if each["code"] not in _NAMESAKES]
        settled = [each for each in project.problems if each["code"] in _NAMESAKES and "decided" in each]
        known = {each["id"] for each in settled}
        now = {each["id"] for each in fresh.get(position, [])}
        problems = kept + [each for each in settled if each["id"] in now]
        problems += [dict(each) for each in fresh.get(position, []) if each["id"] not in known]
        if problems != project.problems:
            project.problems = problems
            changed.append(project)
    UploadedProject.objects.bulk_update(changed, ["problems"])


def _check_total(upload: Upload, difference: Decimal) -> None:
    """A printed 合计 is compared with the projects' sum of now, where it was compared with the sum of all before."""
    after = upload.projects.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    before = f"{after - difference:.2f}"
    problems = []
    for problem in upload.problems:
        if problem["code"] == "TOTAL_MISMATCH" and problem["expected"] == before:
            printed = Decimal(problem["found"])
            if printed == after:
                continue
            told = (
                f"合计 {format_amount(printed)} 元，各项目之和 {format_amount(after)} 元，"
                f"相差 {format_amount(abs(after - printed))} 元"
            )
            again = report(
                "TOTAL_MISMATCH",
                problem["place"],
                told,
                field=problem["field"],
                found=problem["found"],
                expected=f"{after:.2f}",
            )
            problems.append(pack_problem(again, "reading"))
        else:
            problems.append(problem)
    if problems != upload.problems:
        upload.problems = problems
        upload.save(update_fields=["problems"])
