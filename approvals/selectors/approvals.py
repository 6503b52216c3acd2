"""Reading approvals: who sees which, and what an approval about to be issued would hold."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from approvals.documents.content import ApprovalContent
from approvals.models import Approval, Declaration, Department
from approvals.models.edges import edges
from approvals.roles import Actor, Role
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
    """The snapshot, as the documents are made of it."""
    return ApprovalContent.from_json(approval.content)


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
