"""One step with many declarations: first what will happen to each, then it happens."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from approvals.forms.steps import BatchForm, chosen_rows
from approvals.judgement import GRADE_OF, ReviewForm
from approvals.selectors.reviewing import grading, opinions_of
from approvals.services.verbs import Outcome, foresee, perform_many
from approvals.states import Verb
from approvals.views.common import local_path, refusals_as_pages, user_of
from perfgoals.errors import Refusal


@require_POST
@refusals_as_pages
def batch(request: HttpRequest) -> HttpResponse:
    """`verb` and `chosen` (id:revision, many) → the page that asks; with `confirm` → it is done and told."""
    seen = _chosen(request.POST)
    verb = request.POST.get("verb", "")
    back = local_path(request.POST.get("next", ""), reverse("declarations"))
    # One grade for all of them; a major project, which gets points, is told apart before anybody confirms.
    review = ReviewForm(GRADE_OF[Verb.PASS]) if verb == Verb.PASS else None
    forecast = foresee(seen, verb, user_of(request), seen, review)
    required = any(edge.comment_required for _declaration, edge in forecast.going)
    confirmed = request.POST if "confirm" in request.POST else None
    graded, optional = grading(forecast.going)
    form = BatchForm(
        confirmed,
        verb=verb,
        comment_required=required,
        opinions=opinions_of(forecast.going),
        graded=graded,
        grade_optional=optional,
    )
    shown = {
        "verb": Verb(verb),
        "chosen": [f"{pk}:{revision}" for pk, revision in seen.items()],
        "going": forecast.going,
        "refused": forecast.refused,
        "form": form,
        "back": back,
    }
    if confirmed is None:
        return render(request, "approvals/declarations/batch.html", shown)
    if form.is_valid() and required and not form.cleaned_data["comment"]:
        form.add_error("comment", _("%(verb)s须写明意见。") % {"verb": Verb(verb).label})
    if not form.is_valid():
        return render(request, "approvals/declarations/batch.html", shown, status=422)
    asked = form.cleaned_data
    outcome = perform_many(
        seen,
        verb,
        user_of(request),
        asked["comment"],
        asked.get("reasons", ()),
        seen,
        partly=asked["mode"] == BatchForm.PARTLY,
        review=form.review(),
    )
    return _tell(request, verb, outcome, back)


def _chosen(data: QueryDict) -> dict[int, int]:
    try:
        seen = chosen_rows(data.getlist("chosen"))
    except ValueError:
        raise Refusal("invalid", _("所选项目的编号不正确，请回到列表重新选择。")) from None
    if not seen:
        raise Refusal("invalid", _("没有选择项目。请回到列表，勾选要办理的项目。"))
    return seen


def _tell(request: HttpRequest, verb: str, outcome: Outcome, back: str) -> HttpResponse:
    """All done: back to the list. Otherwise a page that says what was done and what was not, and why."""
    done = _("已%(verb)s %(count)d 个项目。") % {"verb": Verb(verb).label, "count": len(outcome.done)}
    if not outcome.refused:
        messages.success(request, done)
        return redirect(back)
    context = {"verb": Verb(verb), "done": outcome.done, "refused": outcome.refused, "back": back}
    return render(request, "approvals/declarations/batch_done.html", context, status=200 if outcome.done else 409)
