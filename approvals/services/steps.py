"""What a step writes once it has been found allowed: state, ledger, notices. Part of the door.

Only `verbs`, and what issues or registers an approval, call it, with the declarations locked.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F
from django.utils import timezone

from approvals.models import Approval, Declaration, User
from approvals.models.edges import Edge
from approvals.roles import Actor, Grant
from approvals.selectors.attachments import attachments_told
from approvals.selectors.contents import project_contents
from approvals.services import ledger, reviewing
from approvals.services.reviewing import Left, Said
from approvals.services.telling import tell
from approvals.states import State, Verb


def take(
    going: Sequence[tuple[Declaration, Edge]],
    actor: User,
    person: Actor,
    said: Said | None = None,
    left: Left | None = None,
    approval: Approval | None = None,
) -> None:
    """Write a step that has been found allowed: state, ledger, notices. The rows are locked by the caller.

    All pairs share one verb. Whom a deputy stands in for is what his right to the step says.
    """
    said, left = said or Said(), left or Left()
    verb, declarations = going[0][1].verb, [declaration for declaration, _ in going]
    if answer := _ANSWERS.get(verb):
        reviewing.answer_amendments(declarations, answer)
    snapshots = project_contents(declarations) if verb in (Verb.SUBMIT, Verb.CONFIRM) else {}
    attached = attachments_told([d.pk for d in declarations]) if verb == Verb.SUBMIT else {}
    rights = [edge.permission(declaration, person) for declaration, edge in going]
    entries = []
    for (declaration, edge), right in zip(going, rights, strict=True):
        getattr(declaration, edge.method)()
        declaration.revision += 1
        declaration.round += verb == Verb.SUBMIT
        content = snapshots.get(declaration.pk)
        entries.append(
            ledger.Entry(
                verb=verb.value,
                declaration=declaration,
                approval=approval,
                from_state=edge.source.value,
                to_state=edge.target.value,
                comment="\n".join(filter(None, [said.comment, *_given(declaration, verb, attached, approval)])),
                reasons=said.reasons,
                round=declaration.round,
                snapshot=content.to_json() if content else left.snapshot(declaration.pk),
                principal=right.principal if right else "",
            )
        )
    _move(going, rights, actor, approval)
    reviewing.keep(left, declarations, verb, actor)
    records = ledger.append(entries, actor, person)
    tell(going, records, actor, said.comment)


def _given(
    declaration: Declaration, verb: Verb, attached: Mapping[int, str], approval: Approval | None
) -> tuple[str, ...]:
    """What a declaration is sent with: that it is a later version, grounds and files; the number it is approved by."""
    if verb == Verb.SUBMIT:
        version = f"第 {declaration.version} 版" if declaration.version > 1 else ""
        return (version, declaration.grounds, attached.get(declaration.pk, ""))
    return (f"批复文号：{approval.number}",) if approval else ()


# A verb that leaves `amending` answers what was asked for there.
_ANSWERS = {
    Verb.CONFIRM: reviewing.Answer.CONFIRMED,
    Verb.DECLINE: reviewing.Answer.DECLINED,
    Verb.RECALL: reviewing.Answer.RECALLED,
}


def _move(
    going: Sequence[tuple[Declaration, Edge]],
    rights: Sequence[Grant | None],
    actor: User,
    approval: Approval | None,
) -> None:
    """One statement for each way the declarations of a batch go, and for each person a deputy stands in for."""
    ways: dict[tuple[State, State, int | None], list[int]] = {}
    for (declaration, edge), right in zip(going, rights, strict=True):
        ways.setdefault((edge.source, edge.target, right.principal_id if right else None), []).append(declaration.pk)
    now = timezone.now()
    for (source, target, principal), ids in ways.items():
        left_behind: dict[str, Any] = {"revision": F("revision") + 1, "updated_at": now}
        if source != target:
            # Whoever reviewed has done so; the next one begins anew.
            left_behind |= {"state": target, "state_since": now, "taken_up_by": None, "taken_up_at": None}
        left_behind |= _left_behind(going[0][1].verb, target, actor, principal, approval)
        Declaration.objects.filter(pk__in=ids).update(**left_behind)


def _by(step: str, actor: User | None, principal: int | None = None) -> dict[str, Any]:
    """Who took a step, and whom he stood in for; nobody."""
    return {f"{step}_by": actor, f"{step}_for": principal}


def _left_behind(
    verb: Verb, target: State, actor: User, principal: int | None, approval: Approval | None
) -> dict[str, Any]:
    """What a step writes on the declaration beside its state."""
    now = timezone.now()
    begun = {"taken_up_by": actor, "taken_up_at": now}
    match verb:
        case Verb.SUBMIT:
            return {
                "round": F("round") + 1,
                "submitted_at": now,
                **_by("submitted", actor, principal),
                **_by("endorsed", None),
                **_by("passed", None),
                **_by("answered", None),
            }
        case Verb.PERMIT_LATE:
            return {"late_permitted_at": now, **_by("late_permitted", actor, principal)}
        case Verb.TAKE_UP:
            return begun
        case Verb.ENDORSE:
            return _by("endorsed", actor, principal)
        case Verb.PASS | Verb.AMEND:
            return _by("passed", actor, principal)
        case Verb.CONFIRM:
            return _by("answered", actor, principal)
        case Verb.DECLINE:
            return _by("answered", actor, principal) | _by("passed", None)
        case Verb.RETURN_DEPARTMENT:
            return _by("endorsed", None) | _by("passed", None)
        case Verb.RECALL:
            # He who undoes his step is at it again.
            return begun | _by("endorsed" if target == State.SUBMITTED else "passed", None)
        case Verb.MARK_MAJOR | Verb.UNMARK_MAJOR:
            return {"major": verb == Verb.MARK_MAJOR}
        case Verb.APPROVE:
            return {"approval": approval}
    return {}
