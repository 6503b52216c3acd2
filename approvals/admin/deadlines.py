"""Filing windows, time limits and days off: set by administrators for the bureaus."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from approvals.admin.site import Managed, site, warn_of_missing_holidays
from approvals.models import BudgetAdoption, CalendarDay, FilingWindow, TimeLimits


@admin.register(FilingWindow, site=site)
class FilingWindowAdmin(Managed):
    """申报时段."""

    bureau_paths = ("bureau",)
    list_display = ["fiscal_year", "kind", "bureau", "opens_on", "closes_on"]
    list_display_links = ["fiscal_year", "kind"]
    list_filter = ["fiscal_year", "kind", ("bureau", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["bureau"]
    search_fields = ["bureau__name"]
    autocomplete_fields = ["bureau"]


@admin.register(TimeLimits, site=site)
class TimeLimitsAdmin(Managed):
    """办理期限."""

    bureau_paths = ("bureau",)
    list_display = ["bureau", "department_days", "finance_days", "answer_days", "correction_days", "remind_before"]
    list_select_related = ["bureau"]
    search_fields = ["bureau__name"]
    autocomplete_fields = ["bureau"]


@admin.register(BudgetAdoption, site=site)
class BudgetAdoptionAdmin(Managed):
    """人大批准预算的日期."""

    bureau_paths = ("bureau",)
    list_display = ["fiscal_year", "bureau", "adopted_on"]
    list_filter = ["fiscal_year", ("bureau", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["bureau"]
    search_fields = ["bureau__name"]
    autocomplete_fields = ["bureau"]


@admin.register(CalendarDay, site=site)
class CalendarDayAdmin(Managed):
    """节假日和调休: the same for every region."""

    list_display = ["day", "name", "working"]
    list_filter = ["working"]
    search_fields = ["name"]
    date_hierarchy = "day"

    def get_queryset(self, request: HttpRequest) -> QuerySet[CalendarDay]:
        # They belong to no bureau: whoever may look at all looks at all of them.
        return CalendarDay.objects.order_by("-day")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Says which year's holidays are not known yet."""
        warn_of_missing_holidays(request)
        return super().changelist_view(request, extra_context)
