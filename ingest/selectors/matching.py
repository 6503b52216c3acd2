"""Whom a document is about: the registered bureau, department and units behind its printed names.

Codes decide before names. A name matches when it is the registered one or an alias of it, letter width and
blanks aside, or when it is the end of exactly one registered name ("市水务局" for "云溪市水务局"), which is said.
What matches nothing, or more than one, is never guessed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from approvals.checks import cannot_be_kept
from approvals.drafts import ProjectDraft
from approvals.models import Bureau, Declaration, Department, Unit
from approvals.models.organisation import Organisation
from approvals.roles import Actor, Role
from approvals.services.filing import may_file_for
from approvals.states import State
from ingest.drafts import DocumentDraft
from ingest.problems import Problem
from perfgoals.text import key

Registered = TypeVar("Registered", bound=Organisation)


@dataclass(slots=True)
class Matched:
    """The outcome. `units` and `problems` run parallel to the drafts; `document_problems` bar the whole file."""

    bureau: Bureau | None = None
    department: Department | None = None
    units: list[Unit | None] = field(default_factory=list)
    problems: list[list[Problem]] = field(default_factory=list)
    document_problems: list[Problem] = field(default_factory=list)


def match(
    document: DocumentDraft, drafts: Sequence[ProjectDraft], actor: Actor, name: str, fiscal_year: int | None
) -> Matched:
    """Find the organisations of a document and of each of its projects. `name` is the file's, for the messages.

    A constant number of queries for any number of projects.
    """
    found = Matched()
    found.bureau = _bureau(document, name, found.document_problems)
    departments = _departments(found.bureau, actor)
    found.department = _department(document, drafts, departments, name, found.document_problems)
    found.units, found.problems = match_projects(found.department, drafts, actor, fiscal_year)
    return found


def match_projects(
    department: Department | None, drafts: Sequence[ProjectDraft], actor: Actor, fiscal_year: int | None
) -> tuple[list[Unit | None], list[list[Problem]]]:
    """The unit of each project of a department, and what stands against taking it over.

    Whoever files for nobody – an approver with an approval document – takes nothing over as drafts.
    """
    registered = (
        list(Unit.objects.filter(department=department, active=True).select_related("department__bureau"))
        if department
        else []
    )
    files = actor.has(Role.FILER)
    filed = _filed(registered, fiscal_year) if files else {}
    own_units = [unit for unit in registered if may_file_for(actor, unit)]
    units: list[Unit | None] = []
    found: list[list[Problem]] = []
    for draft in drafts:
        problems: list[Problem] = []
        unit = _unit(draft, registered, department, own_units, problems) if department else None
        if unit is not None:
            if files and not may_file_for(actor, unit):
                problems.append(
                    _error(
                        "NOT_YOUR_UNIT",
                        draft.place,
                        "单位",
                        unit.name,
                        "您任经办人的单位",
                        f"您不是“{unit.name}”的经办人，不能为其填报。",
                        "请该单位经办人上传，或请系统管理员登记您的任职。",
                    )
                )
            problems += already_filed(draft, unit, filed)
        problems += cannot_be_kept(draft)
        units.append(unit)
        found.append(problems)
    return units, found


def _bureau(document: DocumentDraft, name: str, problems: list[Problem]) -> Bureau | None:
    printed = document.approving_body
    if not printed:
        return None
    bureaus = list(Bureau.objects.filter(active=True))
    bureau = _by_name(printed, bureaus)
    if bureau is None:
        problems.append(
            _error(
                "BUREAU_UNKNOWN",
                f"{name} 抬头",
                "批复单位",
                printed,
                _names(bureaus),
                f"文件“{name}”抬头写的批复单位“{printed}”没有登记。",
                "核对文件抬头；如果名称无误，请系统管理员登记该财政局或为它加上这个别名。",
            )
        )
    return bureau


def _departments(bureau: Bureau | None, actor: Actor) -> list[Department]:
    """Where to look: the bureau named in the heading, else the regions the person works in."""
    departments = Department.objects.filter(active=True).select_related("bureau")
    if bureau is not None:
        return list(departments.filter(bureau=bureau))
    own_units = {grant.unit_id for grant in actor.grants if grant.unit_id}
    own = {grant.department_id for grant in actor.grants if grant.department_id}
    own |= set(Unit.objects.filter(pk__in=own_units).values_list("department_id", flat=True))
    regions = {grant.bureau_id for grant in actor.grants if grant.bureau_id}
    regions |= set(Department.objects.filter(pk__in=own).values_list("bureau_id", flat=True))
    return list(departments.filter(bureau_id__in=regions))


def _department(
    document: DocumentDraft,
    drafts: Sequence[ProjectDraft],
    departments: list[Department],
    name: str,
    problems: list[Problem],
) -> Department | None:
    """The heading decides; without one the code, else the name printed with the projects, else the units' codes."""
    printed = document.department or next((draft.department for draft in drafts if draft.department), None)
    place = f"{name} 抬头" if document.department else (drafts[0].place if drafts else name)
    if document.department_code:
        coded = [d for d in departments if d.code == document.department_code]
        if len(coded) == 1:
            if printed and _by_name(printed, coded) is None:
                problems.append(
                    Problem(
                        "DEPARTMENT_NAME_DIFFERS",
                        "warning",
                        f"部门代码 {document.department_code} 登记为“{coded[0].name}”，文件写“{printed}”；按代码认定。",
                        place,
                        "部门名称",
                        printed,
                        coded[0].name,
                        "核对部门名称。",
                    )
                )
            return coded[0]
    if printed:
        department = _by_name(printed, departments)
        if department is None:
            problems.append(
                _error(
                    "DEPARTMENT_UNKNOWN",
                    place,
                    "部门名称",
                    printed,
                    _names(departments),
                    f"文件“{name}”写的部门“{printed}”没有登记，整份文件不能导入。",
                    "核对部门名称；如果无误，请系统管理员登记该部门或为它加上这个别名。",
                )
            )
        return department
    codes = {draft.unit_code for draft in drafts if draft.unit_code}
    names = {key(draft.unit_name) for draft in drafts if draft.unit_name}
    holders = {
        unit.department_id
        for unit in Unit.objects.filter(department__in=departments, active=True)
        if unit.code in codes or key(unit.name) in names
    }
    if len(holders) == 1:
        return next(d for d in departments if d.pk in holders)
    if len(departments) == 1:
        return departments[0]
    problems.append(
        _error(
            "DEPARTMENT_MISSING",
            name,
            "部门名称",
            "",
            _names(departments),
            f"文件“{name}”没有写明部门，也不能从单位代码或名称判断。",
            "在表头上方加一行“部门名称：……”后重新上传。",
        )
    )
    return None


def _unit(
    draft: ProjectDraft, units: list[Unit], department: Department, own_units: list[Unit], problems: list[Problem]
) -> Unit | None:
    if draft.unit_code:
        coded = [unit for unit in units if unit.code == draft.unit_code]
        if coded:
            if draft.unit_name and _by_name(draft.unit_name, coded) is None:
                problems.append(
                    Problem(
                        "UNIT_NAME_DIFFERS",
                        "warning",
                        f"单位代码 {draft.unit_code} 登记为“{coded[0].name}”，文件写“{draft.unit_name}”；按代码认定。",
                        draft.place,
                        "单位名称",
                        draft.unit_name,
                        coded[0].name,
                        "核对单位名称。",
                    )
                )
            return coded[0]
    printed = draft.unit_name
    if printed:
        unit = _by_name(printed, units)
        if unit is not None:
            return unit
    if draft.department_goal:
        own = [unit for unit in units if unit.is_own_office]
        if len(own) == 1:
            return own[0]
        problems.append(
            _error(
                "OWN_OFFICE_MISSING",
                draft.place,
                "单位",
                department.name,
                "部门本级",
                f"“{department.name}”没有登记本级单位，部门整体绩效目标无处归入。",
                "请系统管理员登记部门本级。",
            )
        )
        return None
    if not printed and not draft.unit_code and len(own_units) == 1:
        # whoever files for one unit alone files his own file
        return own_units[0]
    if not printed or key(printed) == key(department.name) or _by_name(printed, [department]) is not None:
        own = [unit for unit in units if unit.is_own_office]
        if len(own) == 1 and not draft.unit_code:
            return own[0]
    told = " ".join(filter(None, (draft.unit_code, printed)))
    problems.append(
        _error(
            "UNIT_UNKNOWN",
            draft.place,
            "单位",
            told,
            _names(units, with_code=True),
            f"“{department.name}”下没有登记单位“{told or '（未写明）'}”。",
            "核对单位代码和名称；如果无误，请系统管理员登记该单位。",
        )
    )
    return None


def _filed(units: list[Unit], fiscal_year: int | None) -> dict[int, list[Declaration]]:
    """The year's declarations of these units that are under way or approved."""
    filed: dict[int, list[Declaration]] = {}
    if fiscal_year is not None:
        rows = Declaration.objects.filter(unit__in=units, fiscal_year=fiscal_year)
        for declaration in rows.exclude(state__in=[State.REJECTED, State.SUPERSEDED]).select_related("project"):
            filed.setdefault(declaration.unit_id, []).append(declaration)
    return filed


def already_filed(draft: ProjectDraft, unit: Unit, filed: dict[int, list[Declaration]]) -> list[Problem]:
    """What the unit's declarations of the year (by unit) say against filing the project: it is there, or a namesake."""
    namesakes = [
        d
        for d in filed.get(unit.pk, ())
        if (draft.code and d.project.code == draft.code)
        or (key(d.project.name) == key(draft.name) and not (draft.code and d.project.code))
    ]
    for declaration in namesakes:
        if declaration.total == draft.total or (draft.code and declaration.project.code == draft.code):
            return [
                _error(
                    "ALREADY_FILED",
                    draft.place,
                    "项目名称",
                    draft.name,
                    "本年度尚未申报的项目",
                    f"“{unit.name}”本年度已申报“{draft.name}”（{declaration.get_state_display()}）。",
                    "不必再导入；要改内容，请在原申报上修改。",
                )
            ]
    if namesakes:
        amounts = "、".join("未填" if d.total is None else f"{d.total:,.2f} 元" for d in namesakes)
        return [
            Problem(
                "NAMESAKE_FILED",
                "warning",
                f"“{unit.name}”本年度已有同名项目（{amounts}），本项目将另立一项。",
                draft.place,
                "项目名称",
                draft.name,
                "",
                "确认是两个不同的项目；若是同一个，请在原申报上修改。",
            )
        ]
    return []


def _by_name(printed: str, candidates: Iterable[Registered]) -> Registered | None:
    """The one that bears the name; else the only one whose name ends with it, or ends it."""
    candidates = list(candidates)
    wanted = key(printed)
    exact = [c for c in candidates if wanted in {key(c.name), *(key(alias) for alias in c.aliases)}]
    if len(exact) == 1:
        return exact[0]
    if exact or len(wanted) < 3:
        return None
    near = [c for c in candidates if key(c.name).endswith(wanted) or wanted.endswith(key(c.name))]
    return near[0] if len(near) == 1 else None


def _names(organisations: Sequence[Organisation], with_code: bool = False) -> str:
    shown = [f"{o.code} {o.name}" if with_code else o.name for o in organisations[:8]]  # type: ignore[attr-defined]
    more = f"……共 {len(organisations)} 个" if len(organisations) > 8 else ""
    return "已登记的：" + "、".join(shown) + more if shown else "已登记的机构（目前没有）"


def _error(code: str, place: str, label: str, found: str, expected: str, message: str, fix: str) -> Problem:
    return Problem(code, "error", message, place, label, found, expected, fix)
