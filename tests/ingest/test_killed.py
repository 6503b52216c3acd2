"""kill -9 in the middle: a file is read and taken over exactly once, or failed with a reason."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from approvals.models import Approval, Declaration, FundingLine, Indicator, Notice, NoticeDelivery, Project
from approvals.selectors.people import actor_of
from ingest.models import Upload, UploadedProject
from ingest.selectors.comparing import compare
from ingest.services import reading, uploads
from ingest.services.bounded import Limits
from ingest.services.confirming import Confirmed, confirm
from tests.factories import City
from tests.ingest.test_confirming import passed, says, uploaded
from tests.worker import Worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

ROOT = Path(__file__).resolve().parents[2]
State = Upload.State


@pytest.fixture
def city() -> City:
    return City()


def table(city: City, projects: int) -> bytes:
    """A text table of the city's unit with three indicators a project."""
    lines = [
        f"部门名称：{city.department.name}",
        f"批复单位：{city.bureau.name}",
        "批复日期：2027年1月30日",
        "2027年项目绩效目标表",
        "单位编码\t单位名称\t总计\t一般公共预算\t一级指标\t明细指标\t指标值\t指标描述",
        f"{city.unit.code}\t{city.unit.name}",
    ]
    for number in range(projects):
        lines.append(f"\t第{number}号河段清淤\t500.00\t500.00")
        lines += [f"\t\t\t\t产出指标\t第{n}段清淤长度\t≥{n + 3}公里\t完成的长度。" for n in range(3)]
    return "\n".join(lines).encode()


def receive(city: City, projects: int = 4) -> Upload:
    return uploads.receive(city.department_filer, ContentFile(table(city, projects)), "绩效目标.txt")


def fresh(upload: Upload) -> Upload:
    return Upload.objects.get(pk=upload.pk)


def wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def address() -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + connection.settings_dict["NAME"]).geturl()


@contextmanager
def held(*names: str) -> Iterator[None]:
    """Whoever writes to these tables waits until the block ends."""
    with psycopg.connect(address()) as other:
        for name in names:
            other.execute(f"LOCK TABLE {name} IN SHARE MODE")  # type: ignore[arg-type]
        yield
        other.rollback()


def waiting_on(name: str) -> list[int]:
    """Server processes that wait for a lock on a table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_locks WHERE NOT granted AND relation = %s::regclass", [name])
        return [pid for (pid,) in cursor.fetchall()]


def lease_over(upload: Upload) -> None:
    """As if half a minute had passed."""
    Upload.objects.filter(pk=upload.pk).update(leased_until=timezone.now() - timedelta(seconds=1))


@contextmanager
def process(script: str) -> Iterator[subprocess.Popen]:
    """Another process of the product on this test's database; killed at the end if it still runs."""
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "perfgoals.settings.test", "DATABASE_URL": address()}
    script = f"import django; django.setup()\n{script}"
    running = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def kill(running: subprocess.Popen) -> None:
    running.send_signal(signal.SIGKILL)
    running.wait()


def read_whole(upload: Upload, projects: int, attempts: int) -> None:
    """Ready, with each project once, and its uploader was told once."""
    upload = fresh(upload)
    assert (upload.state, upload.attempts, upload.leased_until) == (State.READY, attempts, None)
    assert sorted(upload.projects.values_list("position", flat=True)) == list(range(1, projects + 1))
    told = Notice.objects.filter(recipient=upload.uploader, kind="upload")
    assert [notice.title for notice in told] == [f"文件“{upload.name}”已读完，请核对后导入"]


@pytest.mark.worker
class TestWhileReading:
    def test_killed_in_the_middle_of_a_large_file(self, city: City, worker: Worker) -> None:
        """The process that reads dies with the worker; the file is taken up again when the claim is over."""
        upload = receive(city, 6000)
        worker.wait_for(lambda: fresh(upload).state == State.READING)
        family = psutil.Process(worker.pid).children(recursive=True)
        worker.kill()
        _gone, left = psutil.wait_procs(family, timeout=10)
        assert not [each for each in left if each.status() != psutil.STATUS_ZOMBIE]
        left_behind = fresh(upload)
        assert (left_behind.state, left_behind.attempts) == (State.READING, 1)
        assert left_behind.leased_until
        assert left_behind.leased_until < timezone.now() + timedelta(seconds=31)
        assert not UploadedProject.objects.exists()
        assert not Notice.objects.exists()

        worker.restart()
        uploads.sweep()  # too early: the claim is in force
        time.sleep(1)
        assert fresh(upload).attempts == 1
        lease_over(upload)
        uploads.sweep()
        worker.wait_for(lambda: fresh(upload).state == State.READY, 90)
        read_whole(upload, 6000, attempts=2)
        worker.wait_for(lambda: NoticeDelivery.objects.filter(status="sent").count() == Notice.objects.count())
        assert len([m for m in worker.mails() if city.department_filer.email in m["to"]]) == 1

    def test_killed_while_it_writes_what_it_read(self, city: City, worker: Worker) -> None:
        with held("ingest_uploadedproject"):
            upload = receive(city)
            worker.wait_for(lambda: waiting_on("ingest_uploadedproject"))
            worker.kill()
        wait_for(lambda: not waiting_on("ingest_uploadedproject"))
        assert fresh(upload).state == State.READING
        assert not UploadedProject.objects.exists()
        assert not Notice.objects.exists()
        worker.restart()
        lease_over(upload)
        uploads.sweep()
        worker.wait_for(lambda: fresh(upload).state == State.READY)
        read_whole(upload, 4, attempts=2)

    def test_killed_every_time_it_is_ended_with_a_reason(self, city: City, worker: Worker) -> None:
        with held("ingest_uploadedproject"):
            upload = receive(city)
            for attempt in range(1, reading.MOST_ATTEMPTS + 1):
                worker.wait_for(lambda: waiting_on("ingest_uploadedproject"))
                assert fresh(upload).attempts == attempt
                worker.kill()
                worker.restart()
                # The server's side of the dead worker's connection ends when its lock is granted or refused.
                for pid in waiting_on("ingest_uploadedproject"):
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
                wait_for(lambda: not waiting_on("ingest_uploadedproject"))
                lease_over(upload)
                uploads.sweep()
        upload = fresh(upload)
        assert upload.state == State.FAILED
        assert "读取了 3 次都没有读完" in upload.problems[0]["message"]
        assert not UploadedProject.objects.exists()
        assert [n.title for n in Notice.objects.all()] == [f"文件“{upload.name}”未能读取，请查看原因"]

    def test_a_long_reading_keeps_its_claim(self, city: City, worker: Worker) -> None:
        """The process that reads stands still for longer than a beat: the worker goes on renewing the claim."""
        upload = receive(city, 6000)
        worker.wait_for(lambda: fresh(upload).state == State.READING)
        reader = worker.wait_for(lambda: _reader(worker))
        os.kill(reader.pid, signal.SIGSTOP)
        first = fresh(upload).leased_until
        worker.wait_for(lambda: fresh(upload).leased_until > first + timedelta(seconds=4))  # type: ignore[operator]
        uploads.sweep()
        uploads.read(upload.pk)
        assert fresh(upload).attempts == 1
        os.kill(reader.pid, signal.SIGCONT)
        worker.wait_for(lambda: fresh(upload).state == State.READY, 90)
        read_whole(upload, 6000, attempts=1)

    def test_a_reader_that_falls_leaves_the_worker_at_work(self, city: City, worker: Worker) -> None:
        upload = receive(city, 6000)
        worker.wait_for(lambda: fresh(upload).state == State.READING)
        os.kill(worker.wait_for(lambda: _reader(worker)).pid, signal.SIGKILL)
        worker.wait_for(lambda: fresh(upload).state == State.FAILED)
        assert "程序出错" in fresh(upload).problems[0]["message"]
        again = receive(city)
        worker.wait_for(lambda: fresh(again).state == State.READY)


def _reader(worker: Worker) -> psutil.Process | None:
    """The process that reads a file: a child of the pool's only process."""
    [pool] = psutil.Process(worker.pid).children()
    return next(iter(pool.children()), None)


class TestLimits:
    def test_what_takes_too_long(self, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reading, "limits_for", lambda size, **_: Limits(0, 1 << 29))
        upload = receive(city, 60_000)
        uploads.read(upload.pk)
        [problem] = fresh(upload).problems
        assert (fresh(upload).state, problem["code"]) == (State.FAILED, "READ_TOO_LONG")
        assert "用时超过" in problem["message"]
        assert problem["fix"]
        assert Notice.objects.filter(recipient=city.department_filer).count() == 1

    def test_what_wants_too_much_memory(self, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reading, "limits_for", lambda size, **_: Limits(60, 1 << 20))
        upload = receive(city, 200_000)
        uploads.read(upload.pk)
        [problem] = fresh(upload).problems
        assert (fresh(upload).state, problem["code"]) == (State.FAILED, "READ_TOO_LARGE")
        assert "内存超过 1 MB" in problem["message"]


class TestWhileAccepting:
    def test_killed_in_the_middle(self, city: City) -> None:
        """Declarations are written, their indicators wait: nothing of it is left, and the next try takes all."""
        upload = receive(city)
        uploads.read(upload.pk)
        script = (
            "from approvals.models import User\nfrom ingest.services import uploads\n"
            f"uploads.accept({upload.pk}, User.objects.get(pk={city.department_filer.pk}), None)\n"
        )
        with held("approvals_indicator"), process(script) as accepting:
            wait_for(lambda: waiting_on("approvals_indicator"))
            kill(accepting)
        wait_for(lambda: not waiting_on("approvals_indicator"))
        assert fresh(upload).state == State.READY
        for model in (Declaration, Project, FundingLine, Indicator):
            assert not model.objects.exists(), model
        assert not upload.projects.exclude(declaration=None).exists()

        made = uploads.accept(upload.pk, city.department_filer, None)
        assert len(made) == Declaration.objects.count() == Project.objects.count() == 4
        assert Indicator.objects.count() == 12
        assert fresh(upload).state == State.ACCEPTED


class TestWhileConfirming:
    def test_killed_in_the_middle(self, city: City) -> None:
        """The approval is written, the ledger waits: nothing of it is left, and the next try registers it once."""
        [declaration] = passed(city)
        upload = uploaded(city.approver, says(city, [declaration]))
        seen = compare(upload, actor_of(city.approver)).seen
        script = (
            "from approvals.models import User\nfrom ingest.services.confirming import Confirmed, confirm\n"
            f"confirm({upload.pk}, User.objects.get(pk={city.approver.pk}), Confirmed({seen!r}))\n"
        )
        with held("approvals_approvalrecord"), process(script) as confirming:
            wait_for(lambda: waiting_on("approvals_approvalrecord"))
            kill(confirming)
        wait_for(lambda: not waiting_on("approvals_approvalrecord"))
        assert not Approval.objects.exists()
        assert Declaration.objects.get(pk=declaration.pk).state == "passed"
        assert fresh(upload).approval is None

        approval = confirm(upload.pk, city.approver, Confirmed(seen))
        assert Declaration.objects.get(pk=declaration.pk).approval == approval
        assert Approval.objects.count() == 1
