"""催报: the department reminds the units that have not filed, or have not sent all they have."""

from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from approvals.models import Notice, User
from approvals.roles import Role
from approvals.selectors.packages import UnitWork, departments_reviewed, package
from approvals.selectors.people import actor_of, holders
from approvals.services.notices import Message, announce
from perfgoals.errors import Refusal


@dataclass(frozen=True, slots=True)
class _Place:
    unit_id: int
    department_id: int
    bureau_id: int


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many people were told now, how many had been told today already, and the units nobody files for."""

    told: int
    told_before: int
    nobody: tuple[str, ...]


@transaction.atomic
def remind(actor: User, department_id: int, fiscal_year: int) -> Reminded:
    """Tell the filers of each unit that is missing or unfinished; each person once a day, with all his units.

    Raises Refusal when the person does not review for the department.
    """
    person = actor_of(actor)
    department = departments_reviewed(person).filter(pk=department_id).first()
    if department is None:
        raise Refusal("not_found", "没有找到该部门，或您不是它的审核人。")
    found = package(person, department, fiscal_year)
    behind = [(each, _Place(each.unit.pk, department.pk, department.bureau_id)) for each in found.units]
    behind = [(each, place) for each, place in behind if each.missing or not each.complete]
    filers = holders([Role.FILER], [place for _each, place in behind])
    heard: dict[int, list[UnitWork]] = {}
    nobody = []
    for each, place in behind:
        people = [user for (user, _role), grants in filers.items() if any(g.covers(place) for g in grants)]
        nobody += [] if people else [each.unit.name]
        for user_id in people:
            heard.setdefault(user_id, []).append(each)
    heard.pop(actor.pk, None)
    keys = {user: f"remind:{department.pk}:{fiscal_year}:{timezone.localdate()}:{user}" for user in heard}
    before = Notice.objects.filter(dedupe_key__in=keys.values()).count()
    announce(
        Message(
            recipient_id=user_id,
            kind="reminder",
            title=f"{department.name}提醒：{fiscal_year}年绩效目标还有 {len(units)} 个单位没有报齐",
            body="\n".join(f"{each.unit.name}　{_what(each)}" for each in units),
            path=f"{reverse('declarations')}?year={fiscal_year}",
            key=keys[user_id],
        )
        for user_id, units in heard.items()
    )
    return Reminded(len(heard) - before, before, tuple(nobody))


def _what(work: UnitWork) -> str:
    if work.missing:
        return "尚未申报"
    told = [(work.with_unit, "个待送审"), (work.returned, "个被退回")]
    return "，".join(f"{count} {words}" for count, words in told if count)
