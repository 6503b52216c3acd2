"""接口令牌: one's own tokens of the API."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from approvals.forms.accounts import TokenForm
from approvals.services.tokens import make_token, revoke
from approvals.views.common import refusals_as_pages, user_of
from perfgoals.errors import Refusal


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def index(request: HttpRequest) -> HttpResponse:
    """The list, and a form for another one; what was just made is shown here, once."""
    user = user_of(request)
    form, made = TokenForm(request.POST if request.method == "POST" else None), ""
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        _token, made = make_token(user, asked["name"], asked["scopes"], form.lasting())
        form = TokenForm()
    context = {"tokens": user.api_tokens.all(), "form": form, "made": made}
    return render(request, "approvals/tokens.html", context)


@require_POST
@refusals_as_pages
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one of one's own."""
    if not revoke([pk], user_of(request)):
        raise Refusal("not_found", _("没有找到这个令牌，或它已经撤销。"))
    messages.success(request, _("令牌已撤销，立即失效。"))
    return redirect("tokens")
