"""Issuing an approval 批复: number, snapshot, and the step of every declaration in it, in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q
from django.urls import reverse

from approvals.models import Approval, Bureau, Declaration, Department, User
from approvals.models.edges import edges
from approvals.numbering import code_as_printed, new_code, number_of
from approvals.roles import Actor
from approvals.rules import may_issue_for
from approvals.selectors.approvals import approval_content, change_words
from approvals.selectors.people import actor_of
from approvals.services import ledger
from approvals.services.locks import lock_bureau, lock_declarations
from approvals.services.reviewing import Said
from approvals.services.steps import take
from approvals.states import State, Verb
from perfgoals.errors import Refusal


@transaction.atomic
def issue(
    actor: User,
    department_id: int,
    fiscal_year: int,
    declaration_ids: Collection[int],
    on: date,
    title: str = "",
    notes: str = "",
    seen: Mapping[int, int] | None = None,
) -> Approval:
    """Issue an approval for passed declarations of one department and year; raises Refusal, changing nothing.

    The number follows the bureau's last one without a gap: whoever numbers holds the bureau's row, and a
    transaction that fails gives its number back. What the document says is frozen in `content`.
    `seen` is the revision of each that the approver had before his eyes; another one is refused as stale.
    """
    person = actor_of(actor)
    department = Department.objects.filter(pk=department_id).first()
    if department is None or not may_issue_for(department, person):
        raise Refusal("not_allowed", "您不是该部门所属财政局的批复人，不能发出批复。")
    bureau = lock_bureau(department.bureau_id)
    declarations = lock_ready(person, department, fiscal_year, declaration_ids, seen or {})
    edge = edges()[State.PASSED, Verb.APPROVE]
    right = edge.permission(declarations[0], person)
    serial = _next_serial(bureau, on.year)
    number = number_of(bureau.number_pattern, bureau.document_word, on.year, serial)
    code = new_code()
    content = approval_content(
        department,
        bureau,
        fiscal_year,
        declarations,
        on,
        title=title,
        notes=notes.strip(),
        number=number,
        verification=f"{code_as_printed(code)}（可在 {settings.PERFGOALS_URL}{reverse('verification')} 核验）",
    )
    approval = Approval.objects.create(
        bureau=bureau,
        department=department,
        fiscal_year=fiscal_year,
        date=on,
        number_year=on.year,
        serial=serial,
        number=number,
        title=content.title,
        notes=content.notes,
        supplementary=bool(change_words(declarations)),
        form=content.form,
        verification_code=code,
        issued_by=actor,
        content=content.to_json(),
        content_sha256=content.fingerprint(),
    )
    supersede(declarations, actor, person, approval)
    take([(declaration, edge) for declaration in declarations], actor, person, approval=approval)
    ledger.append(
        [
            ledger.Entry(
                verb="issue",
                approval=approval,
                snapshot={
                    "content_sha256": approval.content_sha256,
                    "number": approval.number,
                    "date": on.isoformat(),
                    "title": approval.title,
                    "supplementary": approval.supplementary,
                },
                principal=right.principal if right else "",
            )
        ],
        actor,
        person,
    )
    return approval


def lock_ready(
    person: Actor, department: Department, fiscal_year: int, wanted: Collection[int], seen: Mapping[int, int]
) -> list[Declaration]:
    """The declarations, locked, when this person may approve every one of them now; raises Refusal otherwise."""
    wanted = set(wanted)
    # Only this department's: what a refusal names must be the approver's to see.
    declarations = [d for d in lock_declarations(wanted) if d.department_id == department.pk]
    edge = edges()[State.PASSED, Verb.APPROVE]
    gone = [
        d
        for d in declarations
        if d.state != State.PASSED
        or d.fiscal_year != fiscal_year
        or not edge.permission(d, person)
        or seen.get(d.pk, d.revision) != d.revision
    ]
    if not wanted:
        raise Refusal("invalid", "没有选择要批复的项目。请至少选择一个。")
    if gone or len(declarations) < len(wanted):
        names = "、".join(d.project.name for d in gone[:5]) or "所选项目"
        raise Refusal("stale", f"“{names}”已不在待批复之列（可能刚被退回、撤回或批复），请刷新后重新选择。")
    return declarations


def _next_serial(bureau: Bureau, year: int) -> int:
    """The one after the bureau's last; a number that a document from outside bears already is stepped over."""
    known = Approval.objects.filter(bureau=bureau)
    issued = known.filter(number_year=year, origin=Approval.Origin.ISSUED)
    serial = 1 + (issued.aggregate(last=Max("serial"))["last"] or 0)
    while known.filter(
        Q(number_year=year, serial=serial)
        | Q(number=number_of(bureau.number_pattern, bureau.document_word, year, serial))
    ).exists():
        serial += 1
    return serial


def supersede(declarations: Sequence[Declaration], actor: User, person: Actor, approval: Approval) -> None:
    """An approved version makes room for its successor."""
    valid = Declaration.objects.filter(
        project_id__in=[d.project_id for d in declarations],
        fiscal_year=declarations[0].fiscal_year,
        state=State.APPROVED,
    )
    earlier = [d for d in lock_declarations(valid.values_list("pk", flat=True)) if d.state == State.APPROVED]
    if earlier:
        edge = edges()[State.APPROVED, Verb.SUPERSEDE]
        take([(declaration, edge) for declaration in earlier], actor, person, Said(comment=f"由{approval.number}替代"))
