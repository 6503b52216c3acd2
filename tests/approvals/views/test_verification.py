"""The public page: it confirms a document, tells nothing else, and not without end."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.core.cache import cache
from django.test import Client
from lxml import html

from approvals.documents.content import ApprovalContent
from approvals.models import Approval
from approvals.numbering import code_as_printed, new_code
from approvals.selectors.approvals import content_of
from approvals.states import State
from tests.factories import City

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def approval(city: City) -> Approval:
    city.declaration(State.APPROVED)
    return Approval.objects.get()


def text_of(answer) -> str:
    return re.sub(r"\s+", "", html.fromstring(answer.content).xpath("string(//main)"))


def test_confirms_number_date_body_department_and_fingerprint(approval: Approval, client: Client) -> None:
    for typed in (approval.verification_code, code_as_printed(approval.verification_code).lower()):
        answer = client.get(f"/verify/{typed}/")
        assert answer.status_code == 200
        text = text_of(answer)
        for told in (approval.number, "2027-01-20", approval.bureau.name, approval.department.name):
            assert re.sub(r"\s", "", told) in text
        assert approval.content_sha256 in text


def test_tells_no_content(approval: Approval, client: Client) -> None:
    page = client.get(f"/verify/{approval.verification_code}/").content.decode()
    [unit] = content_of(approval).units
    [project] = unit.projects
    for kept in (unit.name, project.name, project.goal, project.indicators[0].name, "120,000", "120000"):
        assert kept
        assert kept not in page
    assert approval.issued_by.full_name not in page
    assert f"/approvals/{approval.pk}" not in page


def test_wrong_codes_all_hear_the_same(approval: Approval, client: Client) -> None:
    wrong = [
        new_code(),
        "X",
        "云财绩",
        approval.number,
        approval.verification_code[:-1],
        approval.content_sha256,
        "%00",
    ]
    answers = [client.get(f"/verify/{code}/") for code in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert len({text_of(answer) for answer in answers}) == 1


def test_the_field_leads_to_the_answer(approval: Approval, client: Client) -> None:
    assert client.get("/verify/").status_code == 200
    answer = client.get("/verify/", {"code": code_as_printed(approval.verification_code)}, follow=True)
    assert approval.number in text_of(answer)
    for nonsense in ("", "   ", "/", "../..", "a/b"):
        assert client.get("/verify/", {"code": nonsense}, follow=True).status_code in (200, 404)


def test_whoever_asks_too_often_waits(approval: Approval, client: Client) -> None:
    answers = [client.get(f"/verify/{new_code()}/") for _ in range(31)]
    assert [answer.status_code for answer in answers[:30]] == [404] * 30
    assert answers[30].status_code == 429
    assert int(answers[30]["Retry-After"]) >= 1
    assert client.get(f"/verify/{approval.verification_code}/").status_code == 429
    assert client.get(f"/verify/{approval.verification_code}/", REMOTE_ADDR="198.51.100.7").status_code == 200


def test_changes_are_not_taken(approval: Approval, client: Client) -> None:
    for path in ("/verify/", f"/verify/{approval.verification_code}/"):
        assert client.post(path).status_code == 405


def test_the_document_carries_the_code_and_where_to_check_it(approval: Approval, settings) -> None:
    content = content_of(approval)
    assert (
        content.verification
        == f"{code_as_printed(approval.verification_code)}（可在 {settings.PERFGOALS_URL}/verify/ 核验）"
    )
    assert content.fingerprint() == approval.content_sha256


def test_an_approval_from_before_the_codes_is_unchanged_and_gets_its_code(approval: Approval) -> None:
    """Its fingerprint is over what was stored then."""
    old = replace(content_of(approval), verification=None)
    assert {"form", "verification"}.isdisjoint(old.to_json())
    approval.content = old.to_json()
    assert ApprovalContent.from_json(approval.content).fingerprint() == old.fingerprint()
    assert content_of(approval).verification == code_as_printed(approval.verification_code)
    assert content_of(approval).form == "shaoxing"
