"""The site itself, and the two ways of standing in it: managing and looking."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from approvals.roles import Actor, Role
from approvals.selectors.deadlines import years_to_enter
from approvals.views.common import actor

_ORDERED = [
    "Bureau",
    "Division",
    "Department",
    "Unit",
    "User",
    "Membership",
    "Deputyship",
    "Project",
    "Declaration",
    "Review",
    "ReviewNote",
    "Amendment",
    "Approval",
    "Transmission",
    "ApprovalRecord",
    "ReviewProfile",
    "CommonOpinion",
    "FilingWindow",
    "TimeLimits",
    "BudgetAdoption",
    "CalendarDay",
    "Endpoint",
    "Notice",
    "NoticeDelivery",
]
_PLACES = {name: place for place, name in enumerate(_ORDERED)}


class Site(admin.AdminSite):
    """For administrators and auditors. Nobody decides anything here."""

    site_title = _("后台管理")
    site_header = _("项目绩效目标管理　后台")
    index_title = _("机构、人员与台账")
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Administrators and auditors by their memberships in force, and superusers."""
        return is_administrator(request) or is_auditor(request)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Says at once when a year's holidays are missing."""
        warn_of_missing_holidays(request)
        return super().index(request, extra_context)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Organisations, people, the procedure, notices: not by the alphabet."""
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: _PLACES.get(model["object_name"], len(_PLACES)))
        return apps

    @method_decorator(never_cache)
    @login_not_required
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The sign-in page is the one of the product; whoever is signed in and still comes here may not enter."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        if request.user.is_authenticated:
            return redirect("admin:index")
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


def warn_of_missing_holidays(request: HttpRequest) -> None:
    """Which year's days off nobody knows yet, to whoever can enter them."""
    for year in years_to_enter() if is_administrator(request) else ():
        messages.warning(
            request,
            _("%(year)d 年的节假日和调休还没有录入，目前只按周末计算工作日。国务院办公厅公布后请逐日登记。")
            % {"year": year},
        )


def _signed_in(request: HttpRequest) -> bool:
    return request.user.is_authenticated and request.user.is_active


def is_administrator(request: HttpRequest) -> bool:
    """Manages organisations and people."""
    return _signed_in(request) and (request.user.is_superuser or actor(request).has(Role.ADMINISTRATOR))


def is_auditor(request: HttpRequest) -> bool:
    """Sees, and changes nothing."""
    return _signed_in(request) and actor(request).has(Role.AUDITOR)


def audited_bureaus(person: Actor) -> list[int] | None:
    """The bureaus an auditor is held to, or None when he has every region."""
    grants = person.granted([Role.AUDITOR])
    return (
        None
        if any(grant.bureau_id is None for grant in grants)
        else [grant.bureau_id for grant in grants if grant.bureau_id]
    )


class Scoped(admin.ModelAdmin):
    """Rows of the auditor's region; administrators have all.

    bureau_paths  the lookups that lead from a row to its bureau
    """

    bureau_paths: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        bureaus = None if is_administrator(request) else audited_bureaus(actor(request))
        if bureaus is None:
            return rows
        return rows.filter(pk__in=rows.model._default_manager.filter(self.within(bureaus)).values("pk"))

    def within(self, bureaus: list[int]) -> Q:
        """What belongs to these bureaus."""
        condition = Q(pk__in=[])
        for path in self.bureau_paths:
            condition |= Q(**{f"{path}__in": bureaus})
        return condition

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request) or is_auditor(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_administrator(request) or is_auditor(request)


class Managed(Scoped):
    """Administrators add, change and delete; auditors look."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_administrator(request)


class Looking:
    """Nobody adds, changes or deletes: for model admins and inlines alike."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_administrator(request) or is_auditor(request)


site = Site(name="admin")
