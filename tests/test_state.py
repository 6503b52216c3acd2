"""Nobody changes `state` but through the door: not the admin site, not the API, not a form, not the model."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from approvals.models import ApprovalRecord, Declaration, User
from approvals.states import State
from tests.factories import City, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]

EVERYBODY = (
    "filer", "department_filer", "department_reviewer", "finance_reviewer", "approver", "auditor", "administrator",
    "superuser", "nobody",
)  # fmt: skip


@pytest.fixture
def city() -> City:
    city = City()
    city.superuser = UserFactory(is_superuser=True, is_staff=True)
    return city


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def standing(declaration: Declaration) -> tuple:
    row = Declaration.objects.values_list("state", "round", "approval_id").get(pk=declaration.pk)
    return (*row, ApprovalRecord.objects.exclude(chain__startswith="person:").count())


@pytest.mark.parametrize("name", EVERYBODY)
@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.PASSED, State.APPROVED])
def test_not_the_admin_site(city: City, name: str, state: State) -> None:
    declaration = city.declaration(state)
    before = standing(declaration)
    client = browser(getattr(city, name))
    pk = declaration.pk
    fields = {"state": State.APPROVED, "_save": "1", "project": declaration.project_id, "fiscal_year": 2027}
    for path, data in (
        (f"/admin/approvals/declaration/{pk}/change/", fields),
        ("/admin/approvals/declaration/add/", fields),
        (f"/admin/approvals/declaration/{pk}/delete/", {"post": "yes"}),
        ("/admin/approvals/declaration/", {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}),
        ("/admin/approvals/declaration/", {"action": "approve", "_selected_action": [pk]}),
        ("/admin/approvals/declaration/", {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": pk,
                                           "form-0-state": State.APPROVED, "_save": "1"}),
    ):  # fmt: skip
        response = client.post(path, data)
        assert response.status_code in (200, 302, 403, 404, 405), (path, response.status_code)
        assert standing(declaration) == before, path


@pytest.mark.parametrize("name", EVERYBODY)
def test_not_the_api(city: City, name: str) -> None:
    declaration = city.declaration()
    client = browser(getattr(city, name))
    content = {"name": "河道清淤工程", "state": "approved", "round": 5, "approval": 1, "seen": declaration.revision}
    address = f"/api/declarations/{declaration.pk}/"
    for response in (
        client.put(address, content, "application/json"),
        client.patch(address, content, "application/json"),
        client.post(address, content, "application/json"),
        client.post(f"{address}verbs/approve/", content, "application/json"),
        client.post("/api/declarations/", content | {"unit": city.unit.pk, "fiscal_year": 2028}, "application/json"),
    ):
        assert response.status_code < 500
    assert standing(declaration)[:3] == (State.DRAFT, 0, None)
    assert set(Declaration.objects.values_list("state", flat=True)) == {State.DRAFT}


@pytest.mark.parametrize("name", ["filer", "department_filer", "nobody", "superuser"])
def test_not_a_form(city: City, name: str) -> None:
    declaration = city.declaration()
    client = browser(getattr(city, name))
    page = client.get(f"/declarations/{declaration.pk}/edit/")
    data: dict = {"state": "approved", "round": "3", "name": "改过的名称", "seen": declaration.revision}
    if page.status_code == 200:
        for form in (page.context["form"], *_formsets(page.context)):
            data |= {field.html_name: field.value() or "" for field in _bound_fields(form)}
        data |= {"state": "approved", "name": "改过的名称"}
    response = client.post(f"/declarations/{declaration.pk}/edit/", data)
    assert response.status_code in (200, 302, 403, 404, 422)
    assert standing(declaration)[:3] == (State.DRAFT, 0, None)


def _formsets(context) -> list:
    return [value for layer in context for value in layer.flatten().values() if hasattr(value, "management_form")]


def _bound_fields(form):
    if hasattr(form, "management_form"):
        for each in (form.management_form, *form.forms):
            yield from each
    else:
        yield from form


def test_not_the_model(city: City) -> None:
    declaration = city.declaration()
    with pytest.raises(AttributeError):
        declaration.state = State.APPROVED
    for values in ({"state": State.APPROVED}, {"state": State.SUBMITTED}, {"state": State.PASSED, "round": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Declaration.objects.filter(pk=declaration.pk).update(**values)
    copied = {name: getattr(declaration, name) for name in ("project", "unit", "department", "bureau", "fiscal_year")}
    with pytest.raises(IntegrityError), transaction.atomic():
        Declaration.objects.create(**copied, version=2, state=State.PASSED, round=1)
    assert standing(declaration)[:3] == (State.DRAFT, 0, None)
