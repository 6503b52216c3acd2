"""调整: a new version of an approved declaration. The approved one stays valid until the new one is approved."""

from django.db import transaction
from django.db.models import Max

from approvals.drafts import Grounds
from approvals.models import Declaration, DepartmentGoal, FundingLine, Indicator, User
from approvals.models.declaration import Kind, Origin
from approvals.rules import may_adjust
from approvals.selectors.history import in_progress
from approvals.selectors.people import actor_of
from approvals.services.filing import may_file_for
from approvals.services.locks import lock_visible
from approvals.states import State
from perfgoals.errors import Refusal

_COPIED = (
    "project", "fiscal_year", "period", "purpose", "goal", "long_term_goal", "spending_plan", "total",
    "multi_year_total", "written_unit", "position", "major",
)  # fmt: skip


@transaction.atomic
def open_adjustment(
    declaration_id: int, actor: User, grounds: Grounds, origin: Origin = Origin.WEB, seen: int | None = None
) -> Declaration:
    """A draft of the next version with the approved content, for the unit to change and send to review.

    Raises Refusal, changing nothing: whoever files for the unit may, with a reason, and one at a time.
    """
    person = actor_of(actor)
    # The approved row is locked, so that of two who ask at once one opens and the other hears of it.
    locked = lock_visible(person, [declaration_id])
    if not locked:
        raise Refusal("not_found", "没有找到该申报，或您无权查看。")
    approved = locked[0]
    name = f"“{approved.project.name}”"
    if approved.state != State.APPROVED:
        raise Refusal("wrong_state", f"{name}目前{approved.get_state_display()}，只有已批复的申报可以调整。")
    unit = approved.project.unit
    if not may_adjust(approved, person) or not may_file_for(person, unit):
        raise Refusal("not_allowed", f"您不是“{unit.name}”的经办人，不能调整{name}。")
    if seen is not None and seen != approved.revision:
        raise Refusal("stale", f"{name}在您打开之后已被他人更新，请刷新后再操作。")
    if in_progress(approved):
        raise Refusal("wrong_state", f"{name}已有一份办理中的调整，请在那一份上修改。")
    if not grounds.reason.strip():
        raise Refusal("comment_missing", f"调整{name}须写明原因，例如政策变化、突发事件或预算调整。")
    return _copy(approved, actor, grounds, origin)


def _copy(approved: Declaration, actor: User, grounds: Grounds, origin: Origin) -> Declaration:
    """The next version, with funding and indicators; its organisations are the project's of today."""
    unit = approved.project.unit
    latest = Declaration.objects.filter(project=approved.project_id, fiscal_year=approved.fiscal_year).aggregate(
        last=Max("version")
    )["last"]
    version = Declaration.objects.create(
        **{name: getattr(approved, name) for name in _COPIED},
        unit=unit,
        department=unit.department,
        bureau=unit.department.bureau,
        kind=Kind.ADJUSTMENT,
        version=latest + 1,
        change_reason=grounds.reason.strip(),
        change_evidence=grounds.evidence.strip(),
        origin=origin,
        created_by=actor,
    )
    lines, rows = list(approved.funding.all()), list(approved.indicators.all())
    for line in lines:
        line.pk, line.declaration = None, version
    for row in rows:
        row.pk, row.declaration = None, version
    if approved.project.is_department_goal:
        goal = DepartmentGoal.objects.get(declaration=approved)
        goal.pk = None
        goal.declaration = version
        goal.save(force_insert=True)
    FundingLine.objects.bulk_create(lines)
    Indicator.objects.bulk_create(rows)
    return version
