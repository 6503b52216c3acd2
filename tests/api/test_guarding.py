"""ETags: nobody overwrites what he has not read, and nobody reads again what he has."""

import pytest

from approvals.api import declarations
from approvals.models import Declaration
from approvals.services.verbs import perform
from approvals.states import State, Verb
from tests.factories import City

CONTENT = {"name": "泵站维护", "total": "1200.50"}


def put(client, path: str, tag: str | None, **change: object):
    headers = {} if tag is None else {"If-Match": tag}
    return client.put(path, CONTENT | change, "application/json", headers=headers)


@pytest.fixture
def path(city: City) -> str:
    return f"/api/declarations/{city.declaration().pk}/"


class TestReading:
    def test_what_has_not_changed_is_not_sent_again(self, city: City, as_, path: str) -> None:
        client = as_(city.filer)
        tag = client.get(path)["ETag"]
        for known in (tag, f"W/{tag}", f'"x", {tag}'):
            answer = client.get(path, headers={"If-None-Match": known})
            assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag)
        assert client.get(path, headers={"If-None-Match": '"1-00000000"'}).status_code == 200

    def test_it_tells_of_what_the_revision_does_not(self, city: City, as_, path: str) -> None:
        client = as_(city.filer)
        tag = client.get(path)["ETag"]
        city.unit.name = "市河道管理中心"
        city.unit.save()
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 200
        # ... which is no reason to refuse a change.
        assert put(client, path, tag).status_code == 200

    def test_what_others_may_do_is_another_answer(self, city: City, as_, path: str) -> None:
        assert as_(city.filer).get(path)["ETag"] != as_(city.department_reviewer).get(path)["ETag"]


class TestChanging:
    def test_content_is_replaced_as_it_was_read(self, city: City, as_, path: str) -> None:
        client = as_(city.filer)
        tag = client.get(path)["ETag"]
        changed = put(client, path, tag)
        assert (changed.status_code, changed.json()["total"]) == (200, "1200.50")
        assert changed["ETag"] == client.get(path)["ETag"] != tag

    def test_nothing_is_overwritten(self, city: City, as_, path: str) -> None:
        mine, hers = as_(city.filer), as_(city.department_filer)
        tag = mine.get(path)["ETag"]
        assert put(hers, path, tag, name="她的").status_code == 200
        refused = put(mine, path, tag, name="我的")
        told = refused.json()
        assert (refused.status_code, told["code"]) == (412, "precondition_failed")
        assert refused["Content-Type"] == "application/problem+json"
        assert told["current"]["revision"] == Declaration.objects.get().revision
        assert (told["current"]["state"], told["current"]["last_step"]) == ("draft", None)
        assert "重新读取" in told["detail"]
        assert mine.get(path).json()["name"] == "她的"
        assert put(mine, path, mine.get(path)["ETag"], name="我的").status_code == 200

    def test_it_is_told_who_did_what(self, city: City, as_, path: str) -> None:
        client = as_(city.filer)
        tag = client.get(path)["ETag"]
        declaration = city.declaration(State.SUBMITTED)
        path = f"/api/declarations/{declaration.pk}/"
        told = client.post(f"{path}verbs/withdraw/", {}, "application/json", headers={"If-Match": tag}).json()
        assert told["current"]["last_step"]["by"] == city.filer.full_name
        assert told["current"]["last_step"]["verb"] == "submit"
        assert Declaration.objects.get(pk=declaration.pk).state == State.SUBMITTED

    def test_a_rewrite_says_what_it_was_made_from(self, city: City, as_, path: str) -> None:
        refused = put(as_(city.filer), path, None)
        assert (refused.status_code, refused.json()["code"]) == (428, "precondition_missing")
        assert put(as_(city.filer), path, "*").status_code == 200
        assert put(as_(city.filer), path, None, seen=Declaration.objects.get().revision).status_code == 200
        assert put(as_(city.filer), path, None, seen=77).json()["code"] == "stale"

    @pytest.mark.parametrize("tag", ["", "x", '"x"', '"1"', 'W/"0-00000000"', '"٠-00000000"', '"999999999-00000000"'])
    def test_other_tags_match_nothing(self, city: City, as_, path: str, tag: str) -> None:
        assert put(as_(city.filer), path, tag).status_code == 412
        assert as_(city.filer).delete(path, headers={"If-Match": tag}).status_code == 412
        assert Declaration.objects.filter(project__name="河道清淤工程").exists()

    def test_one_of_several_tags_is_enough(self, city: City, as_, path: str) -> None:
        tag = as_(city.filer).get(path)["ETag"]
        assert put(as_(city.filer), path, f'"77-00000000", {tag}').status_code == 200

    def test_nobody_learns_of_what_he_may_not_see(self, city: City, as_, path: str) -> None:
        tag = as_(city.filer).get(path)["ETag"]
        for known in (tag, '"77-00000000"'):
            assert put(as_(city.sister_filer), path, known).status_code == 404

    def test_a_change_between_look_and_lock_is_noticed(self, city: City, as_, path: str, monkeypatch) -> None:
        client, rewrite = as_(city.filer), declarations.filing.rewrite
        tag = client.get(path)["ETag"]

        def late(pk: int, *given: object) -> Declaration:
            perform(pk, Verb.SUBMIT, city.department_filer)
            perform(pk, Verb.WITHDRAW, city.department_filer)
            return rewrite(pk, *given)  # type: ignore[arg-type]

        monkeypatch.setattr(declarations.filing, "rewrite", late)
        refused = put(client, path, tag)
        assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed")
        assert client.get(path).json()["name"] == "河道清淤工程"

    def test_an_adjustment_is_of_what_was_read(self, city: City, as_) -> None:
        path, client = f"/api/declarations/{city.declaration(State.APPROVED).pk}/", as_(city.filer)
        body = {"reason": "汛期提前"}
        for tag, status in (('"1-00000000"', 412), (client.get(path)["ETag"], 201)):
            answer = client.post(f"{path}adjust/", body, "application/json", headers={"If-Match": tag})
            assert answer.status_code == status
