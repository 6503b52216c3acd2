"""Looking whether the ledger is as it was written: every hash, every chain, and whether the rest agrees with it.

Whoever can write to the database and forges a whole chain with all its hashes is found only where declarations,
approvals or notices tell another story.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby

from django.db.models import CharField, Exists, F, Func, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast
from django.utils import timezone

from approvals.documents.content import ApprovalContent
from approvals.models import Approval, ApprovalRecord, Declaration, Notice, User
from approvals.services.ledger import digest_of
from approvals.states import State

# Rows held at a time.
CHUNK = 500
# The ledger rows with which an approval comes to be: issued here, or a document from outside.
BRINGS_ABOUT = ("issue", "register", "import")


@dataclass(frozen=True, slots=True)
class Finding:
    """One disagreement: where, what is wrong, what was found and what should be there."""

    where: str
    what: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.where}：{self.what}。实际：{self.found}；应为：{self.expected}。"


@dataclass(slots=True)
class Counted:
    """How much was looked at."""

    chains: int = 0
    records: int = 0
    declarations: int = 0
    approvals: int = 0


@dataclass(slots=True)
class Verification:
    """One walk over everything; memory does not grow with the ledger."""

    counted: Counted = field(default_factory=Counted)

    def findings(self) -> Iterator[Finding]:
        """Everything that does not agree, as it is found."""
        yield from self._chains()
        yield from self._declarations()
        yield from self._approvals()
        yield from _numbers()
        yield from _notices()
        yield from _sign_ins()

    def _chains(self) -> Iterator[Finding]:
        previous: ApprovalRecord | None = None
        for record in ApprovalRecord.objects.order_by("chain", "sequence").iterator(CHUNK):
            if previous is None or previous.chain != record.chain:
                previous = None
                self.counted.chains += 1
            self.counted.records += 1
            yield from _record(record, previous)
            previous = record

    def _declarations(self) -> Iterator[Finding]:
        """The state, round and approval of each are those of the last row about it."""
        about = ApprovalRecord.objects.filter(declaration=OuterRef("pk")).exclude(to_state="").order_by("-sequence")
        approving = about.filter(approval__isnull=False)
        rows = Declaration.objects.order_by("pk").values_list(
            "pk",
            "project__name",
            "state",
            "round",
            "approval_id",
            Subquery(about.values("to_state")[:1]),
            Subquery(about.values("round")[:1]),
            Subquery(approving.values("approval_id")[:1]),
        )
        for pk, name, state, turn, approval, told_state, told_turn, told_approval in rows.iterator(CHUNK):
            self.counted.declarations += 1
            where = f"申报 {pk}“{name}”"
            if state != (told_state or State.DRAFT):
                yield Finding(
                    where,
                    "状态与台账最后一条不一致（台账缺了末尾的记录，或状态被直接改动）",
                    _label(state),
                    _label(told_state or State.DRAFT),
                )
            elif turn != (told_turn or 0):
                yield Finding(
                    where,
                    "送审轮次与台账最后一条不一致（台账缺了末尾的记录，或轮次被直接改动）",
                    f"第 {turn} 轮",
                    f"第 {told_turn or 0} 轮",
                )
            if approval != told_approval:
                yield Finding(where, "所属批复与台账不一致", _approval(approval), _approval(told_approval))

    def _approvals(self) -> Iterator[Finding]:
        """The content of each has its fingerprint, and the fingerprint is the one the ledger keeps."""
        issued = ApprovalRecord.objects.filter(approval=OuterRef("pk"), declaration=None, verb__in=BRINGS_ABOUT)
        rows = Approval.objects.annotate(
            told=Subquery(issued.order_by("sequence").values("snapshot__content_sha256")[:1]),
        )
        for approval in rows.order_by("pk").iterator(CHUNK):
            self.counted.approvals += 1
            where = f"批复 {approval.pk}“{approval.number}”"
            try:
                found = ApprovalContent.from_json(approval.content).fingerprint()
            except (ValueError, TypeError, AttributeError) as error:
                found = f"内容无法读取（{error}）"
            if found != approval.content_sha256:
                yield Finding(where, "批复内容与内容指纹不符，内容或指纹被改动", found, approval.content_sha256)
            if approval.told != approval.content_sha256:
                yield Finding(
                    where,
                    "内容指纹与台账中发出时的指纹不符",
                    approval.content_sha256,
                    approval.told or "台账中没有发出记录",
                )
            if not approval.is_issued_here:
                yield from _file(approval, where)


def _record(record: ApprovalRecord, previous: ApprovalRecord | None) -> Iterator[Finding]:
    where = f"链 {record.chain} 第 {record.sequence} 条"
    sequence, digest, state = (0, "", "")
    if previous is not None:
        sequence, digest, state = previous.sequence, previous.hash, previous.to_state
    expected = digest_of(record)
    if record.hash != expected:
        yield Finding(where, "记录被改动，哈希与内容不符", record.hash or "（空）", expected)
    if record.sequence != sequence + 1:
        yield Finding(where, "前面缺少记录", f"第 {record.sequence} 条", f"第 {sequence + 1} 条")
    elif record.previous_hash != digest:
        what = "与前一条接不上（有记录被插入、替换或调换了次序）"
        yield Finding(where, what, record.previous_hash or "（空）", digest or "（空）")
    subject = ""
    if record.declaration_id is not None:
        subject = f"declaration:{record.declaration_id}"
    elif record.approval_id is not None:
        subject = f"approval:{record.approval_id}"
    if record.chain.startswith("person:"):
        # What a person did outside the procedure is on his own chain, also when it was done to an approval.
        subject = f"person:{record.actor_id}" if record.actor_id else ""
    if subject and record.chain != subject:
        yield Finding(where, "记录不在所属申报、批复或人员的链上", record.chain, subject)
    if previous is not None and record.sequence == sequence + 1 and record.from_state and record.from_state != state:
        yield Finding(where, "原状态与前一条的新状态不同", _label(record.from_state), _label(state))


def _file(approval: Approval, where: str) -> Iterator[Finding]:
    """The document that came is still there, as it came."""
    digest = hashlib.sha256()
    try:
        with approval.file.open() as file:
            for chunk in file.chunks():
                digest.update(chunk)
    except OSError as error:
        yield Finding(where, "批复原件打不开", str(error), f"文件“{approval.file_name}”")
    else:
        if digest.hexdigest() != approval.file_sha256:
            yield Finding(where, "批复原件被改动", digest.hexdigest(), approval.file_sha256)


def _numbers() -> Iterator[Finding]:
    """Numbers of approvals run from 1 to the last one issued here; documents from outside bear those stepped over."""
    rows = (
        Approval.objects.filter(serial__isnull=False)
        .order_by("bureau_id", "number_year", "serial")
        .values_list("bureau_id", "bureau__name", "number_year", "serial", "origin")
    )
    for (_pk, bureau, year), series in groupby(rows.iterator(CHUNK), key=lambda row: row[:3]):
        known = [(serial or 0, origin) for *_series, serial, origin in series]
        last = max((serial for serial, origin in known if origin == Approval.Origin.ISSUED), default=0)
        count = sum(serial <= last for serial, _origin in known)
        if count != last:
            yield Finding(
                f"{bureau} {year} 年批复文号", "文号有缺，批复被删除", f"{count} 份批复", f"1 至 {last} 号共 {last} 份"
            )


def _sign_ins() -> Iterator[Finding]:
    """Who has signed in since sign-ins are written down has a row of it."""
    rows = ApprovalRecord.objects.filter(verb="sign_in")
    first = rows.aggregate(first=Min("at"))["first"]
    last = rows.filter(actor=OuterRef("pk")).order_by("-at").values("at")[:1]
    if first is None:
        return
    missing = (
        User.objects.filter(last_login__gte=first)
        .annotate(told=Subquery(last))
        # The account is marked a moment before the row is written.
        .filter(Q(told=None) | Q(told__lt=F("last_login") - timedelta(minutes=1)))
    )
    rows_of = missing.order_by("pk").values_list("pk", "username", "last_login", "told")
    for pk, username, marked, told in rows_of.iterator(CHUNK):
        yield Finding(
            f"用户 {pk}“{username}”",
            "台账缺了最后一次登录的记录",
            f"{timezone.localtime(told):%Y-%m-%d %H:%M}" if told else "没有登录记录",
            f"{timezone.localtime(marked):%Y-%m-%d %H:%M}",
        )


def _notices() -> Iterator[Finding]:
    """A notice names the row that caused it: the row is still there."""
    number: Func = Func(F("dedupe_key"), Value(":"), Value(2), function="split_part", output_field=CharField())
    kept = ApprovalRecord.objects.annotate(text=Cast("pk", CharField())).filter(text=OuterRef("record"))
    orphans = Notice.objects.filter(Q(dedupe_key__startswith="record:")).annotate(record=number).filter(~Exists(kept))
    seen = orphans.order_by("pk").values_list("record", "title", "created_at")
    for record, title, at in seen.iterator(CHUNK):
        where = f"台账记录 {record}"
        yield Finding(
            where, f"记录被删除，但 {at:%Y-%m-%d %H:%M} 发出的通知“{title}”由它引起", "没有这条记录", "有这条记录"
        )


def _label(state: str) -> str:
    try:
        return f"{State(state).label}（{state}）"
    except ValueError:
        return state or "（空）"


def _approval(pk: int | None) -> str:
    return "无" if pk is None else f"批复 {pk}"
