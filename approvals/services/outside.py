"""Approval documents 批复 that come from outside: what they approve goes through the one door, what they are is kept.

`register` approves declarations that wait for it; `load_history` makes approved declarations of a year that was never
filed here. Both keep the document's number, date and file, take no number of the bureau's own series, and say on the
ledger who uploaded the file and what its SHA-256 is.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.files import File
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from approvals.checks import cannot_be_kept
from approvals.differences import differences
from approvals.documents.content import ApprovalContent, ProjectContent, UnitContent
from approvals.models import Approval, Bureau, Declaration, Department, DepartmentGoal, FundingLine, Indicator, User
from approvals.models.declaration import Origin
from approvals.models.edges import edges
from approvals.numbering import number_key, place_in_series
from approvals.roles import Actor
from approvals.rules import may_issue_for
from approvals.selectors.approvals import approval_content, change_words, default_title
from approvals.selectors.contents import drafted_content, project_contents
from approvals.selectors.people import actor_of
from approvals.services import ledger
from approvals.services.filing import Filing, columns, projects_for, rename, write_lines
from approvals.services.issuing import lock_ready, supersede
from approvals.services.locks import lock_bureau
from approvals.services.notices import Message, announce
from approvals.services.reviewing import Left, Said, draft_of, resolve
from approvals.services.steps import take
from approvals.states import State, Verb
from perfgoals.errors import Refusal

NUMBER_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Document:
    """A 批复 as it came: what it says of itself, and its file.

    file    open, or to be opened; read twice
    sha256  of its bytes; another file is refused
    """

    number: str
    date: date
    title: str
    file: File
    name: str
    sha256: str
    uploader: User


@dataclass(frozen=True, slots=True)
class Member:
    """A declaration that the document approves, in the revision the approver saw.

    content  what the document says, where it differs and shall prevail; None where both say the same
    """

    declaration_id: int
    revision: int
    content: ProjectContent | None = None


@transaction.atomic
def register(
    actor: User, department_id: int, fiscal_year: int, members: Sequence[Member], document: Document
) -> Approval:
    """Approve declarations as a document from outside says; raises Refusal, changing nothing.

    Each takes the step that an approval issued here takes. Where the document prevails its text becomes content
    first, and the ledger row of the step keeps every cell that was replaced.
    """
    person = actor_of(actor)
    department, bureau = _where(person, department_id)
    _refuse_known(bureau, department, document)
    seen = {member.declaration_id: member.revision for member in members}
    declarations = lock_ready(person, department, fiscal_year, seen, seen)
    prevailing = {member.declaration_id: member.content for member in members if member.content is not None}
    replaced = [declaration for declaration in declarations if declaration.pk in prevailing]
    before = project_contents(replaced)
    _refuse_unkept(prevailing)
    for declaration in replaced:
        rename(declaration, draft_of(prevailing[declaration.pk]))
    content = approval_content(
        department,
        bureau,
        fiscal_year,
        declarations,
        document.date,
        title=document.title,
        number=document.number.strip(),
        contents=prevailing,
    )
    supplementary = bool(change_words(declarations))
    approval = _create(
        actor, department, bureau, document, content, Approval.Origin.OUTSIDE, supplementary=supplementary
    )
    _write(approval, replaced, prevailing)
    resolve(before, prevailing)
    supersede(declarations, actor, person, approval)
    edge = edges()[State.PASSED, Verb.APPROVE]
    left = Left(replaced={pk: differences(content, prevailing[pk]) for pk, content in before.items()})
    said = Said(comment=f"依据外来批复文件“{document.name}”（{approval.number}）")
    take([(declaration, edge) for declaration in declarations], actor, person, said, left, approval)
    _on_the_ledger("register", approval, actor, document, f"批复 {len(declarations)} 个项目", len(replaced))
    return approval


@transaction.atomic
def load_history(
    actor: User, department_id: int, fiscal_year: int, filings: Sequence[Filing], document: Document
) -> tuple[Approval, list[Declaration]]:
    """Make approved declarations of what an earlier year's document says; raises Refusal, changing nothing.

    Only for a year that has come, and in which the department filed nothing here. Projects are those the units have,
    by code or name, or new ones. A constant number of statements.
    """
    department, bureau = _where(actor_of(actor), department_id)
    _refuse_known(bureau, department, document)
    _refuse_filed_year(department, fiscal_year)
    if not filings:
        raise Refusal("invalid", "没有选择要导入的项目。请至少选择一个。")
    foreign = {filing.unit.name for filing in filings if filing.unit.department_id != department.pk}
    if foreign:
        raise Refusal("invalid", f"“{'、'.join(sorted(foreign))}”不是“{department.name}”的单位。")
    problems = [problem for filing in filings for problem in cannot_be_kept(filing.draft)]
    if problems:
        raise Refusal("invalid", f"有 {len(problems)} 处内容无法保存，请修改后再试。", problems)
    projects = projects_for(filings, fiscal_year)
    ids = _reserve_ids(len(filings))
    content = _historical_content(department, bureau, fiscal_year, filings, ids, document)
    approval = _create(actor, department, bureau, document, content, Approval.Origin.IMPORTED)
    declarations = Declaration.objects.bulk_create(
        [
            Declaration(
                pk=pk,
                project=project,
                unit=filing.unit,
                department=department,
                bureau=bureau,
                fiscal_year=fiscal_year,
                origin=Origin.IMPORTED,
                state=State.APPROVED,
                approval=approval,
                place=filing.draft.place[:300],
                position=position,
                created_by=actor,
                **columns(filing.draft),
            )
            for position, (pk, filing, project) in enumerate(zip(ids, filings, projects, strict=True), 1)
        ]
    )
    write_lines([(pk, filing.draft) for pk, filing in zip(ids, filings, strict=True)])
    told = f"由批复文件“{document.name}”（{approval.number}）导入，文件由{document.uploader.full_name}上传"
    ledger.append(
        [
            ledger.Entry(
                verb="import",
                declaration=declaration,
                approval=approval,
                to_state=State.APPROVED.value,
                comment=told,
                snapshot={"file_sha256": document.sha256, "place": declaration.place},
            )
            for declaration in declarations
        ],
        actor,
    )
    _on_the_ledger("import", approval, actor, document, f"导入 {len(declarations)} 个项目")
    return approval, declarations


def _where(person: Actor, department_id: int) -> tuple[Department, Bureau]:
    department = Department.objects.filter(pk=department_id).first()
    if department is None or not may_issue_for(department, person):
        raise Refusal("not_allowed", "您不是该部门所属财政局的批复人，不能登记批复文件。")
    return department, lock_bureau(department.bureau_id)


def _refuse_known(bureau: Bureau, department: Department, document: Document) -> None:
    """A document is registered once: neither its file nor its number may be there. The bureau's row is locked."""
    if not document.number.strip() or len(document.number) > NUMBER_LENGTH:
        raise Refusal("invalid", f"请填写批复文号，不超过 {NUMBER_LENGTH} 字。文件上没有时，填写印发它的通知的文号。")
    if document.date > timezone.localdate():
        raise Refusal("invalid", f"批复日期 {document.date} 还没有到，请核对。")
    same = Approval.objects.filter(department=department, file_sha256=document.sha256).first()
    if same:
        raise Refusal("wrong_state", f"这个文件已登记为批复“{same.number}”，不能再登记一次。")
    wanted = number_key(document.number)
    for number, name in Approval.objects.filter(bureau=bureau).values_list("number", "department__name"):
        if number_key(number) == wanted:
            raise Refusal("wrong_state", f"文号“{number}”已用于“{name}”的批复，请核对文号。")


def _refuse_filed_year(department: Department, fiscal_year: int) -> None:
    if fiscal_year > timezone.localdate().year:
        raise Refusal("wrong_state", f"{fiscal_year} 年还没有到，不能作为历史年度导入。")
    filed = Declaration.objects.filter(department=department, fiscal_year=fiscal_year)
    if filed.exclude(origin=Origin.IMPORTED).exists():
        raise Refusal(
            "wrong_state",
            f"“{department.name}”{fiscal_year} 年已在系统中申报，不能作为历史年度导入；请与在审的申报比较后登记批复。",
        )


def _refuse_unkept(prevailing: Mapping[int, ProjectContent]) -> None:
    problems = [problem for content in prevailing.values() for problem in cannot_be_kept(draft_of(content))]
    if problems:
        raise Refusal("invalid", f"文件中有 {len(problems)} 处内容无法保存。", problems)


def _create(
    actor: User,
    department: Department,
    bureau: Bureau,
    document: Document,
    content: ApprovalContent,
    origin: Approval.Origin,
    supplementary: bool = False,
) -> Approval:
    """The approval with its own copy of the file. A copy whose transaction fails is left on the disk, and nothing else.

    A number of the bureau's own series takes its place there, so that the bureau's next ones step over it.
    """
    digest = hashlib.sha256()
    for chunk in document.file.chunks():
        digest.update(chunk)
    if digest.hexdigest() != document.sha256:
        raise Refusal("stale", f"文件“{document.name}”与上传时不同，可能已损坏，请重新上传。")
    document.file.seek(0)
    place = place_in_series(bureau.number_pattern, bureau.document_word, document.number)
    if place and Approval.objects.filter(bureau=bureau, number_year=place[0], serial=place[1]).exists():
        place = None  # taken before the bureau's word or pattern was changed
    return Approval.objects.create(
        bureau=bureau,
        department=department,
        fiscal_year=content.fiscal_year,
        date=document.date,
        number_year=place[0] if place else document.date.year,
        serial=place[1] if place else None,
        number=document.number.strip(),
        title=content.title,
        supplementary=supplementary,
        form=content.form,
        issued_by=actor,
        content=content.to_json(),
        content_sha256=content.fingerprint(),
        origin=origin,
        file=File(document.file, name=document.name),
        file_name=document.name[:255],
        file_sha256=document.sha256,
        uploaded_by=document.uploader,
    )


def _write(approval: Approval, declarations: Sequence[Declaration], contents: Mapping[int, ProjectContent]) -> None:
    """The document's text in place of the declarations' own; allowed until the approval is on the ledger."""
    if not declarations:
        return
    drafts = []
    for declaration in declarations:
        draft = draft_of(contents[declaration.pk])
        for row in draft.indicators:
            row.place = ""
        drafts.append((declaration.pk, draft))
        written = columns(draft)
        for name, value in written.items():
            setattr(declaration, name, value)
        declaration.approval = approval
    Declaration.objects.bulk_update(declarations, [*written, "approval"])
    FundingLine.objects.filter(declaration__in=declarations).delete()
    Indicator.objects.filter(declaration__in=declarations).delete()
    DepartmentGoal.objects.filter(declaration__in=declarations).delete()
    write_lines(drafts)


def _reserve_ids(count: int) -> list[int]:
    """Ids for declarations to be: the approval, which comes before them, names them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('approvals_declaration', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [pk for (pk,) in cursor.fetchall()]


def _historical_content(
    department: Department,
    bureau: Bureau,
    fiscal_year: int,
    filings: Sequence[Filing],
    ids: Sequence[int],
    document: Document,
) -> ApprovalContent:
    """What the document says, its projects under their units in the order of the file."""
    units: dict[int, list[ProjectContent]] = {}
    named = {filing.unit.pk: filing.unit for filing in filings}
    for pk, filing in zip(ids, filings, strict=True):
        units.setdefault(filing.unit.pk, []).append(drafted_content(filing.draft, pk))
    return ApprovalContent(
        title=document.title.strip()[:200] or default_title(fiscal_year),
        table_title=f"{fiscal_year}年部门预算项目绩效目标表",
        department_code=department.code,
        department_name=department.name,
        approving_body=bureau.name,
        approval_date=document.date,
        number=document.number.strip(),
        fiscal_year=fiscal_year,
        units=tuple(
            UnitContent(named[pk].code, named[pk].name, tuple(projects), named[pk].is_own_office)
            for pk, projects in units.items()
        ),
        form=bureau.approval_form,
    )


def _on_the_ledger(
    verb: str, approval: Approval, actor: User, document: Document, told: str, replaced: int = 0
) -> None:
    """The approval's own row, which closes it; and the uploader hears what became of his file."""
    uploader = document.uploader
    comment = f"{told}；文件“{document.name}”由{uploader.full_name}上传，SHA-256 {document.sha256}"
    if replaced:
        comment += f"；{replaced} 个项目与申报不同，以文件为准"
    [record] = ledger.append(
        [
            ledger.Entry(
                verb=verb,
                approval=approval,
                comment=comment,
                snapshot={
                    "content_sha256": approval.content_sha256,
                    "file": {"name": document.name, "sha256": document.sha256, "size": document.file.size},
                    "uploader": {"username": uploader.username, "name": uploader.full_name},
                },
            )
        ],
        actor,
    )
    if uploader.pk != actor.pk:
        announce(
            [
                Message(
                    recipient_id=uploader.pk,
                    kind=verb,
                    title=f"您上传的“{document.name}”已由{actor.full_name}登记为批复“{approval.number}”",
                    body=told,
                    path=reverse("approval", args=[approval.pk]),
                    key=f"record:{record.pk}:{uploader.pk}",
                )
            ]
        )
