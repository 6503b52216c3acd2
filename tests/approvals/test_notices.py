"""Who is told what, by which channel, in how many letters."""

import json
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from approvals.models import Endpoint, Notice, NoticeDelivery, User
from approvals.services import delivering, digests, posting
from approvals.services.channels import choose
from approvals.services.delivering import claim_next, deliver_due
from approvals.services.notices import Message, announce
from approvals.services.verbs import perform_many
from approvals.states import State, Verb
from approvals.tasks import deliver_notices
from approvals.topics import Topic, topic_of
from perfgoals.errors import Refusal
from perfgoals.signing import dingtalk_sign, signed
from tests.factories import City, EndpointFactory, draft, person
from tests.receivers import Receiver, mail_server, web_server

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def city(db: None) -> City:
    return City()


def tell(user: User, count: int = 1, kind: str = "submit", body: str = "") -> None:
    begin = Notice.objects.count()
    announce([Message(user.pk, kind, f"第{begin + n}份申报", body, "/", f"test:{begin + n}") for n in range(count)])


def due_now() -> None:
    """As if the wait or the window were over."""
    NoticeDelivery.objects.filter(status="pending").update(due_at=timezone.now())


def channels_of(user: User) -> set[tuple[str, str]]:
    """Kind of notice and channel of all that is on its way to a person."""
    return set(NoticeDelivery.objects.filter(notice__recipient=user).values_list("notice__kind", "channel"))


class TestWriting:
    def test_a_step_writes_notices_and_deliveries_in_one_statement(self, city: City) -> None:
        EndpointFactory(department=city.department)

        def cost(count: int) -> int:
            ids = [d.pk for d in city.file(*[draft(f"项目{count}-{n}") for n in range(count)])]
            with CaptureQueriesContext(connection) as captured:
                assert not perform_many(ids, Verb.SUBMIT, city.filer).refused
            writing = [q["sql"] for q in captured if "approvals_notice" in q["sql"]]
            assert len(writing) == 1, writing
            return len(captured)

        assert cost(1) == cost(60)

    def test_what_was_told_before_is_not_told_again(self, city: City) -> None:
        message = Message(city.filer.pk, "submit", "一次", "", "/", "once")
        announce([message, message])
        announce([message])
        assert Notice.objects.count() == NoticeDelivery.objects.count() == 1

    def test_nobody_without_a_mailbox_gets_mail(self, city: City) -> None:
        User.objects.filter(pk=city.filer.pk).update(email="")
        User.objects.filter(pk=city.nobody.pk).update(is_active=False)
        tell(city.filer)
        tell(city.nobody)
        assert Notice.objects.count() == 2
        assert not NoticeDelivery.objects.exists()

    def test_each_topic_goes_where_the_person_wants_it(self, city: City) -> None:
        own = EndpointFactory(user=city.filer, kind="wecom")
        choose(city.filer, {Topic.RETURN}, {own.pk: [Topic.APPROVAL]})
        for kind in ("submit", "return", "approve"):
            tell(city.filer, kind=kind)
        assert channels_of(city.filer) == {("return", "mail"), ("approve", "wecom")}
        assert Notice.objects.filter(recipient=city.filer).count() == 3  # the inbox has them all
        Endpoint.objects.update(active=False)
        tell(city.filer, kind="transmit")
        assert ("transmit", "wecom") not in channels_of(city.filer)

    def test_anothers_endpoint_is_not_touched(self, city: City) -> None:
        others = EndpointFactory(user=city.approver)
        with pytest.raises(Refusal, match="没有找到"):
            choose(city.filer, set(), {others.pk: []})
        others.refresh_from_db()
        assert set(others.topics) == set(Topic.values)
        tell(city.filer)
        assert channels_of(city.filer) == {("submit", "mail")}  # nothing else was kept either

    def test_every_kind_has_a_topic(self) -> None:
        assert topic_of("digest") == Topic.DIGEST
        assert topic_of("never heard of") == Topic.OTHER
        assert {topic_of(verb) for verb in Verb.values} == {Topic.REVIEW, Topic.RETURN, Topic.APPROVAL}


class TestOrganisations:
    def test_robots_hear_what_their_people_are_told(self, city: City) -> None:
        robots = {
            "unit": EndpointFactory(unit=city.unit),
            "department": EndpointFactory(department=city.department),
            "bureau": EndpointFactory(bureau=city.bureau),
        }
        strangers = [
            EndpointFactory(unit=city.sister),
            EndpointFactory(department=city.other_department),
            EndpointFactory(bureau=city.other_bureau),
        ]
        city.declaration(State.FINANCE_REVIEW)

        def heard(robot: Endpoint) -> list[str]:
            return list(Notice.objects.filter(endpoint=robot).order_by("pk").values_list("kind", flat=True))

        assert heard(robots["department"]) == ["submit"]
        assert heard(robots["bureau"]) == ["endorse"]
        assert heard(robots["unit"]) == []
        city.declaration(State.RETURNED, draft("要退回的"))
        assert heard(robots["unit"]) == ["return"]
        assert not any(heard(robot) for robot in strangers)
        for robot in robots.values():
            assert NoticeDelivery.objects.filter(endpoint=robot).count() == len(heard(robot))

    def test_a_batch_is_one_message(self, city: City) -> None:
        robot = EndpointFactory(department=city.department)
        ids = [d.pk for d in city.file(*[draft(f"第{n}项") for n in range(3)])]
        perform_many(ids, Verb.SUBMIT, city.filer)
        [notice] = Notice.objects.filter(endpoint=robot)
        assert "3 个项目已由" in notice.title
        assert "第2项" in notice.body

    def test_topics_and_switched_off_ones(self, city: City) -> None:
        EndpointFactory(department=city.department, topics=["return"])
        EndpointFactory(department=city.department, active=False)
        city.declaration(State.SUBMITTED)
        assert not Notice.objects.exclude(endpoint=None).exists()


class TestMail:
    def test_events_of_one_window_are_one_mail(self, city: City, settings) -> None:
        settings.PERFGOALS_MAIL_WINDOW = 600
        with mail_server() as (mailbox, port):
            settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
            settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = False, "", ""
            tell(city.filer, 2, body="单位　<b>项目</b>")
            tell(city.approver)
            tell(city.filer)
            closes = set(NoticeDelivery.objects.filter(recipient=city.filer).values_list("due_at", flat=True))
            assert len(closes) == 1  # the window opened with the first
            assert timedelta(seconds=590) < closes.pop() - timezone.now() <= timedelta(seconds=600)
            assert deliver_due() == 0
            due_now()
            assert deliver_due() == 2
            assert deliver_due() == 0
            [one] = mailbox.to(city.filer.email)
            assert len(mailbox.to(city.approver.email)) == 1
        text, html = (one.get_body([kind]).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
        assert one["Subject"].strip() == "【绩效目标】3 条通知：第0份申报"
        for title in ("第0份申报", "第1份申报", "第3份申报"):
            assert title in text
            assert title in html
        assert "单位　<b>项目</b>" in text
        assert "单位　&lt;b&gt;项目" in html
        assert "/notices/settings/" in text
        assert set(NoticeDelivery.objects.values_list("status", flat=True)) == {"sent"}
        # The next event opens a new window.
        tell(city.filer)
        assert NoticeDelivery.objects.get(status="pending").due_at > timezone.now() + timedelta(seconds=590)

    def test_a_refused_letter_waits_longer_each_time_and_keeps_its_number(self, city: City, settings) -> None:
        with mail_server() as (mailbox, port):
            settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
            mailbox.say = lambda: "451 later"
            tell(city.filer, 2)
            waits = []
            for attempt in range(1, len(delivering.WAITS) + 1):
                assert deliver_due() == 0
                rows = NoticeDelivery.objects.all()
                assert {(row.status, row.attempts) for row in rows} == {("pending", attempt)}
                assert "451" in rows[0].error
                waits.append(min(row.due_at for row in rows) - timezone.now())
                due_now()
                tell(city.filer)  # does not slip into the letter that failed
                NoticeDelivery.objects.filter(letter=None).delete()
            assert waits == sorted(waits)
            assert waits[0] > timedelta(seconds=50)
            assert waits[-1] > timedelta(hours=11)
            assert deliver_due() == 0
            assert {row.status for row in NoticeDelivery.objects.all()} == {"failed"}
            mailbox.say = lambda: "250 OK"
            assert delivering.retry_failed([NoticeDelivery.objects.all()[0].pk]) == 2
            assert deliver_due() == 1
            assert len({str(sent["Message-ID"]) for sent in mailbox.mails}) == 1
            assert len(mailbox.mails[-1]["Subject"]) > 0

    def test_titles_with_line_ends_and_very_many_notices(self, city: City) -> None:
        announce([Message(city.filer.pk, "x", "一行\n又一行", "", "/", f"k{n}") for n in range(70)])
        assert deliver_due() == 1
        [sent] = mail.outbox
        assert sent.subject == "【绩效目标】70 条通知：一行 又一行"
        assert "另有 20 条通知" in sent.body

    def test_a_person_who_has_left_gets_nothing_more(self, city: City) -> None:
        tell(city.filer)
        User.objects.filter(pk=city.filer.pk).update(is_active=False)
        assert deliver_due() == 0
        [row] = NoticeDelivery.objects.all()
        assert (row.status, row.error) == ("failed", "收件人没有邮箱或已停用")


@pytest.fixture
def receiver():
    with web_server() as server:
        yield server


class TestWebhooks:
    def test_each_event_is_posted_once_and_signed(self, city: City, receiver: Receiver) -> None:
        own = EndpointFactory(user=city.nobody, url=f"{receiver.url}/hook?x=1")
        tell(city.nobody, 2, body="正文")
        mail_and_hooks = NoticeDelivery.objects.count()
        assert mail_and_hooks == 4
        deliver_due()
        assert len(receiver.posted) == 2
        assert len({posted.headers["webhook-id"] for posted in receiver.posted}) == 2
        for posted in receiver.posted:
            assert posted.path == "/hook?x=1"
            stamp = int(posted.headers["webhook-timestamp"])
            assert abs(stamp - posted.at) < 5
            expected = signed(own.secret, posted.headers["webhook-id"], stamp, posted.body)
            assert posted.headers["webhook-signature"] == expected["webhook-signature"]
        told = json.loads(receiver.posted[0].body)
        assert told["type"] == "notice.submit"
        assert told["data"]["title"] == "第0份申报"
        assert told["data"]["body"] == "正文"
        assert told["data"]["url"].startswith("http://127.0.0.1")

    def test_the_number_is_the_same_in_every_attempt(self, city: City, receiver: Receiver) -> None:
        EndpointFactory(user=city.nobody, url=receiver.url)
        tell(city.nobody)
        receiver.answer = lambda posted: (500, b"")
        deliver_due()
        row = NoticeDelivery.objects.get(channel="webhook")
        assert (row.status, row.error) == ("pending", "对方应答 HTTP 500")
        receiver.answer = lambda posted: (204, b"")
        due_now()
        deliver_due()
        first, second = receiver.posted
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
        row.refresh_from_db()
        assert row.status == "sent"

    def test_a_redirect_is_no_yes(self, city: City, receiver: Receiver) -> None:
        EndpointFactory(user=city.nobody, url=receiver.url)
        tell(city.nobody)
        receiver.answer = lambda posted: (302, b"")
        deliver_due()
        assert len(receiver.posted) == 1
        assert NoticeDelivery.objects.get(channel="webhook").error == "对方应答 HTTP 302"

    def test_an_inner_address_is_given_up_at_once(self, city: City, settings) -> None:
        settings.PERFGOALS_WEBHOOK_HOSTS = []
        EndpointFactory(user=city.nobody, url="https://127.0.0.1/")
        tell(city.nobody)
        deliver_due()
        row = NoticeDelivery.objects.get(channel="webhook")
        assert row.status == "failed"
        assert "内部网络" in row.error

    def test_one_that_was_switched_off_meanwhile(self, city: City, receiver: Receiver) -> None:
        EndpointFactory(user=city.nobody, url=receiver.url)
        tell(city.nobody)
        Endpoint.objects.update(active=False)
        deliver_due()
        assert not receiver.posted
        assert NoticeDelivery.objects.get(channel="webhook").status == "failed"


class TestRobots:
    def test_wecom(self, city: City, receiver: Receiver) -> None:
        EndpointFactory(bureau=city.bureau, kind="wecom", url=f"{receiver.url}/send?key=k", secret="")
        city.declaration(State.FINANCE_REVIEW, draft("引水[点我](http://evil.example)工程"))
        city.declaration(State.FINANCE_REVIEW, draft("第二项"))
        deliver_due()
        [posted] = receiver.posted  # what is due together is one message: robots take twenty a minute
        told = json.loads(posted.body)
        assert posted.path == "/send?key=k"
        assert told["msgtype"] == "markdown"
        content = told["markdown"]["content"]
        assert "引水［点我］(http://evil.example)工程" in content
        assert "第二项" in content
        assert "](http://127.0.0.1" in content

    def test_dingtalk_signs_its_address(self, city: City, receiver: Receiver) -> None:
        EndpointFactory(bureau=city.bureau, kind="dingtalk", url=f"{receiver.url}/send?access_token=t", secret="SECabc")
        city.declaration(State.FINANCE_REVIEW)
        deliver_due()
        [posted] = receiver.posted
        stamp = int(posted.path.partition("timestamp=")[2].partition("&")[0])
        assert abs(stamp / 1000 - posted.at) < 5
        assert posted.path == f"/send?access_token=t&timestamp={stamp}&sign={dingtalk_sign('SECabc', stamp)}"
        told = json.loads(posted.body)
        assert told["msgtype"] == "markdown"
        assert told["markdown"]["title"].startswith("【绩效目标】")
        assert "河道清淤工程" in told["markdown"]["text"]

    @pytest.mark.parametrize(
        ("body", "error"),
        [(b'{"errcode": 45009, "errmsg": "api freq"}', "45009"), (b"<html>", "无法识别"), (b"[]", "无法识别")],
    )
    def test_a_no_in_the_body_is_a_no(self, city: City, receiver: Receiver, body: bytes, error: str) -> None:
        EndpointFactory(bureau=city.bureau, kind="wecom", url=receiver.url, secret="")
        city.declaration(State.FINANCE_REVIEW)
        receiver.answer = lambda posted: (200, body)
        deliver_due()
        row = NoticeDelivery.objects.get(channel="wecom")
        assert (row.status, row.attempts) == ("pending", 1)
        assert error in row.error

    def test_a_message_stays_within_what_wecom_takes(self, city: City, receiver: Receiver) -> None:
        own = EndpointFactory(user=city.nobody, kind="wecom", url=receiver.url, secret="")
        announce([Message(city.nobody.pk, "x", "题" * 300, "文" * 3000, "/", f"k{n}") for n in range(5)])
        deliver_due()
        [posted] = receiver.posted
        content = json.loads(posted.body)["markdown"]["content"]
        assert len(content.encode()) <= 4096
        assert "题" * 300 in content
        assert "另有 4 条" in content
        assert NoticeDelivery.objects.filter(endpoint=own, status="sent").count() == 5


class TestClaims:
    def test_two_workers_never_have_the_same_letter(self, city: City) -> None:
        tell(city.filer, 3)
        tell(city.approver)
        first, second = claim_next(), claim_next()
        assert first
        assert second
        assert {len(first.rows), len(second.rows)} == {1, 3}
        assert claim_next() is None

    def test_a_claim_that_ran_out_is_taken_again_as_the_same_letter(self, city: City) -> None:
        tell(city.filer, 2)
        first = claim_next()
        assert first
        NoticeDelivery.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
        tell(city.filer)
        again = claim_next()
        assert again
        assert again.letter == first.letter
        assert len(again.rows) == 2
        assert set(NoticeDelivery.objects.filter(letter=first.letter).values_list("interrupted", flat=True)) == {1}
        other = claim_next()
        assert other
        assert other.letter != first.letter

    def test_a_late_failure_does_not_disturb_whoever_has_it_now(self, city: City) -> None:
        tell(city.filer)
        slow = claim_next()
        assert slow
        NoticeDelivery.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
        now = claim_next()
        assert now
        delivering._write_failure(slow, ConnectionError("too late"))
        row = NoticeDelivery.objects.get()
        assert (row.attempts, row.leased_until) == (0, now.until)

    def test_one_that_was_sent_after_its_claim_ran_out_is_not_sent_again(
        self, city: City, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A server so slow that the claim runs out before anybody else has looked."""
        tell(city.filer)
        send = posting.send

        def slow(letter: posting.Letter, mailer: object) -> None:
            send(letter, mailer)  # type: ignore[arg-type]
            NoticeDelivery.objects.update(leased_until=timezone.now() - timedelta(seconds=1))

        monkeypatch.setattr(posting, "send", slow)
        assert deliver_due() == 1
        assert deliver_due() == 0
        assert len(mail.outbox) == 1

    def test_a_worker_is_ended_before_its_claim_is_over(self) -> None:
        """However slowly a server takes a letter, no second worker begins with it meanwhile."""
        assert timedelta(seconds=deliver_notices.soft_time_limit) > delivering.RUN
        assert deliver_notices.soft_time_limit < deliver_notices.time_limit < delivering.LEASE.total_seconds()


class TestDigest:
    def test_everybody_is_told_once_a_week_what_waits_for_him(self, city: City) -> None:
        city.declaration(State.DRAFT)
        city.declaration(State.RETURNED, draft("退回的"))
        city.declaration(State.SUBMITTED, draft("送审的"))
        city.declaration(State.PASSED, draft("审过的"))
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE approvals_declaration SET state_since = now() - interval '9 days 1 hour'"
                " WHERE state = 'submitted'"
            )
        Notice.objects.all().delete()
        digests.write_weekly()
        told = {notice.recipient: notice for notice in Notice.objects.filter(kind="digest")}
        assert set(told) == {
            city.filer, city.department_filer, city.department_reviewer, city.approver
        }  # fmt: skip
        assert told[city.filer].title == "本周待办：2 件"
        assert told[city.filer].body == "待送审 1 件，最早的已等待 0 天\n被退回 1 件，最早的已等待 0 天"
        assert told[city.department_reviewer].body == "待审核 1 件，最早的已等待 9 天"
        assert told[city.approver].body == "待批复 1 件，最早的已等待 0 天"
        digests.write_weekly()
        assert Notice.objects.filter(kind="digest").count() == 4

    def test_whose_role_has_ended_hears_nothing(self, city: City) -> None:
        city.declaration(State.PASSED)
        city.approver.memberships.update(valid_to=timezone.localdate() - timedelta(days=1))
        Notice.objects.all().delete()
        digests.write_weekly()
        assert not Notice.objects.filter(recipient=city.approver).exists()


def test_a_step_undone_leaves_no_notice(city: City) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012
        tell(city.filer)
        raise RuntimeError
    assert not Notice.objects.exists()


def test_a_person_with_two_roles_is_told_once(city: City) -> None:
    both = person("finance_reviewer", city.bureau)
    both.memberships.create(role="approver", bureau=city.bureau)
    city.declaration(State.FINANCE_REVIEW)
    assert Notice.objects.filter(recipient=both).count() == 1
