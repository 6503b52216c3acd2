"""Files that go with a declaration: added and taken away while it is with its unit."""

import hashlib
from collections.abc import Sequence
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files import File
from django.db import transaction

from approvals.models import Attachment, User
from approvals.services.filing import forget_files, locked_for_writing
from perfgoals.errors import Refusal

# What offices exchange; nothing that runs when it is opened.
DOCUMENTS = (".pdf", ".ofd", ".doc", ".docx", ".xls", ".xlsx", ".wps", ".et", ".ppt", ".pptx", ".txt", ".csv")
PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff")
ENDINGS = frozenset([*DOCUMENTS, *PICTURES, ".zip", ".rar", ".7z"])
MOST = 20


@transaction.atomic
def attach(declaration_id: int, actor: User, files: Sequence[File]) -> list[Attachment]:
    """Keep files with a declaration this person may write now, all or none; raises Refusal with all that is wrong."""
    declaration = locked_for_writing(declaration_id, actor)
    there = dict(declaration.attachments.values_list("sha256", "name"))
    attachments, faults = [], []
    for file in files:
        name = PurePosixPath((file.name or "附件").replace("\\", "/")).name[:255]
        digest = hashlib.sha256()
        for chunk in file.chunks():
            digest.update(chunk)
        fault = _fault(file, name)
        if not fault and digest.hexdigest() in there:
            fault = f"文件“{name}”与附件“{there[digest.hexdigest()]}”相同。"
        if fault:
            faults.append(fault)
            continue
        there[digest.hexdigest()] = name
        attachments.append(
            Attachment(
                declaration=declaration,
                file=file,
                name=name,
                size=file.size,
                sha256=digest.hexdigest(),
                uploaded_by=actor,
            )
        )
    if len(there) > MOST:
        faults.append(f"附件最多 {MOST} 个，这样会有 {len(there)} 个。请先删除不需要的，或合并成一个文件。")
    if faults or not attachments:
        raise Refusal("invalid", "".join(faults) or "没有选择文件。")
    # The file is written when its row is saved.
    for attachment in attachments:
        attachment.save()
    return attachments


def _fault(file: File, name: str) -> str:
    """What is wrong with a file to be attached, "" for nothing."""
    limit = settings.PERFGOALS_MAX_UPLOAD_BYTES
    if not file.size:
        return f"文件“{name}”是空的，请检查后重新选择。"
    if file.size > limit:
        return f"文件“{name}”有 {file.size / 2**20:.1f} MB，最大 {limit / 2**20:.0f} MB，请压缩或拆分。"
    if PurePosixPath(name).suffix.lower() not in ENDINGS:
        allowed = "、".join(sorted(ending.lstrip(".") for ending in ENDINGS))
        return f"不能上传“{name}”这种文件，可以上传：{allowed}。"
    return ""


@transaction.atomic
def detach(declaration_id: int, attachment_id: int, actor: User) -> None:
    """Take a file away again; raises Refusal when the declaration is not this person's to write, or holds no such."""
    declaration = locked_for_writing(declaration_id, actor)
    attachment = declaration.attachments.filter(pk=attachment_id).first()
    if attachment is None:
        raise Refusal("not_found", "这个附件已经不在了，请刷新页面。")
    forget_files([attachment])
    attachment.delete()
