"""The API: lists and details follow memberships, refusals are problem+json, nothing is taken that is only told."""

import pytest
from django.test import Client

from approvals.models import Declaration, User
from approvals.states import State
from tests.factories import City, draft

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def city() -> City:
    return City()


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


CONTENT = {
    "name": "泵站维护",
    "code": "P-7",
    "total": "1200.50",
    "funding": [{"source": "一般公共预算", "amount": "1200.50"}],
    "indicators": [
        {"level1": "产出指标", "name": "维护泵站", "value": "≥6座"},
        {"level1": "效益指标", "name": "居民满意度", "value": "90", "unit": "%", "custom": True},
    ],
}


class TestFiling:
    def create(self, city: City, **change: object) -> tuple[int, dict]:
        body = CONTENT | {"unit": city.unit.pk, "fiscal_year": 2027} | change
        response = browser(city.filer).post("/api/declarations/", body, "application/json")
        return response.status_code, response.json()

    def test_create_read_rewrite_discard(self, city: City) -> None:
        status, made = self.create(city)
        assert status == 201
        assert (made["state"], made["total"]) == ("draft", "1200.50")
        first, second = made["indicators"]
        assert (first["comparator"], first["number"][:1], first["unit"]) == ("≥", "6", "座")
        assert (second["unit"], second["custom"]) == ("%", True)
        assert [verb["verb"] for verb in made["verbs"]] == ["submit"]
        client, address = browser(city.filer), f"/api/declarations/{made['id']}/"
        response = client.put(address, CONTENT | {"name": "泵站大修", "seen": made["revision"]}, "application/json")
        assert response.json()["name"] == "泵站大修"
        stale = client.put(address, CONTENT | {"seen": made["revision"]}, "application/json")
        assert (stale.status_code, stale.json()["code"]) == (409, "stale")
        assert client.delete(address).status_code == 204
        assert client.get(address).status_code == 404

    def test_another_s_unit_is_refused(self, city: City) -> None:
        status, body = self.create(city, unit=city.sister.pk)
        assert (status, body["code"]) == (403, "not_allowed")
        assert not Declaration.objects.exists()

    @pytest.mark.parametrize(
        "change",
        [
            {"name": ""}, {"total": "-1"}, {"total": "viel"}, {"fiscal_year": 1066}, {"indicators": [{"name": ""}]},
            {"funding": [{"source": "甲", "amount": "1"}] * 2}, {"unit": 10**12}, {"code": "x" * 61},
        ],
    )  # fmt: skip
    def test_nonsense_is_named_and_kept_out(self, city: City, change: dict) -> None:
        status, body = self.create(city, **change)
        assert (status, body["code"]) == (400, "invalid")
        assert set(body["fields"]) == set(change)
        assert not Declaration.objects.exists()


class TestSteps:
    def step(self, user: User, pk: int, verb: str, **body: object):
        return browser(user).post(f"/api/declarations/{pk}/verbs/{verb}/", body, "application/json")

    def test_refusals_say_why_as_problem_json(self, city: City) -> None:
        declaration = city.declaration(State.SUBMITTED)
        for user, verb, body, status, code in (
            (city.filer, "endorse", {}, 403, "not_allowed"),
            (city.department_reviewer, "pass", {}, 409, "wrong_state"),
            (city.department_reviewer, "return", {}, 422, "comment_missing"),
            (city.department_reviewer, "endorse", {"seen": 99}, 409, "stale"),
            (city.other_department_reviewer, "endorse", {}, 404, "not_found"),
            (city.department_reviewer, "explode", {}, 422, "invalid"),
        ):
            response = self.step(user, declaration.pk, verb, **body)
            assert response["Content-Type"] == "application/problem+json"
            assert (response.status_code, response.json()["code"]) == (status, code), verb
            assert response.json()["detail"]

    def test_failing_checks_are_all_listed(self, city: City) -> None:
        declaration = city.file(draft(total=None, funding={}, indicators=[]))[0]
        response = self.step(city.filer, declaration.pk, "submit")
        assert response.status_code == 422
        assert {p["code"] for p in response.json()["problems"]} == {"FUNDING_MISSING", "INDICATOR_MISSING"}

    def test_the_ledger_is_readable_by_those_who_see_the_declaration(self, city: City) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        address = f"/api/declarations/{declaration.pk}/records/"
        assert [row["verb"] for row in browser(city.filer).get(address).json()["results"]] == ["submit", "endorse"]
        assert browser(city.sister_filer).get(address).status_code == 404


class TestLists:
    def test_each_sees_what_is_his(self, city: City) -> None:
        city.declaration(State.SUBMITTED)
        city.file(draft("姊妹单位"), unit=city.sister)
        seen = {
            name: {row["name"] for row in browser(getattr(city, name)).get("/api/declarations/").json()["results"]}
            for name in ("filer", "department_filer", "department_reviewer", "finance_reviewer", "auditor",
                         "other_department_reviewer", "other_approver", "administrator", "nobody")
        }  # fmt: skip
        both = {"河道清淤工程", "姊妹单位"}
        assert seen == {
            "filer": {"河道清淤工程"}, "department_filer": both, "department_reviewer": both,
            "finance_reviewer": {"河道清淤工程"}, "auditor": both, "other_department_reviewer": set(),
            "other_approver": set(), "administrator": set(), "nobody": set(),
        }  # fmt: skip

    def test_filters(self, city: City) -> None:
        city.declaration(State.SUBMITTED)
        city.file(draft("闸门更换"))
        client = browser(city.filer)
        for query, names in (
            ("state=draft", ["闸门更换"]), ("q=清淤", ["河道清淤工程"]), ("fiscal_year=2030", []),
            ("state=draft&state=submitted&q=闸门", ["闸门更换"]),
        ):  # fmt: skip
            assert [row["name"] for row in client.get(f"/api/declarations/?{query}").json()["results"]] == names, query
        assert client.get("/api/declarations/?state=sleeping").status_code == 400


class TestApprovals:
    def test_issue_read_download(self, city: City) -> None:
        declaration = city.declaration(State.PASSED)
        body = {"department": city.department.pk, "fiscal_year": 2027, "declarations": [declaration.pk],
                "date": "2027-01-20"}  # fmt: skip
        refused = browser(city.finance_reviewer).post("/api/approvals/", body, "application/json")
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
        response = browser(city.approver).post("/api/approvals/", body, "application/json")
        assert response.status_code == 201, response.content
        made = response.json()
        assert made["number"] == "云财绩〔2027〕1号"
        for kind, head in (("docx", b"PK"), ("xlsx", b"PK"), ("pdf", b"%PDF")):
            address = f"/api/approvals/{made['id']}/document/{kind}/"
            assert browser(city.filer).get(address).content.startswith(head)
            assert browser(city.other_approver).get(address).status_code == 404
        assert [row["id"] for row in browser(city.filer).get("/api/approvals/").json()["results"]] == [made["id"]]
        assert browser(city.other_department_reviewer).get("/api/approvals/").json()["results"] == []
