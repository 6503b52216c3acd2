"""送报: how far the units of a department are in a year, and what its reviewer can send on."""

from collections import defaultdict
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from approvals.models import Declaration, Department, Unit
from approvals.models.edges import edges
from approvals.roles import Actor, Role
from approvals.rules import is_late
from approvals.selectors.deadlines import look_up_windows
from approvals.states import EDITABLE, State, Verb

# Not of the yearly work any more: a version that another one has replaced.
_GONE = (State.SUPERSEDED,)


@dataclass(frozen=True, slots=True)
class UnitWork:
    """One unit: how many of its declarations stand where.

    with_unit  not sent yet, or taken back   returned  sent back to it   waiting  with the department
    sent_on    with the bureau or decided    ready     of the waiting ones, those this person may endorse
    late       with it still although the filing window has closed; can be sent when the department allows it
    """

    unit: Unit
    with_unit: int
    returned: int
    waiting: int
    sent_on: int
    ready: tuple[Declaration, ...]
    late: tuple[Declaration, ...]

    @property
    def missing(self) -> bool:
        """It has filed nothing this year."""
        return not (self.with_unit or self.returned or self.waiting or self.sent_on)

    @property
    def complete(self) -> bool:
        """It has filed, and nothing is left with it."""
        return not self.missing and not self.with_unit and not self.returned


@dataclass(frozen=True, slots=True)
class Package:
    """The work of a department in a year, unit by unit in the order of their codes."""

    department: Department
    fiscal_year: int
    units: tuple[UnitWork, ...]

    @property
    def missing(self) -> list[UnitWork]:
        """Units without any declaration."""
        return [each for each in self.units if each.missing]

    @property
    def unfinished(self) -> list[UnitWork]:
        """Units with something still to send."""
        return [each for each in self.units if not each.missing and not each.complete]

    @property
    def ready(self) -> list[Declaration]:
        """All that can be sent on now."""
        return [declaration for each in self.units for declaration in each.ready]

    @property
    def late(self) -> list[Declaration]:
        """All that cannot be sent any more unless the department allows it."""
        return [declaration for each in self.units for declaration in each.late]

    @property
    def ready_of_complete(self) -> list[Declaration]:
        """Of these, what belongs to units that are complete."""
        return [declaration for each in self.units if each.complete for declaration in each.ready]


def departments_reviewed(actor: Actor) -> QuerySet[Department]:
    """The departments this person reviews for."""
    grants = actor.granted([Role.DEPARTMENT_REVIEWER])
    ids = [grant.department_id for grant in grants if grant.department_id]
    return Department.objects.filter(pk__in=ids).order_by("code")


def with_years(departments: QuerySet[Department]) -> QuerySet[Department]:
    """Each with `years`, those its units have filed for, latest first."""
    filed = Declaration.objects.filter(department=OuterRef("pk")).order_by("-fiscal_year")
    return departments.annotate(years=ArraySubquery(filed.values("fiscal_year").distinct()))


def years_of(department: Department) -> list[int]:
    """The years the department's units have filed for, latest first."""
    filed = Declaration.objects.filter(department=department)
    return list(filed.order_by("-fiscal_year").values_list("fiscal_year", flat=True).distinct())


def package(actor: Actor, department: Department, fiscal_year: int) -> Package:
    """Every unit in use, and every other one that has filed; three queries however many."""
    of_unit: dict[int, list[Declaration]] = defaultdict(list)
    rows = Declaration.objects.filter(department=department, fiscal_year=fiscal_year).exclude(state__in=_GONE)
    declarations = list(rows.select_related("project", "unit").order_by("position", "id"))
    look_up_windows(declarations)
    for declaration in declarations:
        of_unit[declaration.unit_id].append(declaration)
    units = [unit for unit in Unit.objects.filter(department=department) if unit.active or unit.pk in of_unit]
    return Package(department, fiscal_year, tuple(_work(unit, of_unit[unit.pk], actor) for unit in units))


def _work(unit: Unit, declarations: list[Declaration], actor: Actor) -> UnitWork:
    endorse = edges()[State.SUBMITTED, Verb.ENDORSE]
    waiting = [each for each in declarations if each.state == State.SUBMITTED]
    returned = sum(each.state == State.RETURNED for each in declarations)
    with_unit = sum(each.state in EDITABLE for each in declarations) - returned
    return UnitWork(
        unit=unit,
        with_unit=with_unit,
        returned=returned,
        waiting=len(waiting),
        sent_on=len(declarations) - len(waiting) - returned - with_unit,
        ready=tuple(each for each in waiting if endorse.permission(each, actor)),
        late=tuple(each for each in declarations if is_late(each)),
    )
