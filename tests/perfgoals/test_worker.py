"""The worker of the tests: a real process on the test's own database and queue, idle where it is not asked for."""

import time

import pytest
from django.core import mail
from django.db import transaction

from approvals.models import NoticeDelivery, User
from approvals.services.notices import Message, announce
from tests.worker import Worker


def tell_somebody() -> str:
    """A notice that the worker is to mail, written and committed; gives its title."""
    person, _ = User.objects.get_or_create(username="zhou", defaults={"email": "zhou@example.org"})
    title = f"第{NoticeDelivery.objects.count() + 1}份申报待审核"
    with transaction.atomic():
        announce([Message(person.pk, "test", title, "请审核", "/", title)])
    return title


def subjects(worker: Worker) -> list[str]:
    return [str(message["Subject"]) for message in worker.mails()]


@pytest.mark.worker
def test_worker_shares_the_database_and_writes_mail_as_files(worker: Worker):
    first = tell_somebody()
    worker.wait_for(worker.mails)
    second = tell_somebody()
    worker.wait_for(lambda: len(worker.mails()) == 2)
    assert subjects(worker) == [f"【绩效目标】{first}", f"【绩效目标】{second}"]
    assert worker.mails()[0]["To"] == "zhou@example.org"
    assert "请审核" in worker.mails()[0].get_body(["plain"]).get_content()  # type: ignore[union-attr]
    worker.wait_for(lambda: NoticeDelivery.objects.filter(status="sent").count() == 2)
    assert mail.outbox == []


@pytest.mark.worker
def test_each_test_begins_with_an_empty_mail_folder(worker: Worker):
    assert worker.mails() == []
    tell_somebody()
    worker.wait_for(worker.mails)
    assert len(worker.mails()) == 1


@pytest.mark.worker
def test_worker_killed_in_a_test_can_be_started_again(worker: Worker):
    old = worker.pid
    worker.kill()
    title = tell_somebody()
    worker.restart()
    assert worker.pid != old
    worker.wait_for(worker.mails)
    assert subjects(worker) == [f"【绩效目标】{title}"]


@pytest.mark.worker
def test_worker_left_dead_by_a_test_is_there_for_the_next_one(worker: Worker):
    worker.kill()


@pytest.mark.worker
def test_worker_is_there_after_a_test_that_killed_it(worker: Worker):
    tell_somebody()
    worker.wait_for(worker.mails)


@pytest.mark.worker
@pytest.mark.django_db(transaction=True)
def test_nothing_is_done_where_no_worker_is_asked_for(worker_process: Worker):
    if worker_process.process is None:
        worker_process.begin()
        worker_process.end()
    before = len(worker_process.mails())
    tell_somebody()
    time.sleep(1)
    assert len(worker_process.mails()) == before
    assert not NoticeDelivery.objects.filter(status="sent").exists()
