"""Approvals through the pages: composing, issuing, reading, downloading."""

import io
from datetime import date
from decimal import Decimal
from zipfile import ZipFile

import pypdfium2
import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from approvals.documents import render
from approvals.documents.regional import FORMS
from approvals.models import Approval, Bureau, Declaration
from approvals.roles import Role
from approvals.selectors.approvals import content_of
from approvals.services.issuing import issue
from approvals.services.verbs import perform, perform_many
from approvals.states import State, Verb
from tests.factories import City, draft, given, person

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def compose(city: City) -> str:
    return reverse("approval-new", args=[city.department.pk, 2027])


def ticked(*declarations: Declaration) -> list[str]:
    return [f"{d.pk}:{d.revision}" for d in Declaration.objects.filter(pk__in=[d.pk for d in declarations])]


DOCUMENT = {"date": "2027-01-20", "title": "2027年项目绩效目标批复", "notes": "请照此执行。"}


class TestComposing:
    def test_offers_today_and_a_title_and_ticks_all(self, city: City, as_, compose: str) -> None:
        city.declaration(State.PASSED)
        answer = as_(city.approver).get(compose)
        assert answer.context["form"]["date"].value() == timezone.localdate()
        assert answer.context["form"]["title"].value() == "2027年部门预算项目绩效目标表批复"
        assert [chosen for _declaration, chosen in answer.context["ready"]] == [True]
        assert "120,000.00" in answer.content.decode()

    def test_names_what_is_barred_and_what_is_under_way(self, city: City, as_, compose: str) -> None:
        both = person(Role.APPROVER, city.bureau)
        city.bureau.refresh_from_db()
        both.memberships.create(role=Role.FINANCE_REVIEWER, bureau=city.bureau)
        city.declaration(State.FINANCE_REVIEW, draft("正在审核"))
        own = city.declaration(State.FINANCE_REVIEW, draft("自己审过"))
        perform(own.pk, "pass", both, **given(Verb.PASS))
        answer = as_(both).get(compose)
        assert [d.project.name for d in answer.context["composition"].barred] == ["自己审过"]
        assert [d.project.name for d in answer.context["composition"].under_way] == ["正在审核"]
        page = answer.content.decode()
        assert "不能再批复" in page
        assert "没有可以批复的项目" in page

    def test_preview_shows_sums_and_issues_nothing(self, city: City, as_, compose: str) -> None:
        first, second = (city.declaration(State.PASSED, draft(name)) for name in ("甲", "乙"))
        answer = as_(city.approver).post(compose, DOCUMENT | {"chosen": ticked(first, second)})
        assert answer.status_code == 200
        assert answer.context["sums"]["count"] == 2
        assert answer.context["sums"]["total"] == 240000
        assert answer.context["sums"]["sources"] == {"一般公共预算": 200000, "其他资金": 40000}
        assert "240,000.00" in answer.content.decode()
        assert not Approval.objects.exists()

    def test_issues_what_was_ticked(self, city: City, as_, compose: str) -> None:
        going, staying = (city.declaration(State.PASSED, draft(name)) for name in ("批复的", "留下的"))
        answer = as_(city.approver).post(compose, DOCUMENT | {"chosen": ticked(going), "confirm": "1"})
        approval = Approval.objects.get()
        assert answer.status_code == 302
        assert answer["Location"] == reverse("approval", args=[approval.pk])
        assert (approval.date, approval.title, approval.notes) == (date(2027, 1, 20), DOCUMENT["title"], "请照此执行。")
        assert Declaration.objects.get(pk=going.pk).state == State.APPROVED
        assert Declaration.objects.get(pk=staying.pk).state == State.PASSED

    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            ({"chosen": []}, "请至少选择一个"),
            ({"chosen": ["x"]}, "编号不正确"),
            ({"date": "昨天"}, "有效的日期"),
            ({"date": "1066-10-14"}, "2000 年至 2100 年"),
            ({"date": ""}, "必填"),
            ({"title": ""}, "必填"),
            ({"title": "长" * 201}, "200"),
        ],
    )
    def test_says_what_is_wrong(self, city: City, as_, compose: str, wrong: dict, says: str) -> None:
        declaration = city.declaration(State.PASSED)
        asked = DOCUMENT | {"chosen": ticked(declaration), "confirm": "1"} | wrong
        answer = as_(city.approver).post(compose, asked)
        assert answer.status_code == 422
        assert says in answer.content.decode()
        assert not Approval.objects.exists()

    @pytest.mark.parametrize("confirm", [{}, {"confirm": "1"}])
    def test_what_has_moved_meanwhile_is_refused(self, city: City, as_, compose: str, confirm: dict) -> None:
        declaration = city.declaration(State.PASSED)
        chosen = ticked(declaration)
        perform(declaration.pk, "return", city.approver, comment="再改")
        answer = as_(city.approver).post(compose, DOCUMENT | {"chosen": chosen} | confirm)
        assert answer.status_code == 409
        assert "已不在待批复之列" in answer.content.decode()
        assert not Approval.objects.exists()

    def test_what_came_back_in_another_version_is_refused(self, city: City, as_, compose: str) -> None:
        """Returned, written anew and passed again between looking and issuing."""
        declaration = city.declaration(State.PASSED)
        chosen = ticked(declaration)
        perform(declaration.pk, "return", city.approver, comment="再改")
        city.take_to(declaration, State.PASSED)
        answer = as_(city.approver).post(compose, DOCUMENT | {"chosen": chosen, "confirm": "1"})
        assert answer.status_code == 409
        assert not Approval.objects.exists()

    def test_another_departments_project_is_not_slipped_in(self, city: City, as_, compose: str) -> None:
        declaration = city.declaration(State.PASSED)
        path = reverse("approval-new", args=[city.other_department.pk, 2027])
        answer = as_(city.approver).post(path, DOCUMENT | {"chosen": ticked(declaration), "confirm": "1"})
        assert answer.status_code == 409
        assert not Approval.objects.exists()


class TestTheRegionsOwnForm:
    @pytest.mark.parametrize("key", list(FORMS))
    def test_documents_come_in_the_form_of_the_day_of_issue(self, city: City, as_, key: str) -> None:
        Bureau.objects.filter(pk=city.bureau.pk).update(approval_form=key)
        city.declaration(State.APPROVED)
        approval = Approval.objects.get()
        Bureau.objects.update(approval_form="wuhai" if key != "wuhai" else "keqiao")
        assert (approval.form, approval.content.get("form", "")) == (key, key)
        client = as_(city.filer)
        answer = client.get(reverse("approval-download", args=[approval.pk, "xlsx"]))
        assert load_workbook(io.BytesIO(answer.content)).sheetnames == [FORMS[key].sheet]
        expected = render(content_of(approval), "pdf", FORMS[key])
        assert client.get(reverse("approval-download", args=[approval.pk, "pdf"])).content == expected
        assert client.get(f"/api/approvals/{approval.pk}/document/pdf/").content == expected
        assert client.get(f"/api/approvals/{approval.pk}/").json()["form"] == key
        assert FORMS[key].label in client.get(reverse("approval", args=[approval.pk])).content.decode()

    def test_numbers_follow_the_pattern_without_gaps_when_it_changes(self, city: City) -> None:
        city.declaration(State.APPROVED, draft("甲"))
        Bureau.objects.filter(pk=city.bureau.pk).update(number_pattern="{word}[{year}]第{serial}号")
        city.declaration(State.APPROVED, draft("乙"))
        assert list(Approval.objects.order_by("serial").values_list("number", flat=True)) == [
            "云财绩〔2027〕1号",
            "云财绩[2027]第2号",
        ]

    def test_composing_names_the_sources_that_the_form_does_not_print(self, city: City, as_, compose: str) -> None:
        money = {"一般公共预算": Decimal(100000), "上年结转资金": Decimal(20000)}
        odd = city.declaration(State.PASSED, draft("有结转", funding=money))
        plain = city.declaration(State.PASSED, draft("没有结转", funding={"一般公共预算": Decimal(120000)}))
        client = as_(city.approver)
        assert "没有“上年结转资金”的栏目" in client.get(compose).content.decode()
        assert client.post(compose, DOCUMENT | {"chosen": ticked(odd)}).context["unprinted"] == ("上年结转资金",)
        assert client.post(compose, DOCUMENT | {"chosen": ticked(plain)}).context["unprinted"] == ()
        Bureau.objects.filter(pk=city.bureau.pk).update(approval_form="wuhai")  # prints totals alone
        assert "上年结转资金" not in client.get(compose).content.decode()

    def test_the_document_can_be_looked_at_before_it_is_issued(self, city: City, as_, compose: str) -> None:
        declaration = city.declaration(State.PASSED)
        asked = DOCUMENT | {"chosen": ticked(declaration), "document": "1"}
        answer = as_(city.approver).post(compose, asked)
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"].startswith("inline")
        [page] = pypdfium2.PdfDocument(answer.content)
        text = "".join(page.get_textpage().get_text_range().split())
        assert "预览稿" in text
        assert "云财绩〔2027〕（发出时编号）号" in text
        assert "河道清淤工程" in text
        assert "验证码" not in text
        assert not Approval.objects.exists()
        assert Declaration.objects.get(pk=declaration.pk).state == State.PASSED
        as_(city.approver).post(compose, asked | {"confirm": "1"} | {"document": ""})
        issued = as_(city.approver).get(reverse("approval-download", args=[Approval.objects.get().pk, "pdf"]))
        assert "预览稿" not in pypdfium2.PdfDocument(issued.content)[0].get_textpage().get_text_range()

    def test_nobody_else_looks_at_it(self, city: City, as_, compose: str) -> None:
        declaration = city.declaration(State.PASSED)
        asked = DOCUMENT | {"chosen": ticked(declaration), "document": "1"}
        for who in (city.filer, city.finance_reviewer, city.other_approver, city.auditor):
            assert as_(who).post(compose, asked).status_code == 404


class TestReading:
    def test_shows_the_snapshot_not_the_present(self, city: City, as_) -> None:
        declaration = city.declaration(State.APPROVED)
        approval = Approval.objects.get()
        declaration.project.name = "后来改的名字"
        declaration.project.save()
        page = as_(city.filer).get(reverse("approval", args=[approval.pk])).content.decode()
        assert "河道清淤工程" in page
        assert "后来改的名字" not in page
        assert approval.content_sha256 in page
        assert "清淤河道长度" in page
        assert "None" not in page

    def test_hundreds_of_projects_come_in_pages(self, city: City, as_) -> None:
        ids = [d.pk for d in city.file(*[draft(f"项目{n:03}") for n in range(120)])]
        steps = {"submit": city.filer, "endorse": city.department_reviewer, "pass": city.finance_reviewer}
        for verb, who in steps.items():
            perform_many(ids, verb, who, **given(Verb(verb)))
        approval = issue(city.approver, city.department.pk, 2027, ids, date(2027, 1, 20))
        client = as_(city.filer)
        path = reverse("approval", args=[approval.pk])
        first = client.get(path).content.decode()
        assert "项目049" in first
        assert "项目050" not in first
        assert "14,400,000.00" in first
        assert "项目119" in client.get(path, {"page": "3"}).content.decode()

    def test_the_list(self, city: City, as_) -> None:
        city.declaration(State.APPROVED)
        approval = Approval.objects.get()
        for who in (city.filer, city.department_reviewer, city.finance_reviewer, city.approver, city.auditor):
            assert approval.number in as_(who).get("/approvals/").content.decode()
        for who in (city.other_approver, city.other_department_reviewer, city.administrator, city.nobody):
            assert approval.number not in as_(who).get("/approvals/").content.decode()

    @pytest.mark.parametrize("query", [{"year": "x"}, {"page": "x"}, {"year": "9" * 30}])
    def test_nonsense_in_the_list(self, city: City, as_, query: dict) -> None:
        city.declaration(State.APPROVED)
        assert as_(city.filer).get("/approvals/", query).status_code == 200


class TestDownloading:
    @pytest.mark.parametrize(
        ("format", "begins", "holds"),
        [("docx", b"PK", "word/document.xml"), ("xlsx", b"PK", "xl/workbook.xml"), ("pdf", b"%PDF-", None)],
    )
    def test_each_format(self, city: City, as_, format: str, begins: bytes, holds: str | None) -> None:
        city.declaration(State.APPROVED)
        approval = Approval.objects.get()
        answer = as_(city.filer).get(reverse("approval-download", args=[approval.pk, format]))
        body = answer.content
        assert answer.status_code == 200
        assert body.startswith(begins)
        assert holds is None or holds in ZipFile(io.BytesIO(body)).namelist()
        assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
        assert answer["Content-Disposition"].endswith(f".{format}")
        assert answer["X-Content-Type-Options"] == "nosniff"

    def test_there_is_no_other_format(self, city: City, as_) -> None:
        city.declaration(State.APPROVED)
        approval = Approval.objects.get()
        for format in ("exe", "json", "html"):
            path = reverse("approval-download", args=[approval.pk, format])
            assert as_(city.filer).get(path).status_code == 404
