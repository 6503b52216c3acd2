"""Uploads from arrival to declarations: receive, match, accept – each exactly once. Reading is in `reading`."""

import hashlib
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from approvals.models import Declaration, User
from approvals.models.declaration import Origin
from approvals.roles import Role
from approvals.selectors.people import actor_of
from approvals.services.filing import Filing, file_declarations
from ingest.models import Upload, UploadedProject
from ingest.selectors.stored import unpack_problems, unpack_project
from ingest.selectors.uploads import acceptable, file_is_barred
from ingest.services.amending import locked_own
from ingest.services.checking import match_all
from ingest.services.queue import ask_to_read
from ingest.services.reading import MOST_ATTEMPTS, fail, read
from perfgoals.errors import Refusal

__all__ = ["accept", "read", "receive", "rematch", "sweep"]

MAY_UPLOAD = (Role.FILER, Role.APPROVER)
State = Upload.State
ASKED = timedelta(minutes=5)


def receive(actor: User, file: File, name: str) -> Upload:
    """Keep a file and have the worker read it. Raises Refusal when it is too large, or the person may not.

    Filers upload what they file, approvers the approval documents that come to them.
    """
    if not actor_of(actor).has(*MAY_UPLOAD):
        raise Refusal("not_allowed", "只有单位经办人可以上传绩效目标文件，批复人可以上传批复文件。")
    limit = settings.PERFGOALS_MAX_UPLOAD_BYTES
    if file.size > limit:
        raise Refusal(
            "too_large", f"文件“{name}”有 {file.size / 2**20:.1f} MB，最大 {limit / 2**20:.0f} MB。请拆分后上传。"
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


def rematch(upload_id: int, actor: User, fiscal_year: int | None = None) -> Upload:
    """Look the organisations up again, after they were registered or another year was chosen."""
    with transaction.atomic():
        upload = locked_own(upload_id, actor)
        if fiscal_year is not None:
            upload.fiscal_year = fiscal_year
        match_all(upload)
    return upload


def accept(
    upload_id: int, actor: User, positions: Collection[int] | None, fiscal_year: int | None = None
) -> list[Declaration]:
    """Take the chosen projects over as draft declarations, each once, all or none; raises Refusal.

    Without positions all that can be taken over are.
    """
    with transaction.atomic():
        upload = locked_own(upload_id, actor)
        if upload.state not in (State.READY, State.ACCEPTED):
            raise Refusal("wrong_state", f"文件“{upload.name}”{upload.get_state_display()}，还不能导入。")
        if fiscal_year is not None:
            upload.fiscal_year = fiscal_year
        if upload.fiscal_year is None:
            raise Refusal("invalid", f"文件“{upload.name}”没有写明年度，请先选择年度。")
        match_all(upload)
        barred_file = file_is_barred(upload)
        rows = upload.projects.select_related("unit__department__bureau")
        chosen = list(rows if positions is None else rows.filter(position__in=positions))
        if positions is None:
            chosen = [project for project in chosen if acceptable(upload, project, barred_file)]
        barred = [project for project in chosen if not acceptable(upload, project, barred_file)]
        if not chosen and not barred_file:
            raise Refusal("invalid", "没有选择要导入的项目。请至少选择一个。")
        if barred or not chosen:
            raise _refused(upload, barred)
        declarations = file_declarations(
            actor,
            [Filing(project.unit, unpack_project(project.draft)) for project in chosen if project.unit],
            upload.fiscal_year,
            Origin.UPLOAD,
        )
        for project, declaration in zip(chosen, declarations, strict=True):
            project.declaration = declaration
        UploadedProject.objects.bulk_update(chosen, ["declaration"], batch_size=1000)
        upload.state, upload.accepted_at = State.ACCEPTED, timezone.now()
        upload.save(update_fields=["state", "accepted_at"])
    return declarations


def _refused(upload: Upload, barred: list[UploadedProject]) -> Refusal:
    """Everything that stands in the way: of the file, of others in it that bar it, of the chosen projects."""
    barring = upload.projects.filter(bars_file__gt=0)[:50]
    problems = [
        *upload.problems,
        *(p for project in barring for p in project.problems if p["source"] == "reading"),
        *(problem for project in barred for problem in project.problems),
    ]
    message = "文件有错误，整份文件不能导入。请按提示更正或决定后再导入。"
    if barred:
        message = f"有 {len(barred)} 个项目不能导入，例如“{barred[0]}”。请按提示改正，或取消选择后再导入。"
    return Refusal("invalid", message, unpack_problems(p for p in problems if p["severity"] == "error"))


def sweep() -> None:
    """Take up again what a dead worker left, and end what cannot be read; run by the beat."""
    now = timezone.now()
    asked = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    stuck = Upload.objects.filter(
        Q(state=State.READING, leased_until__lt=now)
        | Q(asked, state=State.RECEIVED, created_at__lt=now - timedelta(minutes=1))
    )
    for upload in stuck:
        if upload.attempts >= MOST_ATTEMPTS:
            fail(
                upload,
                "READ_TOO_OFTEN",
                f"读取了 {upload.attempts} 次都没有读完，已停止。",
                "文件可能过大或已损坏：请拆分，或另存为 xlsx 后重试。",
            )
        else:
            # One that waits in a long queue is not asked for at every sweep.
            Upload.objects.filter(pk=upload.pk, state=State.RECEIVED).update(leased_until=now + ASKED)
            ask_to_read(upload.pk)
