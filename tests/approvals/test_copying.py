"""New objects written by COPY are as if they had been saved."""

import pytest
from django.db import IntegrityError, transaction

from approvals.models import Declaration, Project
from approvals.services.copying import insert
from tests.factories import City

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def _declaration(city: City, project: Project) -> Declaration:
    unit = city.unit
    return Declaration(
        project=project,
        unit=unit,
        department=unit.department,
        bureau=unit.department.bureau,
        fiscal_year=2027,
        spending_plan=[["3月底", "50%\t“半”\\n"]],
        created_by=city.filer,
    )


def test_new_objects_have_numbers_defaults_and_times() -> None:
    city = City()
    projects = [Project(unit=city.unit, name=name) for name in ("河道清淤", "堤防\t巡查\n一年")]
    insert(projects)
    made = [_declaration(city, project) for project in projects]
    insert(made)
    for each in made:
        stored = Declaration.objects.get(pk=each.pk)
        assert stored.project.name == each.project.name
        assert (stored.spending_plan, stored.total, stored.state) == (each.spending_plan, None, each.state)
        assert stored.created_at == each.created_at
        stored.save(update_fields=["goal"])
    projects[0].name = "河道清淤二期"
    projects[0].save()
    assert Project.objects.get(pk=projects[0].pk).name == "河道清淤二期"


def test_what_the_database_refuses_is_an_error_as_ever() -> None:
    city = City()
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([Project(unit=city.unit, name=name, code="101-1") for name in ("甲", "乙")])
    assert not Project.objects.filter(code="101-1").exists()
