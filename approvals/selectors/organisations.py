"""Organisations a person files for, or finds declarations of."""

from django.db.models import Q, QuerySet

from approvals.models import Declaration, Department, Unit
from approvals.roles import Actor, Role


def units_to_file_for(actor: Actor) -> QuerySet[Unit]:
    """The units a filer may file for now, with their departments."""
    mine = Q(pk__in=[])
    for grant in actor.granted([Role.FILER]):
        mine |= Q(pk=grant.unit_id) if grant.unit_id else Q(department_id=grant.department_id)
    return Unit.objects.filter(mine, active=True).select_related("department").order_by("department__code", "code")


def departments_of(declarations: QuerySet[Declaration]) -> QuerySet[Department]:
    """The departments that have declarations among these."""
    return Department.objects.filter(pk__in=declarations.order_by().values("department_id")).order_by("code")


def units_of(declarations: QuerySet[Declaration]) -> QuerySet[Unit]:
    """The units that have declarations among these."""
    return Unit.objects.filter(pk__in=declarations.order_by().values("unit_id")).order_by("code")
