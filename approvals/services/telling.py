"""Who hears of a step, and what: the people who act next or acted before, and their organisations' robots."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from approvals.models import Declaration, User
from approvals.models.edges import Edge
from approvals.roles import Role
from approvals.selectors.people import holders
from approvals.services.ledger import Written
from approvals.services.notices import Bulletin, Message, announce


def tell(going: Sequence[tuple[Declaration, Edge]], records: Sequence[Written], actor: User, comment: str) -> None:
    """Write the notices of one step with some declarations; `records` are their ledger rows."""
    announce(_messages(going, records, actor, comment), _bulletins(going, records, comment))


def _messages(
    going: Sequence[tuple[Declaration, Edge]], records: Sequence[Written], actor: User, comment: str
) -> list[Message]:
    """One notice a person for the whole step: whoever acts next, and whoever acted before."""
    heard: dict[int, list[int]] = {}
    roles = {Role(word) for _, edge in going for word in edge.notify if word != "acted"}
    people = holders(roles, [d for d, _ in going]) if roles else {}
    for index, (declaration, edge) in enumerate(going):
        told = {
            user_id
            for (user_id, role), grants in people.items()
            if role.value in edge.notify and any(grant.covers(declaration) for grant in grants)
        }
        if "acted" in edge.notify:
            before = (
                declaration.submitted_by_id,
                declaration.endorsed_by_id,
                declaration.passed_by_id,
                declaration.answered_by_id,
            )
            told |= {user_id for user_id in before if user_id is not None}
        for user_id in told - {actor.pk}:
            heard.setdefault(user_id, []).append(index)
    return [
        Message(
            recipient_id=user_id,
            key=f"record:{records[indexes[0]].pk}:{user_id}",
            **_told(going, indexes, records[indexes[0]].actor_name, comment),
        )
        for user_id, indexes in heard.items()
    ]


def _bulletins(going: Sequence[tuple[Declaration, Edge]], records: Sequence[Written], comment: str) -> list[Bulletin]:
    """The same for the robots of the organisations whose people hear of it."""
    heard: dict[tuple[str, int], list[int]] = {}
    for index, (declaration, edge) in enumerate(going):
        words = {word for word in edge.notify if word != "acted"}
        if "acted" in edge.notify:
            words |= {role for role, name in _ACTED_AS if getattr(declaration, name) is not None}
        for where in {_ROBOTS_OF[word] for word in words}:
            heard.setdefault((where, getattr(declaration, where)), []).append(index)
    return [
        Bulletin(
            key=f"record:{records[indexes[0]].pk}:{where}:{pk}",
            **(_told(going, indexes, records[indexes[0]].actor_name, comment) | {where: pk}),
        )
        for (where, pk), indexes in heard.items()
    ]


# As what somebody acted before, and whose robots hear what a role is told.
_ACTED_AS = (
    ("filer", "submitted_by_id"),
    ("department_reviewer", "endorsed_by_id"),
    ("finance_reviewer", "passed_by_id"),
)
_ROBOTS_OF = {
    "filer": "unit_id",
    "department_reviewer": "department_id",
    "finance_reviewer": "bureau_id",
    "approver": "bureau_id",
}


def _told(going: Sequence[tuple[Declaration, Edge]], indexes: Sequence[int], who: str, comment: str) -> dict[str, Any]:
    """Kind, title, body and path of what is said about some of the declarations."""
    verb = going[0][1].verb
    subjects = [going[index][0] for index in indexes]
    target, first = going[indexes[0]][1].target, subjects[0]
    names = f"“{first.project.name}”" if len(subjects) == 1 else f"{len(subjects)} 个项目"
    department = first.department.name if len({s.department_id for s in subjects}) == 1 else "多个部门"
    body = [f"{subject.unit.name}　{subject.project.name}" for subject in subjects[:20]]
    body += [f"……共 {len(subjects)} 个"] if len(subjects) > 20 else []
    body += [f"意见：{comment}"] if comment else []
    alone = len(subjects) == 1
    return {
        "kind": verb.value,
        "title": f"{department}{names}已由{who}{verb.label}，现为{target.label}",
        "body": "\n".join(body),
        "path": reverse("declaration", args=[first.pk]) if alone else f"{reverse('declarations')}?state={target.value}",
    }
