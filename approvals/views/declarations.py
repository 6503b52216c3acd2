"""Declarations: the list, one of them, and one step with it."""

from django.contrib import messages
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from approvals.forms.listing import PAGE_SIZES, ListFilter, current_filter, kept_query
from approvals.forms.review import StepEditor
from approvals.models import Declaration, Indicator, SavedFilter, User
from approvals.models.edges import Edge
from approvals.roles import Actor, Role
from approvals.rules import closes_behind, may_adjust, may_edit, outside_window
from approvals.selectors.deadlines import deadlines_of
from approvals.selectors.declarations import (
    batch_verbs,
    buckets,
    detailed,
    listed,
    sums_of,
    verbs_for,
    visible_to,
    years,
)
from approvals.selectors.history import Version, project_history
from approvals.selectors.organisations import units_to_file_for
from approvals.selectors.people import names_of
from approvals.services.verbs import foresee, perform
from approvals.states import State, Verb
from approvals.views.common import actor, paged, refusals_as_pages, user_of
from approvals.views.reviewing import review_of, step_editor, steps_of
from perfgoals.errors import Refusal


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The list, by bucket and filter, with the steps that can be taken with many at once."""
    person = actor(request)
    saved = list(SavedFilter.objects.filter(user=user_of(request)))
    default = next((each for each in saved if each.is_default), None)
    if default and not request.GET:
        return redirect(f"{request.path}?{default.query}")
    visible = visible_to(person)
    deadlines = deadlines_of(person)
    narrowing = ListFilter(request.GET, actor=person, years=years(person), deadlines=deadlines)
    found = narrowing.narrow(visible)
    sums = sums_of(found)
    page = paged(request, with_counts(listed(found)), narrowing.chosen().get("size") or PAGE_SIZES[0], sums.count)
    rows = list(page.object_list)
    deadlines.put_on(rows)
    for row in rows:
        row.has_steps = bool(verbs_for(row, person))
    return render(
        request,
        "approvals/declarations/index.html",
        {
            "filter": narrowing,
            "more": [narrowing[name] for name in ("kind", "state", "grade", "due", "waiting", "size")],
            "bucket": narrowing.bucket_shown(),
            "buckets": buckets(person, among=narrowing.narrow(visible, by_bucket=False)),
            "sums": sums,
            "saved": saved,
            "current": current_filter(saved, request.GET),
            "query": kept_query(request.GET),
            "page": page,
            "rows": rows,
            "limited": deadlines.any_set(),
            "steps": batch_verbs(rows, person),
            "files": person.has(Role.FILER),
            "files_for_department": units_to_file_for(person).filter(is_own_office=True).exists(),
            "several_departments": person.has(Role.FINANCE_REVIEWER, Role.APPROVER, Role.AUDITOR),
        },
    )


def with_counts(declarations: QuerySet[Declaration]) -> QuerySet[Declaration]:
    """With the number of indicators of each, in the same statement."""
    counted = Indicator.objects.filter(declaration=OuterRef("pk")).order_by().values("declaration")
    return declarations.annotate(
        indicator_count=Coalesce(Subquery(counted.values(n=Count("pk")), output_field=IntegerField()), 0)
    )


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """All of one declaration, its history, and the steps this person may take."""
    person = actor(request)
    declaration = seen_by(person, pk)
    deadlines = deadlines_of(person)
    deadlines.put_on([declaration])
    shut = outside_window(declaration)
    return render(
        request,
        "approvals/declarations/show.html",
        {
            "declaration": declaration,
            "outside_window": shut,
            "today": deadlines.today,
            "reviewers": names_of(Role.DEPARTMENT_REVIEWER, declaration) if shut else [],
            "late_again": closes_behind(declaration),
            "steps": steps_of(declaration, person),
            "may_edit": may_edit(declaration, person),
            "may_discard": may_discard(declaration, person),
            "may_adjust": may_adjust(declaration, person),
            "change": _change(declaration, person),
            "plan": list(dict(declaration.spending_plan).items()),
            "records": declaration.records.all(),
            **review_of(declaration, person),
        },
    )


def _change(declaration: Declaration, person: Actor) -> Version | None:
    """What a later version changes in the approved one."""
    if declaration.version == 1:
        return None
    versions = project_history(person, declaration.project_id)
    return next((version for version in versions if version.declaration.pk == declaration.pk and version.before), None)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """GET asks for comment and reasons; POST takes the step through the one door."""
    if verb not in Verb.values:
        raise Http404
    person, user = actor(request), user_of(request)
    declaration = seen_by(person, pk)
    edge = _edge(declaration, verb, person, user)
    if request.method != "POST":
        return _step_page(request, declaration, edge, step_editor(edge, declaration))

    editor = step_editor(edge, declaration, request.POST)
    if not editor.is_valid():
        return _step_page(request, declaration, edge, editor, status=422)
    asked = editor.form.cleaned_data
    try:
        moved = perform(
            pk,
            verb,
            user,
            asked["comment"],
            asked.get("reasons", ()),
            asked["seen"],
            review=editor.form.review(),
            notes=editor.written_notes(),
            amendments=editor.written_amendments(),
        )
    except Refusal as refusal:
        if refusal.code not in ("comment_missing", "checks_failed", "invalid", "review_missing"):
            raise
        return _step_page(request, declaration, edge, editor, refusal=refusal, status=refusal.status)
    messages.success(request, _("“%(name)s”已%(verb)s。") % {"name": moved.project.name, "verb": edge.verb.label})
    # A step may end what the person sees of it: a department's reviewer, say, who is no longer one.
    return redirect("declaration", pk) if visible_to(person).filter(pk=pk).exists() else redirect("home")


def seen_by(person: Actor, pk: int) -> Declaration:
    """The declaration with all a page shows, or 404 for whoever may not see it."""
    declaration = detailed(person, pk)
    if declaration is None:
        raise Http404(_("没有找到该申报，或您无权查看。"))
    return declaration


def may_discard(declaration: Declaration, person: Actor) -> bool:
    """A draft that was never sent may be thrown away by whoever may write it."""
    return may_edit(declaration, person) and declaration.state == State.DRAFT and not declaration.round


def _edge(declaration: Declaration, verb: str, person: Actor, user: User) -> Edge:
    """The edge this person may take now; otherwise the door says why not (Refusal)."""
    for edge in verbs_for(declaration, person):
        if edge.verb == verb:
            return edge
    for refused in foresee([declaration.pk], verb, user).refused:
        raise refused.refusal
    raise Refusal("stale", _("“%(name)s”刚被他人更新，请刷新后再操作。") % {"name": declaration.project.name})


def _step_page(
    request: HttpRequest,
    declaration: Declaration,
    edge: Edge,
    editor: StepEditor,
    *,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"declaration": declaration, "edge": edge, "editor": editor, "form": editor.form, "refusal": refusal}
    return render(request, "approvals/declarations/step.html", context, status=status)
