"""转下达: a department passes an approval on to its units, and that it did so is on record."""

from typing import Any

from django.db import transaction
from django.urls import reverse

from approvals.models import Declaration, Transmission, User
from approvals.roles import Role
from approvals.rules import may_transmit
from approvals.selectors.approvals import visible_to
from approvals.selectors.people import actor_of, holders
from approvals.services import ledger
from approvals.services.locks import lock_approval
from approvals.services.notices import Bulletin, Message, announce
from perfgoals.errors import Refusal


@transaction.atomic
def transmit(approval_id: int, actor: User, note: str = "") -> Transmission:
    """Record that the department passed the approval on, and tell its units and the approver.

    Once for each approval, by a reviewer of the department; raises Refusal, changing nothing.
    """
    person = actor_of(actor)
    if not visible_to(person).filter(pk=approval_id).exists():
        raise Refusal("not_found", "没有找到该批复，或您无权查看。")
    approval = lock_approval(approval_id)
    right = may_transmit(approval, person)
    if right is None:
        raise Refusal("not_allowed", f"您不是“{approval.department.name}”的部门审核人，不能转下达“{approval.number}”。")
    earlier = Transmission.objects.filter(approval=approval).select_related("by").first()
    if earlier:
        raise Refusal("wrong_state", f"“{approval.number}”已由{earlier.by}于 {earlier.at:%Y-%m-%d} 转下达。")
    made = Transmission.objects.create(approval=approval, by=actor, note=note.strip())
    [record] = ledger.append(
        [ledger.Entry(verb="transmit", approval=approval, comment=made.note, principal=right.principal)], actor
    )
    declarations = list(Declaration.objects.filter(approval=approval).only("unit_id", "department_id", "bureau_id"))
    told = {
        user_id
        for (user_id, _role), grants in holders([Role.FILER], declarations).items()
        if any(grant.covers(declaration) for grant in grants for declaration in declarations)
    }
    told_of: dict[str, Any] = {
        "kind": "transmit",
        "title": f"{approval.department.name}已转下达批复“{approval.number}”",
        "body": "\n".join(filter(None, [approval.title, made.note])),
        "path": reverse("approval", args=[approval.pk]),
    }
    announce(
        [
            Message(recipient_id=user_id, key=f"record:{record.pk}:{user_id}", **told_of)
            for user_id in sorted((told | {approval.issued_by_id}) - {actor.pk})
        ],
        [
            Bulletin(unit_id=unit_id, key=f"record:{record.pk}:unit_id:{unit_id}", **told_of)
            for unit_id in sorted({declaration.unit_id for declaration in declarations})
        ],
    )
    return made
