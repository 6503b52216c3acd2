"""Reading a file in the worker: claimed once, bounded, its progress told, all found written in one transaction."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from approvals.roles import Role
from approvals.selectors.people import actor_of, holders_at
from approvals.services.notices import Message, announce
from ingest.drafts import Extraction
from ingest.extract import extract
from ingest.grid import Document
from ingest.hints import Hints
from ingest.models import Upload
from ingest.problems import Problem
from ingest.selectors.comparing import approval_heading
from ingest.selectors.mappings import mappings_for, remembered
from ingest.selectors.stored import pack_problem
from ingest.services.amending import replay
from ingest.services.bounded import MIB, Crashed, Tell, TooMuchMemory, TooMuchTime, limits_for, run_bounded
from ingest.services.checking import match_all, write_reading
from ingest.survey import survey

logger = logging.getLogger(__name__)

# Renewed while the file is being read, so that a dead worker's file is soon taken up again.
LEASE = timedelta(seconds=30)
MOST_ATTEMPTS = 3
# Seconds between two updates of an upload's progress.
TELL_EVERY = 0.3
State = Upload.State
# Why nothing was read, where a person's choice can help.
_CHOOSABLE = frozenset(["NO_FORM", "HEADER_NOT_FOUND", "LAYOUT_UNCLEAR", "COLUMN_MISSING"])


def read(upload_id: int) -> None:
    """Read a file: claim it, read it, write all that was found in one transaction. In the worker.

    Whoever holds no claim does nothing, so that a task delivered twice reads once.
    """
    upload = _claim(upload_id)
    if upload is None:
        return
    reader = _Reader(upload)
    limits = limits_for(upload.size, scanned=bool(upload.hints.get("recognise")))
    try:
        extraction, tops = run_bounded(reader.work(), limits, reader.heard, reader.renew)
    except TooMuchTime:
        told = f"文件读取用时超过 {limits.seconds} 秒，已停止，没有导入任何内容。"
        fail(upload, "READ_TOO_LONG", told, "文件可能已损坏或内容过多：请拆分，或另存为 xlsx 后重试。")
        return
    except TooMuchMemory:
        told = f"文件读取所需内存超过 {limits.memory // MIB} MB，已停止，没有导入任何内容。"
        fail(upload, "READ_TOO_LARGE", told, "文件可能已损坏或内容过多：请拆分，或另存为 xlsx 后重试。")
        return
    except Crashed as crash:
        logger.error("upload %s could not be read: %s", upload_id, crash)
        fail(
            upload,
            "INTERNAL",
            "文件读取时程序出错，没有导入任何内容。",
            "请把文件另存为 xlsx 或 docx 后重试；仍不行请联系系统管理员。",
        )
        return
    reader.finish()
    with transaction.atomic():
        held = (
            Upload.objects.select_for_update()
            .filter(pk=upload.pk, state=State.READING, attempts=upload.attempts)
            .first()
        )
        if held is None:
            return  # the claim ran out and somebody else took it
        held.projects.all().delete()
        write_reading(held, extraction)
        held.survey = tops
        held.state = _outcome(extraction, tops)
        held.progress, held.leased_until, held.read_at = 100, None, timezone.now()
        replay(held)
        match_all(held)
        _tell(held)


class _Reader:
    """What goes on here while one file is read in a process of its own: the claim is renewed, progress told."""

    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        self._written_at = time.monotonic()
        self._before = 0
        self._last = (0, 0)
        self._told = (0, 0)

    def work(self) -> Callable[[Tell], tuple[Extraction, dict[str, Any]]]:
        """What reads the file, without the database: what people said of such forms is fetched now."""
        path, name = Path(self.upload.file.path), self.upload.name
        hints = Hints.from_json(self.upload.hints) if self.upload.hints else None
        mappings = [] if hints else list(mappings_for(actor_of(self.upload.uploader)))

        def work(tell: Tell) -> tuple[Extraction, dict[str, Any]]:
            tops: dict[str, Any] = {}

            def guide(document: Document) -> Hints | None:
                tops.update(survey(document))
                if hints:
                    return hints
                found = remembered(mappings, document)
                if found is None:
                    return None
                document.problems.append(found[1])
                return found[0]

            extraction = extract(
                path,
                name,
                progress=lambda done, whole: tell((done, whole)),
                hints=guide,
                recognise=hints is not None and hints.recognise,
            )
            return extraction, tops

        return work

    def heard(self, progress: tuple[int, int]) -> None:
        """How far the reader is; the row is written a few times a second.

        A workbook's sheets are told one after the other: what was read of earlier ones counts.
        """
        done, whole = progress
        last_done, last_whole = self._last
        if self._before + done < last_done or self._before + whole < last_whole:
            self._before = last_whole
        self._last = (self._before + done, self._before + whole)
        if time.monotonic() - self._written_at >= TELL_EVERY:
            self.renew()

    def finish(self) -> None:
        """The last count, whenever it came."""
        if self._last != self._told:
            self.renew()

    def renew(self) -> None:
        """Write how far the reader is, and hold the claim for another while."""
        self._written_at = time.monotonic()
        done, whole = self._told = self._last
        Upload.objects.filter(pk=self.upload.pk, state=State.READING, attempts=self.upload.attempts).update(
            done=done,
            whole=whole,
            progress=min(100, 100 * done // whole) if whole else 0,
            leased_until=timezone.now() + LEASE,
        )


def _outcome(extraction: Extraction, tops: dict[str, Any]) -> State:
    if not extraction.refused:
        return State.READY
    choosable = any(problem.code in _CHOOSABLE for problem in extraction.problems)
    table = any(each["width"] > 1 and each["length"] > 1 for each in tops.get("tables", ()))
    return State.NEEDS_CHOICE if choosable and table else State.FAILED


def _claim(upload_id: int) -> Upload | None:
    """Take the file for as long as the lease lasts; None when another worker has it or it is done."""
    now = timezone.now()
    free = Q(state=State.RECEIVED) | Q(state=State.READING, leased_until__lt=now)
    claimed = Upload.objects.filter(free, pk=upload_id, attempts__lt=MOST_ATTEMPTS).update(
        state=State.READING, attempts=F("attempts") + 1, leased_until=now + LEASE, progress=0, done=0, whole=0
    )
    return Upload.objects.get(pk=upload_id) if claimed else None


def fail(upload: Upload, code: str, message: str, fix: str) -> None:
    """End a file that cannot be read, with the reason; its uploader hears of it."""
    problem = Problem(code, "error", message, upload.name, "文件", "", "", fix)
    with transaction.atomic():
        changed = (
            Upload.objects.filter(pk=upload.pk, attempts=upload.attempts)
            .exclude(state__in=[State.READY, State.ACCEPTED, State.FAILED, State.NEEDS_CHOICE])
            .update(
                state=State.FAILED,
                problems=[pack_problem(problem, "reading")],
                leased_until=None,
                progress=100,
                read_at=timezone.now(),
            )
        )
        if changed:
            _tell(Upload.objects.get(pk=upload.pk))


_OUTCOMES = {
    State.READY: "已读完，请核对后导入",
    State.FAILED: "未能读取，请查看原因",
    State.NEEDS_CHOICE: "的表头认不全，请指定各列的含义",
}


def _tell(upload: Upload) -> None:
    """The uploader hears how it went; the approvers of the bureau named in the heading hear that it has come."""
    path = reverse("upload", args=[upload.pk])
    # A file that is read again, with other hints, is told of again.
    reading = f"upload:{upload.pk}:{upload.read_at}"
    messages = [
        Message(
            upload.uploader_id,
            "upload",
            f"文件“{upload.name}”{_OUTCOMES[State(upload.state)]}",
            "",
            path,
            f"{reading}:{upload.uploader_id}",
        )
    ]
    if upload.state == State.READY and upload.bureau is not None:
        department = upload.department.name if upload.department else upload.document.get("department") or "某部门"
        date = upload.document.get("approval_date")
        body = f"批复单位：{upload.bureau.name}" + (f"\n批复日期：{date}" if date else "")
        approved = approval_heading(upload) is not None
        messages += [
            Message(
                user_id,
                "upload",
                f"收到{department}的{'批复文件' if approved else '绩效目标文件'}“{upload.name}”"
                + ("，请与申报比较后登记" if approved else ""),
                body,
                reverse("upload-approval", args=[upload.pk]) if approved else path,
                f"{reading}:{user_id}",
            )
            for user_id in holders_at(Role.APPROVER, upload.bureau)
            if user_id != upload.uploader_id
        ]
    announce(messages)
