"""Sign-ins, as Django tells of them, go on the ledger."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from approvals.models import User
from approvals.services import witnessing
from perfgoals.proxy import address_of


@receiver(user_logged_in)
def signed_in(sender: Any, request: HttpRequest | None, user: User, **_rest: Any) -> None:
    """By whichever page."""
    witnessing.signed_in(user, address_of(request) if request else "")


@receiver(user_login_failed)
def failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_rest: Any) -> None:
    """Wrong password, unknown name, or locked out. Django has put stars in the password's place."""
    username = str(credentials.get(User.USERNAME_FIELD) or "")
    witnessing.failed_to_sign_in(username.replace("\x00", ""), address_of(request) if request else "")
