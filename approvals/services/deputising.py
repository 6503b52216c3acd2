"""代理: naming somebody who acts in a membership while its holder is away, and ending it early."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from approvals.models import Deputyship, User
from approvals.selectors.people import colleagues, deputisable
from approvals.services import ledger
from approvals.services.locks import lock_person
from approvals.services.notices import Message, announce
from perfgoals.errors import Refusal


def name_deputy(
    actor: User, membership_id: int, deputy_id: int, valid_from: date, valid_to: date, reason: str = ""
) -> Deputyship:
    """A person names a colleague who acts in one of his memberships; raises Refusal, changing nothing.

    Both days count. Only what is his own can be handed on: a deputy names no deputy.
    """
    membership = next((each for each in deputisable(actor) if each.pk == membership_id), None)
    if membership is None:
        raise Refusal("not_found", "没有找到您的这项任职，或它已失效、不能代理。")
    deputy = next((each for each in colleagues([membership]) if each.pk == deputy_id), None)
    if deputy is None:
        raise Refusal("invalid", "代理人须是同一部门（财政局人员须是同一财政局）在任的同事。")
    return keep(
        Deputyship(membership=membership, deputy=deputy, valid_from=valid_from, valid_to=valid_to, reason=reason),
        actor,
    )


@transaction.atomic
def keep(deputyship: Deputyship, actor: User) -> Deputyship:
    """Write a deputy down who has been found fit: on the ledger, and to the two whom it concerns."""
    if deputyship.valid_to < timezone.localdate():
        raise Refusal("invalid", f"代理的结束日期 {deputyship.valid_to} 已经过去。")
    deputyship.named_by = actor
    try:
        deputyship.full_clean()
    except ValidationError as error:
        raise Refusal("invalid", "；".join(error.messages)) from None
    deputyship.save()
    _tell("name_deputy", deputyship, actor, "从 {0.valid_from} 到 {0.valid_to}")
    return deputyship


@transaction.atomic
def end(deputyship_id: int, actor: User) -> None:
    """End one's own arrangement, as holder or as deputy: from now on it gives nothing. Raises Refusal."""
    found = (
        Deputyship.objects.select_for_update(of=("self",))
        .select_related("membership__user", "deputy")
        .filter(pk=deputyship_id, valid_to__gte=timezone.localdate())
        .first()
    )
    if found is None or actor.pk not in (found.membership.user_id, found.deputy_id):
        raise Refusal("not_found", "没有找到这项代理，或它已经结束。")
    _tell("end_deputy", found, actor, "自 {1} 起终止")
    yesterday = timezone.localdate() - timedelta(days=1)
    if found.valid_from > yesterday:
        found.delete()
    else:
        found.valid_to = yesterday
        found.save(update_fields=["valid_to"])


def _tell(verb: str, deputyship: Deputyship, actor: User, when: str) -> None:
    """On the chain of whoever did it, and to holder and deputy, unless he is the one."""
    membership = deputyship.membership
    what = f"{deputyship.deputy}代{membership.user}（{membership.get_role_display()} {membership.organisation}）"
    period = when.format(deputyship, timezone.localdate())
    lock_person(actor.pk)
    [record] = ledger.append(
        [ledger.Entry(verb=verb, person=actor.pk, comment="\n".join(filter(None, [what, period, deputyship.reason])))],
        actor,
    )
    announce(
        Message(
            recipient_id=user_id,
            kind="deputy",
            title=f"{what}{period}",
            body=deputyship.reason,
            path=reverse("deputies"),
            key=f"record:{record.pk}:{user_id}",
        )
        for user_id in sorted({membership.user_id, deputyship.deputy_id} - {actor.pk})
    )
