"""The OpenAPI document is whole: every operation is described in Chinese, with examples that are true."""

import re
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from approvals.scopes import Scope
from tests.factories import City

CHINESE = re.compile(r"[一-鿿]")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def faults_of(operation: dict[str, Any], scopes: set[str]) -> list[str]:
    """What an operation leaves unsaid (docs/api.md)."""
    faults = [
        f"{part} in Chinese" for part in ("summary", "description") if not CHINESE.search(operation.get(part, ""))
    ]
    if not CHINESE.search("".join(operation["tags"])) or operation["tags"] == ["其他"]:
        faults.append("tag of its own")
    wanted = next((each["token"] for each in operation["security"] if "token" in each), [])
    if not wanted or not set(wanted) <= scopes:
        faults.append("scopes")
    for parameter in operation.get("parameters", []):
        if not CHINESE.search(parameter.get("description", "")):
            faults.append(f"description of {parameter['name']}")
    told = operation.get("requestBody", {}).get("content", {})
    if told and not any(media.get("examples") for media in told.values()):
        faults.append("example of the request")
    for status, answer in operation["responses"].items():
        if not CHINESE.search(answer["description"]):
            faults.append(f"description of {status}")
        for kind, media in answer.get("content", {}).items():
            if kind.endswith("json") and not media.get("examples") and int(status) < 300:
                faults.append(f"example of {status}")
            if int(status) >= 400 and kind != "application/problem+json":
                faults.append(f"{status} is no problem")
    missing = {"400", "401", "403", "404", "406", "429"} - set(operation["responses"])
    return faults + [f"answer {status}" for status in sorted(missing)]


def test_it_is_a_valid_document_of_openapi_3_1(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")
    validate_schema(schema)


def test_every_operation_is_described_with_examples_and_scopes(schema: dict[str, Any]) -> None:
    found = {name: faults_of(operation, set(Scope.values)) for name, operation in operations(schema)}
    assert len(found) > 30
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_an_operation_that_says_nothing_is_noticed(schema: dict[str, Any]) -> None:
    bare = {"tags": ["其他"], "security": [{"token": []}], "responses": {"200": {"description": ""}}}
    assert {"summary in Chinese", "description in Chinese", "scopes", "tag of its own"} <= set(
        faults_of(bare, {"read"})
    )


def test_every_example_is_what_its_schema_says(schema: dict[str, Any]) -> None:
    wrong = {}
    for name, operation in operations(schema):
        contents = [operation.get("requestBody", {}), *operation["responses"].values()]
        for media in (media for each in contents for media in each.get("content", {}).values()):
            for example in media.get("examples", {}).values():
                whole = {"components": schema["components"], **media["schema"]}
                found = list(jsonschema_rs.Draft202012Validator(whole).iter_errors(example["value"]))
                if found:
                    wrong[name] = [f"{error.instance_path}: {error.message}" for error in found]
    assert wrong == {}


def test_people_find_it_and_a_page_for_it(city: City, as_) -> None:
    client = as_(city.filer)
    for accept in ("application/vnd.oai.openapi+json", "application/json"):
        assert client.get("/api/schema/", headers={"Accept": accept}).json()["openapi"].startswith("3.1")
    page = client.get("/api/docs/")
    assert page.status_code == 200
    html = page.content.decode()
    assert "接口说明" in html
    assert "<style" not in html
    assert html.count("<script") == html.count("<script src=")
    assert "https://cdn" not in html
    script = client.get("/api/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/schema/" in script.content.decode()
    assert Client().get("/api/docs/").status_code == 302
    assert Client().get("/api/schema/").status_code == 401
