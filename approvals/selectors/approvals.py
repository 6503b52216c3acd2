"""Reading approvals: who sees which, and what an approval about to be issued would hold."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from approvals.documents.content import ApprovalContent, ProjectContent, UnitContent
from approvals.models import Approval, Bureau, Declaration, Department, Transmission
from approvals.models.declaration import Kind
from approvals.models.edges import edges
from approvals.models.transmission import DAYS, due_on
from approvals.numbering import code_as_printed, code_as_stored, number_of
from approvals.roles import Actor, Role
from approvals.rules import may_issue_for
from approvals.selectors.contents import project_contents
from approvals.selectors.deadlines import calendar
from approvals.states import UNDER_WAY, State, Verb
from approvals.workdays import Calendar

_SHOWN = ("bureau", "department", "issued_by", "uploaded_by", "transmission__by")


def visible_to(actor: Actor) -> QuerySet[Approval]:
    """Approvals of one's bureau, one's department, or the department of one's unit; an auditor's whole region."""
    seen = Q(pk__in=[])
    for grant in actor.grants:
        if grant.unit_id:
            seen |= Q(department__units=grant.unit_id)
        elif grant.department_id:
            seen |= Q(department_id=grant.department_id)
        elif grant.bureau_id:
            seen |= Q(bureau_id=grant.bureau_id)
        elif grant.role == Role.AUDITOR:
            return Approval.objects.select_related(*_SHOWN)
    return Approval.objects.filter(seen).select_related(*_SHOWN).distinct()


def not_transmitted(approvals: QuerySet[Approval], overdue: bool = False) -> QuerySet[Approval]:
    """Those that their departments have not passed on to the units; or, of these, those past the last day."""
    waiting = approvals.filter(transmission__isnull=True).exclude(origin=Approval.Origin.IMPORTED)
    return (
        waiting.filter(issued_at__date__lte=calendar().legal_start(timezone.localdate(), DAYS)) if overdue else waiting
    )


@dataclass(frozen=True, slots=True)
class Clock:
    """How it stands with passing an approval on: whether it is done, the last day, and the days until then.

    left  of one that is done counted from the day it was; negative when the last day was past
    """

    transmission: Transmission | None
    due: date
    left: int

    @property
    def late(self) -> int:
        """How many days past the last one; 0 in time."""
        return max(0, -self.left)


def clock_of(approval: Approval, days: Calendar) -> Clock:
    """The 15 days of the budget law, art. 52, as they stand today or stood when it was passed on."""
    due = due_on(approval, days)
    transmission = getattr(approval, "transmission", None)
    until = timezone.localdate(transmission.at) if transmission else timezone.localdate()
    return Clock(transmission, due, (due - until).days)


def content_of(approval: Approval) -> ApprovalContent:
    """The snapshot, as the documents are made of it; one from before there were codes with its code."""
    content = ApprovalContent.from_json(approval.content)
    if content.verification is None and approval.is_issued_here:
        return replace(content, verification=code_as_printed(approval.verification_code))
    return content


def verified(typed: str) -> Approval | None:
    """The approval of a verification code as somebody read it off a document; None for any other text."""
    code = code_as_stored(typed)
    if code is None:
        return None
    return (
        Approval.objects.defer("content").select_related("department", "bureau").filter(verification_code=code).first()
    )


def change_words(declarations: Collection[Declaration]) -> list[str]:
    """What a supplementary approval does: 追加, 调整 or both; empty when it holds a declaration of the yearly round."""
    kinds = {declaration.kind for declaration in declarations}
    if not kinds or Kind.ANNUAL in kinds:
        return []
    return [word for kind, word in ((Kind.ADDED, "追加"), (Kind.ADJUSTMENT, "调整")) if kind in kinds]


def default_title(fiscal_year: int, words: Sequence[str] = ()) -> str:
    """The heading when the approver writes none; `words` as `change_words` tells them."""
    if words:
        return f"关于{'和'.join(words)}{fiscal_year}年部门预算项目绩效目标的批复"
    return f"{fiscal_year}年部门预算项目绩效目标表批复"


def settled_title(asked: str, fiscal_year: int, words: Sequence[str]) -> str:
    """The approver's heading; the default for what is approved when he wrote none, or left one that was offered."""
    offered = {default_title(fiscal_year, each) for each in ([], ["追加"], ["调整"], ["追加", "调整"])}
    return default_title(fiscal_year, words) if asked.strip() in {"", *offered} else asked.strip()


def approval_content(
    department: Department,
    bureau: Bureau,
    fiscal_year: int,
    declarations: Sequence[Declaration],
    on: date,
    *,
    title: str = "",
    notes: str = "",
    number: str | None = None,
    verification: str | None = None,
    contents: Mapping[int, ProjectContent] | None = None,
) -> ApprovalContent:
    """What an approval of these declarations says, in the bureau's form. Their project and unit must be there.

    contents  what some of them are about to say, by their ids; the others say what they say now

    A supplementary one, of additions and adjustments alone, says so above its table.
    """
    words = change_words(declarations)
    change = f"（{'和'.join(words)}）" if words else ""
    return ApprovalContent(
        title=settled_title(title, fiscal_year, words),
        table_title=f"{fiscal_year}年部门预算项目绩效目标表{change}",
        department_code=department.code,
        department_name=department.name,
        approving_body=bureau.name,
        approval_date=on,
        number=number,
        fiscal_year=fiscal_year,
        notes=notes,
        units=_units(declarations, contents or {}),
        form=bureau.approval_form,
        verification=verification,
    )


def _units(declarations: Sequence[Declaration], given: Mapping[int, ProjectContent]) -> tuple[UnitContent, ...]:
    contents = {**project_contents([d for d in declarations if d.pk not in given]), **given}
    ordered = sorted(declarations, key=lambda d: (d.unit.code, d.unit_id, d.position, d.pk))
    return tuple(
        UnitContent(
            code=members[0].unit.code,
            name=members[0].unit.name,
            is_own_office=members[0].unit.is_own_office,
            projects=tuple(contents[d.pk] for d in members),
        )
        for members in (list(group) for _, group in groupby(ordered, key=lambda d: d.unit_id))
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A department and year with declarations that wait for approval."""

    department_id: int
    department: str
    fiscal_year: int
    passed: int
    under_way: int


def waiting_for(actor: Actor) -> list[Waiting]:
    """What the approver can issue now, and how many declarations of each are still under way."""
    bureaus = [grant.bureau_id for grant in actor.granted([Role.APPROVER]) if grant.bureau_id]
    rows = (
        Declaration.objects.filter(bureau_id__in=bureaus)
        .order_by("-fiscal_year", "department__code")
        .values("department_id", "department__name", "fiscal_year")
        .annotate(
            passed=Count("pk", filter=Q(state=State.PASSED)),
            under_way=Count("pk", filter=Q(state__in=UNDER_WAY)),
        )
        .filter(passed__gt=0)
    )
    return [
        Waiting(r["department_id"], r["department__name"], r["fiscal_year"], r["passed"], r["under_way"]) for r in rows
    ]


@dataclass(frozen=True, slots=True)
class Composition:
    """What an approval for a department and year may hold, and what is not ready for it."""

    department: Department
    fiscal_year: int
    ready: list[Declaration]
    barred: list[Declaration]
    under_way: list[Declaration]


def compose(actor: Actor, department_id: int, fiscal_year: int) -> Composition | None:
    """The declarations this person may approve now, those he may not (he acted on them), and the unfinished ones."""
    department = Department.objects.select_related("bureau").filter(pk=department_id).first()
    if department is None or not may_issue_for(department, actor):
        return None
    edge = edges()[State.PASSED, Verb.APPROVE]
    declarations = list(
        Declaration.objects.filter(department=department, fiscal_year=fiscal_year)
        .select_related("project", "unit")
        .prefetch_related("funding")
        .order_by("unit__code", "position", "id")
    )
    passed = [d for d in declarations if d.state == State.PASSED]
    return Composition(
        department=department,
        fiscal_year=fiscal_year,
        ready=[d for d in passed if edge.permission(d, actor)],
        barred=[d for d in passed if not edge.permission(d, actor)],
        under_way=[d for d in declarations if d.state in UNDER_WAY],
    )


def drafted(
    composition: Composition, chosen: Sequence[Declaration], on: date, title: str = "", notes: str = ""
) -> ApprovalContent:
    """What the approval would say; a word stands for the number it does not have yet."""
    bureau = composition.department.bureau
    return approval_content(
        composition.department,
        bureau,
        composition.fiscal_year,
        chosen,
        on,
        title=title,
        notes=notes,
        number=number_of(bureau.number_pattern, bureau.document_word, on.year, "（发出时编号）"),
    )
