"""Every page has its rule: who gets what from each address, and what becomes of what he sends there.

Nobody may be forgotten, no address either. What refuses somebody leaves everything as it was.
"""

# ruff: noqa: E501  (a row of the table is one line)
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from lxml import html

from approvals.admin import site
from approvals.models.declaration import Kind
from approvals.selectors.people import actor_of
from ingest.selectors.comparing import compare
from ingest.selectors.preview import every_problem
from tests.approvals.views.test_filing import form as declaration_form
from tests.factories import PASSWORD, City
from tests.scene import PEOPLE, Scene, undone

pytestmark = [pytest.mark.django_db, pytest.mark.database]

# fmt: off
#                                         fil dfi sis rev dep fdp ofi orv fin div odv app adp xfi xrv xfn xap xau aud adm nob
RULES = {
    "GET api-docs":                      "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "GET api-schema":                    "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "GET approval":                      "200 200 200 200 200 404 404 404 200 200 404 200 200 404 404 404 404 404 200 404 404",
    "GET approval-download":             "200 200 200 200 200 404 404 404 200 200 404 200 200 404 404 404 404 404 200 404 404",
    "GET approval-new":                  "404 404 404 404 404 404 404 404 404 404 404 200 200 404 404 404 404 404 404 404 404",
    "POST approval-new":                 "404 404 404 404 404 404 404 404 404 404 404 302 302 404 404 404 404 404 404 404 404",
    "GET approval-original":             "404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404",
    "POST approval-transmit":            "403 403 403 302 302 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "GET approvals":                     "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "GET declaration":                   "200 200 404 200 200 404 404 404 404 404 404 404 404 404 404 404 404 404 200 404 404",
    "GET declaration-adjust":            "200 200 404 403 403 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "POST declaration-adjust":           "302 302 404 403 403 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "POST declaration-attach":           "302 302 404 403 403 404 404 404 404 404 404 404 404 404 404 404 404 404 403 404 404",
    "GET declaration-attachment":        "200 200 404 200 200 404 404 404 404 404 404 404 404 404 404 404 404 404 200 404 404",
    "POST declaration-detach":           "302 302 404 403 403 404 404 404 404 404 404 404 404 404 404 404 404 404 403 404 404",
    "GET declaration-discard":           "200 200 404 403 403 404 404 404 404 404 404 404 404 404 404 404 404 404 403 404 404",
    "POST declaration-discard":          "302 302 404 403 403 404 404 404 404 404 404 404 404 404 404 404 404 404 403 404 404",
    "GET declaration-edit":              "200 200 404 403 403 404 404 404 404 404 404 404 404 404 404 404 404 404 403 404 404",
    "POST declaration-edit":             "302 302 404 403 403 404 404 404 404 404 404 404 404 404 404 404 404 404 403 404 404",
    "GET declaration-history":           "200 200 404 200 200 404 404 404 404 404 404 404 404 404 404 404 404 404 200 404 404",
    "GET declaration-new":               "200 200 200 403 403 403 200 403 403 403 403 403 403 200 403 403 403 403 403 403 403",
    "POST declaration-new":              "302 302 422 403 403 403 422 403 403 403 403 403 403 422 403 403 403 403 403 403 403",
    "GET declaration-step":              "200 200 404 403 403 404 404 404 404 404 404 404 404 404 404 404 404 404 403 404 404",
    "POST declaration-step":             "403 403 404 302 302 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "GET declarations":                  "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "POST declarations-batch":           "409 409 404 302 302 404 404 404 409 409 404 409 409 404 404 404 404 404 409 404 404",
    "GET deputies":                      "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "POST deputies":                     "302 422 422 422 422 422 422 422 422 422 422 422 422 422 422 422 422 422 422 422 422",
    "POST deputy-end":                   "404 404 404 302 302 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404",
    "POST filter-change":                "302 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404",
    "POST filters-save":                 "302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302",
    "GET healthz":                       "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "GET home":                          "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "GET login":                         "302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302",
    "POST login":                        "302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302",
    "POST logout":                       "302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302",
    "GET notice":                        "200 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404",
    "POST notice":                       "302 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404",
    "GET notice-endpoint-new":           "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "POST notice-endpoint-new":          "302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302",
    "POST notice-endpoint-remove":       "302 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404",
    "GET notice-settings":               "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "POST notice-settings":              "302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302",
    "GET notices":                       "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "POST notices-read":                 "302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302",
    "GET package":                       "403 403 403 200 200 403 403 200 403 403 403 403 403 403 200 403 403 403 403 403 403",
    "POST package-remind":               "404 404 404 302 302 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404",
    "GET password_change":               "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "POST password_change":              "302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302",
    "POST token-revoke":                 "302 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404",
    "GET tokens":                        "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "POST tokens":                       "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "GET upload":                        "404 200 404 404 404 404 404 404 200 200 404 200 200 404 404 404 404 404 200 404 404",
    "POST upload-accept":                "404 302 404 404 404 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "GET upload-approval":               "404 404 404 404 404 404 404 404 403 403 404 200 200 404 404 404 404 404 403 404 404",
    "POST upload-approval":              "404 404 404 404 404 404 404 404 403 403 404 302 302 404 404 404 404 404 403 404 404",
    "GET upload-correct":                "404 200 404 404 404 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "POST upload-correct":               "404 302 404 404 404 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "GET upload-correct-heading":        "404 200 404 404 404 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "POST upload-correct-heading":       "404 302 404 404 404 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "GET upload-correct-indicator":      "404 200 404 404 404 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "POST upload-correct-indicator":     "404 302 404 404 404 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "POST upload-decide":                "404 302 404 404 404 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "GET upload-mapping":                "404 200 404 404 404 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "POST upload-mapping":               "404 302 404 404 404 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "GET upload-marked":                 "404 200 404 404 404 404 404 404 200 200 404 200 200 404 404 404 404 404 200 404 404",
    "GET upload-problems":               "404 200 404 404 404 404 404 404 200 200 404 200 200 404 404 404 404 404 200 404 404",
    "POST upload-recheck":               "404 302 404 404 404 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "GET upload-status":                 "404 200 404 404 404 404 404 404 200 200 404 200 200 404 404 404 404 404 200 404 404",
    "GET upload-template":               "200 200 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404",
    "POST upload-units":                 "404 302 404 404 404 404 404 404 403 403 404 403 403 404 404 404 404 404 403 404 404",
    "GET uploads":                       "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "POST uploads":                      "302 302 302 403 403 403 302 403 403 403 403 302 302 302 403 403 302 403 403 403 403",
    "GET uploads-rows":                  "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "GET verification":                  "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
    "GET verification-result":           "200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200",
}
# fmt: on

# The same for everybody, and dear to make.
DEAR = {"GET api-schema", "GET api-docs"}
# What ends the session it is asked in.
PARTING = {"POST login", "POST logout", "POST password_change"}
# Whoever holds a document may check it, and whoever watches over the server may ask whether it serves.
PUBLIC = {"GET verification", "GET verification-result", "GET healthz", "GET login"}


# Pages that are about nothing in particular.
PLAIN = (
    "home", "declarations", "declaration-new", "tokens", "password_change", "login", "healthz", "api-schema", "api-docs",
    "approvals", "verification", "deputies", "package", "notices", "notice-settings", "notice-endpoint-new",
    "uploads", "uploads-rows", "upload-template",
)  # fmt: skip


def addresses(s: Scene) -> dict[str, tuple[str, Any]]:
    """What stands in RULES → its address, and what is sent there (None with a GET)."""
    up, document = s.upload.pk, s.document.pk
    wrong_sum = next(problem for _project, problem in every_problem(s.upload) if problem["code"] == "FUNDING_SUM")
    header = s.upload.survey["tables"][0]["header"][0] + 1
    columns = ("", "unit_name", "project_name", "total", "", "", "level1", "indicator_name", "value", "")
    mapped = {"layout": "flat", "table": 0, "first": header, "last": header, "unit": "元", "year": "2027"}
    mapped |= {f"column-{number}": key for number, key in enumerate(columns)}
    seen = compare(s.document, actor_of(s.approver)).seen
    new = declaration_form(unit=str(s.unit.pk), fiscal_year="2027", kind=Kind.ANNUAL)
    row = {"level1": "产出指标", "name": "监测次数", "value": "≥12次"}
    rewritten = declaration_form([row, row | {"name": "监测点位"}], seen=str(s.draft.revision))
    batch = {"verb": "endorse", "chosen": f"{s.submitted.pk}:{s.submitted.revision}", "mode": "all", "confirm": "1"}
    approval = {"chosen": f"{s.passed.pk}:{s.passed.revision}", "date": "2027-01-20", "title": "批复", "confirm": "1"}
    deputy = {"membership": s.filer.memberships.get().pk, "deputy": s.sister_filer.pk, "valid_from": date.today()}
    password = {"old_password": PASSWORD, "new_password1": "yun-xi-2-heng", "new_password2": "yun-xi-2-heng"}
    found: dict[str, tuple[list[Any], Any]] = {
        "GET declaration": ([s.draft.pk], None),
        "GET declaration-edit": ([s.draft.pk], None),
        "POST declaration-edit": ([s.draft.pk], rewritten),
        "GET declaration-discard": ([s.draft.pk], None),
        "POST declaration-discard": ([s.draft.pk], {"seen": s.draft.revision}),
        "GET declaration-adjust": ([s.approved.pk], None),
        "POST declaration-adjust": ([s.approved.pk], {"reason": "汛期提前", "seen": s.approved.revision}),
        "GET declaration-history": ([s.draft.pk], None),
        "POST declaration-attach": ([s.draft.pk], {"file": ContentFile(b"%PDF-1.7 2", "通知.pdf")}),
        "GET declaration-attachment": ([s.draft.pk, s.attachment.pk], None),
        "POST declaration-detach": ([s.draft.pk, s.attachment.pk], {}),
        "GET declaration-step": ([s.draft.pk, "submit"], None),
        "POST declaration-step": ([s.submitted.pk, "endorse"], {"seen": s.submitted.revision}),
        "POST declarations-batch": ([], batch),
        "POST declaration-new": ([], new),
        "POST filters-save": ([], {"name": "退回的", "query": "bucket=returned"}),
        "POST filter-change": ([s.saved_filter.pk], {"action": "remove"}),
        "POST tokens": ([], {"name": "对账", "scopes": ["read"], "days": "30"}),
        "POST token-revoke": ([s.token.pk], {}),
        "GET approval-new": ([s.department.pk, 2027], None),
        "POST approval-new": ([s.department.pk, 2027], approval),
        "GET approval": ([s.approval.pk], None),
        "POST approval-transmit": ([s.approval.pk], {}),
        "GET approval-download": ([s.approval.pk, "xlsx"], None),
        "GET approval-original": ([s.approval.pk], None),
        "GET verification-result": ([s.approval.verification_code], None),
        "POST deputies": ([], deputy | {"valid_to": date.today()}),
        "POST deputy-end": ([s.deputyship.pk], {}),
        "POST package-remind": ([], {"department": s.department.pk, "year": 2027}),
        "POST notices-read": ([], {}),
        "POST notice-settings": ([], {"mail": ["return"]}),
        "POST notice-endpoint-new": ([], {"name": "群", "kind": "wecom", "url": "https://oa.example.org/robot?key=1"}),
        "POST notice-endpoint-remove": ([s.endpoint.pk], {}),
        "GET notice": ([s.notice.pk], None),
        "POST notice": ([s.notice.pk], {}),
        "POST password_change": ([], password),
        "POST login": ([], {"username": s.filer.username, "password": PASSWORD}),
        "POST logout": ([], {}),
        "POST uploads": ([], {"file": ContentFile("项目\t指标\n".encode(), "另一个.txt")}),
        "POST upload-recheck": ([up], {"fiscal_year": 2028}),
        "POST upload-accept": ([s.ready.pk], {"fiscal_year": 2027, "positions": "1"}),
        "GET upload-approval": ([document], None),
        "POST upload-approval": ([document], {"seen": seen}),
        "POST upload-decide": ([up], {"problem": wrong_sum["id"], "choice": "sum"}),
        "POST upload-units": ([up], {"code": "999", "name": "乌有管理处", "unit": s.unit.pk}),
        "POST upload-mapping": ([up], mapped),
        "GET upload-problems": ([up, "csv"], None),
        "GET upload-correct-heading": ([up, "department"], None),
        "POST upload-correct-heading": ([up, "department"], {"value": "别的局"}),
        "GET upload-correct": ([up, 1, "total"], None),
        "POST upload-correct": ([up, 1, "total"], {"value": "501"}),
        "GET upload-correct-indicator": ([up, 1, 0, "value"], None),
        "POST upload-correct-indicator": ([up, 1, 0, "value"], {"value": "≥4"}),
    }
    for name in ("upload", "upload-status", "upload-mapping", "upload-marked"):
        found[f"GET {name}"] = ([up], None)
    for name in PLAIN:
        found[f"GET {name}"] = ([], None)
    told = {key: (reverse(key.partition(" ")[2], args=arguments), data) for key, (arguments, data) in found.items()}
    path, data = told["GET upload-template"]
    return told | {"GET upload-template": (f"{path}?unit={s.unit.pk}&year=2027", data)}


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


@pytest.fixture
def told(scene: Scene) -> dict[str, tuple[str, Any]]:
    return addresses(scene)


def names_of(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    """Every address of the product that has a name; the admin site's and the API's have tables of their own."""
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from () if each.namespace == "admin" else names_of(each.url_patterns)
        elif not (each.name or "").startswith("api-") or each.name in ("api-schema", "api-docs"):
            yield each.name or str(each.pattern)


def ask(client: Client, path: str, data: Any) -> int:
    """The status of the answer; files are sent from their beginning."""
    for file in [each for each in (data or {}).values() if isinstance(each, ContentFile)]:
        file.seek(0)
    return (client.get(path) if data is None else client.post(path, data)).status_code


def test_no_address_is_forgotten(scene: Scene, told: dict[str, tuple[str, Any]]) -> None:
    """Neither an address nor one of its two methods: what stands in no row answers 405 to everybody."""
    assert {key.partition(" ")[2] for key in RULES} == set(names_of(get_resolver().url_patterns))
    assert set(told) == set(RULES)
    client = scene.browser("filer")
    for key, (path, _data) in told.items():
        method, _space, name = key.partition(" ")
        if (other := "POST" if method == "GET" else "GET") + f" {name}" not in RULES and name not in (
            "api-docs",
            "healthz",
        ):
            assert undone(lambda p=path, o=other: ask(client, p, {} if o == "POST" else None)) == 405, (other, name)


def attempt(scene: Scene, client: Client, who: str, key: str, path: str, data: Any) -> tuple[int, Any]:
    """The status, and how everything stands after a refusal."""
    status = ask(scene.browser(who) if key in PARTING else client, path, data)
    return status, scene.standing() if data is not None and status >= 400 else None


@pytest.mark.parametrize("half", [0, 1])
def test_what_each_person_gets(scene: Scene, told: dict[str, tuple[str, Any]], half: int) -> None:
    wrong = []
    for number, who in enumerate(PEOPLE):
        if number % 2 != half:
            continue
        client = scene.browser(who)
        before = scene.standing()
        for key, (path, data) in told.items():
            if key in DEAR and number > 1:
                continue
            found, left = undone(partial(attempt, scene, client, who, key, path, data))
            expected = int(RULES[key].split()[number])
            if found != expected:
                wrong.append((who, key, found, expected))
            if left not in (None, before):
                wrong.append((who, key, "refused, and yet something changed"))
    assert wrong == []


@pytest.mark.parametrize("who", ["filer", "deputy", "finance_reviewer", "approver", "other_approver", "nobody"])
def test_the_admin_site_is_for_administrators_and_auditors_alone(scene: Scene, who: str) -> None:
    client, closed = scene.browser(who), 0
    for name in admin_names(site.get_urls()):
        with suppress(NoReverseMatch):
            path = reverse(f"admin:{name}", args=[1] if name.endswith(("_change", "_delete", "_history")) else [])
            for answer in (client.get(path), client.post(path)):
                assert answer.status_code in (302, 403, 404), (path, answer.status_code)
                if answer.status_code == 302:
                    assert "/login/" in answer["Location"], path
            closed += 1
    assert closed > 50


def admin_names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    """Every address of the admin site."""
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from admin_names(each.url_patterns)
        elif each.name and each.name not in ("login", "logout", "jsi18n"):
            yield each.name


def test_whoever_is_not_signed_in_is_sent_to_the_sign_in_page(
    scene: Scene, told: dict[str, tuple[str, Any]], client: Client
) -> None:
    for key, (path, _data) in told.items():
        if key in PUBLIC:
            assert client.get(path).status_code == 200, key
        elif key not in ("GET api-schema", "POST login"):
            answer = client.get(path) if key.startswith("GET") else client.post(path)
            assert answer.status_code == 302, key
            assert answer["Location"].startswith(reverse("login")), key
    assert client.get(told["GET api-schema"][0]).status_code == 401


def test_changes_need_the_token_of_the_page(scene: Scene, told: dict[str, tuple[str, Any]]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(scene.filer, "django.contrib.auth.backends.ModelBackend")
    before = scene.standing()
    for key, (path, data) in told.items():
        if key.startswith("POST"):
            answer = client.post(path, data)
            assert answer.status_code == 403, key
            assert "页面已过期" in answer.content.decode(), key
    assert scene.standing() == before


def test_looking_changes_nothing(scene: Scene, told: dict[str, tuple[str, Any]]) -> None:
    client = scene.browser("filer")
    before = scene.standing()
    for key, (path, _data) in told.items():
        # A download of an approval stands on the ledger.
        if key.startswith("GET") and key != "GET approval-download":
            client.get(path)
    assert scene.standing() == before


@pytest.mark.parametrize(
    "path",
    [
        "/declarations/99999999999999999999999/",
        "/declarations/99999999999999999999999/submit/",
        "/declarations/1/no-such-step/",
        "/approvals/99999999999999999999999/",
        "/approvals/new/{department}/1999/",
        "/approvals/new/{department}/99999999999999999999999/",
        "/approvals/new/99999999999999999999999/2027/",
        "/notices/99999999999999999999999/",
        "/no/such/page/",
    ],
)
def test_nonsense_addresses_are_not_found(db: None, path: str) -> None:
    city = City()
    client = Client()
    client.force_login(city.approver, "django.contrib.auth.backends.ModelBackend")
    answer = client.get(path.format(department=city.department.pk))
    assert answer.status_code == 404
    assert "没有找到" in answer.content.decode()


@pytest.mark.parametrize("who", ["department_filer", "approver"])
def test_every_page_is_well_made(scene: Scene, told: dict[str, tuple[str, Any]], who: str) -> None:
    """One heading, a name for every field, no id twice, and nothing the content security policy forbids."""
    client = scene.browser(who)
    for key, (path, data) in told.items():
        answer = client.get(path) if data is None else None
        if answer is None or not answer["Content-Type"].startswith("text/html") or key == "GET api-docs":
            continue
        text = answer.content.decode()
        if "<html" not in text:
            continue  # a part of a page
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert "<style" not in text, path
        assert not re.search(r" (style|onclick|onchange)=", text), path
        assert text.count("<script") == text.count("<script src="), path
        page = html.fromstring(answer.content)
        assert len(page.xpath("//h1")) == 1, path
        assert page.xpath("string(//h1)").strip(), path
        labelled = set(page.xpath("//label/@for"))
        for field in page.xpath("//input[not(@type='hidden')] | //select | //textarea[not(@aria-hidden)]"):
            named = field.get("aria-label") or field.get("id") in labelled or field.xpath("ancestor::label")
            assert named, (path, html.tostring(field))
        ids = [each for each in page.xpath("//@id") if not page.xpath(f"//template//*[@id='{each}']")]
        assert len(ids) == len(set(ids)), (path, sorted(each for each in ids if ids.count(each) > 1))
