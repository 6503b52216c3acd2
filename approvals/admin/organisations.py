"""Bureaus, departments, units."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from approvals.admin.site import Managed, site
from approvals.models import Bureau, Department, Division, Unit


@admin.register(Bureau, site=site)
class BureauAdmin(Managed):
    """财政局."""

    bureau_paths = ("pk",)
    list_display = ["name", "region_code", "document_word", "number_pattern", "approval_form", "active"]
    list_filter = ["active", "approval_form"]
    search_fields = ["name", "region_code"]


@admin.register(Division, site=site)
class DivisionAdmin(Managed):
    """业务科室."""

    bureau_paths = ("bureau",)
    list_display = ["name", "bureau", "department_count"]
    list_filter = [("bureau", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["bureau"]
    search_fields = ["name", "bureau__name"]
    autocomplete_fields = ["bureau"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Division]:
        return super().get_queryset(request).annotate(_departments=Count("departments"))

    @admin.display(description=_("部门数"), ordering="_departments")
    def department_count(self, division: Division) -> int:
        """How many departments belong to it."""
        return division._departments  # type: ignore[attr-defined]


@admin.register(Department, site=site)
class DepartmentAdmin(Managed):
    """主管部门."""

    bureau_paths = ("bureau",)
    list_display = ["code", "name", "bureau", "division", "unit_count", "active"]
    list_display_links = ["code", "name"]
    list_filter = [
        "active",
        ("bureau", admin.RelatedOnlyFieldListFilter),
        ("division", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["bureau", "division"]
    search_fields = ["code", "name"]
    autocomplete_fields = ["bureau", "division"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Department]:
        return super().get_queryset(request).annotate(_units=Count("units"))

    @admin.display(description=_("单位数"), ordering="_units")
    def unit_count(self, department: Department) -> int:
        """How many units it has."""
        return department._units  # type: ignore[attr-defined]


@admin.register(Unit, site=site)
class UnitAdmin(Managed):
    """单位."""

    bureau_paths = ("department__bureau",)
    list_display = ["code", "name", "department", "is_own_office", "active"]
    list_display_links = ["code", "name"]
    list_filter = ["active", "is_own_office", ("department", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["department"]
    search_fields = ["code", "name", "department__name"]
    autocomplete_fields = ["department"]
