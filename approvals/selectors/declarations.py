"""Reading declarations: who sees which, in what list, with what counts."""

from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from approvals.models import Amendment, ApprovalRecord, Attachment, Declaration, Review, ReviewNote
from approvals.models.edges import verbs_for
from approvals.roles import Actor, Role
from approvals.states import State, Verb
from perfgoals.text import fold

# What reviewers and approvers see of a declaration begins when it is sent; drafts are the unit's own.
_SENT = Q(round__gte=1) | Q(state__in=[State.APPROVED, State.SUPERSEDED])


def visible_to(actor: Actor) -> QuerySet[Declaration]:
    """The declarations a person may see; this follows from his memberships alone.

    A filer sees those of his units; a department's reviewer those of the department; the bureau's people
    those of the region, once they have been sent; an auditor all of his region (or of every region).
    Nobody else sees any.
    """
    seen = Q(pk__in=[])
    for grant in actor.grants:
        match grant.role:
            case Role.FILER:
                seen |= Q(unit_id=grant.unit_id) if grant.unit_id else Q(department_id=grant.department_id)
            case Role.DEPARTMENT_REVIEWER:
                seen |= Q(department_id=grant.department_id)
            case Role.FINANCE_REVIEWER | Role.APPROVER:
                seen |= Q(bureau_id=grant.bureau_id) & _SENT
            case Role.AUDITOR:
                seen |= Q(bureau_id=grant.bureau_id) if grant.bureau_id else Q()
                if not grant.bureau_id:
                    return Declaration.objects.all()
    return Declaration.objects.filter(seen)


def listed(queryset: QuerySet[Declaration]) -> QuerySet[Declaration]:
    """With what a list shows, in its order."""
    return queryset.select_related("project", "unit", "department", "approval", "taken_up_by").order_by(
        "-fiscal_year", "department__code", "unit__code", "position", "id"
    )


def search(queryset: QuerySet[Declaration], words: str) -> QuerySet[Declaration]:
    """Those whose project or unit has all the words in its name or code."""
    for word in fold(words).split():
        queryset = queryset.filter(
            Q(project__name__icontains=word)
            | Q(project__code__icontains=word)
            | Q(unit__name__icontains=word)
            | Q(unit__code__startswith=word)
        )
    return queryset


def detailed(actor: Actor, declaration_id: int) -> Declaration | None:
    """One declaration with all a page shows of it, or None when there is none this person may see."""
    return (
        visible_to(actor)
        .select_related(
            "project",
            "unit",
            "department",
            "bureau",
            "approval",
            "created_by",
            "submitted_by",
            "endorsed_by",
            "passed_by",
            "taken_up_by",
        )
        .prefetch_related(
            "funding",
            "indicators",
            Prefetch("attachments", Attachment.objects.select_related("uploaded_by")),
            Prefetch("records", ApprovalRecord.objects.order_by("sequence")),
            Prefetch(
                "notes", ReviewNote.objects.filter(resolved_at=None).select_related("author"), to_attr="open_notes"
            ),
            Prefetch("amendments", Amendment.objects.select_related("author")),
            Prefetch("reviews", Review.objects.select_related("reviewer")),
        )
        .filter(pk=declaration_id)
        .first()
    )


@dataclass(frozen=True, slots=True)
class Bucket:
    """One of the to-do lists 待办: its word, its label, its states and how many are in it."""

    key: str
    label: str
    states: tuple[State, ...]
    count: int = 0
    mine: bool = False


BUCKETS = (
    Bucket("to_submit", "待送审", (State.DRAFT, State.WITHDRAWN)),
    Bucket("returned", "被退回", (State.RETURNED,)),
    Bucket("department_review", "待部门审核", (State.SUBMITTED,)),
    Bucket("finance_review", "待财政审核", (State.FINANCE_REVIEW,)),
    Bucket("to_confirm", "待单位确认", (State.AMENDING,)),
    Bucket("to_approve", "待批复", (State.PASSED,)),
    Bucket("approved", "已批复", (State.APPROVED,)),
    Bucket("closed", "不予通过或已被替代", (State.REJECTED, State.SUPERSEDED)),
)

_MINE = {
    Role.FILER: {"to_submit", "returned", "to_confirm"},
    Role.DEPARTMENT_REVIEWER: {"department_review"},
    Role.FINANCE_REVIEWER: {"finance_review"},
    Role.APPROVER: {"to_approve"},
}


def buckets(actor: Actor, fiscal_year: int | None = None) -> list[Bucket]:
    """The to-do lists with counts; `mine` are those that wait for this person. One query."""
    queryset = visible_to(actor)
    if fiscal_year:
        queryset = queryset.filter(fiscal_year=fiscal_year)
    counts = dict(queryset.order_by().values_list("state").annotate(n=Count("pk")))
    mine = {key for grant in actor.grants for key in _MINE.get(grant.role, ())}
    return [
        Bucket(b.key, b.label, b.states, sum(counts.get(state, 0) for state in b.states), b.key in mine)
        for b in BUCKETS
    ]


def years(actor: Actor) -> list[int]:
    """The fiscal years there are declarations of, latest first."""
    return list(visible_to(actor).order_by("-fiscal_year").values_list("fiscal_year", flat=True).distinct())


def batch_verbs(declarations: list[Declaration], actor: Actor) -> list[Verb]:
    """Steps that at least one of the listed declarations can take by this person."""
    found = {edge.verb for declaration in declarations for edge in verbs_for(declaration, actor)}
    # Amendments are written for one declaration, and read before they are agreed to.
    return [verb for verb in Verb if verb in found - {Verb.AMEND, Verb.CONFIRM}]
