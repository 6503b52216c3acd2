"""kill -9 while notices are sent: none is lost; none is doubled but one that was taken and not yet marked."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from approvals.models import NoticeDelivery
from approvals.services.notices import Message, announce, nudge
from tests.factories import City, EndpointFactory
from tests.receivers import Mailbox, Posted, Receiver, mail_server, web_server
from tests.worker import Worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database, pytest.mark.worker]


@pytest.fixture
def city() -> City:
    return City()


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Mailbox, int, Receiver]]:
    with mail_server() as (mailbox, port), web_server() as receiver:
        yield mailbox, port, receiver


@pytest.fixture
def sender(transactional_db: None, servers, tmp_path) -> Iterator[Worker]:
    """A worker that sends mail to the mail server."""
    mailbox, port, receiver = servers
    mailbox.mails.clear()
    receiver.posted.clear()
    mailbox.asked = 0
    worker = Worker(tmp_path, EMAIL_URL=f"smtp://127.0.0.1:{port}", PERFGOALS_TEST_MAIL="")
    worker.start()
    yield worker
    worker.stop()


def tell(city: City) -> None:
    """Three notices to each of two people, and one to a webhook."""
    announce(
        [
            Message(user.pk, "test", f"第{n}份待审核", "", "/", f"test:{n}:{user.pk}")
            for user in (city.filer, city.approver)
            for n in range(3)
        ]
    )


def take_up_again(worker: Worker) -> None:
    """As if the claims of the dead had run out and the beat had come round."""
    NoticeDelivery.objects.filter(leased_until__isnull=False).update(leased_until=timezone.now() - timedelta(seconds=1))
    worker.restart()
    nudge()


def all_sent() -> bool:
    return not NoticeDelivery.objects.exclude(status="sent").exists()


def test_killed_between_claim_and_send(city: City, sender: Worker, servers) -> None:
    mailbox, _port, receiver = servers
    EndpointFactory(user=city.approver, url=receiver.url)
    mailbox.hesitates = True
    tell(city)
    sender.wait_for(lambda: mailbox.asked)
    claimed = NoticeDelivery.objects.exclude(leased_until=None)
    assert claimed.count() == 3
    sender.kill()
    mailbox.hesitates = False
    take_up_again(sender)
    sender.wait_for(all_sent)
    for user in (city.filer, city.approver):
        [mail] = mailbox.to(user.email)
        text = mail.get_body(["plain"]).get_content()  # type: ignore[union-attr]
        assert all(text.count(f"第{n}份待审核") == 1 for n in range(3))
    titles = [json.loads(posted.body)["data"]["title"] for posted in receiver.posted]
    assert sorted(titles) == [f"第{n}份待审核" for n in range(3)]


def test_killed_between_send_and_mark(city: City, sender: Worker, servers) -> None:
    """The other side has it, we do not know: it is sent again under the same number, and the rows tell of it."""
    mailbox, _port, receiver = servers
    mailbox.silent = True
    tell(city)
    sender.wait_for(lambda: mailbox.mails)
    sender.kill()
    mailbox.silent = False
    take_up_again(sender)
    sender.wait_for(all_sent)
    doubled, *other = mailbox.mails[0], *[mail for mail in mailbox.mails if mail["To"] != mailbox.mails[0]["To"]]
    same = mailbox.to(doubled["To"])
    assert len(same) == 2
    assert len({mail["Message-ID"] for mail in same}) == 1
    assert len({mail.get_body(["plain"]).get_content() for mail in same}) == 1  # type: ignore[union-attr]
    assert len(other) == 1
    told = NoticeDelivery.objects.values_list("recipient__email", "interrupted").distinct()
    assert set(told) == {(doubled["To"], 1), (other[0]["To"], 0)}

    # A webhook's receiver that keeps the ids it has seen takes it once.
    wait, heard = threading.Event(), threading.Event()

    def silent(posted: Posted) -> tuple[int, bytes]:
        heard.set()
        wait.wait(30)
        return 200, b""

    receiver.answer = silent
    EndpointFactory(user=city.nobody, url=receiver.url)
    announce([Message(city.nobody.pk, "test", "只一次", "", "/", "once")])
    assert heard.wait(20)
    sender.kill()
    receiver.answer = lambda posted: (200, b"")
    wait.set()
    take_up_again(sender)
    sender.wait_for(all_sent)
    assert len(receiver.posted) == 2
    assert len({posted.headers["webhook-id"] for posted in receiver.posted}) == 1
    assert len({posted.body for posted in receiver.posted}) == 1
