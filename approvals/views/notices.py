"""The inbox: what a person was told; and how he wants to hear of it elsewhere."""

from django.conf import settings as django_settings
from django.contrib import messages
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from approvals.forms.notices import MAIL, ChannelsForm, EndpointForm
from approvals.models import Endpoint, Notice
from approvals.services import channels
from approvals.services.notices import mark_read
from approvals.views.common import local_path, paged, refusals_as_pages, user_of

PER_PAGE = 30


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """One's own notices, unread ones first, then the latest."""
    mine = Notice.objects.filter(recipient=user_of(request))
    if request.GET.get("unread"):
        mine = mine.filter(read_at__isnull=True)
    unread_first = mine.order_by(
        ExpressionWrapper(Q(read_at__isnull=True), output_field=BooleanField()).desc(), "-created_at", "-id"
    )
    context = {"page": paged(request, unread_first, PER_PAGE), "unread_only": bool(request.GET.get("unread"))}
    return render(request, "approvals/notices/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows one notice; POST marks it as read and goes where it leads."""
    notice = get_object_or_404(Notice, pk=pk, recipient=user_of(request))
    if request.method != "POST":
        return render(request, "approvals/notices/show.html", {"notice": notice})
    mark_read(user_of(request), [notice.pk])
    return redirect(local_path(notice.path, reverse("notices")))


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all of one's own as read."""
    count = mark_read(user_of(request))
    messages.success(request, _("已将 %(count)d 条通知标为已读。") % {"count": count})
    return redirect("notices")


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def settings(request: HttpRequest) -> HttpResponse:
    """通知设置: which topics come by which channel."""
    user = user_of(request)
    form = ChannelsForm(user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        channels.choose(user, form.cleaned_data[MAIL], form.by_endpoint())
        messages.success(request, _("通知设置已保存。"))
        return redirect("notice-settings")
    context = {"form": form, "window": django_settings.PERFGOALS_MAIL_WINDOW // 60}
    return render(request, "approvals/notices/settings.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def new_endpoint(request: HttpRequest) -> HttpResponse:
    """A robot or webhook of one's own."""
    form = EndpointForm(request.POST if request.method == "POST" else None, instance=Endpoint(user=user_of(request)))
    if request.method == "POST" and form.is_valid():
        made = channels.register(user_of(request), form.save(commit=False))
        messages.success(request, _("已登记“%(name)s”。") % {"name": made.name})
        return redirect("notice-settings")
    return render(request, "approvals/notices/endpoint.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@refusals_as_pages
def remove_endpoint(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own is forgotten."""
    channels.remove(user_of(request), pk)
    messages.success(request, _("已删除。"))
    return redirect("notice-settings")
