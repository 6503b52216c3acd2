"""The one door: what it allows, refuses, writes and tells."""

from datetime import date

import pytest

from approvals.models import ApprovalRecord, Declaration
from approvals.services.issuing import issue
from approvals.states import State
from tests.factories import City

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def city() -> City:
    return City()


def test_a_declaration_goes_the_whole_way(city: City) -> None:
    declaration = city.declaration(State.PASSED)
    approval = issue(city.approver, city.department.pk, 2027, [declaration.pk], date(2027, 1, 20))
    declaration = Declaration.objects.get(pk=declaration.pk)
    assert declaration.state == State.APPROVED
    assert declaration.approval == approval
    assert approval.number == "云财绩〔2027〕1号"
    verbs = list(
        ApprovalRecord.objects.filter(declaration=declaration).order_by("sequence").values_list("verb", flat=True)
    )
    assert verbs == ["submit", "endorse", "pass", "approve"]
