"""An approval document that comes in: recognised, compared project by project, confirmed by the approver, once."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from approvals.documents import render
from approvals.documents.content import ApprovalContent, ProjectContent
from approvals.drafts import ProjectDraft
from approvals.models import Approval, ApprovalRecord, Declaration, Indicator, Notice, User
from approvals.selectors.approvals import approval_content
from approvals.selectors.people import actor_of
from approvals.services.filing import discard
from approvals.services.verbs import perform
from approvals.services.verifying import Verification
from approvals.states import State, Verb
from ingest.extract import extract
from ingest.models import Upload
from ingest.selectors.comparing import Comparison, compare, history
from ingest.services import amending, uploads
from ingest.services.amending import Cell
from ingest.services.confirming import Confirmed, confirm
from perfgoals.errors import Refusal
from tests.factories import City, UnitFactory, draft
from tests.ingest.readers.making import SAMPLES, needs_samples

pytestmark = [pytest.mark.django_db, pytest.mark.database]

DAY = date(2024, 11, 20)
NUMBER = "云府办〔2024〕8号"


@pytest.fixture
def city() -> City:
    return City()


def passed(city: City, *drafts: ProjectDraft) -> list[Declaration]:
    """Declarations of the unit that wait for approval."""
    made = city.file(*drafts)
    for declaration in made:
        city.take_to(declaration, State.PASSED)
    return list(
        Declaration.objects.filter(pk__in=[d.pk for d in made]).select_related("project", "unit").order_by("pk")
    )


def says(city: City, declarations: list[Declaration], year: int = 2027, **fields: Any) -> ApprovalContent:
    """A document that approves them as they stand."""
    content = approval_content(city.department, city.bureau, year, declarations, DAY, number=NUMBER)
    return replace(content, **fields)


def changed(
    content: ApprovalContent, change: Callable[[list[ProjectContent]], list[ProjectContent]]
) -> ApprovalContent:
    """The document with other projects in its first unit."""
    first = content.units[0]
    return replace(content, units=(replace(first, projects=tuple(change(list(first.projects)))), *content.units[1:]))


def uploaded(who: User, content: ApprovalContent, kind: str = "xlsx", form: Any = None) -> Upload:
    upload = uploads.receive(who, ContentFile(render(content, kind, form)), f"批复.{kind}")  # type: ignore[arg-type]
    uploads.read(upload.pk)
    return Upload.objects.get(pk=upload.pk)


def shown(city: City, upload: Upload, **choices: Any) -> Comparison:
    return compare(Upload.objects.get(pk=upload.pk), actor_of(city.approver), **choices)


def told(comparison: Comparison) -> dict[str, list[str]]:
    """The names in each list."""
    pairs = {name: [str(p.project) for p in getattr(comparison, name)] for name in
             ("equal", "different", "barred", "others", "unclear", "additional")}  # fmt: skip
    pairs["missing"] = [d.project.name for d in comparison.missing]
    return {name: names for name, names in pairs.items() if names}


def whole() -> list[str]:
    return [str(finding) for finding in Verification().findings()]


def states(*declarations: Declaration) -> list[str]:
    return [Declaration.objects.get(pk=d.pk).state for d in declarations]


class TestComparing:
    def test_equal_different_missing_and_additional(self, city: City) -> None:
        same, other, lacking = passed(city, draft("清淤"), draft("护岸"), draft("巡河"))
        under_way = city.declaration(State.FINANCE_REVIEW, draft("绿化"))

        def change(projects: list[ProjectContent]) -> list[ProjectContent]:
            named = {project.name: project for project in projects}
            before = named["护岸"]
            rows = (replace(before.indicators[0], value="≥10公里", number="10"), before.indicators[1])
            money = {"一般公共预算": Decimal("80000.00"), "其他资金": Decimal("20000.00")}
            named["护岸"] = replace(before, total=Decimal("100000.00"), funding=money, indicators=rows)
            return [*named.values(), replace(before, name="新增泵站")]

        content = changed(says(city, [same, other, under_way]), change)
        upload = uploaded(city.approver, content)
        comparison = shown(city, upload)
        assert told(comparison) == {
            "equal": ["清淤"], "different": ["护岸"], "others": ["绿化"], "additional": ["新增泵站"],
            "missing": ["巡河"],
        }  # fmt: skip
        differences = comparison.different[0].differences
        cells = [(t.difference.label, t.difference.before, t.difference.after) for t in differences]
        assert cells == [
            ("年度资金总额", "120,000.00", "100,000.00"),
            ("资金来源 一般公共预算", "100,000.00", "80,000.00"),
            ("第 1 条指标 指标值", "≥12公里", "≥10公里"),
        ]
        assert all(t.place for t in differences)
        assert comparison.missing == [lacking]

    @pytest.mark.parametrize("kind", ["docx", "pdf"])
    def test_every_format_is_compared(self, city: City, kind: str) -> None:
        declarations = passed(city, draft("清淤"), draft("护岸"))
        assert told(shown(city, uploaded(city.approver, says(city, declarations), kind))) == {"equal": ["清淤", "护岸"]}

    def test_namesakes_are_told_by_their_amounts_and_else_asked(self, city: City) -> None:
        small = draft("设备购置", total=Decimal(500), funding={"一般公共预算": Decimal(500)})
        large = draft("设备购置", total=Decimal(900), funding={"一般公共预算": Decimal(900)})
        first, second = passed(city, small, large)
        upload = uploaded(city.approver, says(city, [second, first]))
        pairs = shown(city, upload).equal
        assert [(p.declaration, p.by) for p in pairs] == [(first, "项目名称和金额"), (second, "项目名称和金额")]

        def raise_one(projects: list[ProjectContent]) -> list[ProjectContent]:
            odd = replace(projects[1], total=Decimal(700), funding={"一般公共预算": Decimal(700)})
            return [projects[0], odd]

        upload = uploaded(city.approver, changed(says(city, [first, second]), raise_one))
        comparison = shown(city, upload)
        assert told(comparison) == {"equal": ["设备购置"], "unclear": ["设备购置"]}
        assert [(each.candidates) for each in comparison.unclear] == [[second]]
        position = comparison.unclear[0].project.position
        chosen = shown(city, upload, choices={position: second.pk})
        assert [(p.declaration, p.by) for p in chosen.different] == [(second, "您的选择")]
        assert told(shown(city, upload, choices={position: 0})) == {
            "equal": ["设备购置"], "additional": ["设备购置"], "missing": ["设备购置"],
        }  # fmt: skip
        with pytest.raises(Refusal):
            shown(city, upload, choices={position: 10**9})

    def test_a_code_decides_before_the_name(self, city: City) -> None:
        coded, plain = passed(city, draft("监测站改造", code="2—1000001"), draft("站房改造", code="2—1000002"))

        def rename(projects: list[ProjectContent]) -> list[ProjectContent]:
            return [replace(projects[0], name="站房改造"), replace(projects[1], code="2—1000009")]

        content = changed(replace(says(city, [coded, plain]), form="keqiao"), rename)
        comparison = shown(city, uploaded(city.approver, content))
        assert [(p.declaration, p.by) for p in comparison.different] == [(coded, "项目编码")]
        assert [each.candidates for each in comparison.unclear] == [[plain]]

    def test_whoever_took_an_earlier_step_is_told_so(self, city: City) -> None:
        declarations = passed(city)
        Declaration.objects.update(passed_by=city.approver)
        upload = uploaded(city.approver, says(city, declarations))
        assert told(shown(city, upload)) == {"barred": ["河道清淤工程"]}

    def test_of_many_that_it_may_be_the_likeliest_are_offered(self, city: City) -> None:
        """The same amount first, then the names most alike: a page of hundreds stays a page."""
        names = [f"第{number}号泵站维护" for number in range(30)]
        declarations = passed(
            city, *(draft(name) for name in names), draft("桥梁加固", total=Decimal("777.00"), funding={})
        )
        content = changed(
            says(city, declarations),
            lambda found: [replace(found[0], name="第7号泵站维修", total=Decimal("5.00"), funding={}),
                           replace(found[1], name="加固工程", total=Decimal("777.00"), funding={})],
        )  # fmt: skip
        [pump, bridge] = shown(city, uploaded(city.approver, content)).additional
        assert len(pump.candidates) == len(bridge.candidates) == 20
        assert pump.candidates[0].project.name == "第7号泵站维护"
        assert bridge.candidates[0].project.name == "桥梁加固"

    def test_queries_do_not_grow(self, city: City) -> None:
        declarations = passed(city, *(draft(f"项目{n}") for n in range(12)))

        def queries(count: int) -> int:
            upload = uploaded(city.approver, says(city, declarations[:count]))
            with CaptureQueriesContext(connection) as seen:
                assert len(shown(city, upload).equal) == count
            return len(seen)

        assert queries(12) == queries(2)


class TestConfirming:
    def test_what_is_equal_is_approved_with_the_document_s_number_date_and_file(self, city: City) -> None:
        declarations = passed(city, draft("清淤"), draft("护岸"))
        upload = uploaded(city.department_filer, says(city, declarations))
        notice = Notice.objects.get(recipient=city.approver, kind="upload")
        assert notice.path == f"/uploads/{upload.pk}/approval/"
        assert "批复文件" in notice.title
        approval = confirm(upload.pk, city.approver, Confirmed(shown(city, upload).seen))
        assert states(*declarations) == ["approved", "approved"]
        assert (approval.number, approval.date, approval.origin) == (NUMBER, DAY, "outside")
        assert (approval.uploaded_by, approval.file_sha256) == (city.department_filer, upload.sha256)
        upload = Upload.objects.get(pk=upload.pk)
        assert (upload.approval, upload.state) == (approval, Upload.State.ACCEPTED)
        assert approval.file.name != upload.file.name
        assert city.department_filer.full_name in ApprovalRecord.objects.get(verb="register").comment
        assert whole() == []

    def test_where_it_differs_the_approver_says_which_prevails(self, city: City) -> None:
        declaration, left = passed(city, draft("清淤"), draft("护岸"))

        def change(projects: list[ProjectContent]) -> list[ProjectContent]:
            return [
                replace(
                    each, indicators=(replace(each.indicators[0], value="≥10公里", number="10"), each.indicators[1])
                )
                for each in projects
            ]

        upload = uploaded(city.approver, changed(says(city, [declaration, left]), change))
        seen = shown(city, upload).seen
        with pytest.raises(Refusal, match="不会批复"):
            confirm(upload.pk, city.approver, Confirmed(seen, adopt=[1]))
        approval = confirm(upload.pk, city.approver, Confirmed(seen, adopt=[1], partly=True))
        assert states(declaration, left) == ["approved", "passed"]
        assert declaration.indicators.get(position=0).value == "≥10公里"
        assert left.indicators.get(position=0).value == "≥12公里"
        [project] = ApprovalContent.from_json(approval.content).projects
        assert project.indicators[0].value == "≥10公里"
        step = ApprovalRecord.objects.get(declaration=declaration, verb="approve")
        assert [each["after"] for each in step.snapshot["replaced"]] == ["≥10公里"]
        assert whole() == []

    def test_a_name_that_other_years_know_does_not_change(self, city: City) -> None:
        city.file(draft("清淤", code="2—1000001"), year=2026)
        [declaration] = passed(city, draft("清淤", code="2—1000001"))
        content = changed(
            replace(says(city, [declaration]), form="keqiao"), lambda found: [replace(found[0], name="河道清淤")]
        )
        upload = uploaded(city.approver, content)
        [pair] = shown(city, upload).different
        assert "其他年度" in pair.bar
        with pytest.raises(Refusal, match="不能以文件为准"):
            confirm(upload.pk, city.approver, Confirmed(shown(city, upload).seen, adopt=[1]))

    def test_what_was_seen_has_changed(self, city: City) -> None:
        first, second = passed(city, draft("清淤"), draft("护岸"))
        upload = uploaded(city.approver, says(city, [first, second]))
        seen = shown(city, upload).seen
        perform(second.pk, Verb.RETURN, city.approver, comment="请核对")
        with pytest.raises(Refusal) as refusal:
            confirm(upload.pk, city.approver, Confirmed(seen, partly=True))
        assert refusal.value.code == "stale"
        assert states(first) == ["passed"]
        seen = shown(city, upload).seen
        amending.correct(upload.pk, city.approver, Cell("value", 1, 0), "≥11公里")
        with pytest.raises(Refusal) as refusal:
            confirm(upload.pk, city.approver, Confirmed(seen, partly=True))
        assert refusal.value.code == "stale"

    def test_the_same_document_twice(self, city: City) -> None:
        declarations = passed(city, draft("清淤"), draft("护岸"))
        content = says(city, declarations)
        first, again = uploaded(city.approver, content), uploaded(city.department_filer, content)
        if first.sha256 != again.sha256:  # a workbook has the time in it
            Upload.objects.filter(pk=again.pk).update(sha256=first.sha256)
        confirm(first.pk, city.approver, Confirmed(shown(city, first).seen))
        with pytest.raises(Refusal, match="这个文件已登记"):
            confirm(again.pk, city.approver, Confirmed(shown(city, again).seen, partly=True))
        other = passed(city, draft("巡河"))
        renumbered = uploaded(city.approver, says(city, other))
        with pytest.raises(Refusal, match="已用于"):
            confirm(renumbered.pk, city.approver, Confirmed(shown(city, renumbered).seen))

    def test_a_file_with_errors_is_not_confirmed(self, city: City) -> None:
        declarations = passed(city)
        upload = uploaded(city.approver, says(city, declarations))
        row = upload.projects.get()
        row.problems = [{"id": "x", "code": "AMOUNT", "severity": "error", "source": "reading", "row": None, "key": ""}]
        row.save()
        with pytest.raises(Refusal, match="有错误未处理"):
            confirm(upload.pk, city.approver, Confirmed(shown(city, upload).seen))

    def test_number_and_date_come_from_the_approver_only_where_the_file_has_none(self, city: City) -> None:
        declarations = passed(city)
        upload = uploaded(city.approver, says(city, declarations, number=None))
        seen = shown(city, upload).seen
        with pytest.raises(Refusal, match="批复文号"):
            confirm(upload.pk, city.approver, Confirmed(seen))
        approval = confirm(upload.pk, city.approver, Confirmed(seen, number="云财预〔2024〕5号", date=date(2020, 1, 1)))
        assert (approval.number, approval.date) == ("云财预〔2024〕5号", DAY)

    @pytest.mark.django_db(transaction=True)
    def test_two_at_the_same_moment_register_it_once(self, city: City) -> None:
        declarations = passed(city)
        upload = uploaded(city.approver, says(city, declarations))
        seen = shown(city, upload).seen
        outcomes: list[str] = []

        def attempt() -> None:
            try:
                confirm(upload.pk, city.approver, Confirmed(seen))
                outcomes.append("done")
            except Refusal as refusal:
                outcomes.append(refusal.code)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=attempt) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["done", "wrong_state", "wrong_state"]
        assert Approval.objects.count() == 1


class TestHistory:
    def content(self, city: City, *names: str, year: int = 2023) -> ApprovalContent:
        """A document of a year that was never filed here."""
        rows = city.file(*(draft(name) for name in names), year=2030)
        content = says(city, list(Declaration.objects.filter(pk__in=[d.pk for d in rows]).select_related("project")))
        for row in rows:
            discard(row.pk, city.filer)
        titles = {name: getattr(content, name).replace("2027", str(year)) for name in ("title", "table_title")}
        return replace(content, fiscal_year=year, **titles)

    def test_it_is_loaded_as_approved_declarations(self, city: City) -> None:
        upload = uploaded(city.approver, self.content(city, "旧桥加固", "旧堤维修"))
        assert upload.fiscal_year == 2023
        approval = confirm(upload.pk, city.approver, Confirmed(history(upload, actor_of(city.approver)).seen))
        rows = Declaration.objects.filter(approval=approval).select_related("project")
        assert [(r.project.name, r.state, r.origin, r.fiscal_year) for r in rows] == [
            ("旧桥加固", "approved", "imported", 2023),
            ("旧堤维修", "approved", "imported", 2023),
        ]
        assert rows[0].indicators.count() == 2
        assert [p.declaration_id for p in upload.projects.all()] == [r.pk for r in rows]
        assert whole() == []

    def test_what_is_there_already_is_not_loaded_again(self, city: City) -> None:
        first = uploaded(city.approver, self.content(city, "旧桥加固"))
        confirm(first.pk, city.approver, Confirmed(history(first, actor_of(city.approver)).seen))
        second = uploaded(city.approver, replace(self.content(city, "旧桥加固", "旧堤维修"), number="二号"))
        found = history(second, actor_of(city.approver))
        assert [str(each.project) for each in found.known] == ["旧桥加固"]
        with pytest.raises(Refusal, match="同一文件只能登记一次"):
            confirm(second.pk, city.approver, Confirmed(found.seen))
        confirm(second.pk, city.approver, Confirmed(found.seen, partly=True))
        assert Declaration.objects.filter(fiscal_year=2023).count() == 2

    def test_a_unit_nobody_registered_is_told(self, city: City) -> None:
        content = self.content(city, "旧桥加固", "旧堤维修")
        unit = content.units[0]
        lost = replace(unit, code="999999", name="撤销的闸管所", is_own_office=False, projects=unit.projects[1:])
        content = replace(content, units=(replace(unit, projects=unit.projects[:1]), lost))
        found = history(uploaded(city.approver, content), actor_of(city.approver))
        assert [project.draft["name"] for project, _unit, _draft in found.loadable] == ["旧桥加固"]
        assert "999999" in found.unusable[0].why


PEOPLE = ("filer", "department_filer", "department_reviewer", "finance_reviewer", "approver", "other_approver",
          "auditor", "administrator", "nobody")  # fmt: skip
RULE = (404, 403, 404, 403, 200, 404, 403, 404, 404)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


class TestPagesAndApi:
    @pytest.mark.parametrize(("who", "status"), list(zip(PEOPLE, RULE, strict=True)))
    def test_who_may(self, city: City, who: str, status: int) -> None:
        declarations = passed(city)
        upload = uploaded(city.department_filer, says(city, declarations))
        client = browser(getattr(city, who))
        page, api = f"/uploads/{upload.pk}/approval/", f"/api/uploads/{upload.pk}/approval/"
        assert (client.get(page).status_code, client.get(api).status_code) == (status, status)
        if status != 200:
            seen = shown(city, upload).seen
            assert client.post(page, {"seen": seen}).status_code == status
            assert client.post(api, {"seen": seen}, "application/json").status_code == status
            assert not Approval.objects.exists()

    def test_the_page_shows_and_registers(self, city: City) -> None:
        same, other = passed(city, draft("清淤"), draft("护岸"))
        content = changed(
            says(city, [same, other], number=None),
            lambda found: [found[0], replace(found[1], indicators=found[1].indicators[:1])],
        )
        upload = uploaded(city.approver, content)
        client = browser(city.approver)
        path = f"/uploads/{upload.pk}/approval/"
        preview = client.get(f"/uploads/{upload.pk}/").content.decode()
        assert path in preview
        assert "导入所选" not in preview
        page = client.get(path).content.decode()
        for words in ("沿岸居民满意度", "以批复文件为准", "与文件相同的项目", "批复文号"):
            assert words in page
        seen = shown(city, upload).seen
        answer = client.post(path, {"seen": seen, "adopt": ["2"]})
        assert (answer.status_code, "批复文号" in answer.content.decode()) == (422, True)
        answer = client.post(path, {"seen": "0" * 32, "number": NUMBER, "adopt": ["2"]})
        assert answer.status_code == 409
        assert "以批复文件为准" in answer.content.decode()
        answer = client.post(path, {"seen": seen, "number": NUMBER, "adopt": ["2"]})
        approval = Approval.objects.get()
        assert answer["Location"] == f"/approvals/{approval.pk}/"
        assert states(same, other) == ["approved", "approved"]
        assert client.get(path)["Location"] == f"/approvals/{approval.pk}/"
        declaration = client.get(f"/declarations/{other.pk}/").content.decode()
        assert "以批复文件为准，改动 1 处" in declaration

    def test_choosing_on_the_page(self, city: City) -> None:
        [declaration] = passed(city, draft("清淤"))
        content = changed(says(city, [declaration]), lambda found: [replace(found[0], name="河道整治")])
        upload = uploaded(city.approver, content)
        client = browser(city.approver)
        path = f"/uploads/{upload.pk}/approval/"
        assert "（确实没有）" in client.get(path).content.decode()
        page = client.post(path, {"as-1": str(declaration.pk), "compare": "1"}).content.decode()
        assert "按您的选择对应" in page
        assert f'name="as-1" value="{declaration.pk}"' in page
        seen = shown(city, upload, choices={1: declaration.pk}).seen
        answer = client.post(path, {"as-1": str(declaration.pk), "seen": seen, "adopt": "1"})
        assert answer.status_code == 302
        assert Declaration.objects.get(pk=declaration.pk).project.name == "河道整治"

    def test_history_on_the_page(self, city: City) -> None:
        upload = uploaded(city.approver, TestHistory().content(city, "旧桥加固"))
        client = browser(city.approver)
        page = client.get(f"/uploads/{upload.pk}/approval/").content.decode()
        assert "导入历史批复" in page
        seen = history(upload, actor_of(city.approver)).seen
        assert client.post(f"/uploads/{upload.pk}/approval/", {"seen": seen}).status_code == 302
        assert "历史批复导入" in client.get("/approvals/").content.decode()

    def test_a_file_that_is_no_approval_says_what_is_missing(self, city: City) -> None:
        declarations = passed(city)
        upload = uploaded(city.approver, says(city, declarations))
        Upload.objects.filter(pk=upload.pk).update(
            document=upload.document | {"approval_date": None, "approval_number": None}
        )
        client = browser(city.approver)
        assert "没有写明批复单位和批复日期或文号" in client.get(f"/uploads/{upload.pk}/approval/").content.decode()
        assert "这不像是可以登记的批复文件" in client.get(f"/uploads/{upload.pk}/").content.decode()

    def test_the_api_compares_and_registers(self, city: City) -> None:
        same, other = passed(city, draft("清淤"), draft("护岸"))
        content = changed(
            says(city, [same, other]),
            lambda found: [replace(found[0], name="河道整治"), replace(found[1], indicators=found[1].indicators[:1])],
        )
        upload = uploaded(city.approver, content)
        client = browser(city.approver)
        path = f"/api/uploads/{upload.pk}/approval/"
        told = client.get(path).json()
        assert (told["number"], told["history"]) == (NUMBER, None)
        comparison = told["comparison"]
        assert [each["candidates"] for each in comparison["additional"]] == [[same.pk]]
        assert comparison["missing"] == [same.pk]
        assert [each["after"] for each in comparison["different"][0]["differences"]] == [None]
        assert client.get(f"{path}?as=x:1").status_code == 400
        comparison = client.get(f"{path}?as=1:{same.pk}").json()["comparison"]
        body = {"seen": comparison["seen"], "adopt": [1, 2], "choices": {"1": same.pk}}
        answer = client.post(path, body, "application/json")
        assert answer.status_code == 201, answer.content
        assert answer.json()["origin"] == "outside"
        assert client.get(f"/api/uploads/{upload.pk}/").json()["approval"] == answer.json()["id"]
        assert client.post(path, body, "application/json").status_code == 409

    def test_history_over_the_api(self, city: City) -> None:
        upload = uploaded(city.approver, TestHistory().content(city, "旧桥加固"))
        client = browser(city.approver)
        told = client.get(f"/api/uploads/{upload.pk}/approval/").json()
        assert (told["comparison"], told["history"]["loadable"]) == (None, [1])
        body = {"seen": told["history"]["seen"]}
        assert client.post(f"/api/uploads/{upload.pk}/approval/", body, "application/json").status_code == 201


@pytest.mark.samples
@needs_samples
def test_a_published_approval_is_loaded_as_history_with_its_file() -> None:
    """25 projects of two units, 187 indicators: an approval of a year before the system was there."""
    city = City()
    path = SAMPLES / "native" / "shaoxing-2019-government-services-approval.docx"
    extraction = extract(path, path.name)
    heading = extraction.document
    city.bureau.name, city.department.name = heading.approving_body, heading.department
    city.bureau.save()
    city.department.save()
    named = dict.fromkeys((project.unit_code, project.unit_name) for project in extraction.projects)
    for code, name in named:
        UnitFactory(department=city.department, code=code, name=name)
    upload = uploads.receive(city.approver, ContentFile(path.read_bytes()), path.name)
    uploads.read(upload.pk)
    upload = Upload.objects.get(pk=upload.pk)
    found = history(upload, actor_of(city.approver))
    assert (len(found.loadable), found.known, found.unusable) == (25, [], [])
    approval = confirm(upload.pk, city.approver, Confirmed(found.seen, number="二〇一九年第一号"))
    assert (approval.date, approval.fiscal_year, approval.origin) == (date(2019, 1, 30), 2019, "imported")
    rows = Declaration.objects.filter(approval=approval)
    assert (rows.count(), sum(row.total or 0 for row in rows)) == (25, Decimal("32566390.00"))
    assert Indicator.objects.filter(declaration__in=rows).count() == 187
    assert whole() == []
