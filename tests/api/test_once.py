"""`Idempotency-Key`: what comes twice is done once, whatever happens between."""

from datetime import timedelta
from threading import Thread

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from approvals.api import once
from approvals.models import Approval, ApprovalRecord, Attachment, Declaration, KeptAnswer
from approvals.services.answers import answer_kept
from approvals.states import State
from approvals.tasks import forget_old_answers
from ingest.models import Upload
from tests.factories import City

KEY = {"Idempotency-Key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}


def new(city: City, **change: object) -> dict:
    return {"name": "泵站维护", "unit": city.unit.pk, "fiscal_year": 2027} | change


def send(client: Client, path: str, body: dict, key: dict | None = None, method: str = "post"):
    return getattr(client, method)(path, body, "application/json", headers=KEY if key is None else key)


class TestTheSameAgain:
    def test_a_declaration_is_made_once(self, city: City, as_) -> None:
        client = as_(city.filer)
        first = send(client, "/api/declarations/", new(city))
        again = send(client, "/api/declarations/", new(city))
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert first["ETag"] == again["ETag"]
        assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
        assert Declaration.objects.count() == 1

    def test_a_step_is_taken_once(self, city: City, as_) -> None:
        declaration = city.declaration()
        path = f"/api/declarations/{declaration.pk}/verbs/submit/"
        answers = [send(as_(city.filer), path, {"seen": declaration.revision}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200] * 3
        assert ApprovalRecord.objects.filter(declaration=declaration).count() == 1
        assert send(as_(city.filer), path, {"seen": declaration.revision}, key={}).status_code == 409

    def test_content_is_replaced_once_although_the_tag_is_an_old_one_then(self, city: City, as_) -> None:
        path, client = f"/api/declarations/{city.declaration().pk}/", as_(city.filer)
        headers = KEY | {"If-Match": client.get(path)["ETag"]}
        answers = [send(client, path, {"name": "改"}, headers, "put") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].json()["revision"] == answers[1].json()["revision"]

    def test_an_approval_is_issued_once(self, city: City, as_) -> None:
        declaration = city.declaration(State.PASSED)
        body = {"department": city.department.pk, "fiscal_year": 2027, "declarations": [declaration.pk],
                "date": "2027-01-20"}  # fmt: skip
        answers = [send(as_(city.approver), "/api/approvals/", body) for _ in range(2)]
        assert answers[0].json() == answers[1].json()
        assert Approval.objects.count() == 1

    def test_files_are_told_apart_by_their_content(self, city: City, as_) -> None:
        client, draft = as_(city.filer), city.declaration()
        for path, model in (("/api/uploads/", Upload), (f"/api/declarations/{draft.pk}/attachments/", Attachment)):
            key = {"Idempotency-Key": path.replace("/", "-")}
            codes = [
                client.post(path, {"file": SimpleUploadedFile("表.txt", text.encode())}, headers=key).status_code
                for text in ("甲", "甲", "乙")
            ]
            assert codes in ([202, 202, 422], [201, 201, 422])
            assert model._default_manager.count() == 1

    def test_what_has_no_answer_is_answered_so_again(self, city: City, as_) -> None:
        path = f"/api/declarations/{city.declaration().pk}/"
        assert [send(as_(city.filer), path, {}, method="delete").status_code for _ in range(2)] == [204, 204]


class TestAnother:
    def test_request_with_the_same_key_is_refused(self, city: City, as_) -> None:
        client, path = as_(city.filer), "/api/declarations/"
        send(client, path, new(city))
        for other in (
            send(client, path, new(city, name="闸门更换")),
            send(client, f"{path}{Declaration.objects.get().pk}/verbs/submit/", {}),
        ):
            assert (other.status_code, other.json()["code"]) == (422, "key_reused")
        assert Declaration.objects.get().state == State.DRAFT

    def test_person_has_keys_of_his_own(self, city: City, as_) -> None:
        for who in (city.filer, city.department_filer):
            assert send(as_(who), "/api/declarations/", new(city)).status_code == 201
        assert Declaration.objects.count() == 2

    @pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "键"])
    def test_key_that_is_none_is_named(self, city: City, as_, key: str) -> None:
        answer = send(as_(city.filer), "/api/declarations/", new(city), {"Idempotency-Key": key})
        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["Idempotency-Key"])
        assert not Declaration.objects.exists()


def test_a_refusal_leaves_nothing_behind_and_may_be_tried_again(city: City, as_) -> None:
    client = as_(city.filer)
    assert send(client, "/api/declarations/", new(city, total="-1")).status_code == 400
    assert send(client, "/api/declarations/", new(city, unit=city.sister.pk)).status_code == 403
    assert not KeptAnswer.objects.exists()
    assert send(client, "/api/declarations/", new(city)).status_code == 201


def test_answers_are_kept_for_a_day(city: City, as_) -> None:
    send(as_(city.filer), "/api/declarations/", new(city))
    forget_old_answers()
    assert KeptAnswer.objects.count() == 1
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        # Before the sweep has come by, too.
        answer = send(as_(city.filer), "/api/declarations/", new(city, name="闸门更换"))
        assert answer.status_code == 201
    with time_machine.travel(timezone.now() + timedelta(hours=50), tick=False):
        forget_old_answers()
    assert not KeptAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    def test_the_second_is_told_that_the_first_is_at_it(self, city: City, as_) -> None:
        answers = []

        def second() -> None:
            try:
                answers.append(send(as_(city.filer), "/api/declarations/", new(city)))
            finally:
                connection.close()

        with transaction.atomic():
            assert answer_kept(city.filer, KEY["Idempotency-Key"], "f") is None
            thread = Thread(target=second)
            thread.start()
            thread.join(20)
        assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(409, "in_progress")]
        assert send(as_(city.filer), "/api/declarations/", new(city)).status_code == 201

    def test_a_connection_that_dies_leaves_neither_effect_nor_answer(self, city: City, as_, monkeypatch) -> None:
        client, keep = as_(city.filer), once.keep_answer

        def die(*given: object) -> None:
            keep(*given)  # type: ignore[arg-type]
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

        monkeypatch.setattr(once, "keep_answer", die)
        answers = []

        def dying() -> None:
            try:
                answers.append(send(client, "/api/declarations/", new(city)))
            finally:
                connection.close()

        thread = Thread(target=dying)
        thread.start()
        thread.join(20)
        assert [answer.status_code for answer in answers] == [500]
        assert answers[0]["Content-Type"] == "application/problem+json"
        monkeypatch.undo()
        assert (Declaration.objects.count(), KeptAnswer.objects.count()) == (0, 0)
        assert send(client, "/api/declarations/", new(city)).status_code == 201
        assert (Declaration.objects.count(), KeptAnswer.objects.count()) == (1, 1)
