"""What every page needs: who is asking, how a refusal looks, where one may be sent back to."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from approvals.models import User
from approvals.roles import Actor
from approvals.selectors.people import actor_of
from perfgoals.errors import Refusal

PageArguments = ParamSpec("PageArguments")
View = Callable[Concatenate[HttpRequest, PageArguments], HttpResponse]


def user_of(request: HttpRequest) -> User:
    """The person signed in; every page asks for one (LoginRequiredMiddleware)."""
    if isinstance(request.user, AnonymousUser):
        raise Http404
    return request.user


def actor(request: HttpRequest) -> Actor:
    """Who asks, with the memberships in force; looked up once a request."""
    known = getattr(request, "_actor", None)
    if known is None:
        known = actor_of(user_of(request))
        request._actor = known  # type: ignore[attr-defined]
    return known


def refusals_as_pages(view: View[PageArguments]) -> View[PageArguments]:
    """A Refusal becomes a page with its status, its sentence and every problem it names."""

    @wraps(view)
    def page(request: HttpRequest, *args: PageArguments.args, **kwargs: PageArguments.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            return refused(request, refusal)

    return page


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page that says why something was not done."""
    if refusal.code == "not_found":
        raise Http404(refusal.message)
    return render(request, "approvals/refused.html", {"refusal": refusal}, status=refusal.status)


def local_path(path: str, otherwise: str) -> str:
    """`path` when it leads to a page of ours, else `otherwise`; never another site."""
    if path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return path
    return otherwise


def paged(request: HttpRequest, rows: QuerySet | list, size: int, count: int | None = None) -> Page:
    """The page of `rows` that `?page=` asks for; nonsense gives the first or the last.

    count  how many rows there are, where that is known already
    """
    paginator = Paginator(rows, size)
    if count is not None:
        paginator.count = count
    return paginator.get_page(request.GET.get("page"))


def whole_number(text: str | None) -> int | None:
    """The number a query string names, or None when it names none a database could hold."""
    if text and text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    return None
