"""The demo city loads once, and is what the trial promises."""

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command

from approvals.demo import ACCOUNTS
from approvals.models import Approval, Declaration, User
from approvals.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_the_city_loads_once(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo")
    call_command("demo")
    assert "已经在了" in capsys.readouterr().out
    assert User.objects.count() == len(ACCOUNTS)
    assert Approval.objects.get().number == "云财绩〔2026〕1号"
    states = set(Declaration.objects.values_list("state", flat=True))
    assert states == {State.APPROVED, State.PASSED, State.FINANCE_REVIEW, State.SUBMITTED, State.RETURNED}


def test_every_account_signs_in(rf) -> None:
    call_command("demo")
    for username, password, _ in ACCOUNTS:
        assert authenticate(rf.post("/"), username=username, password=password) is not None
