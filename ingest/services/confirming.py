"""An approver confirms an uploaded approval document: it is registered as a 批复, once, all of it or nothing."""

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from approvals.models import Approval, User
from approvals.selectors.people import actor_of
from approvals.services.filing import Filing
from approvals.services.locks import lock_bureau
from approvals.services.outside import Document, Member, load_history, register
from ingest.drafts import DocumentDraft
from ingest.models import Upload, UploadedProject
from ingest.selectors.comparing import (
    Alone,
    Comparison,
    Pair,
    compare,
    found_document,
    history,
    is_history,
    registered_as,
)
from ingest.selectors.uploads import file_is_barred, visible_to
from perfgoals.errors import Refusal


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the approver says of a document.

    seen     the fingerprint of the comparison he had before him
    adopt    positions of differing projects that are approved as the document has them
    partly   he knows that the other projects are not approved by this document, which is registered once
    number, date   where the file does not say them
    choices  position → declaration, where the file alone did not tell
    """

    seen: str
    adopt: Collection[int] = ()
    partly: bool = False
    number: str = ""
    date: datetime.date | None = None
    choices: Mapping[int, int] = field(default_factory=dict)


@transaction.atomic
def confirm(upload_id: int, actor: User, said: Confirmed) -> Approval:
    """Register the document: what is equal is approved, and what differs where the document shall prevail.

    A document of a year that was never filed here is loaded as history. Raises Refusal, changing nothing.
    """
    person = actor_of(actor)
    upload = visible_to(person).select_related("uploader").filter(pk=upload_id).first()
    if upload is None:
        raise Refusal("not_found", "没有找到该文件，或您无权查看。")
    heading, department, year = found_document(upload, person)
    # First of all locks, as everywhere: whoever registers, issues or loads in this bureau waits.
    lock_bureau(department.bureau_id)
    upload = Upload.objects.select_for_update(of=("self",)).select_related("uploader", "department").get(pk=upload_id)
    known = registered_as(upload)
    if known:
        raise Refusal("wrong_state", f"这个文件已登记为批复“{known.number}”，不能再登记一次。")
    if file_is_barred(upload):
        raise Refusal("wrong_state", f"文件“{upload.name}”有错误未处理，请先在预览页更正或决定。")
    document = _document(upload, heading, said)
    if is_history(department, year):
        found = history(upload, person)
        _refuse_stale(found.seen, said)
        _refuse_rest([*found.unusable, *found.known], said)
        filings = [Filing(unit, draft) for _project, unit, draft in found.loadable]
        approval, declarations = load_history(actor, department.pk, year, filings, document)
        rows = [project for project, _unit, _draft in found.loadable]
        for row, declaration in zip(rows, declarations, strict=True):
            row.declaration = declaration
        UploadedProject.objects.bulk_update(rows, ["declaration"], batch_size=1000)
    else:
        comparison = compare(upload, person, said.choices)
        _refuse_stale(comparison.seen, said)
        members = _members(comparison, said)
        approval = register(actor, department.pk, year, members, document)
    upload.approval, upload.state, upload.accepted_at = approval, Upload.State.ACCEPTED, timezone.now()
    upload.save(update_fields=["approval", "state", "accepted_at"])
    return approval


def _document(upload: Upload, heading: DocumentDraft, said: Confirmed) -> Document:
    """What the file says stands; what it does not say the approver says."""
    day = heading.approval_date or said.date
    if day is None:
        raise Refusal("invalid", "文件没有写明批复日期，请填写。")
    return Document(
        number=heading.approval_number or said.number,
        date=day,
        title=heading.title or "",
        file=upload.file,
        name=upload.name,
        sha256=upload.sha256,
        uploader=upload.uploader,
    )


def _refuse_stale(seen: str, said: Confirmed) -> None:
    if seen != said.seen:
        raise Refusal("stale", "您打开比较页之后，申报或文件内容已有变化，请核对现在的比较结果后再确认。")


def _members(comparison: Comparison, said: Confirmed) -> list[Member]:
    wanted = set(said.adopt)
    adopted = [pair for pair in comparison.different if pair.project.position in wanted]
    unknown = wanted - {pair.project.position for pair in adopted}
    if unknown:
        raise Refusal("invalid", f"文件第 {min(unknown)} 个项目没有与申报不同的内容，不能“以文件为准”。")
    barred = [pair for pair in adopted if pair.bar]
    if barred:
        raise Refusal("invalid", f"“{barred[0].project}”不能以文件为准：{barred[0].bar}")
    left = [pair for pair in comparison.different if pair not in adopted]
    rest: list[Pair | Alone] = [*left, *comparison.barred, *comparison.others]
    _refuse_rest([*rest, *comparison.unclear, *comparison.additional], said)
    members = [Member(pair.declaration.pk, pair.declaration.revision) for pair in comparison.equal]
    return members + [Member(pair.declaration.pk, pair.declaration.revision, pair.content) for pair in adopted]


def _refuse_rest(rest: Collection[Pair | Alone], said: Confirmed) -> None:
    """A document is registered once: whoever leaves projects of it unapproved says that he knows."""
    if rest and not said.partly:
        first = min(rest, key=lambda each: each.project.position)
        raise Refusal(
            "invalid",
            f"文件中还有 {len(rest)} 个项目这次不会批复（例如“{first.project}”）。同一文件只能登记一次："
            "请先处理它们，或勾选确认其余项目以后另行批复。",
        )
