"""核验: anybody who holds a document may ask whether it was issued, and learns nothing but that."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from approvals.selectors.approvals import verified
from perfgoals.limits import seconds_to_wait
from perfgoals.proxy import address_of

# So many questions a minute from one address; whoever guesses codes gets nowhere in a lifetime anyway.
MOST = 30


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
    if seconds := seconds_to_wait(f"verification:{address_of(request)}", MOST):
        answer = render(request, "approvals/verification/later.html", status=429)
        answer["Retry-After"] = str(seconds)
        return answer
    approval = verified(code)
    context = {"approval": approval, "asked": code[:100]}
    return render(request, "approvals/verification/result.html", context, status=200 if approval else 404)
