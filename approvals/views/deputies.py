"""代理: who stands in for me, and for whom I do."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from approvals.forms.deputies import DeputyForm
from approvals.selectors.people import colleagues, deputisable, deputyships_of
from approvals.services import deputising
from approvals.views.common import refusals_as_pages, user_of
from perfgoals.errors import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """What is arranged; POST names a deputy."""
    user = user_of(request)
    memberships = deputisable(user)
    data = request.POST if request.method == "POST" else None
    form = DeputyForm(memberships, colleagues(memberships), data)
    refusal = None
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            made = deputising.name_deputy(
                user, asked["membership"], asked["deputy"], asked["valid_from"], asked["valid_to"], asked["reason"]
            )
        except Refusal as found:
            refusal = found
        else:
            messages.success(request, _("已指定%(who)s代理。") % {"who": made.deputy})
            return redirect("deputies")
    context = {
        "form": form if memberships else None,
        "arranged": deputyships_of(user),
        "refusal": refusal,
    }
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "approvals/deputies/index.html", context, status=status)


@require_POST
@refusals_as_pages
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Holder or deputy ends it."""
    deputising.end(pk, user_of(request))
    messages.success(request, _("代理已终止。"))
    return redirect("deputies")
