"""Who comes in, and with what scope: tokens in the header `Authorization: Bearer …`."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from approvals.models import ApiToken, User
from approvals.scopes import Scope
from approvals.services.tokens import token_in_force


class TokenAuthentication(BaseAuthentication):
    """A token of the API, and the person it stands for."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """None when the request bears no token; raises AuthenticationFailed for one that opens nothing."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != self.keyword.lower().encode():
            return None
        token = token_in_force(words[1].decode("latin-1")) if len(words) == 2 else None
        if token is None:
            raise AuthenticationFailed(
                _("令牌不正确，或已失效、已撤销。请在页面“接口令牌”中另建一个。"), "token_invalid"
            )
        token.user.through = f"接口令牌“{token.name}”"
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """For WWW-Authenticate of a 401."""
        return f'{self.keyword} realm="perfgoals"'


class InScope(BasePermission):
    """What a token may be used for. A session is not narrowed.

    Reading asks for `read`. What changes anything asks for one of `view.scopes[action]`; an action that is not
    named there is closed to tokens.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Raises PermissionDenied with the scope that is missing."""
        require_scope(request, scopes_of(view, request.method or "GET"))
        return True


def scopes_of(view: Any, method: str) -> tuple[Scope, ...]:
    """The scopes any of which opens an operation."""
    if method in SAFE_METHODS:
        return (Scope.READ,)
    return getattr(view, "scopes", {}).get(getattr(view, "action", None), ())


def require_scope(request: Request, wanted: Iterable[Scope]) -> None:
    """Raise PermissionDenied when the request comes by a token that has none of them."""
    if isinstance(request.auth, ApiToken) and not set(wanted) & set(request.auth.scopes):
        names = "或".join(wanted) or "（不对令牌开放）"
        raise PermissionDenied(
            _("令牌“%(name)s”的权限范围不含 %(wanted)s。") % {"name": request.auth.name, "wanted": names},
            "scope_missing",
        )
