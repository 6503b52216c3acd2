"""Correcting a cell in place, deciding about a problem."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from approvals.values import COMPARATORS
from approvals.views.common import local_path, refused, user_of, whole_number
from ingest.fields import DOCUMENT, INDICATOR, PROJECT
from ingest.models import Upload
from ingest.selectors.preview import CellView, heading_cells, project_views, projects_of
from ingest.selectors.uploads import file_is_barred
from ingest.services import amending, assigning
from ingest.services.amending import Cell
from ingest.views.common import found_upload, fragment
from perfgoals.errors import Refusal

_NATURES = ("正向", "反向", "定性")


@require_http_methods(["GET", "POST"])
def correct(
    request: HttpRequest, pk: int, field: str, position: int | None = None, row: int | None = None
) -> HttpResponse:
    """The small form for one value; sent, the project is shown again with its checks made anew."""
    upload = found_upload(request, pk)
    cell = Cell(field, position, row)
    refusal = None
    typed = None
    try:
        shown = _cell_view(upload, cell)
        if upload.uploader_id != user_of(request).pk:
            raise Refusal("not_allowed", "只有上传人可以更正这个文件。")
    except Refusal as away:
        return refused(request, away)
    if request.method == "POST":
        typed = request.POST.get("value", "")
        try:
            amending.correct(pk, user_of(request), cell, typed, request.POST.get("seen"))
        except Refusal as again:
            refusal = again
        else:
            if request.htmx:  # type: ignore[attr-defined]
                if position is None:
                    return HttpResponse(headers={"HX-Redirect": reverse("upload", args=[pk])})
                return fragment(request, pk, position)
            return redirect(_back(request, upload, position))
    context = {
        "upload": upload,
        "cell": shown,
        "typed": shown.text if typed is None else typed,
        "refusal": refusal,
        "signs": COMPARATORS if shown.field.shape == "sign" else (),
        "natures": _NATURES if shown.field.shape == "nature" else (),
        "back": _back(request, upload, position),
    }
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, "ingest/correct.html", context, status=refusal.status if refusal else 200)
    response = render(request, "ingest/_correct.html", context)
    if refusal:
        response["HX-Retarget"], response["HX-Reswap"] = f"#f-{shown.id}", "outerHTML"
    return response


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle a problem in one of the ways it offers."""
    upload = found_upload(request, pk)
    try:
        amending.decide(
            upload.pk, user_of(request), request.POST.get("problem", "")[:12], request.POST.get("choice", "")[:300]
        )
    except Refusal as refusal:
        return refused(request, refusal)
    return redirect(_back(request, upload, None))


@require_POST
def assign_unit(request: HttpRequest, pk: int) -> HttpResponse:
    """All projects printed under one unknown unit go to a registered one."""
    upload = found_upload(request, pk)
    said = request.POST
    try:
        count = assigning.assign_unit(
            upload.pk, user_of(request), said.get("code", ""), said.get("name", ""), whole_number(said.get("unit")) or 0
        )
    except Refusal as refusal:
        return refused(request, refusal)
    messages.success(request, _("已归入 %(n)d 个项目。") % {"n": count})
    return redirect("upload", pk)


def _cell_view(upload: Upload, cell: Cell) -> CellView:
    """The cell as the preview shows it; raises Refusal when there is none."""
    missing = Refusal("not_found", "没有这一格。")
    if cell.position is None:
        found = next((each for each in heading_cells(upload) if each.field.key == cell.key), None)
        if found is None or cell.key not in DOCUMENT:
            raise missing
        return found
    if cell.key not in (PROJECT if cell.row is None else INDICATOR):
        raise missing
    rows = list(projects_of(upload).filter(position=cell.position))
    if not rows:
        raise missing
    view = project_views(upload, rows, file_is_barred(upload))[0]
    cells = [*view.cells, *view.blank]
    if cell.row is not None:
        if cell.row >= len(view.rows):
            raise missing
        cells = view.rows[cell.row].cells
    found = next((each for each in cells if each.field.key == cell.key), None)
    if found is None:
        target = view.draft.indicators[cell.row or 0]
        found = CellView(INDICATOR[cell.key], INDICATOR[cell.key].text(target), cell.position, cell.row)
    return found


def _back(request: HttpRequest, upload: Upload, position: int | None) -> str:
    page = reverse("upload", args=[upload.pk])
    asked = request.POST.get("back") or request.GET.get("back") or ""
    came_from = urlsplit(request.headers.get("Referer", ""))
    wanted = local_path(asked or f"{came_from.path}{'?' if came_from.query else ''}{came_from.query}", page)
    wanted = wanted if wanted.partition("?")[0] == page else page
    return f"{wanted}#p-{position}" if position and "#" not in wanted else wanted
