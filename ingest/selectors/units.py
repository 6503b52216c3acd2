"""Units a file names that are not registered: which, how often, and which registered ones may be meant."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform
from rapidfuzz import fuzz

from approvals.models import Unit
from approvals.roles import Actor, Role
from approvals.selectors.organisations import units_to_file_for
from ingest.models import Upload, UploadedProject
from perfgoals.text import key


@dataclass(frozen=True, slots=True)
class UnknownUnit:
    """A unit as printed ("" where nothing is), how many projects stand under it, and whom it may mean, best first."""

    code: str
    name: str
    count: int
    candidates: Sequence[Unit]

    @property
    def told(self) -> str:
        """As people read it."""
        return " ".join(filter(None, (self.code, self.name)))


def without_unit(upload: Upload) -> QuerySet[UploadedProject]:
    """Projects whose unit is not known, annotated with what is printed of it."""
    return upload.projects.filter(unit__isnull=True, left_out=False, declaration__isnull=True).annotate(
        printed_code=KeyTextTransform("unit_code", "draft"), printed_name=KeyTextTransform("unit_name", "draft")
    )


def unknown_units(upload: Upload, actor: Actor) -> list[UnknownUnit]:
    """What the person is asked about, in the order of the file's names; [] where the department itself is not known."""
    if upload.department_id is None:
        return []
    printed = Counter(
        (project.printed_code or "", project.printed_name or "")  # type: ignore[attr-defined]
        for project in without_unit(upload).only("pk")
    )
    if not printed:
        return []
    units = list(assignable_units(upload, actor))
    return [UnknownUnit(code, name, count, _likeliest(name, units)) for (code, name), count in sorted(printed.items())]


def assignable_units(upload: Upload, actor: Actor) -> QuerySet[Unit]:
    """Units of the file's department that its projects may be put under: those the person files for; all of them for
    an approver, whose file is an approval document.
    """
    if upload.department is None:
        return Unit.objects.none()
    if actor.has(Role.FILER):
        return units_to_file_for(actor).filter(department=upload.department)
    bureaus = [grant.bureau_id for grant in actor.granted([Role.APPROVER])]
    return Unit.objects.filter(department=upload.department, department__bureau__in=bureaus, active=True)


def _likeliest(name: str, units: Sequence[Unit]) -> list[Unit]:
    return sorted(units, key=lambda unit: -fuzz.ratio(key(name), key(unit.name))) if name else list(units)
