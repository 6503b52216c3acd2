"""Signing in and out, passwords, and what the navigation shows whom."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from approvals.models import User
from tests.factories import PASSWORD, City, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LOGIN = "/accounts/login/"


@pytest.fixture
def user(db: None) -> User:
    return UserFactory(username="li.na")


def test_signing_in_leads_to_where_one_wanted_to_go(client: Client, user: User) -> None:
    page = client.get("/declarations/", follow=True)
    assert "登录" in page.content.decode()
    answer = client.post(
        page.redirect_chain[-1][0], {"username": "li.na", "password": PASSWORD, "next": "/declarations/"}
    )
    assert answer["Location"] == "/declarations/"


def test_but_not_to_another_site(client: Client, user: User) -> None:
    answer = client.post(LOGIN, {"username": "li.na", "password": PASSWORD, "next": "https://example.invalid/"})
    assert answer["Location"] == "/"


def test_one_sentence_for_every_failure(client: Client, user: User) -> None:
    User.objects.filter(pk=UserFactory(username="gone").pk).update(is_active=False)
    said = set()
    for name, password in (("li.na", "falsch"), ("nobody", "falsch"), ("gone", PASSWORD)):
        page = client.post(LOGIN, {"username": name, "password": password}).content.decode()
        said.add("用户名或密码不正确" in page)
    assert said == {True}


def test_too_many_failures_lock_the_account_for_a_while(client: Client, user: User) -> None:
    for _time in range(settings.AXES_FAILURE_LIMIT):
        answer = client.post(LOGIN, {"username": "li.na", "password": "falsch"})
    assert answer.status_code == 429
    page = answer.content.decode()
    assert "登录已暂时锁定" in page
    assert f"连续输错 {settings.AXES_FAILURE_LIMIT} 次" in page
    assert "请在 15 分钟后再试" in page
    assert client.post(LOGIN, {"username": "li.na", "password": PASSWORD}).status_code == 429


def test_signing_out_takes_a_post(client: Client, user: User) -> None:
    client.force_login(user)
    assert client.get("/accounts/logout/").status_code == 405
    assert client.get("/").status_code == 200
    assert client.post("/accounts/logout/")["Location"] == LOGIN
    assert client.get("/").status_code == 302


def test_a_new_password(client: Client, user: User) -> None:
    client.force_login(user)
    new = "quan-xin-de-8-mima"
    weak = client.post(
        reverse("password_change"), {"old_password": PASSWORD, "new_password1": "123", "new_password2": "123"}
    )
    assert weak.status_code == 200
    assert "密码" in weak.content.decode()
    answer = client.post(
        reverse("password_change"), {"old_password": PASSWORD, "new_password1": new, "new_password2": new}, follow=True
    )
    assert "密码已修改" in answer.content.decode()
    user.refresh_from_db()
    assert user.check_password(new)


def entries(client: Client) -> list[str]:
    page = client.get("/")
    return [str(entry["label"]) for context in page.context for entry in context.get("entries", [])][:9]


def test_the_navigation_shows_what_a_person_can_use(city: City, as_) -> None:
    def shown(user: User) -> set[str]:
        return set(entries(as_(user)))

    pages = {"待办", "绩效目标申报", "批复"}
    assert shown(city.filer) == pages | {"导入文件"}
    assert shown(city.department_reviewer) == pages | {"部门送报"}
    assert shown(city.finance_reviewer) == pages
    assert shown(city.approver) == pages | {"导入文件"}
    assert shown(city.auditor) == pages | {"后台管理"}
    assert shown(city.administrator) == {"待办", "后台管理"}
    assert shown(UserFactory(is_superuser=True)) == {"待办", "后台管理"}
    assert shown(city.nobody) == {"待办"}


def test_errors_have_pages(client: Client, user: User) -> None:
    client.force_login(user)
    assert "没有找到" in client.get("/no-such-page/").content.decode()
    assert "没有权限" in client.get("/declarations/new/").content.decode()


def test_an_error_of_the_program_has_a_page_without_a_traceback(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("approvals.views.home.buckets", broken)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "系统出错" in answer.content.decode()
    assert "secret" not in answer.content.decode()
