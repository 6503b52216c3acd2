"""The frame around every page: navigation for whoever is signed in, page numbers, problems."""

from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from approvals.models import Notice
from approvals.roles import Actor, Role
from approvals.views.common import actor

register = template.Library()

_EVERYBODY = tuple(Role)
_IN_PROCEDURE = tuple(role for role in Role if role != Role.ADMINISTRATOR)
# URL name, label, who uses it. An address that this installation does not have is left out.
_ENTRIES = (
    ("home", _("待办"), _EVERYBODY),
    ("declarations", _("绩效目标申报"), _IN_PROCEDURE),
    ("uploads", _("导入文件"), (Role.FILER, Role.APPROVER)),
    ("package", _("部门送报"), (Role.DEPARTMENT_REVIEWER,)),
    ("approvals", _("批复"), _IN_PROCEDURE),
    ("admin:index", _("后台管理"), (Role.ADMINISTRATOR, Role.AUDITOR)),
)


@register.inclusion_tag("approvals/parts/navigation.html", takes_context=True)
def navigation(context: Context) -> dict[str, Any]:
    """Only what the person can use, and how many notices are unread; nothing for whoever is not signed in."""
    request: HttpRequest | None = context.get("request")
    user = getattr(request, "user", None)
    if request is None or user is None or not user.is_authenticated:
        return {}
    person = actor(request)
    return {
        "request": request,
        "user": user,
        "works": person.has(*_IN_PROCEDURE),
        "entries": _entries(request, person, user.is_superuser),
        "unread": Notice.objects.filter(recipient=user, read_at__isnull=True).count(),
        "csrf_token": context.get("csrf_token"),
    }


def _entries(request: HttpRequest, person: Actor, superuser: bool) -> list[dict[str, Any]]:
    entries = []
    for name, label, roles in _ENTRIES:
        if name != "home" and not person.has(*roles) and not (name == "admin:index" and superuser):
            continue
        try:
            path = reverse(name)
        except NoReverseMatch:
            continue
        here = request.path == path or (path != "/" and request.path.startswith(path))
        entries.append({"path": path, "label": label, "here": here})
    return entries


@register.inclusion_tag("approvals/parts/pages.html", takes_context=True)
def pages(context: Context, page: Any) -> dict[str, Any]:
    """Links to the other pages of a list, keeping the rest of the query."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return {"request": context["request"], "page": page, "numbers": list(numbers), "gap": page.paginator.ELLIPSIS}


@register.inclusion_tag("approvals/parts/problems.html")
def problems(found: Any) -> dict[str, Any]:
    """Findings as a table: place, what was found, what was expected, how to mend it."""
    return {"problems": found}


@register.simple_tag
def product_name() -> str:
    """What the product calls itself in titles."""
    return str(getattr(settings, "PERFGOALS_TITLE", _("项目绩效目标管理")))
