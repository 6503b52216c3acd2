"""批复: what waits for one, composing and issuing it, reading it, and its documents."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, get_args

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from approvals.documents import CONTENT_TYPES, DRAFT_MARK, FORMATS, Format, filename, form_of, preview
from approvals.documents import render as write_document
from approvals.documents.blocks import sources_without_column
from approvals.forms.approval import ApprovalForm
from approvals.models import Approval, Declaration
from approvals.roles import Role
from approvals.rules import may_transmit
from approvals.selectors.approvals import (
    Composition,
    change_words,
    clock_of,
    compose,
    content_of,
    default_title,
    drafted,
    not_transmitted,
    visible_to,
    waiting_for,
)
from approvals.selectors.deadlines import calendar
from approvals.services import witnessing
from approvals.services.issuing import issue
from approvals.services.transmitting import transmit
from approvals.views.common import actor, paged, refusals_as_pages, user_of, whole_number
from perfgoals.errors import Refusal
from perfgoals.text import tidy

PER_PAGE = 30
PROJECTS_PER_PAGE = 50
LONGEST_NOTE = 2000
# The years a declaration can be of; its own constraint says the same.
FISCAL_YEARS = range(2000, 2101)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What the approver can issue now, and the approvals a person may read."""
    person = actor(request)
    issued = visible_to(person).defer("content")
    years = list(issued.order_by("-fiscal_year").values_list("fiscal_year", flat=True).distinct())
    year = whole_number(request.GET.get("year"))
    if year in years:
        issued = issued.filter(fiscal_year=year)
    waits = request.GET.get("transmission", "")
    if waits in ("waiting", "overdue"):
        issued = not_transmitted(issued, overdue=waits == "overdue")
    page = paged(request, issued.order_by("-date", "-number_year", "-serial", "-pk"), PER_PAGE)
    days = calendar()
    for approval in page.object_list:
        approval.clock = clock_of(approval, days)
    return render(
        request,
        "approvals/approvals/index.html",
        {
            "approves": person.has(Role.APPROVER),
            "waiting": waiting_for(person) if person.has(Role.APPROVER) else [],
            "page": page,
            "transmission": waits,
            "years": years,
            "year": year,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def new(request: HttpRequest, department: int, year: int) -> HttpResponse:
    """Compose, preview (POST), look at the document (POST with `document`), issue (POST with `confirm`)."""
    composition = compose(actor(request), department, year) if year in FISCAL_YEARS else None
    if composition is None:
        raise Http404(_("没有找到该部门，或您不是其所属财政局的批复人。"))
    if request.method != "POST":
        initial = {"date": timezone.localdate(), "title": default_title(year, change_words(composition.ready))}
        return _compose_page(request, composition, ApprovalForm(initial=initial))

    form = ApprovalForm(request.POST)
    if not form.is_valid():
        return _compose_page(request, composition, form, status=422)
    asked = form.cleaned_data
    chosen = [declaration for declaration in composition.ready if declaration.pk in asked["chosen"]]
    if "confirm" not in request.POST and len(chosen) == len(asked["chosen"]):
        content = drafted(composition, chosen, asked["date"], asked["title"], asked["notes"])
        if "document" in request.POST:
            return _document(preview(content), f"{DRAFT_MARK} {filename(content, 'pdf')}", "pdf", attached=False)
        context = {
            "composition": composition,
            "form": form,
            "chosen": _by_unit(chosen),
            "sums": _sums(chosen),
            "content": content,
            "document_form": form_of(content),
            "unprinted": sources_without_column(content, form_of(content)),
        }
        return render(request, "approvals/approvals/preview.html", context)
    try:
        approval = issue(
            user_of(request),
            department,
            year,
            asked["chosen"],
            asked["date"],
            title=asked["title"],
            notes=asked["notes"],
            seen=asked["chosen"],
        )
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _compose_page(request, composition, form, status=refusal.status)
    messages.success(
        request,
        _("批复“%(number)s”已发出，共 %(count)d 个项目；相关单位和部门会收到通知。")
        % {"number": approval.number, "count": len(asked["chosen"])},
    )
    return redirect("approval", approval.pk)


def _document(body: bytes, name: str, format: Format, attached: bool = True) -> HttpResponse:
    """A file, to be kept or to be looked at."""
    headers = {"Content-Disposition": content_disposition_header(attached, name)}
    return HttpResponse(body, content_type=CONTENT_TYPES[format], headers=headers)


def _compose_page(
    request: HttpRequest, composition: Composition, form: ApprovalForm, status: int = 200
) -> HttpResponse:
    ticked = None
    if form.is_bound:
        ticked = {value.partition(":")[0] for value in form.data.getlist("chosen")}  # type: ignore[attr-defined]
    content = drafted(composition, composition.ready, timezone.localdate())
    context: dict[str, Any] = {
        "composition": composition,
        "form": form,
        "ready": [(declaration, ticked is None or str(declaration.pk) in ticked) for declaration in composition.ready],
        "sums": _sums(composition.ready),
        "document_form": form_of(content),
        "unprinted": sources_without_column(content, form_of(content)),
    }
    return render(request, "approvals/approvals/new.html", context, status=status)


def _by_unit(declarations: Sequence[Declaration]) -> list[tuple[str, list[Declaration], Decimal]]:
    """Unit, its declarations, their sum; in the order of the document."""
    groups: dict[str, list[Declaration]] = {}
    for declaration in declarations:
        groups.setdefault(f"{declaration.unit.code} {declaration.unit.name}", []).append(declaration)
    return [(unit, members, _total(members)) for unit, members in groups.items()]


def _total(declarations: Sequence[Declaration]) -> Decimal:
    return sum((declaration.total or Decimal(0) for declaration in declarations), Decimal(0))


def _sums(declarations: Sequence[Declaration]) -> dict[str, Any]:
    """How many, how much, and how much from each source of money, in 元."""
    sources: dict[str, Decimal] = {}
    for declaration in declarations:
        for line in declaration.funding.all():
            sources[line.source] = sources.get(line.source, Decimal(0)) + line.amount
    return {"count": len(declarations), "total": _total(declarations), "sources": sources}


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The snapshot as it was issued, some projects to a page, and its documents."""
    person = actor(request)
    approval = get_object_or_404(visible_to(person), pk=pk)
    content = content_of(approval)
    clock = clock_of(approval, calendar())
    rows = [(unit, project) for unit in content.units for project in unit.projects]
    return render(
        request,
        "approvals/approvals/show.html",
        {
            "approval": approval,
            "content": content,
            "page": paged(request, rows, PROJECTS_PER_PAGE),
            "sums": _content_sums(content.projects),
            "formats": FORMATS if approval.is_issued_here else (),
            "document_form": form_of(content),
            "clock": clock,
            "may_transmit": clock.transmission is None and bool(may_transmit(approval, person)),
        },
    )


@require_http_methods(["POST"])
@refusals_as_pages
def pass_on(request: HttpRequest, pk: int) -> HttpResponse:
    """转下达: the department's reviewer records that the units have it."""
    transmit(pk, user_of(request), tidy(request.POST.get("note", ""))[:LONGEST_NOTE])
    messages.success(request, _("已记录转下达，各单位经办人会收到通知。"))
    return redirect("approval", pk)


def _content_sums(projects: Sequence[Any]) -> dict[str, Any]:
    sources: dict[str, Decimal] = {}
    for project in projects:
        for source, amount in project.funding.items():
            sources[source] = sources.get(source, Decimal(0)) + amount
    return {
        "count": len(projects),
        "indicators": sum(len(project.indicators) for project in projects),
        "total": sum((project.total or Decimal(0) for project in projects), Decimal(0)),
        "sources": sources,
    }


@require_safe
@refusals_as_pages
def download(request: HttpRequest, pk: int, format: Format) -> HttpResponse:
    """The document in one of its formats."""
    if format not in get_args(Format):
        raise Http404(_("批复文件没有这种格式。"))
    approval: Approval = get_object_or_404(visible_to(actor(request)), pk=pk)
    if not approval.is_issued_here:
        raise Http404(_("这份批复来自外部文件，请下载原件。"))
    content = content_of(approval)
    body = write_document(content, format)
    if request.method == "GET":
        witnessing.downloaded(user_of(request), approval, format)
    return _document(body, filename(content, format), format)


@require_safe
def original(request: HttpRequest, pk: int) -> FileResponse:
    """The document from outside, as it came."""
    approval: Approval = get_object_or_404(visible_to(actor(request)).defer("content"), pk=pk)
    file = original_of(approval)
    if request.method == "GET":
        witnessing.downloaded(user_of(request), approval, "original")
    return file


def original_of(approval: Approval) -> FileResponse:
    """The file to keep, never shown by the browser; raises Http404 when the approval was issued here."""
    if approval.is_issued_here:
        raise Http404(_("这份批复由本系统编制，没有外来原件。"))
    return FileResponse(
        approval.file.open(), as_attachment=True, filename=approval.file_name, content_type="application/octet-stream"
    )
