"""Files that go with a declaration: added, taken away, downloaded."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from approvals.services import attaching
from approvals.views.common import actor, refusals_as_pages, user_of
from approvals.views.declarations import seen_by


@require_POST
@refusals_as_pages
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the chosen files."""
    seen_by(actor(request), pk)
    attached = attaching.attach(pk, user_of(request), request.FILES.getlist("file"))
    messages.success(request, _("已上传 %(n)d 个附件。") % {"n": len(attached)})
    return redirect("declaration", pk)


@require_POST
@refusals_as_pages
def remove(request: HttpRequest, pk: int, attachment: int) -> HttpResponse:
    """Take one away."""
    seen_by(actor(request), pk)
    attaching.detach(pk, attachment, user_of(request))
    messages.success(request, _("附件已删除。"))
    return redirect("declaration", pk)


@require_safe
def download(request: HttpRequest, pk: int, attachment: int) -> HttpResponse | FileResponse:
    """The file, to keep: whoever sees the declaration sees what goes with it. Never shown by the browser."""
    found = next((each for each in seen_by(actor(request), pk).attachments.all() if each.pk == attachment), None)
    if found is None:
        raise Http404(_("没有找到该附件，或您无权查看。"))
    return FileResponse(
        found.file.open("rb"), as_attachment=True, filename=found.name, content_type="application/octet-stream"
    )
