"""The inbox: what a person was told."""

from django.contrib import messages
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from approvals.models import Notice
from approvals.services.notices import mark_read
from approvals.views.common import local_path, paged, user_of

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
