"""Every page has its rule: who gets what from each address. Nobody may be forgotten, no address either."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, reverse
from lxml import html

from approvals import urls
from approvals.models import Approval, Declaration, Notice
from approvals.services.attaching import attach
from approvals.services.filters import save_filter
from approvals.states import State
from tests.factories import City, EndpointFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]

PEOPLE = (
    "filer", "sister_filer", "department_filer", "department_reviewer", "other_department_reviewer",
    "finance_reviewer", "approver", "other_finance_reviewer", "other_approver", "auditor", "administrator", "nobody",
    "division_reviewer", "other_division_reviewer",
)  # fmt: skip

#                          filer sis   depf  rev   orev  fin   app   ofin  oapp  aud   adm   nobody div  odiv
RULES = {
    "home":                  "200   200   200   200   200   200   200   200   200   200   200   200   200   200",
    "declarations":          "200   200   200   200   200   200   200   200   200   200   200   200   200   200",
    "declaration-new":       "200   200   200   403   403   403   403   403   403   403   403   403   403   403",
    "filters-save":          "405   405   405   405   405   405   405   405   405   405   405   405   405   405",
    "filter-change":         "405   405   405   405   405   405   405   405   405   405   405   405   405   405",
    "declarations-batch":    "405   405   405   405   405   405   405   405   405   405   405   405   405   405",
    "declaration":           "200   404   200   200   404   404   404   404   404   200   404   404   404   404",
    "declaration-edit":      "200   404   200   403   404   404   404   404   404   403   404   404   404   404",
    "declaration-discard":   "200   404   200   403   404   404   404   404   404   403   404   404   404   404",
    "declaration-adjust":    "200   404   200   403   404   403   403   404   404   403   404   404   403   404",
    "declaration-history":   "200   404   200   200   404   404   404   404   404   200   404   404   404   404",
    "declaration-attach":    "405   405   405   405   405   405   405   405   405   405   405   405   405   405",
    "declaration-attachment": "200   404   200   200   404   404   404   404   404   200   404   404   404   404",
    "declaration-detach":    "405   405   405   405   405   405   405   405   405   405   405   405   405   405",
    "declaration-step":      "200   404   200   403   404   404   404   404   404   403   404   404   404   404",
    "tokens":                "200   200   200   200   200   200   200   200   200   200   200   200   200   200",
    "token-revoke":          "405   405   405   405   405   405   405   405   405   405   405   405   405   405",
    "approvals":             "200   200   200   200   200   200   200   200   200   200   200   200   200   200",
    "approval-new":          "404   404   404   404   404   404   200   404   404   404   404   404   404   404",
    "approval":              "200   200   200   200   404   200   200   404   404   200   404   404   200   404",
    "approval-transmit":     "405   405   405   405   405   405   405   405   405   405   405   405   405   405",
    "approval-download":     "200   200   200   200   404   200   200   404   404   200   404   404   200   404",
    "approval-original":     "404   404   404   404   404   404   404   404   404   404   404   404   404   404",
    "verification":          "200   200   200   200   200   200   200   200   200   200   200   200   200   200",
    "verification-result":   "200   200   200   200   200   200   200   200   200   200   200   200   200   200",
    "deputies":              "200   200   200   200   200   200   200   200   200   200   200   200   200   200",
    "deputy-end":            "405   405   405   405   405   405   405   405   405   405   405   405   405   405",
    "package":               "403   403   403   200   200   403   403   403   403   403   403   403   403   403",
    "package-remind":        "405   405   405   405   405   405   405   405   405   405   405   405   405   405",
    "notices":               "200   200   200   200   200   200   200   200   200   200   200   200   200   200",
    "notices-read":          "405   405   405   405   405   405   405   405   405   405   405   405   405   405",
    "notice-settings":       "200   200   200   200   200   200   200   200   200   200   200   200   200   200",
    "notice-endpoint-new":   "200   200   200   200   200   200   200   200   200   200   200   200   200   200",
    "notice-endpoint-remove": "405   405   405   405   405   405   405   405   405   405   405   405   405   405",
    "notice":                "200   404   404   404   404   404   404   404   404   404   404   404   404   404",
}  # fmt: skip

# Whoever holds a document may check it.
PUBLIC = {"verification", "verification-result"}


@pytest.fixture
def paths(city: City) -> dict[str, str]:
    """An address of each kind: about a draft, a passed declaration, an approval and a notice of the filer."""
    approved = city.declaration(State.APPROVED)
    city.declaration(State.PASSED)
    draft = city.declaration()
    approval = Approval.objects.get()
    notice = Notice.objects.filter(recipient=city.filer).latest("pk")
    attached = attach(draft.pk, city.filer, [ContentFile(b"%PDF-1.7", "依据.pdf")])[0]
    arguments = {
        "declaration": [draft.pk],
        "declaration-edit": [draft.pk],
        "declaration-discard": [draft.pk],
        "declaration-adjust": [approved.pk],
        "declaration-history": [draft.pk],
        "declaration-step": [draft.pk, "submit"],
        "declaration-attach": [draft.pk],
        "declaration-attachment": [draft.pk, attached.pk],
        "declaration-detach": [draft.pk, attached.pk],
        "approval-new": [city.department.pk, 2027],
        "deputy-end": [1],
        "approval": [approval.pk],
        "approval-transmit": [approval.pk],
        "approval-download": [approval.pk, "xlsx"],
        "approval-original": [approval.pk],
        "notice": [notice.pk],
        "filter-change": [save_filter(city.filer, "本年", "year=2027").pk],
        "token-revoke": [1],
        "notice-endpoint-remove": [EndpointFactory(user=city.filer).pk],
        "verification-result": [approval.verification_code],
    }
    return {name: reverse(name, args=arguments.get(name, [])) for name in RULES}


def test_no_address_is_forgotten() -> None:
    # Signing in and the admin site have tests of their own.
    named = {pattern.name for pattern in urls.urlpatterns if isinstance(pattern, URLPattern)}
    assert named - {"login", "logout", "password_change"} == set(RULES)


@pytest.mark.parametrize("who", PEOPLE)
def test_what_each_person_gets(city: City, paths: dict[str, str], as_, who: str) -> None:
    client: Client = as_(getattr(city, who))
    column = PEOPLE.index(who)
    found = {name: client.get(path).status_code for name, path in paths.items()}
    assert found == {name: int(row.split()[column]) for name, row in RULES.items()}


def test_whoever_is_not_signed_in_is_sent_to_the_sign_in_page(paths: dict[str, str], client: Client) -> None:
    for name in PUBLIC:
        assert client.get(paths[name]).status_code == 200
    asking = [path for name, path in paths.items() if name not in PUBLIC]
    for path in [*asking, reverse("password_change")]:
        for answer in (client.get(path), client.post(path)):
            assert answer.status_code == 302, path
            assert answer["Location"].startswith(reverse("login")), path


def test_a_post_by_somebody_else_changes_nothing(city: City, paths: dict[str, str], as_) -> None:
    before = list(Declaration.objects.order_by("pk").values_list("pk", "state", "revision"))
    for who in ("sister_filer", "other_department_reviewer", "other_approver", "administrator", "nobody"):
        client = as_(getattr(city, who))
        for name in ("declaration-edit", "declaration-discard", "declaration-step", "approval-new", "notice"):
            assert client.post(paths[name], {"seen": 1}).status_code == 404, (who, name)
        assert client.post(paths["notice-endpoint-remove"]).status_code == 404
        assert client.post(paths["filter-change"], {"action": "remove"}).status_code == 404
    assert list(Declaration.objects.order_by("pk").values_list("pk", "state", "revision")) == before
    assert city.filer.endpoints.count() == city.filer.saved_filters.count() == 1


def test_changes_need_the_token_of_the_page(city: City, paths: dict[str, str]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(city.filer)
    for name in ("declaration-edit", "declaration-discard", "declaration-step", "declarations-batch", "notice"):
        answer = client.post(paths[name], {"seen": 1})
        assert answer.status_code == 403, name
        assert "页面已过期" in answer.content.decode()
    assert Declaration.objects.filter(state=State.DRAFT).count() == 1


def test_looking_changes_nothing(city: City, paths: dict[str, str], as_) -> None:
    client = as_(city.filer)
    for path in paths.values():
        client.get(path)
    assert Declaration.objects.filter(state=State.DRAFT).count() == 1
    assert not Notice.objects.filter(read_at__isnull=False).exists()


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
def test_nonsense_addresses_are_not_found(city: City, as_, path: str) -> None:
    answer = as_(city.approver).get(path.format(department=city.department.pk))
    assert answer.status_code == 404
    assert "没有找到" in answer.content.decode()


def test_every_page_has_one_heading_and_a_name_for_every_field(city: City, paths: dict[str, str], as_) -> None:
    for who in ("filer", "approver"):
        client = as_(getattr(city, who))
        for path in paths.values():
            answer = client.get(path)
            if not answer["Content-Type"].startswith("text/html") or answer.status_code == 405:
                continue
            page = html.fromstring(answer.content)
            assert len(page.xpath("//h1")) == 1, path
            assert page.xpath("string(//h1)").strip(), path
            labelled = set(page.xpath("//label/@for"))
            for field in page.xpath("//input[not(@type='hidden')] | //select | //textarea[not(@aria-hidden)]"):
                named = field.get("aria-label") or field.get("id") in labelled or field.xpath("ancestor::label")
                assert named, (path, html.tostring(field))
            ids = [each for each in page.xpath("//@id") if not page.xpath(f"//template//*[@id='{each}']")]
            assert len(ids) == len(set(ids)), (path, sorted(each for each in ids if ids.count(each) > 1))


def test_every_page_keeps_to_the_content_security_policy(city: City, paths: dict[str, str], as_) -> None:
    for who in ("filer", "approver"):
        client = as_(getattr(city, who))
        for path in paths.values():
            answer = client.get(path)
            if not answer["Content-Type"].startswith("text/html"):
                continue
            assert "script-src 'self'" in answer["Content-Security-Policy"]
            page = answer.content.decode()
            assert "<style" not in page, path
            assert " style=" not in page, path
            assert " onclick=" not in page, path
            assert page.count("<script") == page.count("<script src="), path
