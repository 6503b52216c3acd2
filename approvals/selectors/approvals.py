"""Reading approvals: who sees which, and what an approval about to be issued would hold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from django.db.models import Count, Q, QuerySet

from approvals.documents.content import ApprovalContent, UnitContent
from approvals.models import Approval, Bureau, Declaration, Department
from approvals.models.edges import edges
from approvals.numbering import code_as_printed, code_as_stored
from approvals.roles import Actor, Role
from approvals.selectors.contents import project_contents
from approvals.states import UNDER_WAY, State, Verb


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
            return Approval.objects.select_related("bureau", "department", "issued_by")
    return Approval.objects.filter(seen).select_related("bureau", "department", "issued_by").distinct()


def content_of(approval: Approval) -> ApprovalContent:
    """The snapshot, as the documents are made of it; one from before there were codes with its code."""
    content = ApprovalContent.from_json(approval.content)
    if content.verification is None:
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


def default_title(fiscal_year: int) -> str:
    """The heading when the approver writes none."""
    return f"{fiscal_year}年部门预算项目绩效目标表批复"


def approval_content(
    department: Department,
    bureau: Bureau,
    fiscal_year: int,
    declarations: Sequence[Declaration],
    on: date,
    *,
    title: str,
    notes: str = "",
    number: str | None = None,
    verification: str | None = None,
) -> ApprovalContent:
    """What an approval of these declarations says, in the bureau's form. Their project and unit must be there."""
    return ApprovalContent(
        title=title,
        table_title=f"{fiscal_year}年部门预算项目绩效目标表",
        department_code=department.code,
        department_name=department.name,
        approving_body=bureau.name,
        approval_date=on,
        number=number,
        fiscal_year=fiscal_year,
        notes=notes,
        units=_units(declarations),
        form=bureau.approval_form,
        verification=verification,
    )


def _units(declarations: Sequence[Declaration]) -> tuple[UnitContent, ...]:
    contents = project_contents(declarations)
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
    if department is None or not any(
        grant.bureau_id == department.bureau_id for grant in actor.granted([Role.APPROVER])
    ):
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
