"""台账: to be looked at, narrowed and taken away, by administrators and auditors."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from approvals.admin import exporting
from approvals.admin.site import Looking, Scoped, site
from approvals.models import ApprovalRecord
from approvals.services import witnessing
from approvals.states import Verb
from approvals.views.common import user_of
from approvals.views.words import OTHER_VERBS, reason_words, state_word, verb_word


class VerbFilter(admin.SimpleListFilter):
    """By what was done, in words."""

    title = _("动作")
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(verb, verb_word(verb)) for verb in (*Verb.values, *OTHER_VERBS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApprovalRecord]) -> QuerySet[ApprovalRecord]:
        return queryset.filter(verb=self.value()) if self.value() else queryset


class TextFilter(admin.SimpleListFilter):
    """A box to type into: a list of all there are would be too long.

    fields  the lookups that may hold all the words
    """

    template = "admin/text_filter.html"
    fields: tuple[str, ...] = ()

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("", "")]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """What else is narrowed, which the box must keep."""
        name = self.parameter_name or ""
        kept = changelist.get_filters_params()
        yield {
            "others": [(each, value) for each, values in kept.items() if each != name for value in values],
            "value": self.value() or "",
            "without": changelist.get_query_string(remove=[name]),
        }

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApprovalRecord]) -> QuerySet[ApprovalRecord]:
        for word in (self.value() or "").replace("\x00", "").split():
            condition = Q()
            for field in self.fields:
                condition |= Q(**{f"{field}__icontains": word})
            queryset = queryset.filter(condition)
        return queryset


class PersonFilter(TextFilter):
    """By who did it, as he was called then: also when his account is gone."""

    title = _("办理人")
    parameter_name = "person"
    fields = ("actor_name", "actor_username")


class OrganisationFilter(TextFilter):
    """By whose declaration or approval it was, or for whom somebody acted."""

    title = _("机构")
    parameter_name = "organisation"
    fields = (
        "actor_organisation",
        "declaration__unit__name",
        "declaration__unit__code",
        "declaration__department__name",
        "declaration__department__code",
        "declaration__bureau__name",
        "approval__department__name",
        "approval__bureau__name",
    )


class ProjectFilter(TextFilter):
    """By project or approval."""

    title = _("项目或批复文号")
    parameter_name = "project"
    fields = ("declaration__project__name", "declaration__project__code", "approval__number")


@admin.register(ApprovalRecord, site=site)
class RecordAdmin(Looking, Scoped):
    """台账."""

    bureau_paths = ("declaration__bureau", "approval__bureau")
    change_list_template = "admin/ledger.html"
    list_display = ["at", "who", "step", "project", "unit", "change", "why"]
    list_filter = [PersonFilter, OrganisationFilter, ProjectFilter, VerbFilter, "at"]
    list_select_related = [
        "declaration__project",
        "declaration__unit",
        "declaration__department",
        "approval__department",
    ]
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApprovalRecord]:
        return super().get_queryset(request).defer("approval__content")

    def within(self, bureaus: list[int]) -> Q:
        """What people of the region did outside the procedure belongs to it, too."""
        theirs = Q()
        for place in ("bureau", "division__bureau", "department__bureau", "unit__department__bureau"):
            theirs |= Q(**{f"actor__memberships__{place}__in": bureaus})
        return super().within(bureaus) | (Q(chain__startswith="person:") & theirs)

    def get_urls(self) -> list[URLPattern]:
        name = "approvals_approvalrecord_export"
        export = path("export/<slug:format>/", self.admin_site.admin_view(self.export), name=name)
        return [export, *super().get_urls()]

    def export(self, request: HttpRequest, format: str) -> HttpResponse | StreamingHttpResponse | FileResponse:
        """The rows the list shows with the same filters, as a file; that they were taken is on the ledger."""
        if format not in exporting.FORMATS or request.method != "GET":
            raise Http404
        shown = self.get_changelist_instance(request).get_queryset(request)
        last = ApprovalRecord.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        shown = shown.filter(pk__lte=last).order_by("at", "pk")
        asked = {name: request.GET.getlist(name) for name in request.GET}
        witnessing.exported(user_of(request), {"format": format, "rows": shown.count(), "filters": asked})
        name = f"台账 {timezone.localtime():%Y-%m-%d %H%M}.{format}"
        headers = {"Content-Disposition": content_disposition_header(True, name)}
        rows = (self.cells(record) for record in shown.iterator(exporting.CHUNK))
        if format == "csv":
            return StreamingHttpResponse(
                exporting.as_csv(rows), content_type="text/csv; charset=utf-8", headers=headers
            )
        return FileResponse(exporting.as_xlsx(rows), content_type=exporting.XLSX, headers=headers)

    def cells(self, record: ApprovalRecord) -> list[str]:
        """One row of the file, in the order of `exporting.HEADERS`."""
        declaration, approval = record.declaration, record.approval
        return [
            f"{timezone.localtime(record.at):%Y-%m-%d %H:%M:%S}",
            record.actor_name,
            record.actor_username,
            record.actor_organisation,
            verb_word(record.verb),
            declaration.project.name if declaration else str(approval or ""),
            declaration.project.code if declaration else "",
            declaration.unit.name if declaration else "",
            declaration.department.name if declaration else approval.department.name if approval else "",
            state_word(record.from_state),
            state_word(record.to_state),
            str(record.round or ""),
            "；".join(reason_words(record.reasons)),
            record.comment,
            record.chain,
            str(record.sequence),
            record.hash,
        ]

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
