"""Every address of the API has its rule: who gets what. Nobody may be forgotten, no address either."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from approvals.models import Approval, CommonOpinion, Declaration, Notice
from approvals.services.attaching import attach
from approvals.services.filters import save_filter
from approvals.states import State
from ingest.models import Upload
from ingest.services.uploads import receive
from tests.factories import City

pytestmark = [pytest.mark.django_db, pytest.mark.database]

PEOPLE = (
    "filer", "sister_filer", "department_filer", "department_reviewer", "other_department_reviewer",
    "finance_reviewer", "approver", "other_finance_reviewer", "other_approver", "auditor", "administrator", "nobody",
)  # fmt: skip

# What is asked for is a draft (`d`), what was approved (`a`), a notice and an upload of the filer.
#                                                         fil sis dpf rev orv fin app ofi oap aud adm nob
RULES = {
    "GET /api/declarations/":                             "200 200 200 200 200 200 200 200 200 200 200 200",
    "GET /api/declarations/{d}/":                         "200 404 200 200 404 404 404 404 404 200 404 404",
    "GET /api/declarations/{d}/records/":                 "200 404 200 200 404 404 404 404 404 200 404 404",
    "GET /api/declarations/{d}/differences/":             "200 404 200 200 404 404 404 404 404 200 404 404",
    "GET /api/declarations/{d}/versions/":                "200 404 200 200 404 404 404 404 404 200 404 404",
    "GET /api/declarations/{d}/attachments/{attachment}/":"200 404 200 200 404 404 404 404 404 200 404 404",
    "POST /api/declarations/":                            "400 400 400 400 400 400 400 400 400 400 400 400",
    "PUT /api/declarations/{d}/":                         "400 400 400 400 400 400 400 400 400 400 400 400",
    "POST /api/declarations/{d}/attachments/":            "415 415 415 415 415 415 415 415 415 415 415 415",
    "POST /api/declarations/{d}/adjust/":                 "400 400 400 400 400 400 400 400 400 400 400 400",
    "POST /api/declarations/verbs/{verb}/":               "400 400 400 400 400 400 400 400 400 400 400 400",
    "DELETE /api/declarations/{a}/":                      "409 404 409 409 404 409 409 404 404 409 404 404",
    "DELETE /api/declarations/{a}/attachments/{attachment}/":"409 404 409 409 404 409 409 404 404 409 404 404",
    "POST /api/declarations/{a}/verbs/{verb}/":           "409 404 409 409 404 409 409 404 404 409 404 404",
    "GET /api/declarations/summary/":                     "200 200 200 200 200 200 200 200 200 200 200 200",
    "GET /api/filters/":                                  "200 200 200 200 200 200 200 200 200 200 200 200",
    "POST /api/filters/":                                 "400 400 400 400 400 400 400 400 400 400 400 400",
    "DELETE /api/filters/{filter}/":                      "204 404 404 404 404 404 404 404 404 404 404 404",
    "GET /api/approvals/":                                "200 200 200 200 200 200 200 200 200 200 200 200",
    "GET /api/approvals/{approval}/":                     "200 200 200 200 404 200 200 404 404 200 404 404",
    "GET /api/approvals/{approval}/document/{kind}/":     "200 200 200 200 404 200 200 404 404 200 404 404",
    "GET /api/approvals/{approval}/original/":            "404 404 404 404 404 404 404 404 404 404 404 404",
    "POST /api/approvals/":                               "400 400 400 400 400 400 400 400 400 400 400 400",
    "POST /api/approvals/{approval}/transmit/":           "403 403 403 200 404 403 403 404 404 403 404 404",
    "GET /api/opinions/":                                 "200 200 200 200 200 200 200 200 200 200 200 200",
    "GET /api/units/":                                    "200 200 200 200 200 200 200 200 200 200 200 200",
    "GET /api/notices/":                                  "200 200 200 200 200 200 200 200 200 200 200 200",
    "POST /api/notices/{notice}/read/":                   "204 404 404 404 404 404 404 404 404 404 404 404",
    "GET /api/uploads/":                                  "200 200 200 200 200 200 200 200 200 200 200 200",
    "GET /api/uploads/{upload}/":                         "200 404 404 404 404 404 404 404 404 404 404 404",
    "GET /api/uploads/{upload}/preview/":                 "200 404 404 404 404 404 404 404 404 404 404 404",
    "GET /api/uploads/{upload}/problems/":                "200 404 404 404 404 404 404 404 404 404 404 404",
    "GET /api/uploads/{upload}/amendments/":              "200 404 404 404 404 404 404 404 404 404 404 404",
    "GET /api/uploads/{upload}/mapping/":                 "200 404 404 404 404 404 404 404 404 404 404 404",
    "GET /api/uploads/{upload}/marked/":                  "200 404 404 404 404 404 404 404 404 404 404 404",
    "GET /api/uploads/template/":                         "200 404 200 404 404 404 404 404 404 404 404 404",
    "POST /api/uploads/":                                 "400 400 400 400 400 400 400 400 400 400 400 400",
    "GET /api/uploads/{upload}/approval/":                "409 404 404 404 404 404 404 404 404 404 404 404",
    "POST /api/uploads/{upload}/approval/":               "400 400 400 400 400 400 400 400 400 400 400 400",
    "POST /api/uploads/{upload}/accept/":                 "409 404 404 404 404 404 404 404 404 404 404 404",
    "POST /api/uploads/{upload}/correct/":                "400 400 400 400 400 400 400 400 400 400 400 400",
    "POST /api/uploads/{upload}/decide/":                 "400 400 400 400 400 400 400 400 400 400 400 400",
    "POST /api/uploads/{upload}/mapping/":                "400 404 404 404 404 404 404 404 404 404 404 404",
}  # fmt: skip


@pytest.fixture
def ids(city: City) -> dict[str, Any]:
    approved = city.declaration(State.APPROVED)
    draft = city.declaration()
    [attachment] = attach(draft.pk, city.filer, [SimpleUploadedFile("依据.txt", "依据".encode())])
    CommonOpinion.objects.create(bureau=city.bureau, text="指标值请量化。")
    upload = receive(city.filer, SimpleUploadedFile("表.txt", "表".encode()), "表.txt")
    return {
        "d": draft.pk,
        "a": approved.pk,
        "attachment": attachment.pk,
        "verb": "submit",
        "kind": "xlsx",
        "approval": Approval.objects.get().pk,
        "notice": Notice.objects.filter(recipient=city.filer).latest("pk").pk,
        "upload": upload.pk,
        "filter": save_filter(city.filer, "本年", "year=2027").pk,
    }


def ask(client: Client, name: str, ids: dict[str, Any], city: City) -> int:
    method, path = name.format(**ids).split()
    path += f"?unit={city.unit.pk}&year=2027" if "template" in path else ""
    return getattr(client, method.lower())(path, content_type="application/json").status_code


def test_no_address_is_forgotten() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    there = {f"{method.upper()} {path}" for path, methods in schema["paths"].items() for method in methods}
    ruled = {re.sub(r"\{(d|a|approval|notice|upload|filter)\}", "{id}", name) for name in RULES}
    assert ruled == there


@pytest.mark.parametrize("who", PEOPLE)
def test_what_each_person_gets(city: City, ids: dict[str, Any], as_, who: str) -> None:
    client, column = as_(getattr(city, who)), PEOPLE.index(who)
    states = list(Declaration.objects.order_by("pk").values_list("pk", "state"))
    found = {name: ask(client, name, ids, city) for name in RULES}
    assert found == {name: int(row.split()[column]) for name, row in RULES.items()}
    assert list(Declaration.objects.order_by("pk").values_list("pk", "state")) == states
    assert Upload.objects.count() == 1


def test_nobody_gets_in_without_signing_in(city: City, ids: dict[str, Any]) -> None:
    for name in RULES:
        assert ask(Client(), name, ids, city) == 401, name
