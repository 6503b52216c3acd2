"""The demo city loads once, and is what the trial promises."""

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command

from approvals.demo import ACCOUNTS
from approvals.demo.people import DEPUTY
from approvals.demo.projects import WATER
from approvals.judgement import Grade, ReviewForm
from approvals.models import Approval, ApprovalRecord, Declaration, Unit, User
from approvals.models.edges import verbs_for
from approvals.selectors.deadlines import deadlines_of
from approvals.selectors.declarations import visible_to
from approvals.selectors.people import actor_of
from approvals.services.filing import Filing, file_declarations
from approvals.services.verbs import perform
from approvals.states import State, Verb

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_the_city_loads_once(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo")
    call_command("demo")
    assert "已经在了" in capsys.readouterr().out
    assert User.objects.count() == len(ACCOUNTS)
    assert Approval.objects.get().number == "云财绩〔2026〕1号"
    states = set(Declaration.objects.values_list("state", flat=True))
    assert states == {State.APPROVED, State.PASSED, State.FINANCE_REVIEW, State.SUBMITTED, State.RETURNED}


def test_its_filing_window_is_open_and_its_limits_run() -> None:
    call_command("demo")
    filer, reviewer = (User.objects.get(username=name) for name in ("wenlv", "caizheng"))
    [(window, left)] = deadlines_of(actor_of(filer)).announced()
    assert (window.fiscal_year, left) == (2027, 30)
    deadlines = deadlines_of(actor_of(reviewer))
    waiting = Declaration.objects.exclude(state=State.APPROVED)
    assert all(deadlines.due_on(each) for each in waiting)


def test_every_account_signs_in(rf) -> None:
    call_command("demo")
    for username, password, _ in ACCOUNTS:
        assert authenticate(rf.post("/"), username=username, password=password) is not None


def test_a_division_and_a_deputy_can_be_tried() -> None:
    call_command("demo")
    people = {user.username: user for user in User.objects.all()}
    waiting = Declaration.objects.get(state=State.FINANCE_REVIEW)
    assert people["caizheng-wen"].memberships.get().division.departments.get() == waiting.department
    assert [edge.verb for edge in verbs_for(waiting, actor_of(people["caizheng-wen"]))]
    water = Unit.objects.get(code="301002")
    [filed] = file_declarations(people["shuiwu"], [Filing(water, WATER["301002"][0])], 2027)
    perform(filed.pk, Verb.SUBMIT, people["shuiwu"])
    assert perform(filed.pk, Verb.ENDORSE, people[DEPUTY], "同意。").state == State.FINANCE_REVIEW
    assert ApprovalRecord.objects.latest("pk").actor_name == "何望舒（代 赵明川）"
    assert not visible_to(actor_of(people["caizheng-wen"])).filter(pk=filed.pk).exists()
    perform(filed.pk, Verb.PASS, people["caizheng"], review=ReviewForm(Grade.EXCELLENT))
