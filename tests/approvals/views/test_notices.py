"""The inbox through the pages."""

import pytest
from django.urls import reverse

from approvals.models import Notice
from approvals.states import State
from tests.factories import City

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
