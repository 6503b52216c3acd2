"""Something of everything, and somebody of every relation to it: what the tables of access are asked with."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeVar

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from approvals.documents import render
from approvals.models import (
    Approval,
    ApprovalRecord,
    Attachment,
    Declaration,
    Deputyship,
    Endpoint,
    Notice,
    NoticeSettings,
    SavedFilter,
    Transmission,
    User,
)
from approvals.roles import Role
from approvals.selectors.approvals import approval_content
from approvals.services.attaching import attach
from approvals.services.filters import save_filter
from approvals.services.tokens import make_token
from approvals.states import State
from ingest.models import Amendment, Upload
from ingest.services import uploads
from tests.factories import City, DepartmentFactory, EndpointFactory, UnitFactory, UserFactory, draft, person

Result = TypeVar("Result")

# In the order of the tables' columns:
# fil dfi sis rev dep fdp  ofi orv  fin div odv app adp  xfi xrv xfn xap xau  aud adm nob
PEOPLE = (
    # own unit, own department, other unit of the department, the department's reviewer, who stands or stood in for him
    "filer", "department_filer", "sister_filer", "department_reviewer", "deputy", "former_deputy",
    # another department of the region
    "other_filer", "other_department_reviewer",
    # the bureau: whole, the department's division, another division; who stands in for the approver
    "finance_reviewer", "division_reviewer", "other_division_reviewer", "approver", "deputy_approver",
    # another region
    "foreign_filer", "foreign_reviewer", "other_finance_reviewer", "other_approver", "other_auditor",
    # beside the procedure
    "auditor", "administrator", "nobody",
)  # fmt: skip

_HEADER = "单位编码\t单位名称\t项目名称\t总计\t一般公共预算\t其他资金\t一级指标\t三级指标\t指标值\t计量单位\n"
_ROW = "500.00\t300.00\t200.00\t产出指标\t养护长度\t≥3\t公里\n"
_COUNTED = (
    Approval, ApprovalRecord, Attachment, Endpoint, Notice, NoticeSettings, SavedFilter, Transmission, Upload, Amendment
)  # fmt: skip
_STANDING = f"""
SELECT (SELECT string_agg(concat_ws(':', id, state, revision), ' ' ORDER BY id) FROM approvals_declaration),
    (SELECT count(*) FROM approvals_notice WHERE read_at IS NOT NULL),
    (SELECT count(*) FROM approvals_apitoken WHERE revoked_at IS NULL),
    (SELECT string_agg(concat_ws(':', id, valid_to), ' ' ORDER BY id) FROM approvals_deputyship),
    (SELECT md5(string_agg(concat_ws(':', id, draft, left_out, unit_id), ' ' ORDER BY id)) FROM ingest_uploadedproject),
    {", ".join(f"(SELECT count(*) FROM {model._meta.db_table})" for model in _COUNTED)}
"""


class Scene(City):
    """A city in which the filer's unit has a draft, one sent, one passed and one approved declaration, and more."""

    def __init__(self) -> None:
        super().__init__()
        self.other_unit = UnitFactory(department=self.other_department)
        self.other_filer = person(Role.FILER, self.other_unit)
        foreign = DepartmentFactory(bureau=self.other_bureau)
        self.foreign_filer = person(Role.FILER, UnitFactory(department=foreign))
        self.foreign_reviewer = person(Role.DEPARTMENT_REVIEWER, foreign)
        self.other_auditor = person(Role.AUDITOR, self.other_bureau)
        self.deputy, self.former_deputy, self.deputy_approver = (UserFactory() for _n in range(3))
        today, day = timezone.localdate(), timedelta(days=1)
        self.deputyship = self._stands_in(self.deputy, self.department_reviewer, today, today + 7 * day)
        self._stands_in(self.former_deputy, self.department_reviewer, today - 7 * day, today - day)
        self._stands_in(self.deputy_approver, self.approver, today, today)

        self.approved = self.declaration(State.APPROVED)
        self.approval = Approval.objects.get()
        self.passed = self.declaration(State.PASSED, draft("泵站维护"))
        self.submitted = self.declaration(State.SUBMITTED, draft("闸门检修"))
        self.draft = self.declaration(State.DRAFT, draft("水质监测"))
        [self.attachment] = attach(self.draft.pk, self.filer, [ContentFile(b"%PDF-1.7", "依据.pdf")])
        self.draft = Declaration.objects.get(pk=self.draft.pk)
        self.notice = Notice.objects.filter(recipient=self.filer).latest("pk")
        self.endpoint = EndpointFactory(user=self.filer)
        self.saved_filter = save_filter(self.filer, "本年", "year=2027")
        self.token, _text = make_token(self.filer, "夜间报送", ["read"], 30 * day)
        self.upload = self._read(self.department_filer, "待更正.txt", self._table(wrong=True).encode())
        self.ready = self._read(self.department_filer, "目标.txt", self._table().encode())
        content = approval_content(
            self.department, self.bureau, 2027, [self.passed], date(2024, 1, 30), number="云府办〔2027〕8号"
        )
        self.document = self._read(self.approver, "批复.xlsx", render(content, "xlsx"))

    def _stands_in(self, deputy: User, holder: User, start: date, end: date) -> Deputyship:
        membership = holder.memberships.get()
        return Deputyship.objects.create(membership=membership, deputy=deputy, valid_from=start, valid_to=end)

    def _table(self, wrong: bool = False) -> str:
        """A file for the department: a project of the unit; `wrong`: and one of an unknown unit whose sum is wrong."""
        head = f"部门名称：{self.department.name}\n批复单位：{self.bureau.name}\n2027年项目绩效目标表\n（单位：元）\n"
        known = f"{self.unit.code}\t{self.unit.name}\t堤防养护\t{_ROW}"
        unknown = f"999\t乌有管理处\t护岸加固\t{_ROW}".replace("500.00", "600.00")
        return head + _HEADER + known + (unknown if wrong else "")

    def _read(self, who: User, name: str, content: bytes) -> Upload:
        made = uploads.receive(who, ContentFile(content), name)
        uploads.read(made.pk)
        return Upload.objects.get(pk=made.pk)

    def browser(self, name: str) -> Client:
        """One in which this person is signed in; a server's error is an answer."""
        client = Client(raise_request_exception=False)
        client.force_login(getattr(self, name), "django.contrib.auth.backends.ModelBackend")
        return client

    def standing(self) -> tuple[Any, ...]:
        """All that somebody who is refused must leave as it was, in one statement."""
        with connection.cursor() as cursor:
            cursor.execute(_STANDING)
            return cursor.fetchone()


def undone(attempt: Callable[[], Result]) -> Result:
    """Run an attempt and take back whatever it did."""
    with transaction.atomic():
        result = attempt()
        transaction.set_rollback(True)
    return result
