"""What people do outside the procedure and is on the ledger all the same: signing in, taking documents away.

Each person has a chain of his own: nobody waits for anybody else, and nobody's step waits for a download.
"""

from typing import Any

from django.db import transaction

from approvals.models import Approval, User
from approvals.services import ledger
from approvals.services.locks import lock_person


@transaction.atomic
def signed_in(user: User, address: str) -> None:
    """Somebody has signed in, from an IP address."""
    _write(user, "sign_in", {"address": address})


@transaction.atomic
def failed_to_sign_in(username: str, address: str) -> None:
    """Somebody tried to sign in as `username` and could not.

    A name that is nobody's is not kept: people type their passwords there.
    """
    user = User.objects.filter(username=username).first()
    _write(user or User(), "sign_in_failed", {"address": address})


@transaction.atomic
def downloaded(user: User, approval: Approval, form: str) -> None:
    """A document of an approval was handed out, in one of its formats."""
    _write(user, "download", {"format": form}, approval)


@transaction.atomic
def exported(user: User, what: dict[str, Any]) -> None:
    """Rows of the ledger were taken away: which, how many, in which format."""
    _write(user, "export", what)


def _write(user: User, verb: str, snapshot: dict[str, Any], approval: Approval | None = None) -> None:
    lock_person(user.pk or 0)
    entry = ledger.Entry(verb=verb, person=user.pk or 0, approval=approval, snapshot=snapshot)
    ledger.append([entry], user)
