"""Two at the same moment: one version, one record; and the codes of approvals issued before there were codes."""

from collections.abc import Callable
from importlib import import_module
from threading import Barrier, Thread

import pytest
from django.db import connection

from approvals.drafts import Grounds
from approvals.models import Approval, ApprovalRecord, Declaration, Transmission
from approvals.numbering import code_as_stored
from approvals.selectors.approvals import verified
from approvals.services.transmitting import transmit
from approvals.services.versions import open_adjustment
from approvals.states import State
from perfgoals.errors import Refusal
from tests.factories import City

pytestmark = [pytest.mark.database]


def at_once(*jobs: Callable[[], object]) -> list[str]:
    """What came of each: "" or the refusal's code."""
    barrier, told = Barrier(len(jobs)), ["did not end"] * len(jobs)

    def work(index: int) -> None:
        try:
            barrier.wait()
            jobs[index]()
            told[index] = ""
        except Refusal as refusal:
            told[index] = refusal.code
        finally:
            connection.close()

    threads = [Thread(target=work, args=(index,)) for index in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


@pytest.mark.django_db(transaction=True)
def test_one_adjustment_and_one_transmission() -> None:
    city = City()
    approved = city.declaration(State.APPROVED)
    opening = [lambda: open_adjustment(approved.pk, city.filer, Grounds("汛情"))] * 4
    assert at_once(*opening) == ["", *["wrong_state"] * 3]
    assert Declaration.objects.filter(version=2).count() == 1
    approval = Approval.objects.get()
    assert at_once(*[lambda: transmit(approval.pk, city.department_reviewer)] * 4) == ["", *["wrong_state"] * 3]
    assert Transmission.objects.count() == 1
    assert ApprovalRecord.objects.filter(verb="transmit").count() == 1


@pytest.mark.django_db
def test_approvals_from_before_get_codes_although_they_cannot_be_changed() -> None:
    city = City()
    for _ in range(2):
        city.declaration(State.APPROVED)
    migration = import_module("approvals.migrations.0005_form_and_verification")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE approvals_approval DROP COLUMN verification_code")
        cursor.execute(migration.CODES)
    codes = {approval.verification_code: approval for approval in Approval.objects.all()}
    assert len(codes) == 2
    for code, approval in codes.items():
        assert code_as_stored(code) == code
        assert verified(code.lower()) == approval
