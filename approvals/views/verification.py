"""核验: anybody who holds a document may ask whether it was issued, and learns nothing but that."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from rest_framework.throttling import SimpleRateThrottle

from approvals.selectors.approvals import verified


class Throttle(SimpleRateThrottle):
    """So many questions from one address; whoever guesses codes gets nowhere in a lifetime anyway."""

    scope = "verification"
    rate = "30/min"

    def get_cache_key(self, request: Any, view: Any) -> str:
        """By the address of whoever asks, which a proxy in front of us knows better."""
        ask = getattr(settings, "AXES_CLIENT_IP_CALLABLE", None)
        address = import_string(ask)(request) if ask else request.META.get("REMOTE_ADDR", "")
        return self.cache_format % {"scope": self.scope, "ident": address}


@login_not_required
@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """A field for the code printed on a document."""
    code = request.GET.get("code", "").strip()[:100].replace("/", "")
    if code.strip("."):
        return redirect("verification-result", code)
    return render(request, "approvals/verification/ask.html")


@login_not_required
@require_safe
@never_cache
def result(request: HttpRequest, code: str) -> HttpResponse:
    """Number, date, approving body, department and fingerprint; a wrong code is told to be wrong and nothing else."""
    throttle = Throttle()
    if not throttle.allow_request(request, None):  # type: ignore[arg-type]
        answer = render(request, "approvals/verification/later.html", status=429)
        answer["Retry-After"] = str(int(throttle.wait() or 60) + 1)
        return answer
    approval = verified(code)
    context = {"approval": approval, "asked": code[:100]}
    return render(request, "approvals/verification/result.html", context, status=200 if approval else 404)
