"""Tokens: shown once, kept as hashes, ended at once; scopes narrow and never widen."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from lxml import html

from approvals.models import ApiToken, ApprovalRecord
from approvals.roles import Role
from approvals.scopes import SCOPES_OF, Scope
from approvals.services.tokens import MOST, make_token, revoke
from approvals.services.verifying import Verification
from approvals.states import State, Verb
from perfgoals.errors import Refusal
from tests.factories import City, person

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_person_makes_one_on_the_page_sees_it_once_and_ends_it(city: City, as_) -> None:
    page = as_(city.filer)
    answer = page.post("/accounts/tokens/", {"name": "夜间报送", "scopes": ["read", "file"], "days": "90"})
    assert "no-store" in answer["Cache-Control"]
    [text] = html.fromstring(answer.content).xpath("//input[@id='made']/@value")
    token = ApiToken.objects.get()
    assert (token.user, token.scopes, token.name) == (city.filer, ["read", "file"], "夜间报送")
    assert text not in str(ApiToken.objects.values())
    assert text not in page.get("/accounts/tokens/").content.decode()
    program = Client(headers={"Authorization": f"Bearer {text}"})
    assert program.get("/api/declarations/").status_code == 200
    assert ApiToken.objects.get().last_used_at is not None
    assert as_(city.sister_filer).post(f"/accounts/tokens/{token.pk}/revoke/").status_code == 404
    assert program.get("/api/declarations/").status_code == 200
    page.post(f"/accounts/tokens/{token.pk}/revoke/")
    refused = program.get("/api/declarations/")
    assert (refused.status_code, refused.json()["code"]) == (401, "token_invalid")
    assert "撤销" in page.get("/accounts/tokens/").content.decode()


def test_the_page_names_what_is_missing(city: City, as_) -> None:
    answer = as_(city.filer).post("/accounts/tokens/", {"name": " ", "days": "4000"})
    assert len(html.fromstring(answer.content).xpath("//*[@class='field-error']")) >= 3
    assert not ApiToken.objects.exists()


def test_wrong_expired_and_orphaned_ones_open_nothing(city: City, by_token) -> None:
    program = by_token(city.filer)
    for header in ("Bearer", "Bearer x", "Bearer a b", "Bearer pfg_" + "a" * 43, "Bearer \xff"):
        answer = Client(headers={"Authorization": header}).get("/api/declarations/")
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert program.get("/api/declarations/").status_code == 401
    city.filer.is_active = False
    city.filer.save()
    assert program.get("/api/declarations/").status_code == 401


def test_there_are_limits_to_what_is_made(city: City) -> None:
    for name, scopes, lasting in (
        ("", ["read"], timedelta(1)),
        ("甲", [], timedelta(1)),
        ("甲", ["read", "rule"], timedelta(1)),
        ("甲", ["read"], timedelta(400)),
        ("甲", ["read"], timedelta(0)),
    ):
        with pytest.raises(Refusal):
            make_token(city.filer, name, scopes, lasting)
    made = [make_token(city.filer, "甲", ["read"], timedelta(1))[0].pk for _ in range(MOST)]
    with pytest.raises(Refusal, match="撤销"):
        make_token(city.filer, "甲", ["read"], timedelta(1))
    assert revoke(made[:1], city.filer) == 1
    make_token(city.filer, "甲", ["read"], timedelta(1))


def test_every_verb_has_its_scopes() -> None:
    assert set(SCOPES_OF) == set(Verb)


class TestScopes:
    def test_a_scope_opens_its_own_and_nothing_else(self, city: City, by_token) -> None:
        draft = city.declaration()
        steps = f"/api/declarations/{draft.pk}/verbs"
        asked = {
            Scope.FILE: [("post", "/api/declarations/"), ("put", f"/api/declarations/{draft.pk}/"),
                         ("delete", f"/api/declarations/{draft.pk}/"),
                         ("post", f"/api/declarations/{draft.pk}/adjust/"),
                         ("post", f"/api/declarations/{draft.pk}/attachments/"), ("post", f"{steps}/submit/"),
                         ("post", "/api/declarations/verbs/withdraw/")],
            Scope.REVIEW: [("post", f"{steps}/endorse/"), ("post", f"{steps}/pass/"), ("post", f"{steps}/return/"),
                           ("post", f"{steps}/permit_late/"), ("post", "/api/declarations/verbs/endorse/"),
                           ("post", "/api/approvals/1/transmit/")],
            Scope.APPROVE: [("post", "/api/approvals/"), ("post", f"{steps}/return/"), ("post", f"{steps}/approve/")],
            Scope.UPLOAD: [("post", "/api/uploads/"), ("post", "/api/uploads/1/accept/"),
                           ("post", "/api/uploads/1/correct/"), ("post", "/api/uploads/1/mapping/")],
            Scope.NOTICES: [("post", "/api/notices/1/read/")],
            Scope.PERSONAL: [("post", "/api/deputies/"), ("delete", "/api/deputies/1/"), ("post", "/api/endpoints/"),
                             ("delete", "/api/endpoints/1/")],
            Scope.READ: [("get", "/api/declarations/"), ("get", f"/api/declarations/{draft.pk}/"),
                         ("get", "/api/approvals/"), ("get", "/api/uploads/"), ("get", "/api/units/"),
                         ("get", "/api/notices/"), ("get", "/api/opinions/")],
        }  # fmt: skip
        everything = {request for requests in asked.values() for request in requests}
        for scope in Scope:
            program = by_token(city.filer, scope)
            for method, path in sorted(everything):
                answer = getattr(program, method)(path, content_type="application/json")
                closed = answer.status_code == 403 and answer.json()["code"] == "scope_missing"
                assert closed != ((method, path) in asked[scope]), (scope, method, path, answer.content)

    def test_all_scopes_give_no_more_than_the_person_may(self, city: City, by_token) -> None:
        declaration = city.declaration(State.SUBMITTED)
        for who, status in ((city.filer, 403), (city.other_department_reviewer, 404), (city.nobody, 404)):
            answer = by_token(who).post(f"/api/declarations/{declaration.pk}/verbs/endorse/", {}, "application/json")
            assert answer.status_code == status
        assert by_token(city.nobody).get("/api/declarations/").json()["results"] == []

    def test_a_session_is_not_narrowed_but_asks_for_the_page_s_token(self, city: City) -> None:
        declaration = city.declaration()
        client = Client(enforce_csrf_checks=True)
        client.force_login(city.filer, "django.contrib.auth.backends.ModelBackend")
        answer = client.post(f"/api/declarations/{declaration.pk}/verbs/submit/", {}, "application/json")
        assert answer.status_code == 403
        assert answer["Content-Type"] == "application/problem+json"


def test_the_ledger_says_through_which_token(city: City, by_token) -> None:
    declaration = city.declaration()
    answer = by_token(city.filer).post(f"/api/declarations/{declaration.pk}/verbs/submit/", {}, "application/json")
    assert answer.status_code == 200
    record = ApprovalRecord.objects.get()
    assert record.through == "接口令牌“夜间报送”"
    assert not list(Verification().findings())


class TestAdmin:
    def test_an_administrator_ends_any(self, city: City, as_, by_token) -> None:
        program = by_token(city.filer)
        token = ApiToken.objects.get()
        page = as_(city.administrator).get("/admin/approvals/apitoken/")
        assert "夜间报送" in page.content.decode()
        assert token.digest not in page.content.decode()
        data = {"action": "end", "_selected_action": [token.pk]}
        as_(person(Role.AUDITOR, city.bureau)).post("/admin/approvals/apitoken/", data)
        assert program.get("/api/declarations/").status_code == 200
        as_(city.administrator).post("/admin/approvals/apitoken/", data)
        assert program.get("/api/declarations/").status_code == 401
        token.refresh_from_db()
        assert token.revoked_by == city.administrator
