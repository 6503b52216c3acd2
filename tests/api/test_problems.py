"""Whatever goes wrong below /api/ is told as problem+json, with a word for programs and a sentence for people."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from approvals.api import declarations
from approvals.states import State
from tests.factories import City


def told(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (body["type"], body["status"], body["code"]) == ("about:blank", status, code)
    assert body["title"]
    assert body["detail"]
    return body


def test_every_field_is_named_with_all_its_faults(city: City, as_) -> None:
    body = {"unit": "x", "name": "", "total": "-1", "indicators": [{"name": "甲"}, {"name": "", "weight": "z"}]}
    fields = told(as_(city.filer).post("/api/declarations/", body, "application/json"), 400, "invalid")["fields"]
    assert set(fields) == {"unit", "name", "total", "fiscal_year", "indicators"}
    assert set(fields["indicators"]["1"]) == {"name", "weight"}
    listed = as_(city.filer).post("/api/declarations/", [1], "application/json")
    assert told(listed, 400, "invalid")["fields"]


def test_who_is_not_signed_in_is_told_how(city: City) -> None:
    answer = Client().get("/api/declarations/")
    told(answer, 401, "not_signed_in")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_methods_kinds_and_addresses(city: City, as_) -> None:
    client = as_(city.filer)
    wrong = client.patch("/api/declarations/")
    told(wrong, 405, "method_not_allowed")
    assert wrong["Allow"] == "GET, POST, HEAD, OPTIONS"
    told(client.get("/api/declarations/", headers={"Accept": "text/csv"}), 406, "not_acceptable")
    told(client.post("/api/declarations/", "a,b", "text/csv"), 415, "unsupported_media_type")
    told(client.post("/api/declarations/", "{", "application/json"), 400, "unreadable")
    told(client.post("/api/declarations/", b"\xff", "application/json"), 400, "unreadable")
    for path in ("/api/", "/api/nothing/", "/api/declarations/x/", "/api/declarations/99999999999999999999/",
                 "/api/declarations/99/", "/api/approvals/99/document/pdf/", "/api/uploads/99/marked/"):  # fmt: skip
        told(client.get(path), 404, "not_found")
    assert client.get("/nothing/")["Content-Type"].startswith("text/html")


def test_files_that_are_not_given_are_explained_in_json_whatever_is_accepted(city: City, as_) -> None:
    city.declaration(State.APPROVED)
    for accept in ("application/pdf", "*/*", "image/png"):
        headers = {"Accept": accept}
        told(as_(city.filer).get("/api/approvals/99/document/pdf/", headers=headers), 404, "not_found")


def test_too_much_is_told(city: City, as_) -> None:
    client = as_(city.filer)
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100):
        told(client.post("/api/declarations/", {"name": "长" * 200}, "application/json"), 413, "too_large")
    with override_settings(PERFGOALS_MAX_UPLOAD_BYTES=10):
        told(client.post("/api/uploads/", {"file": SimpleUploadedFile("表.txt", b"x" * 11)}), 413, "too_large")


def test_what_nobody_foresaw_tells_nothing_of_itself(city: City, as_, monkeypatch, caplog) -> None:
    def fail(*given: object) -> None:
        raise ZeroDivisionError("inner workings")

    monkeypatch.setattr(declarations.selectors, "detailed", fail)
    answer = as_(city.filer).get("/api/declarations/1/")
    told(answer, 500, "failed")
    assert "inner" not in answer.content.decode()
    assert "inner workings" in caplog.text


@pytest.mark.parametrize("path", ["/api/declarations/", "/api/nothing/"])
def test_a_wrong_host_is_told_as_well(path: str) -> None:
    told(Client(headers={"Host": "evil.example"}).get(path), 400, "unreadable")
