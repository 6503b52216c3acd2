"""Every address of the API has its rule: who gets what, by what he sends. Nobody may be forgotten, no address either."""

# ruff: noqa: E501  (a row of the table is one line)
import re
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from approvals.models import CommonOpinion
from approvals.selectors.people import actor_of
from approvals.topics import Topic
from ingest.selectors.comparing import compare
from ingest.selectors.preview import every_problem
from tests.scene import PEOPLE, Scene, undone

pytestmark = [pytest.mark.django_db, pytest.mark.database]

# fmt: off
#                                                                   fil dfi sis rev dep fdp ofi orv fin div odv app adp xfi xrv xfn xap xau aud adm nob
RULES = {
    "GET /api/declarations/":                                      "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "GET /api/declarations/{draft}/":                              "200 200 404 200 200 404 404 404 404 404 404 404 404 404 404 404 404 404 200 404 404",
    "GET /api/declarations/{draft}/records/":                      "200 200 404 200 200 404 404 404 404 404 404 404 404 404 404 404 404 404 200 404 404",
    "GET /api/declarations/{draft}/differences/":                  "200 200 404 200 200 404 404 404 404 404 404 404 404 404 404 404 404 404 200 404 404",
    "GET /api/declarations/{draft}/versions/":                     "200 200 404 200 200 404 404 404 404 404 404 404 404 404 404 404 404 404 200 404 404",
    "GET /api/declarations/{draft}/attachments/{attachment}/":     "200 200 404 200 200 404 404 404 404 404 404 404 404 404 404 404 404 404 200 404 404",
    "POST /api/declarations/":                                     "201 201 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403",
    "PUT /api/declarations/{draft}/":                              "200 200 404 403 403 404 404 404 404 404 404 404 404 404 404 404 404 404 403 404 404",
    "POST /api/declarations/{draft}/attachments/":                 "201 201 404 403 403 404 404 404 404 404 404 404 404 404 404 404 404 404 403 404 404",
    "POST /api/declarations/{approved}/adjust/":                   "201 201 404 403 403 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "POST /api/declarations/verbs/endorse/":                       "409 409 404 200 200 404 404 404 409 409 404 409 409 404 404 404 404 404 409 404 404",
    "DELETE /api/declarations/{draft}/":                           "204 204 404 403 403 404 404 404 404 404 404 404 404 404 404 404 404 404 403 404 404",
    "DELETE /api/declarations/{draft}/attachments/{attachment}/":  "204 204 404 403 403 404 404 404 404 404 404 404 404 404 404 404 404 404 403 404 404",
    "POST /api/declarations/{submitted}/verbs/endorse/":           "403 403 404 200 200 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "GET /api/declarations/summary/":                              "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "POST /api/declarations/verbs/endorse/foresee/":               "200 200 404 200 200 404 404 404 200 200 404 200 200 404 404 404 404 404 200 404 404",
    "GET /api/filters/":                                           "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "POST /api/filters/":                                          "201 201 201 201 201 201 201 201 201 201 201 201 201 201 201 201 201 201 201 201 201",
    "DELETE /api/filters/{filter}/":                               "204 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404",
    "GET /api/units/":                                             "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "GET /api/opinions/":                                          "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "GET /api/approvals/":                                         "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "GET /api/approvals/{approval}/":                              "200 200 200 200 200 404 404 404 200 200 404 200 200 404 404 404 404 404 200 404 404",
    "GET /api/approvals/{approval}/document/xlsx/":                "200 200 200 200 200 404 404 404 200 200 404 200 200 404 404 404 404 404 200 404 404",
    "GET /api/approvals/{approval}/original/":                     "404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404",
    "POST /api/approvals/":                                        "403 403 403 403 403 403 403 403 403 403 403 201 201 403 403 403 403 403 403 403 403",
    "POST /api/approvals/{approval}/transmit/":                    "403 403 403 200 200 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "GET /api/approvals/waiting/":                                 "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "GET /api/approvals/composition/":                             "404 404 404 404 404 404 404 404 404 404 404 200 200 404 404 404 404 404 404 404 404",
    "POST /api/approvals/preview/":                                "404 404 404 404 404 404 404 404 404 404 404 200 200 404 404 404 404 404 404 404 404",
    "GET /api/packages/":                                          "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "GET /api/packages/{department}/":                             "404 404 404 200 200 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404",
    "POST /api/packages/{department}/remind/":                     "404 404 404 200 200 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404",
    "GET /api/deputies/":                                          "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "GET /api/deputies/memberships/":                              "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "POST /api/deputies/":                                         "201 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404",
    "DELETE /api/deputies/{deputyship}/":                          "404 404 404 204 204 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404",
    "GET /api/notices/":                                           "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "POST /api/notices/{notice}/read/":                            "204 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404",
    "GET /api/notices/{notice}/":                                  "200 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404",
    "POST /api/notices/read/":                                     "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "GET /api/notices/settings/":                                  "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "PUT /api/notices/settings/":                                  "200 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404",
    "GET /api/endpoints/":                                         "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "POST /api/endpoints/":                                        "201 201 201 201 201 201 201 201 201 201 201 201 201 201 201 201 201 201 201 201 201",
    "DELETE /api/endpoints/{endpoint}/":                           "204 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404",
    "GET /api/uploads/":                                           "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "GET /api/uploads/{upload}/":                                  "404 200 404 404 404 404 404 404 200 200 404 200 200 404 404 404 404 404 200 404 404",
    "GET /api/uploads/{upload}/preview/":                          "404 200 404 404 404 404 404 404 200 200 404 200 200 404 404 404 404 404 200 404 404",
    "GET /api/uploads/{upload}/problems/":                         "404 200 404 404 404 404 404 404 200 200 404 200 200 404 404 404 404 404 200 404 404",
    "GET /api/uploads/{upload}/amendments/":                       "404 200 404 404 404 404 404 404 200 200 404 200 200 404 404 404 404 404 200 404 404",
    "GET /api/uploads/{upload}/mapping/":                          "404 200 404 404 404 404 404 404 200 200 404 200 200 404 404 404 404 404 200 404 404",
    "GET /api/uploads/{upload}/marked/":                           "404 200 404 404 404 404 404 404 200 200 404 200 200 404 404 404 404 404 200 404 404",
    "GET /api/uploads/template/":                                  "200 200 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404",
    "POST /api/uploads/":                                          "202 202 202 403 403 403 202 403 403 403 403 202 202 202 403 403 202 403 403 403 403",
    "GET /api/uploads/{document}/approval/":                       "404 404 404 404 404 404 404 404 403 403 404 200 200 404 404 404 404 404 403 404 404",
    "POST /api/uploads/{document}/approval/":                      "404 404 404 404 404 404 404 404 403 403 404 201 201 404 404 404 404 404 403 404 404",
    "POST /api/uploads/{ready}/accept/":                           "404 201 404 404 404 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "POST /api/uploads/{upload}/correct/":                         "404 201 404 404 404 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "POST /api/uploads/{upload}/decide/":                          "404 201 404 404 404 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "POST /api/uploads/{upload}/mapping/":                         "404 202 404 404 404 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "GET /api/uploads/{upload}/units/":                            "404 200 404 404 404 404 404 404 200 200 404 200 200 404 404 404 404 404 200 404 404",
    "POST /api/uploads/{upload}/units/":                           "404 200 404 404 404 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "POST /api/uploads/{upload}/recheck/":                         "404 200 404 404 404 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
}
# fmt: on


def numbers(s: Scene) -> dict[str, int]:
    """What the names in the addresses of RULES stand for."""
    return {
        "draft": s.draft.pk,
        "submitted": s.submitted.pk,
        "approved": s.approved.pk,
        "attachment": s.attachment.pk,
        "approval": s.approval.pk,
        "notice": s.notice.pk,
        "filter": s.saved_filter.pk,
        "endpoint": s.endpoint.pk,
        "deputyship": s.deputyship.pk,
        "department": s.department.pk,
        "upload": s.upload.pk,
        "ready": s.ready.pk,
        "document": s.document.pk,
    }


def bodies(s: Scene) -> dict[str, Any]:
    """What is sent; nothing where an address stands not here. Files go as a form, all else as JSON."""
    wrong_sum = next(problem for _project, problem in every_problem(s.upload) if problem["code"] == "FUNDING_SUM")
    header = s.upload.survey["tables"][0]["header"]
    columns = ("", "unit_name", "project_name", "total", "", "", "level1", "indicator_name", "value", "")
    mapped = {"layout": "flat", "table": 0, "header": header, "unit": "元", "year": 2027}
    chosen = {"declarations": [{"id": s.submitted.pk, "seen": s.submitted.revision}]}
    content = {"name": "泵站更新", "total": "1200.50"}
    approval = {"department": s.department.pk, "fiscal_year": 2027, "declarations": [s.passed.pk], "date": "2027-01-20"}
    today = date.today().isoformat()
    deputy = {"membership": s.filer.memberships.get().pk, "deputy": s.sister_filer.pk}
    return {
        "POST /api/declarations/": content | {"unit": s.unit.pk, "fiscal_year": 2027},
        "PUT /api/declarations/{draft}/": content | {"seen": s.draft.revision},
        "POST /api/declarations/{draft}/attachments/": {"file": ContentFile(b"%PDF-1.7 2", "通知.pdf")},
        "POST /api/declarations/{approved}/adjust/": {"reason": "汛期提前"},
        "POST /api/declarations/{submitted}/verbs/endorse/": {},
        "POST /api/declarations/verbs/endorse/": chosen,
        "POST /api/declarations/verbs/endorse/foresee/": chosen,
        "POST /api/filters/": {"name": "退回的", "query": "bucket=returned"},
        "POST /api/approvals/": approval,
        "POST /api/approvals/preview/": approval,
        "POST /api/approvals/{approval}/transmit/": {},
        "PUT /api/notices/settings/": {"mail": [Topic.RETURN], "endpoints": [{"id": s.endpoint.pk, "topics": []}]},
        "POST /api/endpoints/": {"name": "群", "kind": "wecom", "url": "https://oa.example.org/robot?key=1"},
        "POST /api/deputies/": deputy | {"valid_from": today, "valid_to": today},
        "POST /api/packages/{department}/remind/": {"fiscal_year": 2027},
        "POST /api/uploads/": {"file": ContentFile("项目\t指标\n".encode(), "另一个.txt")},
        "POST /api/uploads/{document}/approval/": {"seen": compare(s.document, actor_of(s.approver)).seen},
        "POST /api/uploads/{ready}/accept/": {},
        "POST /api/uploads/{upload}/correct/": {"position": 1, "field": "total", "value": "501"},
        "POST /api/uploads/{upload}/decide/": {"problem": wrong_sum["id"], "choice": "sum"},
        "POST /api/uploads/{upload}/mapping/": mapped | {"columns": {str(n): key for n, key in enumerate(columns)}},
        "POST /api/uploads/{upload}/units/": {"code": "999", "name": "乌有管理处", "unit": s.unit.pk},
        "POST /api/uploads/{upload}/recheck/": {"fiscal_year": 2028},
    }


QUERIES = {
    "GET /api/uploads/template/": "?unit={unit}&year=2027",
    "GET /api/approvals/composition/": "?department={department}&fiscal_year=2027",
}


@pytest.fixture
def scene(db: None) -> Scene:
    made = Scene()
    CommonOpinion.objects.create(bureau=made.bureau, text="指标值请量化。")
    return made


def ask(client: Client, name: str, numbers: dict[str, int], body: Any) -> int:
    method, address = name.split()
    path = (address + QUERIES.get(name, "")).format(**numbers)
    send = getattr(client, method.lower())
    if body and isinstance(body.get("file"), ContentFile):
        body["file"].seek(0)
        return send(path, body).status_code
    return (send(path) if method == "GET" else send(path, body or {}, content_type="application/json")).status_code


def attempt(scene: Scene, client: Client, name: str, numbers: dict[str, int], body: Any) -> tuple[int, Any]:
    """The status, and how everything stands after a refusal."""
    status = ask(client, name, numbers, body)
    return status, scene.standing() if status >= 400 and not name.startswith("GET") else None


def test_no_address_is_forgotten() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    there = {f"{method.upper()} {path}" for path, methods in schema["paths"].items() for method in methods}
    ruled = {re.sub(r"\{(?!attachment)[a-z]+\}", "{id}", name) for name in RULES}
    ruled = {
        name.replace("verbs/endorse", "verbs/{verb}").replace("document/xlsx", "document/{kind}") for name in ruled
    }
    assert ruled == there


@pytest.mark.parametrize("half", [0, 1])
def test_what_each_person_gets(scene: Scene, half: int) -> None:
    ids, sent = numbers(scene) | {"unit": scene.unit.pk}, bodies(scene)
    assert set(sent) <= set(RULES)
    wrong = []
    for number, who in enumerate(PEOPLE):
        if number % 2 != half:
            continue
        client = scene.browser(who)
        before = scene.standing()
        for name, row in RULES.items():
            found, left = undone(partial(attempt, scene, client, name, ids, sent.get(name)))
            expected = int(row.split()[number])
            if found != expected:
                wrong.append((who, name, found, expected))
            if left not in (None, before):
                wrong.append((who, name, "refused, and yet something changed"))
    assert wrong == []


def test_nobody_gets_in_without_signing_in(scene: Scene) -> None:
    ids = numbers(scene) | {"unit": scene.unit.pk}
    for name in RULES:
        assert ask(Client(), name, ids, None) == 401, name
