"""Declarations, approvals and the ledger: to be looked at."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from approvals.admin.site import Looking, Scoped, site
from approvals.models import (
    Approval,
    ApprovalRecord,
    Declaration,
    FundingLine,
    Indicator,
    Project,
    Transmission,
)
from approvals.states import Verb
from approvals.views.words import OTHER_VERBS, reason_words, state_word, verb_word


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


class VerbFilter(admin.SimpleListFilter):
    """By what was done, in words."""

    title = _("动作")
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(verb, verb_word(verb)) for verb in (*Verb.values, *OTHER_VERBS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApprovalRecord]) -> QuerySet[ApprovalRecord]:
        return queryset.filter(verb=self.value()) if self.value() else queryset


@admin.register(ApprovalRecord, site=site)
class RecordAdmin(Looking, Scoped):
    """台账."""

    bureau_paths = ("declaration__bureau", "approval__bureau")
    list_display = ["at", "who", "step", "project", "unit", "change", "why"]
    list_filter = [
        VerbFilter,
        "at",
        ("actor", admin.RelatedOnlyFieldListFilter),
        ("declaration__bureau", admin.RelatedOnlyFieldListFilter),
        ("declaration__department", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["declaration__project", "declaration__unit", "approval"]
    search_fields = [
        "actor_name",
        "actor_username",
        "actor_organisation",
        "declaration__project__name",
        "declaration__project__code",
        "declaration__unit__name",
        "approval__number",
        "comment",
    ]
    date_hierarchy = "at"

    @admin.display(description=_("办理人"), ordering="actor_name")
    def who(self, record: ApprovalRecord) -> str:
        """Name, account and organisation, as they were."""
        return f"{record.actor_name}（{record.actor_username}）{record.actor_organisation}"

    @admin.display(description=_("动作"), ordering="verb")
    def step(self, record: ApprovalRecord) -> str:
        """The verb's word."""
        return verb_word(record.verb)

    @admin.display(description=_("项目或批复"))
    def project(self, record: ApprovalRecord) -> str:
        """What it was done to."""
        return record.declaration.project.name if record.declaration else str(record.approval or "")

    @admin.display(description=_("单位"))
    def unit(self, record: ApprovalRecord) -> str:
        """Whose it is."""
        return record.declaration.unit.name if record.declaration else ""

    @admin.display(description=_("状态变化"))
    def change(self, record: ApprovalRecord) -> str:
        """From where to where."""
        return f"{state_word(record.from_state)} → {state_word(record.to_state)}" if record.to_state else ""

    @admin.display(description=_("意见和理由"))
    def why(self, record: ApprovalRecord) -> str:
        """The words, and the reasons by name."""
        return "；".join([*reason_words(record.reasons), *([record.comment] if record.comment else [])])
