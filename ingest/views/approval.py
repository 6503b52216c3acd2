"""An uploaded approval document beside the declarations under review, and the approver's word on it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from approvals.forms.fields import Styled
from approvals.models import Approval
from approvals.views.common import actor, refusals_as_pages, user_of
from ingest.models import Upload
from ingest.selectors.comparing import compare, found_document, history, is_history, registered_as
from ingest.selectors.uploads import file_is_barred
from ingest.services.confirming import Confirmed, confirm
from ingest.views.common import found_upload
from perfgoals.errors import Refusal

_CHOICE = "as-"
# A list that is longer is folded; what it counts stands in its heading.
_MANY = 10


class ConfirmForm(Styled, forms.Form):
    """What the approver says; number and date only where the file does not."""

    number = forms.CharField(
        label=_("批复文号"),
        max_length=Approval._meta.get_field("number").max_length,
        help_text=_("文件上没有写。请填写印发它的通知的文号。"),
    )
    date = forms.DateField(
        label=_("批复日期"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("文件上没有写。"),
    )
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    partly = forms.BooleanField(required=False)
    adopt = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, data: QueryDict | None, missing: set[str], positions: list[int]) -> None:
        super().__init__(data)
        for name in {"number", "date"} - missing:
            del self.fields[name]
        self.fields["adopt"].choices = [(n, str(n)) for n in positions]  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Equal, different, missing and additional projects; sent, the document is registered."""
    upload = found_upload(request, pk)
    if upload.approval_id:
        return redirect("approval", upload.approval_id)
    refusal = None
    if request.method == "POST" and "compare" not in request.POST:
        try:
            return _confirmed(request, upload)
        except Refusal as again:
            if again.code == "not_allowed":
                raise
            refusal = again
    try:
        context = _page(request, upload)
    except Refusal as unreadable:
        raise (refusal or unreadable) from None
    context["refusal"] = refusal
    return render(request, "ingest/approval.html", context, status=refusal.status if refusal else 200)


def _confirmed(request: HttpRequest, upload: Upload) -> HttpResponse:
    missing = _missing(request, upload)
    form = ConfirmForm(request.POST, missing, list(upload.projects.values_list("position", flat=True)))
    if not form.is_valid():
        told = "；".join(f"{form.fields[name].label or name}：{errors[0]}" for name, errors in form.errors.items())
        raise Refusal("invalid", told)
    said = form.cleaned_data
    approval = confirm(
        upload.pk,
        user_of(request),
        Confirmed(
            seen=said["seen"],
            adopt=said["adopt"],
            partly=said["partly"],
            number=said.get("number", ""),
            date=said.get("date"),
            choices=_choices(request.POST),
        ),
    )
    count = approval.declarations.count()
    messages.success(request, _("已登记批复“%(number)s”，共 %(n)d 个项目。") % {"number": approval.number, "n": count})
    return redirect("approval", approval.pk)


def _missing(request: HttpRequest, upload: Upload) -> set[str]:
    heading, _department, _year = found_document(upload, actor(request))
    return {name for name, told in (("number", heading.approval_number), ("date", heading.approval_date)) if not told}


def _choices(said: QueryDict) -> dict[int, int]:
    """Position → declaration (0 for none), as the selects of the page say it."""
    found = {}
    for name in said:
        position = name.removeprefix(_CHOICE)
        # A choice made before and the select beside it have one name; the later one that says something counts.
        chosen = [text for text in said.getlist(name) if _is_number(text)]
        if name.startswith(_CHOICE) and _is_number(position) and chosen:
            found[int(position)] = int(chosen[-1])
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 18


def _page(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    person = actor(request)
    heading, department, year = found_document(upload, person)
    said = request.POST if request.method == "POST" else request.GET
    choices = _choices(said)
    context: dict[str, Any] = {
        "upload": upload,
        "heading": heading,
        "department": department,
        "year": year,
        "known": registered_as(upload),
        "barred": file_is_barred(upload),
        "missing": _missing(request, upload),
        "choices": choices,
        "typed": said,
        "many": _MANY,
        "partly": bool(said.get("partly")),
        "adopted": {int(n) for n in said.getlist("adopt") if _is_number(n)},
    }
    if is_history(department, year):
        found = history(upload, person)
        total = sum((draft.total or 0 for _project, _unit, draft in found.loadable), 0)
        return context | {
            "history": found,
            "total": total,
            "rest": len(found.known) + len(found.unusable),
            "may_confirm": bool(found.loadable),
        }
    comparison = compare(upload, person, choices)
    alone = len(comparison.unclear) + len(comparison.additional)
    return context | {
        "comparison": comparison,
        "rest": len(comparison.barred) + len(comparison.others) + alone,
        "may_confirm": bool(comparison.equal or any(not pair.bar for pair in comparison.different)),
    }
