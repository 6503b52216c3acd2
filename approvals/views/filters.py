"""常用筛选 of the list of declarations."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from approvals.forms.listing import SaveFilterForm
from approvals.services import filters
from approvals.views.common import refusals_as_pages, user_of
from perfgoals.errors import Refusal


@require_POST
@refusals_as_pages
def save(request: HttpRequest) -> HttpResponse:
    """The filter in use gets a name."""
    form = SaveFilterForm(request.POST)
    if not form.is_valid():
        raise Refusal("invalid", _("请填写名称，最多 40 个字。"))
    asked = form.cleaned_data
    kept = filters.save_filter(user_of(request), asked["name"], asked["query"], asked["is_default"])
    messages.success(request, _("已保存常用筛选“%(name)s”。") % {"name": kept.name})
    return redirect(f"{reverse('declarations')}?{kept.query}")


@require_POST
@refusals_as_pages
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own is made the default, is no longer, or is forgotten."""
    match request.POST.get("action"):
        case "default" | "no_default" as action:
            filters.make_default(user_of(request), pk, action == "default")
            messages.success(request, _("已保存。"))
        case "remove":
            filters.remove_filter(user_of(request), pk)
            messages.success(request, _("已删除常用筛选。"))
        case _other:
            raise Refusal("invalid", _("没有这个操作。"))
    # Not to the default, which would hide what was just done.
    return redirect(f"{reverse('declarations')}?bucket=")
