"""待办: what waits for the person who has just signed in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from approvals.models import Notice
from approvals.roles import Role
from approvals.selectors.approvals import waiting_for
from approvals.selectors.deadlines import deadlines_of
from approvals.selectors.declarations import buckets, years
from approvals.views.common import actor, user_of, whole_number


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Buckets with counts, one's own first; the newest notices; what waits for approval."""
    person = actor(request)
    known = years(person)
    asked = whole_number(request.GET.get("year"))
    year = asked if asked in known or request.GET.get("year") == "" else next(iter(known), None)
    deadlines = deadlines_of(person)
    found = buckets(person, year, overdue=deadlines.matching("overdue"))
    return render(
        request,
        "approvals/home.html",
        {
            "years": known,
            "year": year,
            "stands_in_for": sorted({grant.principal for grant in person.grants if grant.principal}),
            "mine": [bucket for bucket in found if bucket.mine],
            "others": [bucket for bucket in found if not bucket.mine],
            "sees_declarations": person.has(*(role for role in Role if role != Role.ADMINISTRATOR)),
            "files": person.has(Role.FILER),
            "approves": person.has(Role.APPROVER),
            "windows": deadlines.announced() if person.has(Role.FILER, Role.DEPARTMENT_REVIEWER) else [],
            "several_bureaus": len({window.bureau_id for window in deadlines.windows.values()}) > 1,
            "today": deadlines.today,
            "waiting": waiting_for(person) if person.has(Role.APPROVER) else [],
            "notices": Notice.objects.filter(recipient=user_of(request))[:6],
        },
    )
