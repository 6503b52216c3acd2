"""Reading declarations: who sees which, in what list, with what counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Aggregate, Count, Min, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from approvals.models import Amendment, ApprovalRecord, Attachment, Declaration, Review, ReviewNote
from approvals.models.edges import verbs_for
from approvals.roles import Actor, Grant, Role
from approvals.states import State, Verb
from perfgoals.text import fold

# Who sees declarations, and who of them only what has been sent: drafts are the unit's own.
_SEEING = {Role.FILER, Role.DEPARTMENT_REVIEWER, Role.FINANCE_REVIEWER, Role.APPROVER, Role.AUDITOR}
_SEEING_SENT = {Role.FINANCE_REVIEWER, Role.APPROVER}
_SENT = Q(round__gte=1) | Q(state__in=[State.APPROVED, State.SUPERSEDED])


def visible_to(actor: Actor) -> QuerySet[Declaration]:
    """The declarations a person may see; this follows from his memberships alone.

    A filer sees those of his units; a department's reviewer those of the department; the bureau's people
    those of the region (a division's reviewer those of its departments), once they have been sent; an auditor
    all of his region (or of every region). Nobody else sees any.
    """
    seen = Q(pk__in=[])
    for grant in actor.granted(_SEEING):
        seen |= within(grant) & _SENT if grant.role in _SEEING_SENT else within(grant)
    return Declaration.objects.filter(seen)


def sees(actor: Actor, declaration: Declaration) -> bool:
    """Whether the declaration is among those `visible_to` the person, for one that has been fetched already."""
    sent = declaration.round >= 1 or declaration.state in (State.APPROVED, State.SUPERSEDED)
    roles = _SEEING if sent else _SEEING - _SEEING_SENT
    return any(grant.role in roles and grant.covers(declaration) for grant in actor.grants)


def within(grant: Grant) -> Q:
    """What lies in the organisation of a grant."""
    if grant.unit_id is not None:
        return Q(unit_id=grant.unit_id)
    if grant.department_id is not None:
        return Q(department_id=grant.department_id)
    return Q(bureau_id=grant.bureau_id) if grant.bureau_id is not None else Q(pk__isnull=False)


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


def narrowed(
    queryset: QuerySet[Declaration],
    actor: Actor,
    *,
    year: int | None = None,
    department: int | None = None,
    unit: int | None = None,
    states: Collection[str] = (),
    bucket: str = "",
    words: str = "",
    kind: str = "",
    grade: str = "",
    waiting: int | None = None,
    due: Q | None = None,
) -> QuerySet[Declaration]:
    """Those that match all that is asked for; what is left out narrows nothing.

    bucket   the key of a to-do list 待办, as this person has it
    grade    the grade of the latest review
    waiting  for more than so many days in the state they are in
    due      those whose last day is such and such (`deadlines.Deadlines.matching`)
    """
    for name, value in (("fiscal_year", year), ("department", department), ("unit", unit), ("kind", kind)):
        if value:
            queryset = queryset.filter(**{name: value})
    if states:
        queryset = queryset.filter(state__in=states)
    if bucket:
        queryset = queryset.filter(in_bucket(bucket, actor))
    if grade:
        latest = Review.objects.filter(declaration=OuterRef("pk")).order_by("-pk").values("grade")[:1]
        queryset = queryset.alias(latest_grade=Subquery(latest)).filter(latest_grade=grade)
    if waiting is not None:
        queryset = queryset.filter(state_since__lt=timezone.now() - timedelta(days=waiting))
    if due is not None:
        queryset = queryset.filter(due)
    return search(queryset, words)


@dataclass(frozen=True, slots=True)
class Sums:
    """How many declarations, and how much money they ask for, in 元."""

    count: int
    total: Decimal


def sums_of(queryset: QuerySet[Declaration]) -> Sums:
    """Both in one statement."""
    found = queryset.order_by().aggregate(count=Count("pk"), total=Sum("total"))
    return Sums(found["count"], found["total"] or Decimal(0))


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
            "late_permitted_by",
            "department_goal",
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
    """One of the to-do lists 待办: its word and label, how many are in it, and since when the oldest is.

    mine     it waits for this person
    overdue  how many are past their last day, where that was asked for
    """

    key: str
    label: str
    count: int = 0
    mine: bool = False
    oldest: datetime | None = None
    overdue: int = 0


BUCKETS = {
    "to_submit": "待送审",
    "returned": "被退回",
    "to_review": "待审核",
    "to_confirm": "待单位确认",
    "reviewed": "已审核",
    "to_approve": "待批复",
    "approved": "已批复",
    "closed": "不予通过或已被替代",
}
_JUDGED = (State.AMENDING, State.PASSED, State.APPROVED, State.REJECTED)
_STATES = {
    "to_submit": (State.DRAFT, State.WITHDRAWN),
    "returned": (State.RETURNED,),
    "to_review": (State.SUBMITTED, State.FINANCE_REVIEW),
    "to_confirm": (State.AMENDING,),
    "reviewed": _JUDGED,
    "to_approve": (State.PASSED,),
    "approved": (State.APPROVED,),
    "closed": (State.REJECTED, State.SUPERSEDED),
}
# Who reviews means his own level by it.
_REVIEWS: dict[Role, dict[str, tuple[State, ...]]] = {
    Role.DEPARTMENT_REVIEWER: {"to_review": (State.SUBMITTED,), "reviewed": (State.FINANCE_REVIEW, *_JUDGED)},
    Role.FINANCE_REVIEWER: {"to_review": (State.FINANCE_REVIEW,), "reviewed": _JUDGED},
}
_MINE = {
    Role.FILER: {"to_submit", "returned", "to_confirm"},
    Role.DEPARTMENT_REVIEWER: {"to_review"},
    Role.FINANCE_REVIEWER: {"to_review"},
    Role.APPROVER: {"to_approve"},
}


def in_bucket(key: str, actor: Actor) -> Q:
    """What one of the to-do lists holds for this person."""
    levels = [grant for grant in actor.grants if key in _REVIEWS.get(grant.role, {})]
    if not levels:
        return Q(state__in=_STATES[key])
    condition = Q()
    for grant in levels:
        condition |= within(grant) & Q(state__in=_REVIEWS[grant.role][key])
    return condition


def buckets(
    actor: Actor,
    fiscal_year: int | None = None,
    among: QuerySet[Declaration] | None = None,
    overdue: Q | None = None,
) -> list[Bucket]:
    """The to-do lists with counts; `mine` are those that wait for this person. One query.

    among    what to count of; all this person may see without it
    overdue  which are past their last day; counted in the lists that wait for him
    """
    mine = {key for grant in actor.grants for key in _MINE.get(grant.role, ())}
    queryset = visible_to(actor) if among is None else among
    if fiscal_year:
        queryset = queryset.filter(fiscal_year=fiscal_year)
    wanted: dict[str, Aggregate] = {}
    for key in BUCKETS:
        wanted[key] = Count("pk", filter=in_bucket(key, actor))
        wanted[f"{key}_since"] = Min("state_since", filter=in_bucket(key, actor))
        if overdue is not None and key in mine:
            wanted[f"{key}_overdue"] = Count("pk", filter=in_bucket(key, actor) & overdue)
    found = queryset.order_by().aggregate(**wanted)
    return [
        Bucket(key, label, found[key], key in mine, found[f"{key}_since"], found.get(f"{key}_overdue", 0))
        for key, label in BUCKETS.items()
    ]


def years(actor: Actor) -> list[int]:
    """The fiscal years there are declarations of, latest first."""
    return list(visible_to(actor).order_by("-fiscal_year").values_list("fiscal_year", flat=True).distinct())


def batch_verbs(declarations: list[Declaration], actor: Actor) -> list[Verb]:
    """Steps that at least one of the listed declarations can take by this person."""
    found = {edge.verb for declaration in declarations for edge in verbs_for(declaration, actor)}
    # Amendments are written for one declaration, and read before they are agreed to.
    return [verb for verb in Verb if verb in found - {Verb.AMEND, Verb.CONFIRM}]
