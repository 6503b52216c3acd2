"""部门送报: who has filed, who has not, and sending on what is ready."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from approvals.selectors.packages import departments_reviewed, package, years_of
from approvals.services.reminding import remind
from approvals.views.common import actor, refusals_as_pages, user_of, whole_number
from perfgoals.errors import Refusal


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """`?department=&year=`; without them the first department this person reviews for and its latest year."""
    person = actor(request)
    departments = list(departments_reviewed(person))
    if not departments:
        raise PermissionDenied(_("只有部门审核人可以送报。"))
    asked = whole_number(request.GET.get("department"))
    department = next((each for each in departments if each.pk == asked), departments[0])
    years = years_of(department) or [timezone.localdate().year + 1]
    wanted = whole_number(request.GET.get("year"))
    year = wanted if wanted in years else years[0]
    context = {"departments": departments, "years": years, "package": package(person, department, year)}
    return render(request, "approvals/packages/show.html", context)


@require_POST
@refusals_as_pages
def remind_units(request: HttpRequest) -> HttpResponse:
    """Tell those who file for the units that are behind."""
    department, year = (whole_number(request.POST.get(name)) for name in ("department", "year"))
    if department is None or year is None:
        raise Refusal("not_found", _("没有找到该部门，或您不是它的审核人。"))
    told = remind(user_of(request), department, year)
    if told.told:
        messages.success(request, _("已提醒 %(n)d 人。") % {"n": told.told})
    elif told.told_before:
        messages.info(request, _("今天已经提醒过，每天只提醒一次。"))
    if told.nobody:
        names = "、".join(told.nobody)
        messages.warning(request, _("以下单位没有经办人，无人可提醒：%(names)s") % {"names": names})
    return redirect(f"{reverse('package')}?department={department}&year={year}")
