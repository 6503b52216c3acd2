"""Upload, progress, preview, accept."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approvals.roles import Role
from approvals.selectors.organisations import units_to_file_for
from approvals.views.common import actor, refused, user_of
from ingest.models import Upload
from ingest.selectors.uploads import recent, same_file_ids, visible_to
from ingest.services import uploads
from ingest.views.common import found_upload, preview
from perfgoals.errors import Refusal

PER_PAGE = 20
_ROWS_AT_ONCE = 50


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
    """Which projects to take over, for which year; `all` takes every one that can be."""

    fiscal_year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2100)
    positions = forms.TypedMultipleChoiceField(label=_("项目"), coerce=int, required=False)
    all = forms.BooleanField(required=False)

    def __init__(self, data: object, positions: list[int]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["positions"].choices = [(n, str(n)) for n in positions]  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The person's uploads, and the form for new ones."""
    person = actor(request)
    may_upload = person.has(*uploads.MAY_UPLOAD)
    form = UploadForm(request.POST or None, request.FILES or None)
    refusals: list[Refusal] = []
    if request.method == "POST":
        if not may_upload:
            return refused(
                request, Refusal("not_allowed", "只有单位经办人可以上传绩效目标文件，批复人可以上传批复文件。")
            )
        if form.is_valid():
            received = []
            for file in form.cleaned_data["file"]:
                try:
                    received.append(uploads.receive(user_of(request), file, file.name))
                except Refusal as refusal:
                    refusals.append(refusal)
            _warn_of_doubles(request, received)
            if received and not refusals:
                return redirect("upload", received[0].pk) if len(received) == 1 else redirect("uploads")
    page = Paginator(recent(person), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "may_upload": may_upload,
        "files": person.has(Role.FILER),
        "refusals": refusals,
        "template_year": timezone.localdate().year + 1,
        "units": list(units_to_file_for(person)) if may_upload else [],
    }
    _same(request, list(page.object_list))
    return render(request, "ingest/uploads.html", context, status=422 if refusals or form.errors else 200)


@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The rows of the list whose files are still being read (`?pk=…`), polled by the page."""
    wanted = [
        int(pk) for pk in request.GET.getlist("pk")[:_ROWS_AT_ONCE] if pk.isascii() and pk.isdigit() and len(pk) < 18
    ]
    found = list(recent(actor(request)).filter(pk__in=wanted))
    _same(request, found)
    return render(request, "ingest/_rows.html", {"uploads": found})


@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress while the worker reads; then the preview."""
    return render(request, "ingest/upload.html", preview(request, found_upload(request, pk)))


@require_GET
def status(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress alone, polled by the page; when reading has ended the page is loaded anew."""
    upload = found_upload(request, pk)
    response = render(request, "ingest/_progress.html", {"upload": upload})
    if upload.state not in (Upload.State.RECEIVED, Upload.State.READING):
        response["HX-Redirect"] = reverse("upload", args=[pk])
    return response


@require_POST
def recheck(request: HttpRequest, pk: int) -> HttpResponse:
    """Look up organisations and earlier filings again, for the chosen year."""
    upload = found_upload(request, pk)
    form = AcceptForm(request.POST, [])
    try:
        year = (
            form.fields["fiscal_year"].clean(request.POST["fiscal_year"]) if request.POST.get("fiscal_year") else None
        )
    except forms.ValidationError as error:
        return refused(request, Refusal("invalid", f"年度不对：{error.messages[0]}"))
    try:
        uploads.rematch(upload.pk, user_of(request), year)
    except Refusal as refusal:
        return refused(request, refusal)
    return redirect("upload", pk)


@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the chosen projects over, and go to the list where they are sent to review."""
    upload = found_upload(request, pk)
    form = AcceptForm(request.POST, list(upload.projects.values_list("position", flat=True)))
    if not form.is_valid():
        context = preview(request, upload) | {"accept_form": form}
        return render(request, "ingest/upload.html", context, status=422)
    positions = None if form.cleaned_data["all"] else form.cleaned_data["positions"]
    try:
        declarations = uploads.accept(upload.pk, user_of(request), positions, form.cleaned_data["fiscal_year"])
    except Refusal as refusal:
        upload.refresh_from_db()
        context = preview(request, upload) | {"refusal": refusal}
        return render(request, "ingest/upload.html", context, status=refusal.status)
    messages.success(
        request, _("已从“%(name)s”导入 %(n)s 个项目，请核对后送审。") % {"name": upload.name, "n": len(declarations)}
    )
    return redirect(
        f"{reverse('declarations')}?{urlencode({'bucket': 'to_submit', 'year': str(declarations[0].fiscal_year)})}"
    )


def _warn_of_doubles(request: HttpRequest, received: list[Upload]) -> None:
    first = same_file_ids(user_of(request), [upload.sha256 for upload in received])
    earlier = {upload.pk: upload for upload in visible_to(actor(request)).filter(pk__in=first.values())}
    for upload in received:
        before = earlier.get(first.get(upload.sha256, upload.pk))
        if before and before.pk != upload.pk:
            messages.warning(
                request,
                _("“%(name)s”与您先前上传的“%(earlier)s”是同一个文件，请注意不要重复导入。")
                % {"name": upload.name, "earlier": before.name},
            )


def _same(request: HttpRequest, listed: list[Upload]) -> None:
    """Mark those that are the same file as an earlier upload of the same person."""
    first = same_file_ids(user_of(request), [upload.sha256 for upload in listed])
    for upload in listed:
        upload.same_as = (
            first.get(upload.sha256, upload.pk) if first.get(upload.sha256, upload.pk) < upload.pk else None
        )
