"""What the pages of an upload share."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from approvals.roles import Actor, Role
from approvals.rules import may_issue_for
from approvals.views.common import actor, user_of
from ingest.models import Amendment, Upload
from ingest.selectors.comparing import approval_heading
from ingest.selectors.preview import LEVELS, heading_cells, project_views, projects_of, with_choices
from ingest.selectors.units import unknown_units
from ingest.selectors.uploads import groups_of, summary_of, visible_to

PROJECTS_PER_PAGE = 40
_PROBLEMS_SHOWN = 100
_AMENDMENTS_SHOWN = 100


def found_upload(request: HttpRequest, pk: int) -> Upload:
    """The upload, when this person may see it; else 404."""
    return get_object_or_404(visible_to(actor(request)).select_related("uploader", "department", "bureau"), pk=pk)


def preview(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    """Everything the preview page shows: one page of projects, and the numbers of all. A constant number of queries."""
    summary = summary_of(upload)
    level = request.GET.get("level", "")
    level = level if level in LEVELS else ""
    words = request.GET.get("q", "").strip()[:100]
    paginator = Paginator(projects_of(upload, level, words), PROJECTS_PER_PAGE)
    if not (level or words):
        paginator.count = summary.projects  # counted already
    page = paginator.get_page(request.GET.get("page"))
    views = project_views(upload, list(page.object_list), summary.barred)
    problems = [p for p in upload.problems if not level or p["severity"] in ("error", LEVELS[level])]
    amendments = upload.amendments.select_related("by").order_by("-pk")
    person = actor(request)
    own = upload.uploader_id == user_of(request).pk
    return {
        "upload": upload,
        "summary": summary,
        "groups": groups_of(views),
        "page": page,
        "level": level,
        "words": words,
        "own": own,
        "files": person.has(Role.FILER),
        "approval_path": _approval_path(upload, person),
        "heading": heading_cells(upload) if upload.document else [],
        "problems": with_choices(problems[:_PROBLEMS_SHOWN]),
        "more_problems": max(0, len(problems) - _PROBLEMS_SHOWN),
        "amendments": list(amendments[:_AMENDMENTS_SHOWN]),
        "settled": upload.state in (Upload.State.READY, Upload.State.ACCEPTED),
        "here": request.get_full_path(),
        "unknown_units": unknown_units(upload, person) if own else [],
        "readings": [a for a in amendments[:_AMENDMENTS_SHOWN] if a.kind == Amendment.Kind.READING],
    }


def _approval_path(upload: Upload, person: Actor) -> str:
    """Where an approval document is compared and confirmed, for whoever may; then, the approval it became."""
    if upload.approval_id:
        return reverse("approval", args=[upload.approval_id])
    may = upload.department is not None and may_issue_for(upload.department, person)
    return reverse("upload-approval", args=[upload.pk]) if may and approval_heading(upload) else ""


def fragment(request: HttpRequest, pk: int, position: int | None) -> HttpResponse:
    """After a correction in place: the project again, and the numbers and file problems out of band."""
    upload = found_upload(request, pk)
    context = preview(request, upload)
    if position is not None:
        rows = list(projects_of(upload).filter(position=position))
        context["view"] = project_views(upload, rows, context["summary"].barred)[0] if rows else None
    context["base"] = context["here"] = upload.get_absolute_url()
    return render(request, "ingest/_corrected.html", context)
