"""Approval documents from outside: they approve through the door, keep their own number, and are registered once."""

import hashlib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from approvals.documents.content import ApprovalContent, IndicatorContent
from approvals.drafts import Grounds, ProjectDraft
from approvals.models import Approval, ApprovalRecord, Declaration, Indicator, Notice, Project, User
from approvals.models.declaration import Origin
from approvals.roles import Role
from approvals.selectors.contents import project_contents
from approvals.services.filing import Filing
from approvals.services.issuing import issue
from approvals.services.outside import Document, Member, load_history, register
from approvals.services.verifying import Verification
from approvals.services.versions import open_adjustment
from approvals.states import State
from perfgoals.errors import Refusal
from tests.factories import City, draft, person

pytestmark = [pytest.mark.django_db, pytest.mark.database]

BYTES = "云溪市批复文件".encode()


@pytest.fixture
def city() -> City:
    return City()


def document(who: User, number: str = "云府办〔2024〕8号", content: bytes = BYTES, **fields: Any) -> Document:
    values: dict[str, Any] = {
        "number": number,
        "date": date(2024, 3, 2),
        "title": "",
        "file": ContentFile(content),
        "name": "批复.xlsx",
        "sha256": hashlib.sha256(content).hexdigest(),
        "uploader": who,
    }
    return Document(**(values | fields))


def whole() -> list[str]:
    """What the ledger's verification finds."""
    return [str(finding) for finding in Verification().findings()]


def registered(city: City, declaration: Declaration, **fields: Any) -> Approval:
    made = document(city.filer, **fields)
    return register(city.approver, city.department.pk, 2027, [Member(declaration.pk, declaration.revision)], made)


class TestRegister:
    def test_the_declarations_are_approved_by_the_document(self, city: City) -> None:
        declaration = city.declaration(State.PASSED)
        approval = registered(city, declaration)
        declaration = Declaration.objects.get(pk=declaration.pk)
        assert (declaration.state, declaration.approval) == (State.APPROVED, approval)
        assert (approval.number, approval.date, approval.serial) == ("云府办〔2024〕8号", date(2024, 3, 2), None)
        assert (approval.origin, approval.file_name, approval.uploaded_by) == ("outside", "批复.xlsx", city.filer)
        assert approval.file.read() == BYTES
        step = ApprovalRecord.objects.get(declaration=declaration, verb="approve")
        assert (step.actor, step.approval, step.from_state, step.to_state) == (
            city.approver, approval, "passed", "approved",
        )  # fmt: skip
        row = ApprovalRecord.objects.get(declaration=None, approval=approval)
        assert row.snapshot["file"] == {"name": "批复.xlsx", "sha256": approval.file_sha256, "size": len(BYTES)}
        assert row.snapshot["uploader"]["username"] == city.filer.username
        assert approval.file_sha256 in row.comment
        assert Notice.objects.filter(recipient=city.finance_reviewer, kind="approve").exists()
        assert Notice.objects.filter(recipient=city.filer, kind="register").exists()
        assert whole() == []

    def test_where_the_document_prevails_its_text_becomes_content_and_the_ledger_keeps_the_old(
        self, city: City
    ) -> None:
        declaration = city.declaration(State.PASSED)
        before = project_contents([declaration])[declaration.pk]
        first, second = before.indicators
        after = replace(
            before,
            name="河道清淤及护岸工程",
            total=Decimal("110000.00"),
            funding={"一般公共预算": Decimal("110000.00")},
            indicators=(
                replace(first, value="≥11公里", number="11"),
                IndicatorContent(
                    level1="产出指标", name="护岸长度", value="≥2公里", comparator="≥", number="2", unit="公里"
                ),
            ),
        )
        member = Member(declaration.pk, declaration.revision, after)
        approval = register(city.approver, city.department.pk, 2027, [member], document(city.approver))
        declaration = Declaration.objects.select_related("project").get(pk=declaration.pk)
        assert project_contents([declaration])[declaration.pk] == after
        assert ApprovalContent.from_json(approval.content).projects == (after,)
        step = ApprovalRecord.objects.get(declaration=declaration, verb="approve")
        told = {each["label"]: (each["before"], each["after"]) for each in step.snapshot["replaced"]}
        assert told["年度资金总额"] == ("120,000.00", "110,000.00")
        assert told["项目名称"] == ("河道清淤工程", "河道清淤及护岸工程")
        assert any(second.name in (was or "") for was, _now in told.values())
        assert whole() == []

    def test_the_database_lets_nothing_change_once_it_is_registered(self, city: City) -> None:
        approval = registered(city, city.declaration(State.PASSED))
        waiting = city.declaration(State.PASSED, draft("另一个项目"))
        with pytest.raises(IntegrityError, match="content cannot change"), transaction.atomic():
            Declaration.objects.filter(pk=waiting.pk).update(approval=approval, goal="改了")
        Declaration.objects.filter(pk=waiting.pk).update(approval=approval)
        with pytest.raises(IntegrityError, match="cannot change"), transaction.atomic():
            Indicator.objects.filter(declaration=waiting).delete()

    @pytest.mark.parametrize(
        ("fields", "told"),
        [
            ({"content": b"another"}, "已用于"),
            ({"number": "云府办〔2024〕9号"}, "这个文件已登记"),
            ({"number": "云府办［2024］８号", "content": b"another"}, "已用于"),
            ({"number": " ", "content": b"another"}, "请填写批复文号"),
            ({"date": date(2099, 1, 1), "content": b"another", "number": "x"}, "还没有到"),
            ({"sha256": "0" * 64, "number": "x"}, "与上传时不同"),
        ],
    )
    def test_what_is_refused_changes_nothing(self, city: City, fields: dict, told: str) -> None:
        registered(city, city.declaration(State.PASSED))
        second = city.declaration(State.PASSED, draft("另一个项目"))
        with pytest.raises(Refusal, match=told):
            registered(city, second, **fields)
        assert Declaration.objects.get(pk=second.pk).state == State.PASSED
        assert Approval.objects.count() == 1

    def test_another_revision_is_stale(self, city: City) -> None:
        declaration = city.declaration(State.PASSED)
        with pytest.raises(Refusal) as refusal:
            register(
                city.approver, city.department.pk, 2027, [Member(declaration.pk, declaration.revision - 1)],
                document(city.filer),
            )  # fmt: skip
        assert refusal.value.code == "stale"

    @pytest.mark.parametrize(
        "who",
        ["filer", "department_reviewer", "finance_reviewer", "other_approver", "auditor", "administrator", "nobody"],
    )
    def test_only_the_bureau_s_approver(self, city: City, who: str) -> None:
        declaration = city.declaration(State.PASSED)
        with pytest.raises(Refusal) as refusal:
            register(
                getattr(city, who), city.department.pk, 2027, [Member(declaration.pk, declaration.revision)],
                document(city.filer),
            )  # fmt: skip
        assert refusal.value.code == "not_allowed"
        assert not Approval.objects.exists()

    def test_whoever_reviewed_does_not_approve(self, city: City) -> None:
        both = person(Role.APPROVER, city.bureau)
        declaration = city.declaration(State.PASSED)
        Declaration.objects.filter(pk=declaration.pk).update(passed_by=both)
        with pytest.raises(Refusal):
            register(
                both, city.department.pk, 2027, [Member(declaration.pk, declaration.revision)], document(city.filer)
            )

    def test_an_adjustment_supersedes(self, city: City) -> None:
        first = city.declaration(State.APPROVED)
        second = open_adjustment(first.pk, city.filer, Grounds("政策变化"))
        city.take_to(second, State.PASSED)
        second.refresh_from_db(fields=["revision"])
        approval = registered(city, second)
        assert Declaration.objects.get(pk=first.pk).state == State.SUPERSEDED
        assert approval.supplementary


class TestNumbers:
    """A document's number never collides with the bureau's own series, and takes none of it."""

    def issued(self, city: City) -> Approval:
        declaration = city.declaration(State.PASSED, draft(f"项目{Project.objects.count()}"))
        return issue(city.approver, city.department.pk, 2027, [declaration.pk], date(2024, 3, 1))

    def test_a_foreign_number_leaves_the_series_alone(self, city: City) -> None:
        self.issued(city)
        registered(city, city.declaration(State.PASSED))
        assert self.issued(city).number == "云财绩〔2024〕2号"
        assert whole() == []

    def test_one_of_the_bureau_s_own_is_stepped_over_and_the_series_is_still_whole(self, city: City) -> None:
        self.issued(city)
        registered(city, city.declaration(State.PASSED), number="云财绩[2024]2号")
        registered(city, city.declaration(State.PASSED, draft("又一个")), number="云财绩〔2024〕40号", content=b"2")
        assert self.issued(city).number == "云财绩〔2024〕3号"
        assert whole() == []

    def test_a_gap_is_still_found(self, city: City) -> None:
        self.issued(city)
        registered(city, city.declaration(State.PASSED), number="云财绩〔2024〕40号")
        Approval.objects.create(
            **{
                field: getattr(Approval.objects.earliest("pk"), field)
                for field in ("bureau", "department", "fiscal_year", "date", "title", "issued_by", "content")
            },
            number_year=2024, serial=3, number="云财绩〔2024〕3号", content_sha256="x",
        )  # fmt: skip
        assert any("文号有缺" in finding for finding in whole())


def past(name: str = "旧桥加固", **fields: Any) -> ProjectDraft:
    return draft(name, place="第3行", **fields)


class TestHistory:
    def load(self, city: City, *drafts: ProjectDraft, year: int = 2024, **fields: Any) -> list[Declaration]:
        filings = [Filing(city.unit, each) for each in drafts or (past(),)]
        made = document(city.filer, date=date(year, 2, 1), **fields)
        return load_history(city.approver, city.department.pk, year, filings, made)[1]

    def test_declarations_are_born_approved_and_marked(self, city: City) -> None:
        project = city.file(draft("河道清淤工程"))[0].project
        made = self.load(city, past("河道清淤工程"), past("旧桥加固", code="P9"))
        rows = list(Declaration.objects.filter(fiscal_year=2024).select_related("project", "approval"))
        assert [row.pk for row in rows] == [each.pk for each in made]
        assert {(row.state, row.origin, row.approval.origin) for row in rows} == {("approved", "imported", "imported")}
        assert rows[0].project == project
        assert rows[1].project.code == "P9"
        approval = rows[0].approval
        assert ApprovalContent.from_json(approval.content).projects == tuple(project_contents(rows).values())
        record = ApprovalRecord.objects.get(declaration=rows[0])
        assert (record.verb, record.from_state, record.to_state) == ("import", "", "approved")
        assert city.filer.full_name in record.comment
        assert whole() == []

    def test_a_second_document_of_the_year_adds_to_it(self, city: City) -> None:
        self.load(city)
        self.load(city, past("新增泵站"), number="二号", content=b"2")
        assert Declaration.objects.filter(fiscal_year=2024, state=State.APPROVED).count() == 2
        assert whole() == []

    def test_not_for_a_year_that_is_filed_here_or_has_not_come(self, city: City) -> None:
        city.file(year=2025)
        for year, told in ((2025, "已在系统中申报"), (2098, "还没有到")):
            with pytest.raises(Refusal, match=told):
                load_history(city.approver, city.department.pk, year, [Filing(city.unit, past())], document(city.filer))
        assert not Approval.objects.exists()

    @pytest.mark.parametrize("who", ["filer", "finance_reviewer", "other_approver", "administrator"])
    def test_only_the_bureau_s_approver(self, city: City, who: str) -> None:
        with pytest.raises(Refusal):
            load_history(
                getattr(city, who), city.department.pk, 2024, [Filing(city.unit, past())], document(city.filer)
            )
        assert not Declaration.objects.exists()

    def test_statements_do_not_grow_with_the_projects(self, city: City) -> None:
        def statements(count: int, year: int) -> int:
            with CaptureQueriesContext(connection) as seen:
                self.load(city, *(past(f"{year}年项目{n}") for n in range(count)), year=year, number=f"{year}号",
                          content=str(year).encode())  # fmt: skip
            return len(seen)

        assert statements(40, 2023) <= statements(2, 2022) + 1

    def test_the_database_lets_nobody_else_be_born_approved(self, city: City) -> None:
        declaration = self.load(city)[0]
        fields = {
            "project": declaration.project, "unit": city.unit, "department": city.department, "bureau": city.bureau,
            "state": State.APPROVED, "origin": Origin.IMPORTED,
        }  # fmt: skip
        issued = city.declaration(State.APPROVED).approval
        for attempt in (
            lambda: Declaration.objects.create(**fields, fiscal_year=2020),
            lambda: Declaration.objects.create(**fields, fiscal_year=2024, version=2, approval=declaration.approval),
            lambda: Declaration.objects.create(**fields, fiscal_year=2027, approval=issued),
            lambda: Declaration.objects.create(**fields | {"origin": "web"}, fiscal_year=2020),
            lambda: Indicator.objects.create(declaration=declaration, name="另加", position=9),
            lambda: Indicator.objects.filter(declaration=declaration).update(value="≥1"),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                attempt()

    def test_the_next_year_s_adjustment_and_history(self, city: City) -> None:
        """What was loaded is a version like any other: the project's page shows it and says where it came from."""
        made = self.load(city)
        later = city.file(past(), year=2025)[0]
        assert later.project_id == made[0].project_id
        client = Client()
        client.force_login(city.filer, "django.contrib.auth.backends.ModelBackend")
        page = client.get(f"/declarations/{later.pk}/history/").content.decode()
        assert "2024 年第 1 版" in page
        assert "历史导入" in page


class TestReading:
    """Pages and API of an approval whose document is the file that came."""

    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("approver", 200), ("department_reviewer", 200), ("filer", 200), ("auditor", 200),
            ("finance_reviewer", 200), ("other_department_reviewer", 404), ("other_approver", 404), ("nobody", 404),
            ("administrator", 404),
        ],
    )  # fmt: skip
    def test_the_file_is_for_whoever_sees_the_approval(self, city: City, who: str, status: int) -> None:
        approval = registered(city, city.declaration(State.PASSED))
        client = Client()
        client.force_login(getattr(city, who), "django.contrib.auth.backends.ModelBackend")
        for path in (f"/approvals/{approval.pk}/original/", f"/api/approvals/{approval.pk}/original/"):
            answer = client.get(path)
            assert answer.status_code == status, path
            if status == 200:
                assert b"".join(answer.streaming_content) == BYTES  # type: ignore[attr-defined]
                assert "attachment" in answer["Content-Disposition"]

    def test_the_other_pages_cope(self, city: City) -> None:
        approval = registered(city, city.declaration(State.PASSED))
        issued = city.declaration(State.APPROVED, draft("另一个")).approval
        client = Client()
        client.force_login(city.approver, "django.contrib.auth.backends.ModelBackend")
        page = client.get(f"/approvals/{approval.pk}/").content.decode()
        assert "下载批复原件" in page
        assert "下载 docx" not in page
        assert approval.file_sha256 in page
        assert "外来批复文件" in client.get("/approvals/").content.decode()
        for kind in ("docx", "xlsx", "pdf"):
            assert client.get(f"/approvals/{approval.pk}/download/{kind}/").status_code == 404
            assert client.get(f"/api/approvals/{approval.pk}/document/{kind}/").status_code == 404
        assert client.get(f"/approvals/{issued.pk}/original/").status_code == 404
        told = client.get(f"/api/approvals/{approval.pk}/").json()
        assert (told["origin"], told["file_name"], told["file_sha256"]) == (
            "outside", "批复.xlsx", approval.file_sha256,
        )  # fmt: skip
        public = Client().get(f"/verify/{approval.verification_code}/").content.decode()
        assert "登记过" in public
        assert approval.file_sha256 in public
        client.force_login(city.auditor, "django.contrib.auth.backends.ModelBackend")
        assert client.get(f"/admin/approvals/approval/{approval.pk}/change/").status_code == 200

    def test_history_waits_for_no_transmission(self, city: City) -> None:
        TestHistory().load(city)
        client = Client()
        client.force_login(city.department_reviewer, "django.contrib.auth.backends.ModelBackend")
        approval = Approval.objects.get()
        page = client.get(f"/approvals/{approval.pk}/").content.decode()
        assert "转下达" not in page
        assert approval.number not in client.get("/approvals/?transmission=waiting").content.decode()
        assert client.post(f"/approvals/{approval.pk}/transmit/").status_code == 403

    def test_a_file_that_was_changed_or_lost_is_found(self, city: City) -> None:
        approval = registered(city, city.declaration(State.PASSED))
        Path(approval.file.path).write_bytes(b"forged")
        assert ["批复原件被改动" in each for each in whole()] == [True]
        Path(approval.file.path).unlink()
        assert ["批复原件打不开" in each for each in whole()] == [True]
