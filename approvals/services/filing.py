"""Filing: drafts become declarations, and a declaration that is with its unit is rewritten or thrown away."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.db import transaction

from approvals.checks import cannot_be_kept
from approvals.drafts import DEPARTMENT_GOAL, Grounds, IndicatorDraft, ProjectDraft
from approvals.models import Attachment, Declaration, DepartmentGoal, FundingLine, Indicator, Project, Unit, User
from approvals.models.declaration import Kind, Origin
from approvals.roles import Actor, Located, Role
from approvals.rules import may_edit
from approvals.selectors.contents import project_contents
from approvals.selectors.people import actor_of
from approvals.services.copying import copy_rows, insert
from approvals.services.locks import lock_visible
from approvals.services.reviewing import has_open_notes, resolve
from approvals.states import State
from perfgoals.errors import Refusal
from perfgoals.problems import Problem
from perfgoals.text import key


@dataclass(frozen=True, slots=True)
class Filing:
    """A draft and the unit it is filed for."""

    unit: Unit
    draft: ProjectDraft


@dataclass(frozen=True, slots=True)
class _Place:
    unit_id: int
    department_id: int
    bureau_id: int


def may_file_for(actor: Actor, unit: Unit) -> bool:
    """Filers file for their unit, or for every unit of the department they are filer of."""
    where: Located = _Place(unit.pk, unit.department_id, unit.department.bureau_id)
    return unit.active and actor.holds(Role.FILER, where)


@transaction.atomic
def file_declarations(
    actor: User,
    filings: Sequence[Filing],
    fiscal_year: int,
    origin: Origin = Origin.WEB,
    kind: Kind = Kind.ANNUAL,
    grounds: Grounds | None = None,
) -> list[Declaration]:
    """Make a draft declaration of each filing, in the order given, all or none.

    kind     年初, or 年中追加 for new projects during the year; 调整 is opened by `services.versions`
    grounds  why, and what proves it; asked for when an addition is sent to review

    A project the unit had in an earlier year is taken up again by its code, else by its name; otherwise it is new.
    Raises Refusal with every problem when something cannot be kept or the person may not file for a unit.
    Constant number of statements; lines go in by COPY.
    """
    if kind == Kind.ADJUSTMENT:
        raise Refusal("invalid", "调整须从已批复的申报开始：请打开该申报，点“调整”。")
    person = actor_of(actor)
    foreign = {filing.unit.name for filing in filings if not may_file_for(person, filing.unit)}
    if foreign:
        raise Refusal("not_allowed", f"您不是“{'、'.join(sorted(foreign))}”的经办人，不能为其填报。")
    problems = [problem for filing in filings for problem in cannot_be_kept(filing.draft)]
    if problems:
        raise Refusal("invalid", f"有 {len(problems)} 处内容无法保存，请修改后再试。", problems)

    projects = projects_for(filings, fiscal_year)
    declarations = [
        Declaration(
            project=project,
            unit=filing.unit,
            department=filing.unit.department,
            bureau=filing.unit.department.bureau,
            fiscal_year=fiscal_year,
            **_grounds(kind, grounds),
            origin=origin,
            place=filing.draft.place[:300],
            position=position,
            created_by=actor,
            **columns(filing.draft),
        )
        for position, (filing, project) in enumerate(zip(filings, projects, strict=True), 1)
    ]
    insert(declarations)
    write_lines([(declaration.pk, filing.draft) for declaration, filing in zip(declarations, filings, strict=True)])
    return declarations


@transaction.atomic
def rewrite(
    declaration_id: int, actor: User, draft: ProjectDraft, seen: int | None = None, grounds: Grounds | None = None
) -> Declaration:
    """Replace the content of a declaration that is with its unit; raises Refusal, changing nothing.

    Without `grounds` reason and evidence stay as they are.
    """
    declaration = locked_for_writing(declaration_id, actor, seen)
    problems = cannot_be_kept(draft)
    if problems:
        raise Refusal("invalid", f"有 {len(problems)} 处内容无法保存，请修改后再试。", problems)
    before = project_contents([declaration]) if has_open_notes(declaration) else None
    rename(declaration, draft)
    written = columns(draft) | ({} if grounds is None else _grounds(Kind(declaration.kind), grounds))
    for name, value in written.items():
        setattr(declaration, name, value)
    declaration.revision += 1
    declaration.save(update_fields=[*written, "revision", "updated_at"])
    declaration.funding.all().delete()
    declaration.indicators.all().delete()
    DepartmentGoal.objects.filter(declaration=declaration).delete()
    write_lines([(declaration.pk, draft)])
    if before:
        resolve(before, project_contents([declaration]))
    return declaration


@transaction.atomic
def discard(declaration_id: int, actor: User, seen: int | None = None) -> None:
    """Throw away a draft that was never sent; its project goes too when nothing else is filed for it."""
    declaration = locked_for_writing(declaration_id, actor, seen)
    if declaration.state != State.DRAFT or declaration.round:
        raise Refusal("wrong_state", "已送审过的申报不能删除，可以撤回后修改，或说明情况请上级退回。")
    project = declaration.project
    forget_files(declaration.attachments.all())
    declaration.delete()
    if not project.declarations.exists():
        project.delete()


def forget_files(attachments: Iterable[Attachment]) -> None:
    """Their files go when the rows have gone for good."""
    for attachment in attachments:
        transaction.on_commit(partial(attachment.file.storage.delete, str(attachment.file)))


def locked_for_writing(declaration_id: int, actor: User, seen: int | None = None) -> Declaration:
    """A declaration this person may write now, locked; raises Refusal. `seen` is the revision he had before him."""
    person = actor_of(actor)
    locked = lock_visible(person, [declaration_id])
    if not locked:
        raise Refusal("not_found", "没有找到该申报，或您无权查看。")
    declaration = locked[0]
    if not may_edit(declaration, person):
        raise Refusal(
            "not_allowed" if declaration.state in (State.DRAFT, State.RETURNED, State.WITHDRAWN) else "wrong_state",
            f"“{declaration.project.name}”目前{declaration.get_state_display()}，只有本单位经办人在待送审、"
            "被退回或已撤回时可以修改。",
        )
    if seen is not None and seen != declaration.revision:
        raise Refusal("stale", f"“{declaration.project.name}”在您打开之后已被他人更新，请刷新后再修改。")
    return declaration


def projects_for(filings: Sequence[Filing], fiscal_year: int) -> list[Project]:
    """For each filing the unit's project it continues, or a new one. A project is used once in a year."""
    units = {filing.unit.pk for filing in filings}
    free = list(Project.objects.filter(unit_id__in=units).exclude(declarations__fiscal_year=fiscal_year).order_by("id"))
    by_code = {(p.unit_id, p.code): p for p in free if p.code}
    by_name: dict[tuple[int, str], list[Project]] = {}
    for each in free:
        by_name.setdefault((each.unit_id, key(each.name)), []).append(each)
    found: list[Project] = []
    used: set[int] = set()
    for filing in filings:
        unit_id, code = filing.unit.pk, (filing.draft.code or "").strip()
        candidates = [by_code[unit_id, code]] if (unit_id, code) in by_code else []
        candidates += [
            p for p in by_name.get((unit_id, key(filing.draft.name)), []) if not code or not p.code or p.code == code
        ]
        candidates = [p for p in candidates if p.is_department_goal == filing.draft.department_goal]
        project = next((p for p in candidates if p.pk not in used), None)
        if project is None:
            project = Project(
                unit=filing.unit,
                code=code,
                name=filing.draft.name,
                category=filing.draft.category or "",
                is_department_goal=filing.draft.department_goal,
            )
        else:
            used.add(project.pk)
        found.append(project)
    new = [project for project in found if project.pk is None]
    _refuse_codes_in_use(new)
    _refuse_second_goals(new)
    insert(new)
    return found


def _refuse_codes_in_use(new: Sequence[Project]) -> None:
    """A code names one project of a unit: two of one code in a filing, or one filed already this year, are refused."""
    wanted = Counter((project.unit_id, project.code) for project in new if project.code)
    taken = set(
        Project.objects.filter(
            code__in={code for _, code in wanted}, unit_id__in={unit for unit, _ in wanted}
        ).values_list("unit_id", "code")
    )
    problems = [
        Problem(
            "PROJECT_CODE_IN_USE",
            "error",
            f"项目编码“{project.code}”在“{project.unit.name}”已被使用。",
            project.name,
            "项目编码",
            project.code,
            "每个项目一个编码",
            "核对编码；如果该项目本年度已经申报，请在原申报上修改。",
        )
        for project in new
        if project.code and ((project.unit_id, project.code) in taken or wanted[project.unit_id, project.code] > 1)
    ]
    if problems:
        raise Refusal("invalid", f"有 {len(problems)} 个项目编码重复。", problems)


def _refuse_second_goals(new: Sequence[Project]) -> None:
    """What the department as a whole aims at is filed by its own office, once a year."""
    goals = [project for project in new if project.is_department_goal]
    elsewhere = [project for project in goals if not project.unit.is_own_office]
    if elsewhere:
        raise Refusal("invalid", f"{DEPARTMENT_GOAL}由部门本级填报，“{elsewhere[0].unit.name}”不是部门本级。")
    units = Counter(project.unit_id for project in goals)
    filed = Project.objects.filter(unit_id__in=units, is_department_goal=True)
    if goals and (max(units.values()) > 1 or filed.exists()):
        raise Refusal("wrong_state", f"本部门本年度已有一份{DEPARTMENT_GOAL}，请在那一份上修改。")


def rename(declaration: Declaration, draft: ProjectDraft) -> None:
    """The project's own fields follow the form as long as no other declaration of it exists."""
    project = declaration.project
    wanted = (draft.name, draft.code or "", draft.category or "")
    if (project.name, project.code, project.category) == wanted:
        return
    if project.declarations.exclude(pk=declaration.pk).exists():
        raise Refusal("invalid", f"“{project.name}”在其他年度或版本中也有申报，名称、编码和类别不能在这里修改。")
    taken = Project.objects.filter(unit=project.unit, code=draft.code or "").exclude(pk=project.pk)
    if draft.code and taken.exists():
        raise Refusal("invalid", f"项目编码“{draft.code}”已被本单位其他项目使用。")
    project.name, project.code, project.category = wanted
    project.save()


def _grounds(kind: Kind, grounds: Grounds | None) -> dict[str, object]:
    """Reason and evidence as columns; a declaration of the yearly round has none."""
    kept = grounds if grounds and kind != Kind.ANNUAL else Grounds()
    return {"kind": kind, "change_reason": kept.reason, "change_evidence": kept.evidence}


def columns(draft: ProjectDraft) -> dict[str, object]:
    """What a draft puts on the declaration's own row."""
    return {
        "period": draft.period or "",
        "purpose": draft.purpose or "",
        "goal": draft.goal or "",
        "long_term_goal": draft.long_term_goal or "",
        "spending_plan": [list(pair) for pair in draft.spending_plan.items()],
        "total": draft.total,
        "multi_year_total": draft.multi_year_total,
    }


def write_lines(drafts: Iterable[tuple[int, ProjectDraft]]) -> None:
    """Funding and indicators of declarations that have none, by COPY; and what a department's overall goal has more."""
    drafts = list(drafts)
    DepartmentGoal.objects.bulk_create(
        [
            DepartmentGoal(declaration_id=pk, itemised_goals=draft.itemised_goals or "", measures=draft.measures or "")
            for pk, draft in drafts
            if draft.department_goal
        ]
    )
    copy_rows(
        FundingLine,
        ("declaration_id", "source", "amount", "position"),
        (
            (pk, source, amount, position)
            for pk, draft in drafts
            for position, (source, amount) in enumerate(draft.funding.items())
        ),
    )
    copy_rows(
        Indicator,
        (
            "declaration_id",
            "position",
            "level1",
            "level2",
            "name",
            "value",
            "comparator",
            "number",
            "measure_unit",
            "nature",
            "weight",
            "description",
            "description_custom",
            "basis",
            "custom",
            "place",
        ),
        (
            _indicator_row(pk, position, indicator)
            for pk, draft in drafts
            for position, indicator in enumerate(draft.indicators)
        ),
    )


def _indicator_row(declaration_id: int, position: int, row: IndicatorDraft) -> tuple[object, ...]:
    return (
        declaration_id, position, row.level1 or "", row.level2 or "", row.name, row.value or "", row.comparator or "",
        _number(row.number), row.unit or "", row.nature or "", _number(row.weight), row.description or "",
        row.description_custom or "", row.basis or "", row.custom, row.place[:300],
    )  # fmt: skip


def _number(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None
