"""Versions of a project: opening an adjustment, and its history over versions and years."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from approvals.forms.versions import AdjustmentForm
from approvals.rules import may_adjust
from approvals.selectors.history import in_progress, project_history
from approvals.services.versions import open_adjustment
from approvals.states import State
from approvals.views.common import actor, refusals_as_pages, user_of
from approvals.views.declarations import seen_by
from perfgoals.errors import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def adjust(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks for reason and evidence; POST opens the next version and leads to its form."""
    person = actor(request)
    declaration = seen_by(person, pk)
    if request.method != "POST":
        if declaration.state != State.APPROVED:
            raise Refusal("wrong_state", _("只有已批复的申报可以调整。"))
        if not may_adjust(declaration, person):
            raise Refusal("not_allowed", _("只有本单位经办人可以调整。"))
        form = AdjustmentForm(initial={"seen": declaration.revision})
        context = {"declaration": declaration, "form": form, "open_version": in_progress(declaration)}
        return render(request, "approvals/declarations/adjust.html", context)

    form = AdjustmentForm(request.POST)
    context = {"declaration": declaration, "form": form}
    if not form.is_valid():
        return render(request, "approvals/declarations/adjust.html", context, status=422)
    version = open_adjustment(pk, user_of(request), form.grounds(), seen=form.cleaned_data["seen"])
    messages.success(
        request,
        _("已建立“%(name)s”第 %(version)d 版，内容与批复相同。修改后送审；批复前原批复继续有效。")
        % {"name": declaration.project.name, "version": version.version},
    )
    return redirect("declaration-edit", version.pk)


@require_safe
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Every version of the project this person may see, with what each changed."""
    person = actor(request)
    declaration = seen_by(person, pk)
    context = {"declaration": declaration, "versions": project_history(person, declaration.project_id)}
    return render(request, "approvals/declarations/history.html", context)
