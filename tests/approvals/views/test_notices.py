"""The inbox through the pages."""

import pytest
from django.urls import reverse
from lxml import html

from approvals.models import Endpoint, Notice, NoticeDelivery, NoticeSettings
from approvals.services.channels import MOST_OF_ONES_OWN
from approvals.states import State
from approvals.topics import Topic
from perfgoals.signing import is_secret
from tests.factories import City, EndpointFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def told(city: City) -> Notice:
    """What the department's reviewer heard of a declaration."""
    city.declaration(State.SUBMITTED)
    return Notice.objects.get(recipient=city.department_reviewer)


def test_the_badge_counts_what_is_unread(city: City, as_, told: Notice) -> None:
    client = as_(city.department_reviewer)
    assert 'data-unread="1"' in client.get("/").content.decode()
    client.post(reverse("notice", args=[told.pk]))
    assert "data-unread" not in client.get("/").content.decode()


def test_opening_marks_read_and_leads_there(city: City, as_, told: Notice) -> None:
    client = as_(city.department_reviewer)
    shown = client.get(reverse("notice", args=[told.pk]))
    assert told.title in shown.content.decode()
    told.refresh_from_db()
    assert told.read_at is None
    answer = client.post(reverse("notice", args=[told.pk]))
    assert answer.status_code == 302
    assert answer["Location"] == told.path
    assert client.get(told.path).status_code == 200
    told.refresh_from_db()
    assert told.read_at is not None


@pytest.mark.parametrize(
    "elsewhere", ["https://example.invalid/", "//example.invalid", "javascript:alert(1)", "/\\example.invalid", ""]
)
def test_it_leads_to_no_other_site(city: City, as_, told: Notice, elsewhere: str) -> None:
    Notice.objects.update(path=elsewhere)
    answer = as_(city.department_reviewer).post(reverse("notice", args=[told.pk]))
    assert answer["Location"] == reverse("notices")


def test_unread_ones_come_first(city: City, as_) -> None:
    for _time in range(3):
        city.declaration(State.SUBMITTED)
    newest = Notice.objects.filter(recipient=city.department_reviewer).latest("pk")
    client = as_(city.department_reviewer)
    client.post(reverse("notice", args=[newest.pk]))
    rows = list(client.get("/notices/").context["page"])
    assert [row.read_at is None for row in rows] == [True, True, False]
    assert rows[-1] == newest
    assert newest not in client.get("/notices/", {"unread": "1"}).context["page"]


def test_all_of_ones_own_are_marked_read_and_nobody_elses(city: City, as_, told: Notice) -> None:
    other = Notice.objects.create(recipient=city.filer, kind="x", title="别人的", dedupe_key="x")
    answer = as_(city.department_reviewer).post("/notices/read/", follow=True)
    assert "已将 1 条通知标为已读" in answer.content.decode()
    other.refresh_from_db()
    assert other.read_at is None
    assert "别人的" not in answer.content.decode()


class TestSettings:
    PAGE = "/notices/settings/"

    def test_nothing_is_chosen_and_all_comes_by_mail(self, city: City, as_) -> None:
        page = html.fromstring(as_(city.filer).get(self.PAGE).content)
        boxes = page.xpath("//input[@type='checkbox']")
        assert len(boxes) == len(Topic.values)
        assert all("checked" in box.attrib for box in boxes)

    def test_choices_are_kept_and_obeyed(self, city: City, as_) -> None:
        robot = EndpointFactory(user=city.filer, name="我的群")
        client = as_(city.filer)
        column = f"endpoint-{robot.pk}"
        answer = client.post(self.PAGE, {"mail": ["return", "reminder"], column: ["return"]}, follow=True)
        page = html.fromstring(answer.content)
        assert set(page.xpath("//input[@name='mail'][@checked]/@value")) == {"return", "reminder"}
        assert page.xpath(f"//input[@name='{column}'][@checked]/@value") == ["return"]
        assert "我的群：退回与修改意见" in page.xpath("//input/@aria-label")
        city.declaration(State.RETURNED)
        told = NoticeDelivery.objects.filter(notice__recipient=city.filer).values_list("notice__kind", "channel")
        assert set(told) == {("return", "mail"), ("return", "webhook")}
        client.post(self.PAGE, {})
        assert set(city.filer.notice_settings.mail_off) == set(Topic.values)

    def test_nonsense_changes_nothing(self, city: City, as_) -> None:
        assert as_(city.filer).post(self.PAGE, {"mail": ["no-such-topic"]}).status_code == 422
        assert not NoticeSettings.objects.exists()

    def test_a_webhook_of_ones_own(self, city: City, as_) -> None:
        client = as_(city.filer)
        new = "/notices/endpoints/new/"
        bad = client.post(new, {"name": "内网", "kind": "webhook", "url": "http://10.0.0.1/x"})
        assert bad.status_code == 422
        assert "https" in bad.content.decode()
        assert client.post(new, {"name": "x", "kind": "mail", "url": "https://example.org/"}).status_code == 422
        page = client.post(
            new, {"name": "我的程序", "kind": "webhook", "url": "https://example.org/hook", "bureau": city.bureau.pk},
            follow=True,
        ).content.decode()  # fmt: skip
        [made] = Endpoint.objects.all()
        assert (made.user, made.bureau) == (city.filer, None)
        assert is_secret(made.secret)
        assert made.secret in page
        assert made.secret not in as_(city.approver).get(self.PAGE).content.decode()
        for number in range(2, MOST_OF_ONES_OWN + 1):
            client.post(new, {"name": f"第{number}个", "kind": "wecom", "url": "https://example.org/"})
        answer = client.post(new, {"name": "太多", "kind": "wecom", "url": "https://example.org/"})
        assert answer.status_code == 422
        assert f"最多登记 {MOST_OF_ONES_OWN} 个" in answer.content.decode()
        client.post(f"/notices/endpoints/{made.pk}/remove/")
        assert not Endpoint.objects.filter(pk=made.pk).exists()
