"""Upload, progress, preview, accept."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approvals.roles import Role
from approvals.views.common import actor, refused, user_of
from ingest.models import Upload
from ingest.selectors.uploads import acceptable, groups_of, recent, same_file, summary_of, visible_to
from ingest.services import uploads
from perfgoals.errors import Refusal

PER_PAGE = 20


class ManyFiles(forms.ClearableFileInput):
    """One input, several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A list of files."""

    widget = ManyFiles

    def clean(self, data: object, initial: object = None) -> list:
        """Each file by itself; none is an error."""
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files]


class UploadForm(forms.Form):
    """What the upload page asks for."""

    file = FilesField(label=_("文件"), error_messages={"empty": _("文件是空的（0 字节），请重新导出后上传。")})


class AcceptForm(forms.Form):
    """Which projects to take over, for which year."""

    fiscal_year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2100)
    positions = forms.TypedMultipleChoiceField(label=_("项目"), coerce=int, required=False)

    def __init__(self, data: object, positions: list[int]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["positions"].choices = [(n, str(n)) for n in positions]  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The person's uploads, and the form for new ones."""
    person = actor(request)
    may_upload = person.has(Role.FILER)
    form = UploadForm(request.POST or None, request.FILES or None)
    refusals: list[Refusal] = []
    if request.method == "POST":
        if not may_upload:
            return refused(request, Refusal("not_allowed", "只有单位经办人可以上传绩效目标文件。"))
        if form.is_valid():
            received = []
            for file in form.cleaned_data["file"]:
                try:
                    received.append(uploads.receive(user_of(request), file, file.name))
                except Refusal as refusal:
                    refusals.append(refusal)
            for upload in received:
                earlier = same_file(user_of(request), upload.sha256)
                if earlier and earlier.pk != upload.pk:
                    messages.warning(
                        request,
                        _("“%(name)s”与您先前上传的“%(earlier)s”是同一个文件，请注意不要重复导入。")
                        % {"name": upload.name, "earlier": earlier.name},
                    )
            if received and not refusals:
                return redirect("upload", received[0].pk) if len(received) == 1 else redirect("uploads")
    page = Paginator(recent(person), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "ingest/uploads.html",
        {"form": form, "page": page, "may_upload": may_upload, "refusals": refusals},
        status=422 if refusals or form.errors else 200,
    )


@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress while the worker reads; then the preview."""
    return render(request, "ingest/upload.html", _preview(request, _found(request, pk)))


@require_GET
def status(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress alone, polled by the page; when reading has ended the page is loaded anew."""
    upload = _found(request, pk)
    response = render(request, "ingest/_progress.html", {"upload": upload})
    if upload.state not in (Upload.State.RECEIVED, Upload.State.READING):
        response["HX-Redirect"] = reverse("upload", args=[pk])
    return response


@require_POST
def recheck(request: HttpRequest, pk: int) -> HttpResponse:
    """Look up organisations and earlier filings again, for the chosen year."""
    upload = _found(request, pk)
    form = AcceptForm(request.POST, [])
    year = form.fields["fiscal_year"].clean(request.POST["fiscal_year"]) if request.POST.get("fiscal_year") else None
    try:
        uploads.rematch(upload.pk, user_of(request), year)
    except Refusal as refusal:
        return refused(request, refusal)
    return redirect("upload", pk)


@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the chosen projects over, and go to the list where they are sent to review."""
    upload = _found(request, pk)
    form = AcceptForm(request.POST, list(upload.projects.values_list("position", flat=True)))
    if not form.is_valid():
        context = _preview(request, upload) | {"accept_form": form}
        return render(request, "ingest/upload.html", context, status=422)
    try:
        declarations = uploads.accept(
            upload.pk, user_of(request), form.cleaned_data["positions"], form.cleaned_data["fiscal_year"]
        )
    except Refusal as refusal:
        upload.refresh_from_db()
        context = _preview(request, upload) | {"refusal": refusal}
        return render(request, "ingest/upload.html", context, status=refusal.status)
    messages.success(
        request, _("已从“%(name)s”导入 %(n)s 个项目，请核对后送审。") % {"name": upload.name, "n": len(declarations)}
    )
    return redirect(
        f"{reverse('declarations')}?{urlencode({'bucket': 'to_submit', 'year': str(declarations[0].fiscal_year)})}"
    )


def _found(request: HttpRequest, pk: int) -> Upload:
    return get_object_or_404(visible_to(actor(request)).select_related("uploader", "department", "bureau"), pk=pk)


def _preview(request: HttpRequest, upload: Upload) -> dict:
    projects = list(upload.projects.select_related("unit", "declaration").order_by("position"))
    for project in projects:
        project.may_accept = acceptable(upload, project)
    page = Paginator(projects, PER_PAGE * 5).get_page(request.GET.get("page"))
    return {
        "upload": upload,
        "summary": summary_of(upload, projects),
        "groups": groups_of(list(page.object_list)),
        "page": page,
        "own": upload.uploader_id == user_of(request).pk,
        "accept_form": AcceptForm(None, []),
        "elsewhere": [p.position for p in projects if p.may_accept and p not in page.object_list],
    }
