"""Uploads from arrival to declarations: receive, read (in the worker), match, accept – each exactly once."""

import hashlib
import logging
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from approvals.models import Declaration, User
from approvals.models.declaration import Origin
from approvals.roles import Role
from approvals.selectors.people import actor_of, holders_at
from approvals.services.filing import Filing, file_declarations
from approvals.services.notices import Message, announce
from ingest.extract import extract
from ingest.models import Upload, UploadedProject
from ingest.problems import Problem
from ingest.selectors.matching import match
from ingest.selectors.stored import pack_document, pack_project, unpack_document, unpack_project
from ingest.selectors.uploads import acceptable, visible_to
from perfgoals.errors import Refusal

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 3
State = Upload.State


def receive(actor: User, file: File, name: str) -> Upload:
    """Keep a file and have the worker read it. Raises Refusal when the person files for nobody or it is too large."""
    if not actor_of(actor).has(Role.FILER):
        raise Refusal("not_allowed", "只有单位经办人可以上传绩效目标文件。")
    limit = settings.PERFGOALS_MAX_UPLOAD_BYTES
    if file.size > limit:
        raise Refusal(
            "invalid", f"文件“{name}”有 {file.size / 2**20:.1f} MB，最大 {limit / 2**20:.0f} MB。请拆分后上传。"
        )
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    with transaction.atomic():
        upload = Upload(uploader=actor, name=Path(name).name[:255], size=file.size, sha256=digest.hexdigest())
        upload.file.save(name, file, save=False)
        upload.save()
        transaction.on_commit(lambda: ask_to_read(upload.pk))
    return upload


def ask_to_read(upload_id: int) -> None:
    """Put the file in the worker's queue; without a broker the sweep does it later."""
    try:
        current_app.send_task("ingest.read_upload", args=[upload_id], retry=False)
    except OperationalError:
        logger.warning("the broker does not answer; upload %s waits for the next sweep", upload_id)


def read(upload_id: int) -> None:
    """Read a file: claim it, read it, write all that was found in one transaction. In the worker.

    Whoever holds no claim does nothing, so that a task delivered twice reads once.
    """
    upload = _claim(upload_id)
    if upload is None:
        return
    try:
        extraction = extract(Path(upload.file.path), upload.name)
    except Exception:
        logger.exception("upload %s could not be read", upload_id)
        _fail(
            upload,
            _problem(
                "INTERNAL",
                upload.name,
                "文件读取时程序出错，没有导入任何内容。",
                "请把文件另存为 xlsx 或 docx 后重试；仍不行请联系系统管理员。",
            ),
        )
        return
    with transaction.atomic():
        held = (
            Upload.objects.select_for_update()
            .filter(pk=upload.pk, state=State.READING, attempts=upload.attempts)
            .first()
        )
        if held is None:
            return  # the claim ran out and somebody else took it
        held.document = pack_document(extraction.document)
        held.problems = [problem.to_json() for problem in extraction.problems]
        held.fiscal_year = extraction.document.fiscal_year or extraction.document.fiscal_year_inferred
        held.state = State.FAILED if extraction.refused else State.READY
        held.progress, held.leased_until, held.read_at = 100, None, timezone.now()
        UploadedProject.objects.bulk_create(
            [
                UploadedProject(upload=held, position=n, draft=pack_project(draft))
                for n, draft in enumerate(extraction.projects, 1)
            ],
            batch_size=500,
        )
        _match(held)
        _tell(held)


def rematch(upload_id: int, actor: User, fiscal_year: int | None = None) -> Upload:
    """Look the organisations up again, after they were registered or another year was chosen."""
    with transaction.atomic():
        upload = _locked_own(upload_id, actor)
        if fiscal_year is not None:
            upload.fiscal_year = fiscal_year
        _match(upload)
    return upload


def accept(
    upload_id: int, actor: User, positions: Collection[int], fiscal_year: int | None = None
) -> list[Declaration]:
    """Take the chosen projects over as draft declarations, each once, all or none; raises Refusal."""
    with transaction.atomic():
        upload = _locked_own(upload_id, actor)
        if upload.state not in (State.READY, State.ACCEPTED):
            raise Refusal("wrong_state", f"文件“{upload.name}”{upload.get_state_display()}，还不能导入。")
        if fiscal_year is not None:
            upload.fiscal_year = fiscal_year
        if upload.fiscal_year is None:
            raise Refusal("invalid", f"文件“{upload.name}”没有写明年度，请先选择年度。")
        _match(upload)
        chosen = list(upload.projects.filter(position__in=positions).select_related("unit__department__bureau"))
        barred = [project for project in chosen if not acceptable(upload, project)]
        if not chosen:
            raise Refusal("invalid", "没有选择要导入的项目。请至少选择一个。")
        if barred:
            problems = [*upload.problems, *(problem for project in barred for problem in project.problems)]
            raise Refusal(
                "invalid",
                f"有 {len(barred)} 个项目不能导入，例如“{barred[0]}”。请按提示改正，或取消选择后再导入。",
                [Problem(**problem) for problem in problems if problem["severity"] == "error"],
            )
        declarations = file_declarations(
            actor,
            [Filing(project.unit, unpack_project(project.draft)) for project in chosen if project.unit],
            upload.fiscal_year,
            Origin.UPLOAD,
        )
        for project, declaration in zip(chosen, declarations, strict=True):
            project.declaration = declaration
        UploadedProject.objects.bulk_update(chosen, ["declaration"])
        upload.state, upload.accepted_at = State.ACCEPTED, timezone.now()
        upload.save(update_fields=["state", "accepted_at"])
    return declarations


def sweep() -> None:
    """Take up again what a dead worker left, and end what cannot be read; run by the beat."""
    now = timezone.now()
    stuck = Upload.objects.filter(
        Q(state=State.READING, leased_until__lt=now)
        | Q(state=State.RECEIVED, created_at__lt=now - timedelta(minutes=1))
    )
    for upload in stuck:
        if upload.attempts >= MOST_ATTEMPTS:
            _fail(
                upload,
                _problem(
                    "READ_TOO_OFTEN",
                    upload.name,
                    f"读取了 {upload.attempts} 次都没有读完，已停止。",
                    "文件可能过大或已损坏：请拆分，或另存为 xlsx 后重试。",
                ),
            )
        else:
            ask_to_read(upload.pk)


def _claim(upload_id: int) -> Upload | None:
    """Take the file for as long as the lease lasts; None when another worker has it or it is done."""
    now = timezone.now()
    free = Q(state=State.RECEIVED) | Q(state=State.READING, leased_until__lt=now)
    claimed = Upload.objects.filter(free, pk=upload_id, attempts__lt=MOST_ATTEMPTS).update(
        state=State.READING, attempts=F("attempts") + 1, leased_until=now + LEASE, progress=10
    )
    return Upload.objects.get(pk=upload_id) if claimed else None


def _fail(upload: Upload, problem: Problem) -> None:
    with transaction.atomic():
        changed = (
            Upload.objects.filter(pk=upload.pk, attempts=upload.attempts)
            .exclude(state__in=[State.READY, State.ACCEPTED, State.FAILED])
            .update(
                state=State.FAILED,
                problems=[problem.to_json()],
                leased_until=None,
                progress=100,
                read_at=timezone.now(),
            )
        )
        if changed:
            _tell(Upload.objects.get(pk=upload.pk))


def _locked_own(upload_id: int, actor: User) -> Upload:
    seen = visible_to(actor_of(actor)).filter(pk=upload_id).values_list("pk", flat=True)
    upload = Upload.objects.select_for_update().filter(pk__in=list(seen)).first()
    if upload is None:
        raise Refusal("not_found", "没有找到该文件，或您无权查看。")
    if upload.uploader_id != actor.pk:
        raise Refusal("not_allowed", "只有上传人可以导入这个文件。")
    return upload


def _match(upload: Upload) -> None:
    """Write down whom the file and each of its projects is about, and what stands against taking them over."""
    projects = list(upload.projects.order_by("position"))
    matched = match(
        unpack_document(upload.document),
        [unpack_project(project.draft) for project in projects],
        actor_of(upload.uploader),
        upload.name,
        upload.fiscal_year,
    )
    kept = [problem for problem in upload.problems if problem["code"] not in MATCHING_CODES]
    upload.problems = kept + [problem.to_json() for problem in matched.document_problems if projects]
    upload.bureau, upload.department = matched.bureau, matched.department
    upload.save()
    for project, unit, problems in zip(projects, matched.units, matched.problems, strict=True):
        project.unit, project.problems = unit, [problem.to_json() for problem in problems]
    UploadedProject.objects.bulk_update(projects, ["unit", "problems"], batch_size=500)


# Findings of `match`, which are made anew each time.
MATCHING_CODES = {"BUREAU_UNKNOWN", "DEPARTMENT_UNKNOWN", "DEPARTMENT_MISSING", "DEPARTMENT_NAME_DIFFERS"}


def _tell(upload: Upload) -> None:
    """The uploader hears how it went; the approvers of the bureau named in the heading hear that it has come."""
    path = reverse("upload", args=[upload.pk])
    outcome = {State.READY: "已读完，请核对后导入", State.FAILED: "未能读取，请查看原因"}[State(upload.state)]
    messages = [
        Message(
            upload.uploader_id,
            "upload",
            f"文件“{upload.name}”{outcome}",
            "",
            path,
            f"upload:{upload.pk}:{upload.attempts}:{upload.uploader_id}",
        )
    ]
    if upload.state == State.READY and upload.bureau is not None:
        department = upload.department.name if upload.department else upload.document.get("department") or "某部门"
        date = upload.document.get("approval_date")
        body = f"批复单位：{upload.bureau.name}" + (f"\n批复日期：{date}" if date else "")
        messages += [
            Message(
                user_id,
                "upload",
                f"收到{department}的绩效目标文件“{upload.name}”",
                body,
                path,
                f"upload:{upload.pk}:{upload.attempts}:{user_id}",
            )
            for user_id in holders_at(Role.APPROVER, upload.bureau)
            if user_id != upload.uploader_id
        ]
    announce(messages)


def _problem(code: str, name: str, message: str, fix: str) -> Problem:
    return Problem(code, "error", message, name, "文件", "", "", fix)
