"""Tokens of the API: made by their person, shown once, revoked by him or by an administrator."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from approvals.models import ApiToken, User
from approvals.scopes import Scope
from perfgoals.errors import Refusal

PREFIX = "pfg_"  # so that a token in a file or log is known for what it is
MOST = 20
LONGEST = timedelta(days=366)
_USED = timedelta(minutes=1)


def make_token(actor: User, name: str, scopes: Collection[str], lasting: timedelta) -> tuple[ApiToken, str]:
    """A token and its text, which is told here and never again; raises Refusal."""
    wanted = [scope for scope in Scope.values if scope in scopes]
    if not name.strip() or not wanted or len(wanted) < len(set(scopes)) or not timedelta(0) < lasting <= LONGEST:
        raise Refusal("invalid", "令牌须有名称、至少一项权限范围，有效期不超过一年。")
    now = timezone.now()
    if actor.api_tokens.filter(revoked_at=None, expires_at__gt=now).count() >= MOST:
        raise Refusal("invalid", f"您已有 {MOST} 个有效的令牌。请先撤销不再使用的。")
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=actor,
        name=name.strip()[:60],
        scopes=wanted,
        hint=text[:8],
        digest=digest_of(text),
        expires_at=now + lasting,
    )
    return token, text


def revoke(token_ids: Collection[int], actor: User, anybodys: bool = False) -> int:
    """End tokens at once: one's own, or (`anybodys`, for administrators) any; tells how many ended."""
    whose = Q() if anybodys else Q(user=actor)
    ended = ApiToken.objects.filter(whose, pk__in=token_ids, revoked_at=None)
    return ended.update(revoked_at=timezone.now(), revoked_by=actor)


def token_in_force(text: str) -> ApiToken | None:
    """The token of this text with its person, or None when there is none that opens anything now."""
    token = ApiToken.objects.select_related("user").filter(digest=digest_of(text)).first()
    if token is None or not token.in_force or not token.user.is_active:
        return None
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - _USED:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def digest_of(text: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(text.encode()).hexdigest()
