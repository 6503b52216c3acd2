"""Uploads: received, read by a real worker, matched, previewed, accepted once – or refused with everything said."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from approvals.documents import render
from approvals.documents.content import ApprovalContent, IndicatorContent, ProjectContent, UnitContent
from approvals.models import Declaration, Notice, User
from approvals.roles import Role
from approvals.states import State
from ingest.models import Upload
from ingest.selectors.uploads import summary_of
from ingest.services import uploads
from perfgoals.errors import Refusal
from tests.factories import City, person
from tests.worker import Worker

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def city() -> City:
    return City()


def indicator(name: str, value: str = "≥90%", **fields: object) -> IndicatorContent:
    return IndicatorContent(
        **({"level1": "产出指标", "name": name, "value": value, "description": f"{name}的说明。"} | fields)
    )


def document(city: City, **fields: object) -> ApprovalContent:
    """An approval document for the city's department with three projects in two units."""
    money = {
        "一般公共预算": Decimal("500.00"),
        "政府性基金": Decimal(0),
        "专户资金": Decimal(0),
        "其他资金": Decimal(0),
    }

    def project(name: str) -> ProjectContent:
        rows = (indicator(f"{name}完成率"), indicator(f"{name}满意度", level1="效益指标", custom=True))
        return ProjectContent(name=name, total=Decimal("500.00"), funding=money, indicators=rows)

    values: dict = {
        "title": "2027年市级部门预算项目绩效目标表批复",
        "table_title": "2027年市级部门预算项目绩效目标表",
        "department_code": city.department.code,
        "department_name": city.department.name,
        "approving_body": city.bureau.name,
        "approval_date": date(2027, 1, 30),
        "fiscal_year": 2027,
        "units": (
            UnitContent(city.unit.code, city.unit.name, (project("清淤"), project("巡河")), is_own_office=True),
            UnitContent(city.sister.code, city.sister.name, (project("护岸"),)),
        ),
    }
    return ApprovalContent(**(values | fields))


def receive(user: User, content: ApprovalContent, kind: str = "xlsx", name: str = "") -> Upload:
    return uploads.receive(user, ContentFile(render(content, kind)), name or f"绩效目标.{kind}")


def ready(user: User, content: ApprovalContent, kind: str = "xlsx") -> Upload:
    """Received and read, in this process."""
    upload = receive(user, content, kind)
    uploads.read(upload.pk)
    return Upload.objects.get(pk=upload.pk)


def codes(upload: Upload) -> set[str]:
    """Problems of severity error, of the file and of its projects."""
    problems = [*upload.problems, *(problem for project in upload.projects.all() for problem in project.problems)]
    return {problem["code"] for problem in problems if problem["severity"] == "error"}


@pytest.mark.worker
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_the_worker_reads_and_tells(city: City, worker: Worker, kind: str) -> None:
    upload = receive(city.department_filer, document(city), kind)
    assert upload.state == Upload.State.RECEIVED
    worker.wait_for(lambda: Upload.objects.filter(pk=upload.pk, state=Upload.State.READY).exists(), 60)
    upload = Upload.objects.get(pk=upload.pk)
    assert (upload.department, upload.bureau) == (city.department, city.bureau)
    assert upload.document["approval_date"] == "2027-01-30"
    assert [p.unit for p in upload.projects.all()] == [city.unit, city.unit, city.sister]
    assert codes(upload) == set()
    notice = Notice.objects.get(recipient=city.approver)
    assert city.department.name in notice.title
    assert "2027-01-30" in notice.body
    sent = worker.wait_for(lambda: [m for m in worker.mails() if city.approver.email in m["to"]])
    assert city.department.name in sent[0]["subject"]


def test_accepting_makes_declarations_once(city: City) -> None:
    upload = ready(city.department_filer, document(city))
    made = uploads.accept(upload.pk, city.department_filer, [1, 2, 3])
    assert [d.project.name for d in made] == ["清淤", "巡河", "护岸"]
    first = Declaration.objects.get(pk=made[0].pk)
    assert (first.state, first.fiscal_year, first.total, first.origin) == (
        State.DRAFT,
        2027,
        Decimal("500.00"),
        "upload",
    )
    assert [(i.name, i.value, i.comparator, i.number, i.measure_unit, i.custom) for i in first.indicators.all()] == [
        ("清淤完成率", "≥90%", "≥", Decimal(90), "%", False),
        ("清淤满意度", "≥90%", "≥", Decimal(90), "%", True),
    ]
    with pytest.raises(Refusal):
        uploads.accept(upload.pk, city.department_filer, [1, 2, 3])
    assert Declaration.objects.count() == 3


def test_some_now_and_the_rest_later(city: City) -> None:
    upload = ready(city.department_filer, document(city))
    uploads.accept(upload.pk, city.department_filer, [2])
    uploads.accept(upload.pk, city.department_filer, [1, 3])
    assert Declaration.objects.count() == 3
    assert Upload.objects.get(pk=upload.pk).state == Upload.State.ACCEPTED


def test_reading_twice_reads_once(city: City) -> None:
    upload = receive(city.department_filer, document(city))
    uploads.read(upload.pk)
    uploads.read(upload.pk)
    assert upload.projects.count() == 3
    assert Upload.objects.get(pk=upload.pk).attempts == 1


class TestWhatLoadsNothing:
    """Each names the file, the place, what was found and what was expected; and nothing is loaded."""

    def refused(self, city: City, upload: Upload, code: str) -> dict:
        assert code in codes(upload)
        with pytest.raises(Refusal) as refusal:
            uploads.accept(upload.pk, city.department_filer, [p.position for p in upload.projects.all()] or [1])
        assert refusal.value.message
        assert not Declaration.objects.exists()
        every = [*upload.problems, *(p for project in upload.projects.all() for p in project.problems)]
        return next(problem for problem in every if problem["code"] == code)

    def test_an_unknown_department_in_the_heading(self, city: City) -> None:
        upload = ready(city.department_filer, document(city, department_name="市蓬莱局", department_code=None))
        problem = self.refused(city, upload, "DEPARTMENT_UNKNOWN")
        assert "绩效目标.xlsx" in problem["message"]
        assert problem["found"] == "市蓬莱局"
        assert city.department.name in problem["expected"]
        assert problem["place"]
        assert problem["fix"]

    def test_an_unknown_bureau(self, city: City) -> None:
        problem = self.refused(
            city, ready(city.department_filer, document(city, approving_body="蓬莱市财政局")), "BUREAU_UNKNOWN"
        )
        assert problem["found"] == "蓬莱市财政局"

    def test_a_bureau_of_another_region_has_no_such_department(self, city: City) -> None:
        content = document(city, approving_body=city.other_bureau.name)
        self.refused(city, ready(city.department_filer, content), "DEPARTMENT_UNKNOWN")

    def test_an_unknown_unit(self, city: City) -> None:
        units = document(city).units
        content = document(city, units=(UnitContent("999999", "市蓬莱所", units[0].projects),))
        problem = self.refused(city, ready(city.department_filer, content), "UNIT_UNKNOWN")
        assert "999999" in problem["found"]

    def test_a_unit_that_is_not_one_s_own(self, city: City) -> None:
        upload = ready(city.filer, document(city))
        assert codes(upload) == {"NOT_YOUR_UNIT"}
        with pytest.raises(Refusal):
            uploads.accept(upload.pk, city.filer, [1, 2, 3])
        assert [d.unit for d in uploads.accept(upload.pk, city.filer, [1, 2])] == [city.unit, city.unit]

    def test_what_was_filed_already(self, city: City) -> None:
        uploads.accept(ready(city.department_filer, document(city)).pk, city.department_filer, [1, 2, 3])
        again = ready(city.department_filer, document(city))
        assert codes(again) == {"ALREADY_FILED"}
        with pytest.raises(Refusal):
            uploads.accept(again.pk, city.department_filer, [1])
        assert Declaration.objects.count() == 3

    def test_a_file_that_is_no_table(self, city: City) -> None:
        upload = uploads.receive(city.filer, ContentFile(b"\x89PNG\r\n\x1a\n" + b"\0" * 64), "绩效目标.xlsx")
        uploads.read(upload.pk)
        upload = Upload.objects.get(pk=upload.pk)
        assert upload.state == Upload.State.FAILED
        assert "绩效目标.xlsx" in upload.problems[0]["message"] + upload.problems[0]["place"]
        with pytest.raises(Refusal):
            uploads.accept(upload.pk, city.filer, [1])

    def test_an_amount_that_is_a_word(self, city: City) -> None:
        text = (
            f"部门名称：{city.department.name}\n批复单位：{city.bureau.name}\n批复日期：2027年1月30日\n"
            "2027年项目绩效目标表\n"
            "单位编码\t单位名称\t总计\t一般公共预算\t一级指标\t明细指标\t指标值\t指标描述\n"
            f"{city.unit.code}\t{city.unit.name}\n"
            "\t清淤\t若干\t500.00\n"
            "\t\t\t\t产出指标\t清淤长度\t≥3公里\t完成的长度。\n"
        )
        upload = uploads.receive(city.filer, ContentFile(text.encode()), "目标.txt")
        uploads.read(upload.pk)
        upload = Upload.objects.get(pk=upload.pk)
        problems = [p for p in upload.projects.get().problems if p["severity"] == "error"]
        assert [p["found"] for p in problems] == ["若干"]
        assert problems[0]["place"]
        assert problems[0]["expected"]
        with pytest.raises(Refusal):
            uploads.accept(upload.pk, city.filer, [1])
        assert not Declaration.objects.exists()


class TestWhoMay:
    def test_only_filers_and_approvers_upload(self, city: City) -> None:
        for who in (city.department_reviewer, city.finance_reviewer, city.auditor, city.administrator, city.nobody):
            with pytest.raises(Refusal):
                receive(who, document(city))
        assert not Upload.objects.exists()

    @pytest.mark.parametrize(
        ("name", "sees"),
        [
            ("department_filer", True), ("approver", True), ("finance_reviewer", True), ("auditor", True),
            ("filer", False), ("department_reviewer", False), ("other_approver", False), ("nobody", False),
        ],
    )  # fmt: skip
    def test_who_sees_an_upload(self, city: City, name: str, sees: bool) -> None:
        upload = ready(city.department_filer, document(city))
        client = Client()
        client.force_login(getattr(city, name), "django.contrib.auth.backends.ModelBackend")
        for path in (f"/uploads/{upload.pk}/", f"/api/uploads/{upload.pk}/", f"/api/uploads/{upload.pk}/preview/"):
            assert client.get(path).status_code == (200 if sees else 404), path

    def test_only_the_uploader_accepts(self, city: City) -> None:
        upload = ready(city.department_filer, document(city))
        with pytest.raises(Refusal):
            uploads.accept(upload.pk, city.approver, [1])


class TestApi:
    def test_upload_status_preview_accept(self, city: City) -> None:
        client = Client()
        client.force_login(city.department_filer, "django.contrib.auth.backends.ModelBackend")
        file = ContentFile(render(document(city), "docx"), "目标.docx")
        response = client.post("/api/uploads/", {"file": file})
        assert response.status_code == 202, response.content
        pk = response.json()["id"]
        uploads.read(pk)
        assert client.get(f"/api/uploads/{pk}/").json()["state"] == "ready"
        preview = client.get(f"/api/uploads/{pk}/preview/").json()
        assert preview["document"]["approving_body"] == city.bureau.name
        assert [p["name"] for p in preview["projects"]] == ["清淤", "巡河", "护岸"]
        response = client.post(f"/api/uploads/{pk}/accept/", {}, "application/json")
        assert response.status_code == 201, response.content
        assert len(response.json()["declarations"]) == 3


class TestSweep:
    def test_what_a_dead_worker_left_is_read_again(self, city: City) -> None:
        upload = receive(city.department_filer, document(city))
        Upload.objects.filter(pk=upload.pk).update(
            state=Upload.State.READING, attempts=1, leased_until=timezone.now() - timedelta(seconds=1)
        )
        uploads.read(upload.pk)
        upload = Upload.objects.get(pk=upload.pk)
        assert (upload.state, upload.attempts, upload.projects.count()) == (Upload.State.READY, 2, 3)

    def test_a_claim_in_force_is_left_alone(self, city: City) -> None:
        upload = receive(city.department_filer, document(city))
        Upload.objects.filter(pk=upload.pk).update(
            state=Upload.State.READING, attempts=1, leased_until=timezone.now() + timedelta(minutes=1)
        )
        uploads.read(upload.pk)
        assert Upload.objects.get(pk=upload.pk).state == Upload.State.READING

    def test_what_never_ends_is_ended_with_a_reason(self, city: City) -> None:
        upload = receive(city.department_filer, document(city))
        Upload.objects.filter(pk=upload.pk).update(
            state=Upload.State.READING, attempts=3, leased_until=timezone.now() - timedelta(seconds=1)
        )
        uploads.sweep()
        upload = Upload.objects.get(pk=upload.pk)
        assert upload.state == Upload.State.FAILED
        assert upload.problems[0]["message"]
        assert Notice.objects.filter(recipient=city.department_filer, kind="upload").exists()


def test_a_name_without_the_city_s_is_matched_and_two_candidates_are_not_guessed(city: City) -> None:
    city.department.name = "云溪市水务总局"
    city.department.save()
    person(Role.FILER, city.department)
    upload = ready(city.department_filer, document(city, department_name="水务总局", department_code=None))
    assert upload.department == city.department
    city.other_department.name = "云溪市排水水务总局"
    city.other_department.save()
    upload = ready(city.department_filer, document(city, department_name="水务总局", department_code=None))
    assert upload.department is None
    assert codes(upload) == {"DEPARTMENT_UNKNOWN"}


@pytest.mark.django_db
def test_what_the_department_as_a_whole_aims_at_is_loaded_beside_its_projects() -> None:
    city = City()
    text = (
        f"部门名称：{city.department.name}\n部门整体绩效目标\n一、总体绩效目标\n安全度汛。\n二、分项绩效目标\n堤防：无险情\n"
        "三、工作保障措施\n巡查。\n第二部分\n2027年项目绩效目标表\n（单位：元）\n"
        "单位名称\t项目名称\t总计\t一级指标\t三级指标\t指标值\n"
        f"{city.unit.name}\t堤防养护\t500.00\t产出指标\t养护长度\t≥3公里\n"
    )
    upload = uploads.receive(city.department_filer, ContentFile(text.encode()), "目标.txt")
    uploads.read(upload.pk)
    upload = Upload.objects.get(pk=upload.pk)
    assert summary_of(upload).projects == 1
    made = {each.project.is_department_goal: each for each in uploads.accept(upload.pk, city.department_filer, None)}
    assert made[False].project.name == "堤防养护"
    goal = made[True]
    assert (goal.unit, goal.goal) == (city.unit, "安全度汛。")
    assert (goal.department_goal.itemised_goals, goal.department_goal.measures) == ("堤防：无险情", "巡查。")
    again = uploads.receive(city.department_filer, ContentFile(f"{text}\n".encode()), "目标2.txt")
    uploads.read(again.pk)
    with pytest.raises(Refusal):
        uploads.accept(again.pk, city.department_filer, [2])
