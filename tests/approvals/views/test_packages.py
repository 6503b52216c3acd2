"""部门送报: the department sees who is missing, reminds them, and sends on what is ready."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.models import Declaration, Membership, Notice
from approvals.roles import Role
from approvals.selectors.packages import package
from approvals.selectors.people import actor_of
from approvals.states import State
from tests.factories import City, UnitFactory, draft, person

pytestmark = [pytest.mark.django_db, pytest.mark.database]

PAGE = "/package/"


def works(city: City, year: int = 2027) -> dict:
    """Unit → its line, as the department's reviewer sees it."""
    return {each.unit: each for each in package(actor_of(city.department_reviewer), city.department, year).units}


def test_each_unit_has_its_counts(city: City) -> None:
    for state in (State.DRAFT, State.WITHDRAWN, State.RETURNED, State.SUBMITTED, State.PASSED, State.APPROVED):
        city.declaration(state, draft(f"项目{state}"))
    work = works(city)[city.unit]
    assert (work.with_unit, work.returned, work.waiting, work.sent_on) == (2, 1, 1, 2)
    assert not work.complete
    assert works(city)[city.sister].missing
    assert works(city, 2026)[city.unit].missing


def test_a_unit_is_complete_when_nothing_is_left_with_it(city: City) -> None:
    city.declaration(State.SUBMITTED)
    assert works(city)[city.unit].complete
    city.declaration(State.DRAFT, draft("另一项目"))
    assert not works(city)[city.unit].complete


def test_a_unit_out_of_use_counts_only_when_it_has_filed(city: City) -> None:
    type(city.sister).objects.filter(pk=city.sister.pk).update(active=False)
    assert city.sister not in works(city)


def test_what_the_reviewer_filed_himself_is_not_ready(city: City) -> None:
    city.declaration(State.SUBMITTED)
    Membership.objects.create(user=city.filer, role=Role.DEPARTMENT_REVIEWER, department=city.department)
    [own] = [each for each in package(actor_of(city.filer), city.department, 2027).units if each.waiting]
    assert (own.waiting, own.ready) == (1, ())


def test_sends_on_what_is_ready_by_one_confirmation(city: City, as_) -> None:
    city.declaration(State.SUBMITTED)
    city.declaration(State.DRAFT, draft("还没写完"))
    third = UnitFactory(department=city.department)
    [of_third] = city.file(draft("已报齐"), unit=third)
    client = as_(city.department_filer)
    client.post(f"/declarations/{of_third.pk}/submit/", {"seen": of_third.revision})
    client = as_(city.department_reviewer)
    answer = client.get(PAGE)
    page = answer.content.decode()
    assert "送报已报齐单位的项目" in page
    assert "送报目前已送审的项目" in page
    found = answer.context["package"]
    assert [each.pk for each in found.ready_of_complete] == [of_third.pk]
    chosen = [f"{each.pk}:{each.revision}" for each in found.ready]
    asked = client.post("/declarations/batch/", {"verb": "endorse", "chosen": chosen, "next": PAGE})
    assert "将部门审核通过的 2 个" in asked.content.decode()
    done = client.post(
        "/declarations/batch/",
        {"verb": "endorse", "chosen": chosen, "next": PAGE, "confirm": "1", "mode": "partly"},
    )
    assert (done.status_code, done["Location"]) == (302, PAGE)
    assert Declaration.objects.filter(state=State.FINANCE_REVIEW).count() == 2


def test_all_complete_says_so(city: City, as_) -> None:
    city.declaration(State.SUBMITTED)
    type(city.sister).objects.filter(pk=city.sister.pk).update(active=False)
    page = as_(city.department_reviewer).get(PAGE).content.decode()
    assert "各单位都已报齐" in page
    assert "全部送报财政" in page


def test_another_department_is_nobodys_business(city: City, as_) -> None:
    city.declaration(State.SUBMITTED)
    client = as_(city.other_department_reviewer)
    answer = client.get(PAGE, {"department": city.department.pk, "year": "2027"})
    assert answer.context["package"].department == city.other_department
    data = {"department": city.department.pk, "year": 2027}
    assert client.post("/package/remind/", data).status_code == 404
    assert as_(city.filer).post("/package/remind/", data).status_code == 404
    assert as_(city.department_reviewer).post("/package/remind/", {"department": "x", "year": "1"}).status_code == 404
    assert not Notice.objects.filter(kind="reminder").exists()


def test_reminds_filers_of_units_that_are_behind_once_a_day(city: City, as_) -> None:
    city.declaration(State.RETURNED)
    complete = UnitFactory(department=city.department)
    idle = person(Role.FILER, complete)
    [sent] = city.file(draft("报齐"), unit=complete)
    as_(city.department_filer).post(f"/declarations/{sent.pk}/submit/", {"seen": sent.revision})
    client = as_(city.department_reviewer)
    data = {"department": city.department.pk, "year": 2027}
    with time_machine.travel("2026-10-12T09:00:00+08:00", tick=False):
        assert "已提醒 3 人" in client.post("/package/remind/", data, follow=True).content.decode()
        assert "今天已经提醒过" in client.post("/package/remind/", data, follow=True).content.decode()
    told = Notice.objects.filter(kind="reminder")
    assert {each.recipient for each in told} == {city.filer, city.sister_filer, city.department_filer}
    assert idle.pk not in told.values_list("recipient", flat=True)
    assert told.get(recipient=city.filer).body == f"{city.unit.name}　1 个被退回"
    assert f"{city.sister.name}　尚未申报" in told.get(recipient=city.department_filer).body
    with time_machine.travel("2026-10-13T09:00:00+08:00", tick=False):
        as_(city.department_reviewer).post("/package/remind/", data)
    assert told.all().count() == 6


def test_units_nobody_files_for_are_named(city: City, as_) -> None:
    Membership.objects.filter(role=Role.FILER).delete()
    data = {"department": city.department.pk, "year": 2027}
    page = as_(city.department_reviewer).post("/package/remind/", data, follow=True).content.decode()
    assert f"无人可提醒：{city.unit.name}、{city.sister.name}" in page


def test_a_deputy_of_the_reviewer_has_the_page_too(city: City, as_) -> None:
    from tests.approvals.test_deputies import stands_in

    assert as_(city.nobody).get(PAGE).status_code == 403
    stands_in(city.nobody, city.department_reviewer)
    assert as_(city.nobody).get(PAGE).context["package"].department == city.department


def test_costs_the_same_for_many_units(city: City, as_) -> None:
    client = as_(city.department_reviewer)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(PAGE).status_code == 200
        return len(captured)

    city.declaration(State.SUBMITTED)
    city.file(draft("待送审的"))
    few = cost()
    for number in range(8):
        city.file(draft(f"项目{number}"), unit=UnitFactory(department=city.department))
    assert cost() == few
