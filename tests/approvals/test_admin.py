"""The admin site: administrators manage organisations and people, auditors look, nobody decides."""

from datetime import timedelta

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from approvals.admin import site
from approvals.models import (
    Approval,
    ApprovalRecord,
    Bureau,
    Declaration,
    Department,
    Endpoint,
    Membership,
    Notice,
    NoticeDelivery,
    Project,
    Unit,
    User,
)
from approvals.roles import Role
from approvals.services.filing import Filing, file_declarations
from approvals.states import State
from tests.factories import PASSWORD, City, DepartmentFactory, EndpointFactory, UnitFactory, UserFactory, draft, person

pytestmark = [pytest.mark.django_db, pytest.mark.database]

MANAGED = (Bureau, Department, Unit, User, Membership)
LOOKED_AT = (Project, Declaration, Approval, ApprovalRecord, Notice, NoticeDelivery)


@pytest.fixture
def city(db: None) -> City:
    return City()


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def path(model: type, what: str, *args: object) -> str:
    return reverse(f"admin:approvals_{model._meta.model_name}_{what}", args=args)


def test_who_may_enter(city: City) -> None:
    for user in (city.administrator, city.auditor, UserFactory(is_superuser=True)):
        assert browser(user).get("/admin/").status_code == 200
    for user in (city.filer, city.approver, city.nobody, UserFactory(is_staff=True)):
        answer = browser(user).get("/admin/", follow=True)
        assert answer.status_code == 403
    ended = person(Role.ADMINISTRATOR)
    Membership.objects.filter(user=ended).update(valid_to=timezone.localdate() - timedelta(days=1))
    assert browser(ended).get("/admin/", follow=True).status_code == 403


def test_signing_in_goes_through_the_one_page(city: City, client: Client) -> None:
    answer = client.get("/admin/approvals/user/", follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/login/?next=/admin/approvals/user/"
    assert (
        client.post("/admin/login/", {"username": city.administrator.username, "password": PASSWORD}).status_code == 302
    )
    assert "_auth_user_id" not in client.session


def test_every_page_opens_for_administrator_and_auditor(city: City) -> None:
    city.declaration(State.APPROVED)
    for user in (city.administrator, city.auditor):
        client = browser(user)
        for model in (*MANAGED, *LOOKED_AT):
            answer = client.get(path(model, "changelist"))
            assert answer.status_code == 200, model
            row = answer.context["cl"].queryset.first()
            assert row is not None, model
            assert client.get(path(model, "change", row.pk)).status_code == 200, model
            assert client.get(path(model, "changelist"), {"q": "河道"}).status_code == 200, model


def test_all_models_of_the_procedure_are_there() -> None:
    assert {*MANAGED, *LOOKED_AT} <= set(site._registry)


@pytest.mark.parametrize("model", LOOKED_AT)
def test_nobody_adds_changes_or_deletes_records(city: City, model: type) -> None:
    city.declaration(State.APPROVED)
    row = model.objects.first()  # type: ignore[attr-defined]
    kept = model.objects.order_by("pk").filter(pk__lte=model.objects.latest("pk").pk)  # type: ignore[attr-defined]
    before = list(kept.values())
    for user in (city.administrator, city.auditor, UserFactory(is_superuser=True)):
        client = browser(user)
        assert client.get(path(model, "add")).status_code == 403
        assert client.post(path(model, "add"), {}).status_code == 403
        assert client.post(path(model, "change", row.pk), {"state": "draft", "title": "x"}).status_code == 403
        assert client.post(path(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        client.post(
            path(model, "changelist"), {"action": "delete_selected", ACTION_CHECKBOX_NAME: [row.pk], "post": "yes"}
        )
    assert list(kept.values()) == before


@pytest.mark.parametrize("model", MANAGED)
def test_auditors_change_nothing(city: City, model: type) -> None:
    row = model.objects.first()  # type: ignore[attr-defined]
    client = browser(city.auditor)
    for what, args in (("add", []), ("change", [row.pk]), ("delete", [row.pk])):
        assert client.post(path(model, what, *args), {"post": "yes", "name": "x"}).status_code in (403, 404)
    assert client.get(path(model, "add")).status_code == 403
    assert model.objects.filter(pk=row.pk).exists()  # type: ignore[attr-defined]


def test_the_state_cannot_be_set_anywhere(city: City) -> None:
    declaration = city.declaration(State.PASSED)
    client = browser(UserFactory(is_superuser=True))
    page = client.get(path(Declaration, "change", declaration.pk))
    assert 'name="state"' not in page.content.decode()
    client.post(path(Declaration, "change", declaration.pk), {"state": "approved", "_save": "1"})
    client.post(
        path(Declaration, "changelist"), {"form-0-id": declaration.pk, "form-0-state": "approved", "_save": "1"}
    )
    assert Declaration.objects.get().state == State.PASSED


class TestAuditorOfOneRegion:
    def test_sees_his_region_alone(self, city: City) -> None:
        abroad = UnitFactory(department=DepartmentFactory(bureau=city.other_bureau))
        foreign_filer = person(Role.FILER, abroad)
        foreign = file_declarations(foreign_filer, [Filing(abroad, draft("外地项目"))], 2027)[0]
        own = city.declaration(State.APPROVED)
        client = browser(city.auditor)
        expected = {
            Bureau: {city.bureau.pk},
            Department: {city.department.pk, city.other_department.pk},
            Unit: {city.unit.pk, city.sister.pk},
            Declaration: {own.pk},
            Project: {own.project_id},
        }
        for model, pks in expected.items():
            shown = client.get(path(model, "changelist")).context["cl"].queryset
            assert set(shown.values_list("pk", flat=True)) == pks, model
        people = set(client.get(path(User, "changelist")).context["cl"].queryset)
        assert city.filer in people
        assert foreign_filer not in people
        for model, pk in ((Declaration, foreign.pk), (User, foreign_filer.pk), (Unit, abroad.pk)):
            assert client.get(path(model, "change", pk)).status_code == 302
        everywhere = browser(person(Role.AUDITOR))
        assert everywhere.get(path(Declaration, "change", foreign.pk)).status_code == 200

    def test_ledger_and_notices_are_of_his_region(self, city: City) -> None:
        city.declaration(State.APPROVED)
        other = person(Role.AUDITOR, city.other_bureau)
        for model in (ApprovalRecord, Notice, NoticeDelivery, Approval):
            known = set(model.objects.values_list("pk", flat=True))  # type: ignore[attr-defined]
            own = browser(city.auditor).get(path(model, "changelist")).context["cl"].queryset
            assert set(own.values_list("pk", flat=True)) >= known != set(), model
            foreign = browser(other).get(path(model, "changelist")).context["cl"].queryset
            assert not known & set(foreign.values_list("pk", flat=True)), model


class TestManaging:
    def test_organisations(self, city: City) -> None:
        client = browser(city.administrator)
        asked = {
            "name": "云溪市南区财政局", "region_code": "930001", "document_word": "南财绩", "aliases": "南区财政局",
            "approval_form": "keqiao", "active": "on",
        }  # fmt: skip
        answer = client.post(path(Bureau, "add"), asked | {"number_pattern": "{word}{serial}号"})
        assert "须含 {year} 且只写一次" in answer.content.decode()
        client.post(path(Bureau, "add"), asked | {"number_pattern": "{word}〔{year}〕第{serial}号"})
        bureau = Bureau.objects.get(region_code="930001")
        assert bureau.approval_form == "keqiao"
        assert bureau.aliases == ["南区财政局"]
        client.post(path(Department, "add"), {"name": "南区教育局", "code": "201", "bureau": bureau.pk, "active": "on"})
        department = Department.objects.get(name="南区教育局")
        answer = client.post(
            path(Unit, "add"), {"name": "南区一小", "code": "20 1!", "department": department.pk, "active": "on"}
        )
        assert "代码只能由数字和字母组成" in answer.content.decode()
        client.post(
            path(Unit, "add"), {"name": "南区一小", "code": "201001", "department": department.pk, "active": "on"}
        )
        assert Unit.objects.get(code="201001").department == department

    def test_what_is_in_use_is_not_deleted(self, city: City) -> None:
        city.declaration(State.APPROVED)
        client = browser(city.administrator)
        for model, row in ((Unit, city.unit), (Department, city.department), (Bureau, city.bureau), (User, city.filer)):
            client.post(path(model, "delete", row.pk), {"post": "yes"})
            assert model.objects.filter(pk=row.pk).exists(), model

    def test_a_person_with_memberships_and_a_password(self, city: City) -> None:
        client = browser(city.administrator)
        new = "xin-ren-2027-mima"
        client.post(
            path(User, "add"),
            {
                "username": "wang.fang", "full_name": "王芳", "email": "wang@example.invalid",
                "usable_password": "true", "password1": new, "password2": new,
            } | rows(),
        )  # fmt: skip
        made = User.objects.get(username="wang.fang")
        assert made.check_password(new)
        client.post(path(User, "change", made.pk), changed(made) | rows(role="filer", unit=city.unit.pk))
        assert Membership.objects.get(user=made).unit == city.unit
        other = "lingyige-2027-mima"
        answer = client.post(
            reverse("admin:auth_user_password_change", args=[made.pk]),
            {"usable_password": "true", "password1": other, "password2": other},
        )
        assert answer.status_code == 302
        made.refresh_from_db()
        assert made.check_password(other)

    def test_a_role_at_the_wrong_kind_of_organisation_is_explained(self, city: City) -> None:
        client = browser(city.administrator)
        answer = client.post(
            path(User, "change", city.nobody.pk), changed(city.nobody) | rows(role="approver", unit=city.unit.pk)
        )
        assert answer.status_code == 200
        assert "角色与机构不符" in answer.content.decode()
        assert not Membership.objects.filter(user=city.nobody).exists()

    def test_an_administrator_does_not_make_himself_a_reviewer(self, city: City) -> None:
        client = browser(city.administrator)
        answer = client.post(
            path(User, "change", city.administrator.pk),
            changed(city.administrator) | rows(city.administrator, role="approver", bureau=city.bureau.pk),
        )
        assert "系统管理员不参与审批" in answer.content.decode()
        answer = client.post(
            path(Membership, "add"), {"user": city.administrator.pk, "role": "approver", "bureau": city.bureau.pk}
        )
        assert "系统管理员不参与审批" in answer.content.decode()
        assert {m.role for m in city.administrator.memberships.all()} == {Role.ADMINISTRATOR}

    def test_nobody_becomes_a_superuser_here(self, city: City) -> None:
        client = browser(city.administrator)
        client.post(
            path(User, "change", city.filer.pk),
            changed(city.filer) | rows(city.filer) | {"is_superuser": "on", "is_staff": "on"},
        )
        city.filer.refresh_from_db()
        assert not city.filer.is_superuser
        assert not city.filer.is_staff

    def test_a_superusers_password_is_not_for_administrators(self, city: City) -> None:
        root = UserFactory(is_superuser=True)
        client = browser(city.administrator)
        answer = client.post(
            reverse("admin:auth_user_password_change", args=[root.pk]),
            {"usable_password": "true", "password1": "xin-mima-2027-x", "password2": "xin-mima-2027-x"},
        )
        assert answer.status_code == 403
        assert client.post(path(User, "change", root.pk), changed(root) | rows()).status_code == 403
        root.refresh_from_db()
        assert root.check_password(PASSWORD)


class TestDeliveries:
    def failed(self, city: City) -> NoticeDelivery:
        city.declaration(State.SUBMITTED)
        delivery = NoticeDelivery.objects.first()
        assert delivery is not None
        NoticeDelivery.objects.filter(pk=delivery.pk).update(status="failed", attempts=7, error="邮箱已满")
        return delivery

    def retry(self, user: User, delivery: NoticeDelivery) -> None:
        browser(user).post(
            path(NoticeDelivery, "changelist"), {"action": "retry", ACTION_CHECKBOX_NAME: [delivery.pk]}, follow=True
        )
        delivery.refresh_from_db()

    def test_administrators_try_failed_ones_again(self, city: City) -> None:
        delivery = self.failed(city)
        self.retry(city.administrator, delivery)
        assert (delivery.status, delivery.attempts, delivery.error) == ("pending", 0, "")

    def test_what_was_sent_is_not_sent_again(self, city: City) -> None:
        delivery = self.failed(city)
        NoticeDelivery.objects.filter(pk=delivery.pk).update(status="sent")
        self.retry(city.administrator, delivery)
        assert delivery.status == "sent"

    def test_auditors_do_not(self, city: City) -> None:
        delivery = self.failed(city)
        self.retry(city.auditor, delivery)
        assert delivery.status == "failed"


class TestEndpoints:
    def test_an_administrator_registers_a_robot_for_an_organisation(self, city: City) -> None:
        client = browser(city.administrator)
        asked = {
            "name": "水务群",
            "kind": "dingtalk",
            "secret": "SECx",
            "topics": ["return", "approval"],
            "active": "on",
        }
        answer = client.post(path(Endpoint, "add"), asked | {"url": "http://oapi.example/send", "unit": city.unit.pk})
        assert "https" in answer.content.decode()
        answer = client.post(path(Endpoint, "add"), asked | {"url": "https://oapi.example/send"})
        assert "请选择财政局、部门、单位中的一个" in answer.content.decode()
        client.post(
            path(Endpoint, "add"), asked | {"url": "https://oapi.example/send", "department": city.department.pk}
        )
        [made] = Endpoint.objects.all()
        assert (made.department, made.topics, made.secret) == (city.department, ["return", "approval"], "SECx")

    def test_address_and_secret_are_not_for_auditors(self, city: City) -> None:
        robot = EndpointFactory(department=city.department, url="https://oapi.example/send?access_token=geheim")
        page = browser(city.auditor).get(path(Endpoint, "change", robot.pk)).content.decode()
        assert robot.name in page
        assert "geheim" not in page
        assert robot.secret not in page
        assert robot.secret in browser(city.administrator).get(path(Endpoint, "change", robot.pk)).content.decode()

    def test_those_of_persons_are_only_switched_off(self, city: City) -> None:
        own = EndpointFactory(user=city.filer, url="https://example.org/geheim")
        client = browser(city.administrator)
        assert "geheim" not in client.get(path(Endpoint, "change", own.pk)).content.decode()
        client.post(path(Endpoint, "change", own.pk), {"name": "x", "url": "https://evil.example/"})
        own.refresh_from_db()
        assert (own.url, own.active) == ("https://example.org/geheim", False)

    def test_a_test_message_goes_the_ordinary_way(self, city: City) -> None:
        robot = EndpointFactory(department=city.department)
        own = EndpointFactory(user=city.filer)
        chosen = {"action": "try_out", ACTION_CHECKBOX_NAME: [robot.pk, own.pk]}
        browser(city.auditor).post(path(Endpoint, "changelist"), chosen)
        assert not NoticeDelivery.objects.exists()
        browser(city.administrator).post(path(Endpoint, "changelist"), chosen)
        [delivery] = NoticeDelivery.objects.all()
        assert (delivery.endpoint, delivery.channel, delivery.notice.kind) == (robot, "webhook", "test")


class TestLedger:
    def test_costs_the_same_for_many_rows(self, city: City) -> None:
        client = browser(city.administrator)

        def cost() -> int:
            with CaptureQueriesContext(connection) as captured:
                for model in (ApprovalRecord, Declaration, NoticeDelivery, Membership, User):
                    assert client.get(path(model, "changelist")).status_code == 200
            return len(captured)

        city.declaration(State.APPROVED)
        few = cost()
        for number in range(6):
            city.declaration(State.APPROVED, draft(f"又一个{number}"))
        assert cost() == few


def changed(user: User) -> dict[str, str]:
    """The person's own fields, as the page sends them."""
    return {"username": user.username, "full_name": user.full_name, "email": user.email, "is_active": "on"}


def rows(user: User | None = None, **new: object) -> dict[str, object]:
    """The memberships on the person's page: those he has, untouched, and a new one."""
    data: dict[str, object] = {}
    kept = list(user.memberships.all()) if user else []
    for number, row in enumerate(kept):
        values = {"id": row.pk, "user": row.user_id, "role": row.role, "bureau": row.bureau_id, "department": row.department_id, "unit": row.unit_id}  # noqa: E501  # fmt: skip
        data |= {f"memberships-{number}-{name}": value or "" for name, value in values.items()}
    data |= {f"memberships-{len(kept)}-{name}": value for name, value in new.items()}
    return data | {
        "memberships-TOTAL_FORMS": len(kept) + bool(new),
        "memberships-INITIAL_FORMS": len(kept),
        "memberships-MIN_NUM_FORMS": 0,
        "memberships-MAX_NUM_FORMS": 1000,
    }
