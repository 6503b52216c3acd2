"""What concerns a person alone – deputies, channels, the inbox – and his department's package, by programs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from approvals.models import Deputyship, Endpoint, Notice
from approvals.scopes import Scope
from approvals.states import State
from approvals.topics import Topic
from perfgoals.signing import is_secret
from tests.factories import City, DepartmentFactory, EndpointFactory, UnitFactory, draft

pytestmark = [pytest.mark.django_db, pytest.mark.database]

TODAY = timezone.localdate()


class TestDeputies:
    def test_somebody_is_named_out_of_what_is_offered_and_ended_early(self, city: City, as_) -> None:
        client = as_(city.department_reviewer)
        [offered] = client.get("/api/deputies/memberships/").json()
        assert (offered["role"], offered["organisation"]) == ("department_reviewer", str(city.department))
        assert {each["id"] for each in offered["deputies"]} == {
            city.filer.pk, city.sister_filer.pk, city.department_filer.pk
        }  # fmt: skip
        asked = {"membership": offered["id"], "deputy": city.sister_filer.pk, "reason": "出差"}
        asked |= {"valid_from": TODAY.isoformat(), "valid_to": (TODAY + timedelta(days=3)).isoformat()}
        made = client.post("/api/deputies/", asked, "application/json")
        assert made.status_code == 201
        assert made.json()["holder_name"] == city.department_reviewer.full_name
        # He may now what the holder may, and both find it in their lists.
        declaration = city.declaration(State.SUBMITTED)
        deputy = as_(city.sister_filer)
        assert [each["id"] for each in deputy.get("/api/deputies/").json()["results"]] == [made.json()["id"]]
        path = f"/api/declarations/{declaration.pk}/"
        assert "endorse" in [each["verb"] for each in deputy.get(path).json()["verbs"]]
        assert deputy.delete(f"/api/deputies/{made.json()['id']}/").status_code == 204
        assert client.get("/api/deputies/").json()["results"] == []
        assert deputy.get(path).status_code == 404

    @pytest.mark.parametrize("wrong", ["another's membership", "somebody elsewhere", "himself", "over already"])
    def test_what_the_page_refuses_is_refused(self, city: City, as_, wrong: str) -> None:
        mine, yesterday = city.filer.memberships.get().pk, TODAY - timedelta(days=1)
        asked = {"membership": mine, "deputy": city.sister_filer.pk, "valid_from": str(TODAY), "valid_to": str(TODAY)}
        asked |= {
            "another's membership": {"membership": city.approver.memberships.get().pk},
            "somebody elsewhere": {"deputy": city.other_approver.pk},
            "himself": {"deputy": city.filer.pk},
            "over already": {"valid_from": str(yesterday), "valid_to": str(yesterday)},
        }[wrong]
        answer = as_(city.filer).post("/api/deputies/", asked, "application/json")
        assert answer.status_code in (404, 422)
        assert answer.json()["detail"].endswith("。")
        assert not Deputyship.objects.exists()

    def test_the_membership_one_stands_in_for_is_not_handed_on(self, city: City, as_) -> None:
        theirs = city.department_reviewer.memberships.get()
        Deputyship.objects.create(membership=theirs, deputy=city.sister_filer, valid_from=TODAY, valid_to=TODAY)
        client = as_(city.sister_filer)
        assert theirs.pk not in [each["id"] for each in client.get("/api/deputies/memberships/").json()]
        asked = {"membership": theirs.pk, "deputy": city.filer.pk, "valid_from": str(TODAY), "valid_to": str(TODAY)}
        assert client.post("/api/deputies/", asked, "application/json").status_code == 404


class TestPackages:
    def test_says_who_is_missing_and_sends_on_what_is_ready(self, city: City, as_) -> None:
        waiting = city.declaration(State.SUBMITTED)
        city.declaration(State.DRAFT, draft("还没写完"))
        client = as_(city.department_reviewer)
        [listed] = client.get("/api/packages/").json()["results"]
        assert (listed["id"], listed["years"]) == (city.department.pk, [2027])
        path = f"/api/packages/{listed['id']}/"
        told = {each["unit"]: each for each in client.get(path, {"fiscal_year": 2027}).json()["units"]}
        assert client.get(path).json()["fiscal_year"] == 2027
        assert told[city.sister.pk]["missing"]
        unit = told[city.unit.pk]
        assert (unit["complete"], unit["waiting"], unit["with_unit"]) == (False, 1, 1)
        assert unit["ready"] == [{"id": waiting.pk, "seen": waiting.revision}]
        batch = {"declarations": unit["ready"]}
        foreseen = client.post("/api/declarations/verbs/endorse/foresee/", batch, "application/json").json()
        assert foreseen["going"] == [{"id": waiting.pk, "to": "finance_review", "comment_required": False}]
        done = client.post("/api/declarations/verbs/endorse/", batch, "application/json")
        assert done.json() == {"done": [waiting.pk], "refused": []}
        assert client.get(path).json()["units"][0]["sent_on"] == 1

    def test_reminds_once_a_day(self, city: City, as_) -> None:
        client = as_(city.department_reviewer)
        path = f"/api/packages/{city.department.pk}/remind/"
        first, again = (client.post(path, {"fiscal_year": 2027}, "application/json").json() for _time in range(2))
        assert (first["told"], first["told_before"]) == (3, 0)
        assert (again["told"], again["told_before"]) == (0, 3)
        assert Notice.objects.filter(kind="reminder").count() == 3

    def test_costs_the_same_for_many_departments_and_units(self, city: City, as_) -> None:
        client, counts = as_(city.department_reviewer), []
        for _time in range(2):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get("/api/packages/").status_code == 200
                assert client.get(f"/api/packages/{city.department.pk}/").status_code == 200
            counts.append(len(queries))
            for _n in range(4):
                UnitFactory(department=city.department)
                another = DepartmentFactory(bureau=city.bureau)
                city.department_reviewer.memberships.create(role="department_reviewer", department=another)
        assert counts[0] == counts[1]


class TestNotices:
    def test_all_of_ones_own_are_marked_read(self, city: City, as_) -> None:
        for _time in range(2):
            city.declaration(State.SUBMITTED)
        others = Notice.objects.create(recipient=city.filer, kind="x", title="别人的", dedupe_key="x")
        client = as_(city.department_reviewer)
        [latest, _other] = client.get("/api/notices/", {"unread": "true"}).json()["results"]
        assert client.get(f"/api/notices/{latest['id']}/").json() == latest
        assert client.post("/api/notices/read/").json() == {"read": 2}
        assert client.get("/api/notices/", {"unread": "true"}).json()["results"] == []
        others.refresh_from_db()
        assert others.read_at is None

    def test_channels_are_chosen_as_on_the_page(self, city: City, as_) -> None:
        own, left = EndpointFactory(user=city.filer), EndpointFactory(user=city.filer)
        client = as_(city.filer)
        assert client.get("/api/notices/settings/").json()["mail"] == list(Topic.values)
        asked = {"mail": ["return"], "endpoints": [{"id": own.pk, "topics": ["approval"]}]}
        answer = client.put("/api/notices/settings/", asked, "application/json").json()
        assert answer["mail"] == ["return"]
        assert {each["id"]: each["topics"] for each in answer["endpoints"]} == {
            own.pk: ["approval"],
            left.pk: list(Topic.values),
        }
        page = client.get("/notices/settings/").context["form"]
        assert page["mail"].value() == ["return"]

    def test_anothers_endpoint_is_refused_and_nothing_is_kept(self, city: City, as_) -> None:
        others = EndpointFactory(user=city.approver)
        client = as_(city.filer)
        asked = {"mail": [], "endpoints": [{"id": others.pk, "topics": []}]}
        assert client.put("/api/notices/settings/", asked, "application/json").status_code == 404
        assert client.get("/api/notices/settings/").json()["mail"] == list(Topic.values)
        others.refresh_from_db()
        assert others.topics == list(Topic.values)

    def test_address_and_secret_are_told_once(self, city: City, as_) -> None:
        client = as_(city.filer)
        asked = {"name": "办公系统", "kind": "webhook", "url": "https://oa.example.org/hook?key=geheim"}
        made = client.post("/api/endpoints/", asked, "application/json")
        assert made.status_code == 201
        assert is_secret(made.json()["secret"])
        listed = client.get("/api/endpoints/").content.decode()
        assert "oa.example.org" in listed
        assert "geheim" not in listed
        assert made.json()["secret"] not in listed
        assert client.delete(f"/api/endpoints/{made.json()['id']}/").status_code == 204
        assert not Endpoint.objects.exists()

    @pytest.mark.parametrize(
        "url", ["https://127.0.0.1.:8443/", "https://10.0.0.8/hook", "https://169.254.169.254/latest/meta-data/",
                "https://[::1]/", "https://2130706433/", "https://localhost/", "http://oa.example.org/", "ftp://a/"],
    )  # fmt: skip
    def test_an_address_of_the_inner_network_is_refused_on_page_and_api(self, city: City, as_, settings, url) -> None:
        settings.PERFGOALS_WEBHOOK_HOSTS = []
        client = as_(city.filer)
        asked = {"name": "内网", "kind": "webhook", "url": url}
        answer = client.post("/api/endpoints/", asked, "application/json")
        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == ["url"]
        assert client.post("/notices/endpoints/new/", asked | {"secret": ""}).status_code == 422
        assert not Endpoint.objects.exists()


@pytest.mark.parametrize(
    ("scope", "opens"),
    [(Scope.READ, set()), (Scope.NOTICES, {"read"}), (Scope.PERSONAL, {"deputies", "settings", "endpoints"}),
     (Scope.FILE, set()), (Scope.REVIEW, {"remind"}), (Scope.APPROVE, set())],
)  # fmt: skip
def test_each_change_asks_for_its_scope(city: City, by_token, scope: Scope, opens: set[str]) -> None:
    """A token of before, which may mark notices as read, names no deputy and leads no notices elsewhere."""
    changes = {
        "read": ("post", "/api/notices/read/"),
        "settings": ("put", "/api/notices/settings/"),
        "endpoints": ("post", "/api/endpoints/"),
        "deputies": ("post", "/api/deputies/"),
        "remind": ("post", f"/api/packages/{city.department.pk}/remind/"),
    }
    client = by_token(city.department_reviewer, scope)
    found = {
        name
        for name, (method, path) in changes.items()
        if getattr(client, method)(path, {}, content_type="application/json").status_code != 403
    }
    assert found == opens
