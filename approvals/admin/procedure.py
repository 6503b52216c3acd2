"""Declarations and approvals: to be looked at."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from approvals.admin.site import Looking, Scoped, site
from approvals.models import (
    Approval,
    Declaration,
    FundingLine,
    Indicator,
    Project,
    Transmission,
)


class FundingInline(Looking, admin.TabularInline):
    """资金安排."""

    model = FundingLine
    extra = 0
    fields = ["source", "amount"]


class IndicatorInline(Looking, admin.TabularInline):
    """绩效指标."""

    model = Indicator
    extra = 0
    fields = ["level1", "level2", "name", "value", "comparator", "number", "measure_unit", "custom", "place"]


@admin.register(Project, site=site)
class ProjectAdmin(Looking, Scoped):
    """项目."""

    bureau_paths = ("unit__department__bureau",)
    list_display = ["name", "code", "unit", "category"]
    list_select_related = ["unit"]
    search_fields = ["name", "code", "unit__name", "unit__code"]


@admin.register(Declaration, site=site)
class DeclarationAdmin(Looking, Scoped):
    """绩效目标申报. The state is moved through the procedure's pages and through nothing else."""

    bureau_paths = ("bureau",)
    list_display = ["project", "unit", "fiscal_year", "kind", "version", "state", "total", "state_since"]
    list_filter = [
        "fiscal_year",
        "state",
        "kind",
        "origin",
        ("bureau", admin.RelatedOnlyFieldListFilter),
        ("department", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["project", "unit"]
    search_fields = ["project__name", "project__code", "unit__name", "unit__code"]
    date_hierarchy = "state_since"
    inlines = [FundingInline, IndicatorInline]


@admin.register(Approval, site=site)
class ApprovalAdmin(Looking, Scoped):
    """批复."""

    bureau_paths = ("bureau",)
    list_display = ["number", "title", "department", "fiscal_year", "date", "origin", "issued_by"]
    # The file itself is downloaded from the approval's page, which knows who may.
    exclude = ["file"]
    list_filter = [
        "fiscal_year",
        "origin",
        ("bureau", admin.RelatedOnlyFieldListFilter),
        ("department", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["department", "issued_by"]
    search_fields = ["number", "title", "department__name"]
    date_hierarchy = "date"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Approval]:
        return super().get_queryset(request).defer("content")


@admin.register(Transmission, site=site)
class TransmissionAdmin(Looking, Scoped):
    """批复转下达."""

    bureau_paths = ("approval__bureau",)
    list_display = ["approval", "department", "at", "by", "note"]
    list_filter = [("approval__department", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["approval__department", "by"]
    search_fields = ["approval__number", "approval__department__name"]
    date_hierarchy = "at"

    @admin.display(description=_("部门"), ordering="approval__department")
    def department(self, transmission: Transmission) -> str:
        """Whose approval it is."""
        return str(transmission.approval.department)
