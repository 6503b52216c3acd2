"""What a person takes away: his file with marks, the list of problems, the template to fill in."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from approvals.selectors.organisations import units_to_file_for
from approvals.views.common import actor, refused, whole_number
from ingest.files import CSV, XLSX, attachment
from ingest.report import as_csv, as_xlsx
from ingest.services.reporting import listed, marked_file
from ingest.services.templates import template_for
from ingest.views.common import found_upload
from perfgoals.errors import Refusal


@require_GET
def marked(request: HttpRequest, pk: int) -> HttpResponse:
    """The user's own file with the cells marked and commented."""
    try:
        made = marked_file(found_upload(request, pk))
    except Refusal as refusal:
        return refused(request, refusal)
    return attachment(made.content, made.name, made.content_type)


@require_GET
def problems(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The list of problems."""
    upload = found_upload(request, pk)
    if kind == "xlsx":
        return attachment(as_xlsx(listed(upload)), f"{upload.name}-问题清单.xlsx", XLSX)
    if kind == "csv":
        return attachment(as_csv(listed(upload)), f"{upload.name}-问题清单.csv", CSV)
    raise Http404


@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """A workbook to fill in for a unit the person files for, empty or with last year's declarations."""
    unit, year = whole_number(request.GET.get("unit")), whole_number(request.GET.get("year"))
    found = get_object_or_404(units_to_file_for(actor(request)), pk=unit or 0)
    if year is None or not 2000 <= year <= 2100:
        return refused(request, Refusal("invalid", "请写明年度，2000 到 2100 之间。"))
    content, name = template_for(found, year, bool(request.GET.get("filled")))
    return attachment(content, name, XLSX)
