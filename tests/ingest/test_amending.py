"""Correcting what was read, deciding where the file does not settle it: kept, checked, and the only way through."""

from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from approvals.models import Declaration, User
from ingest.models import Amendment, Upload
from ingest.services import amending, uploads
from ingest.services.amending import Cell
from perfgoals.errors import Refusal
from tests.factories import City

pytestmark = [pytest.mark.django_db, pytest.mark.database]

HEADER = "单位编码\t单位名称\t项目名称\t总计\t一般公共预算\t其他资金\t一级指标\t三级指标\t指标值\t计量单位\n"


@pytest.fixture
def city() -> City:
    return City()


@pytest.fixture
def as_() -> Callable[[User], Client]:
    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


def lines(city: City, *rows: str, unit: str = "（单位：元）") -> str:
    """A flat table of the unit's projects; each row begins with the project's name."""
    head = f"部门名称：{city.department.name}\n2027年项目绩效目标表\n{unit}\n{HEADER}"
    return head + "".join(f"{city.unit.code}\t{city.unit.name}\t{row}\n" for row in rows)


GOOD = "堤防养护\t500.00\t300.00\t200.00\t产出指标\t养护长度\t≥3\t公里"


def read(city: City, text: str, who: User | None = None) -> Upload:
    upload = uploads.receive(who or city.filer, ContentFile(text.encode()), "目标.txt")
    uploads.read(upload.pk)
    return Upload.objects.get(pk=upload.pk)


def errors(upload: Upload) -> list[str]:
    stored = Upload.objects.get(pk=upload.pk)
    problems = [*stored.problems, *(p for each in stored.projects.all() for p in each.problems)]
    return [p["code"] for p in problems if p["severity"] == "error"]


def draft(upload: Upload, position: int = 1) -> dict:
    return upload.projects.get(position=position).draft


class TestCorrecting:
    def test_a_value_is_split_again_and_what_the_file_said_is_kept(self, city: City) -> None:
        upload = read(city, lines(city, GOOD))
        made = amending.correct(upload.pk, city.filer, Cell("value", 1, 0), "不少于12.5")
        row = draft(upload)["indicators"][0]
        assert (row["value"], row["comparator"], row["number"], row["unit"]) == ("不少于12.5", "≥", "12.5", "公里")
        assert made is not None
        assert (made.found, made.made, made.by, made.label) == ("≥3", "不少于12.5", city.filer, "指标值")
        amending.correct(upload.pk, city.filer, Cell("value", 1, 0), "≤8个百分点")
        row = draft(upload)["indicators"][0]
        assert (row["comparator"], row["number"], row["unit"]) == ("≤", "8", "个百分点")
        assert [a.found for a in upload.amendments.all()] == ["≥3", "不少于12.5"]

    @pytest.mark.parametrize(
        ("cell", "typed", "stored"),
        [
            (Cell("project_name", 1), "堤防维护", ("name", "堤防维护")),
            (Cell("project_code", 1), "P1", ("code", "P1")),
            (Cell("total", 1), "0.05万元", ("total", "500.00")),
            (Cell("goal", 1), "第一段\n第二段", ("goal", "第一段\n第二段")),
            (Cell("plan_1", 1), "25%", ("spending_plan", [["3月底", "25%"]])),
            (Cell("special_account", 1), "1,234.50", ("funding", [
                ["一般公共预算", "300.00"], ["其他资金", "200.00"], ["专户资金", "1234.50"]])),
        ],
    )  # fmt: skip
    def test_every_field_of_a_project(self, city: City, cell: Cell, typed: str, stored: tuple) -> None:
        upload = read(city, lines(city, GOOD))
        amending.correct(upload.pk, city.filer, cell, typed)
        assert draft(upload)[stored[0]] == stored[1]

    @pytest.mark.parametrize(
        ("field", "typed", "name"),
        [
            ("level1", "效益指标", "level1"), ("level2", "数量指标", "level2"), ("indicator_name", "长度", "name"),
            ("sign", "小于等于", "comparator"), ("number", "1,200", "number"), ("measure_unit", "千米", "unit"),
            ("nature", "反向", "nature"), ("weight", "10", "weight"), ("description", "说明", "description"),
            ("description_custom", "另注", "description_custom"), ("basis", "合同", "basis"),
        ],
    )  # fmt: skip
    def test_every_field_of_an_indicator(self, city: City, field: str, typed: str, name: str) -> None:
        upload = read(city, lines(city, GOOD))
        amending.correct(upload.pk, city.filer, Cell(field, 1, 0), typed)
        assert draft(upload)["indicators"][0][name] == {"小于等于": "≤", "1,200": "1200"}.get(typed, typed)

    @pytest.mark.parametrize(
        ("cell", "typed"),
        [
            (Cell("total", 1), "若干"), (Cell("total", 1), "-5"), (Cell("project_name", 1), " "),
            (Cell("sign", 1, 0), "大概"), (Cell("nature", 1, 0), "斜向"), (Cell("number", 1, 0), "三"),
            (Cell("weight", 1, 0), "十"), (Cell("approval_date"), "某日"), (Cell("no_such", 1), "x"),
            (Cell("total", 2), "5"), (Cell("value", 1, 9), "5"), (Cell("total", 1, 0), "5"), (Cell("value", 1), "5"),
        ],
    )  # fmt: skip
    def test_what_cannot_stand_there_is_refused_and_changes_nothing(self, city: City, cell: Cell, typed: str) -> None:
        upload = read(city, lines(city, GOOD))
        before = draft(upload)
        with pytest.raises(Refusal):
            amending.correct(upload.pk, city.filer, cell, typed)
        assert draft(upload) == before
        assert not Amendment.objects.exists()

    def test_what_changed_meanwhile_is_not_overwritten(self, city: City) -> None:
        upload = read(city, lines(city, GOOD))
        amending.correct(upload.pk, city.filer, Cell("value", 1, 0), "≥4", seen="≥3")
        with pytest.raises(Refusal) as refusal:
            amending.correct(upload.pk, city.filer, Cell("value", 1, 0), "≥5", seen="≥3")
        assert refusal.value.code == "stale"

    def test_the_heading_is_matched_again(self, city: City) -> None:
        upload = read(city, lines(city, GOOD).replace(city.department.name, "市蓬莱局"))
        assert errors(upload) == ["DEPARTMENT_UNKNOWN"]
        amending.correct(upload.pk, city.filer, Cell("department"), city.department.name)
        assert errors(upload) == []
        assert Upload.objects.get(pk=upload.pk).department == city.department
        assert len(uploads.accept(upload.pk, city.filer, [1])) == 1

    def test_the_unit_is_matched_again(self, city: City) -> None:
        upload = read(city, lines(city, GOOD).replace(city.unit.code, "9999").replace(city.unit.name, "市蓬莱所"))
        assert "UNIT_UNKNOWN" in errors(upload)
        amending.correct(upload.pk, city.filer, Cell("unit_code", 1), city.unit.code)
        assert errors(upload) == []
        assert upload.projects.get().unit == city.unit

    def test_what_has_been_taken_over_stays(self, city: City) -> None:
        upload = read(city, lines(city, GOOD))
        uploads.accept(upload.pk, city.filer, [1])
        with pytest.raises(Refusal) as refusal:
            amending.correct(upload.pk, city.filer, Cell("value", 1, 0), "≥4")
        assert refusal.value.code == "wrong_state"

    def test_the_corrected_is_what_is_taken_over(self, city: City) -> None:
        upload = read(city, lines(city, GOOD))
        amending.correct(upload.pk, city.filer, Cell("value", 1, 0), "≥4")
        uploads.accept(upload.pk, city.filer, None)
        assert Declaration.objects.get().indicators.get().value == "≥4"


class TestErrorsThatBarTheFile:
    """Nothing passes before the cell is corrected or somebody has decided, and that is recorded."""

    def barred(self, city: City, upload: Upload, code: str) -> dict:
        assert code in errors(upload)
        for positions in ([1], None):
            with pytest.raises(Refusal):
                uploads.accept(upload.pk, city.filer, positions)
        assert not Declaration.objects.exists()
        stored = [*upload.problems, *(p for each in upload.projects.all() for p in each.problems)]
        return next(p for p in stored if p["code"] == code)

    def test_sums_that_do_not_agree_are_mended_by_either_number(self, city: City) -> None:
        for cell, typed in ((Cell("total", 1), "500"), (Cell("general_budget", 1), "400")):
            Upload.objects.all().delete()
            upload = read(city, lines(city, GOOD.replace("500.00", "600.00")))
            problem = self.barred(city, upload, "FUNDING_SUM")
            assert (problem["row"], problem["key"]) == (None, "total")
            amending.correct(upload.pk, city.filer, cell, typed)
            assert errors(upload) == []

    def test_a_correction_that_does_not_mend_leaves_it(self, city: City) -> None:
        upload = read(city, lines(city, GOOD.replace("500.00", "600.00")))
        amending.correct(upload.pk, city.filer, Cell("total", 1), "501")
        assert errors(upload) == ["FUNDING_SUM"]
        amending.correct(upload.pk, city.filer, Cell("goal", 1), "目标")
        assert errors(upload) == ["FUNDING_SUM"]

    def test_the_sum_of_the_sources_is_taken_by_decision(self, city: City) -> None:
        upload = read(city, lines(city, GOOD.replace("500.00", "600.00")))
        problem = self.barred(city, upload, "FUNDING_SUM")
        amending.decide(upload.pk, city.filer, problem["id"], "sum")
        assert draft(upload)["total"] == "500.00"
        assert [(a.kind, a.made) for a in upload.amendments.all()] == [
            ("decision", "总额改为各来源之和"),
            ("correction", "500.00"),
        ]
        assert len(uploads.accept(upload.pk, city.filer, None)) == 1

    def test_an_amount_that_is_a_word(self, city: City) -> None:
        text = lines(city, GOOD, "巡查\t若干\t300.00\t\t产出指标\t次数\t≥3\t次")
        upload = read(city, text)
        problem = self.barred(city, upload, "AMOUNT")
        assert problem["key"] == "total"
        assert [p["code"] for p in upload.projects.get(position=2).problems if p["severity"] == "error"] == ["AMOUNT"]
        made = amending.correct(upload.pk, city.filer, Cell("total", 2), "300")
        assert made is not None
        assert (made.found, made.made) == ("若干", "300.00")
        assert errors(upload) == []
        assert len(uploads.accept(upload.pk, city.filer, None)) == 2

    def test_an_amount_that_is_a_word_may_be_taken_as_none(self, city: City) -> None:
        upload = read(city, lines(city, "巡查\t若干\t300.00\t\t产出指标\t次数\t≥3\t次"))
        problem = self.barred(city, upload, "AMOUNT")
        amending.decide(upload.pk, city.filer, problem["id"], "blank")
        assert errors(upload) == []
        settled = next(p for p in upload.projects.get().problems if p["code"] == "AMOUNT")
        assert settled["decided"]["by"] == str(city.filer)

    def test_a_project_twice(self, city: City) -> None:
        other = GOOD.replace("500.00\t300.00", "700.00\t500.00")
        between = "巡查\t300.00\t300.00\t\t产出指标\t次数\t≥3\t次"
        upload = read(city, lines(city, GOOD, between, other))
        problem = self.barred(city, upload, "DUPLICATE_PROJECT")
        assert problem["positions"] == [1, 3]
        amending.decide(upload.pk, city.filer, problem["id"], "keep")
        assert errors(upload) == []
        assert len(uploads.accept(upload.pk, city.filer, None)) == 3

    def test_only_one_of_two(self, city: City) -> None:
        other = GOOD.replace("500.00\t300.00", "700.00\t500.00")
        between = "巡查\t300.00\t300.00\t\t产出指标\t次数\t≥3\t次"
        upload = read(city, lines(city, GOOD, between, other))
        problem = self.barred(city, upload, "DUPLICATE_PROJECT")
        amending.decide(upload.pk, city.filer, problem["id"], "only:3")
        assert [d.total for d in uploads.accept(upload.pk, city.filer, None)] == [300, 700]

    def test_another_name_makes_two_of_them(self, city: City) -> None:
        other = GOOD.replace("500.00\t300.00", "700.00\t500.00")
        between = "巡查\t300.00\t300.00\t\t产出指标\t次数\t≥3\t次"
        upload = read(city, lines(city, GOOD, between, other))
        self.barred(city, upload, "DUPLICATE_PROJECT")
        amending.correct(upload.pk, city.filer, Cell("project_name", 3), "堤防养护二期")
        assert errors(upload) == []
        amending.correct(upload.pk, city.filer, Cell("project_name", 3), "堤防养护")
        assert set(errors(upload)) == {"DUPLICATE_PROJECT"}

    def test_two_units_of_money(self, city: City) -> None:
        text = lines(city, GOOD, unit="单位：万元").replace("总计", "总计（元）")
        upload = read(city, text)
        problem = self.barred(city, upload, "MONEY_UNIT")
        amending.correct(upload.pk, city.filer, Cell("value", 1, 0), "≥4")
        amending.decide(upload.pk, city.filer, problem["id"], "unit:万元")
        upload.refresh_from_db()
        assert upload.state == Upload.State.RECEIVED
        uploads.read(upload.pk)
        assert errors(upload) == []
        assert draft(upload)["total"] == "5000000.00"
        assert draft(upload)["indicators"][0]["value"] == "≥4", "what was corrected before holds after reading again"

    def test_two_departments(self, city: City) -> None:
        header = "单位编码\t单位名称\t总计\t一般公共预算\t一级指标\t明细指标\t指标值\n"
        text = (
            f"2027年项目绩效目标表\n单位：元\n{header}"
            f"{city.department.code}\t{city.department.name}\n{city.unit.code}\t{city.unit.name}\n"
            "\t清淤\t500.00\t500.00\n\t\t\t\t产出指标\t清淤长度\t≥3公里\n"
            f"999\t市蓬莱局\n999001\t市蓬莱局本级\n\t护岸\t300.00\t300.00\n\t\t\t\t产出指标\t护岸长度\t≥2公里\n"
        )
        upload = read(city, text)
        problem = self.barred(city, upload, "TWO_DEPARTMENTS")
        assert problem["departments"] == [city.department.name, "市蓬莱局"]
        amending.decide(upload.pk, city.filer, problem["id"], f"department:{city.department.name}")
        assert [p.left_out for p in upload.projects.all()] == [False, True]
        with pytest.raises(Refusal):
            uploads.accept(upload.pk, city.filer, [2])
        assert [d.project.name for d in uploads.accept(upload.pk, city.filer, None)] == ["清淤"]

    def test_a_correction_whose_cell_is_gone_after_reading_again_is_told(self, city: City) -> None:
        text = lines(city, GOOD, unit="单位：万元").replace("总计", "总计（元）")
        upload = read(city, text)
        amending.correct(upload.pk, city.filer, Cell("value", 1, 0), "≥4")
        problem = self.barred(city, upload, "MONEY_UNIT")
        Amendment.objects.filter(kind="correction").update(position=7)
        amending.decide(upload.pk, city.filer, problem["id"], "unit:元")
        uploads.read(upload.pk)
        stored = Upload.objects.get(pk=upload.pk)
        lost = next(p for p in stored.problems if p["code"] == "CORRECTION_LOST")
        assert "≥4" in lost["message"]
        assert draft(upload)["indicators"][0]["value"] == "≥3"

    def test_what_was_not_offered_is_not_decided(self, city: City) -> None:
        upload = read(city, lines(city, GOOD.replace("500.00", "600.00")))
        problem = self.barred(city, upload, "FUNDING_SUM")
        for choice in ("keep", "blank", "unit:元", "", "sum:1"):
            with pytest.raises(Refusal):
                amending.decide(upload.pk, city.filer, problem["id"], choice)
        with pytest.raises(Refusal):
            amending.decide(upload.pk, city.filer, "0" * 12, "sum")
        self.barred(city, upload, "FUNDING_SUM")


class TestPages:
    def test_correcting_without_scripts(self, city: City, as_) -> None:
        upload = read(city, lines(city, GOOD))
        client = as_(city.filer)
        page = client.get(f"/uploads/{upload.pk}/").content.decode()
        path = f"/uploads/{upload.pk}/projects/1/rows/0/value/"
        assert f'href="{path}"' in page
        form = client.get(path)
        assert 'value="≥3"' in form.content.decode()
        answer = client.post(path, {"value": "≥4", "seen": "≥3", "back": f"/uploads/{upload.pk}/?page=1"})
        assert (answer.status_code, answer["Location"]) == (302, f"/uploads/{upload.pk}/?page=1#p-1")
        page = client.get(f"/uploads/{upload.pk}/").content.decode()
        assert "文件原文：≥3" in page
        assert str(city.filer) in page

    def test_correcting_in_place(self, city: City, as_) -> None:
        upload = read(city, lines(city, GOOD.replace("500.00", "600.00")))
        client = as_(city.filer)
        path = f"/uploads/{upload.pk}/projects/1/total/"
        assert "<html" not in client.get(path, headers={"HX-Request": "true"}).content.decode()
        wrong = client.post(path, {"value": "若干"}, headers={"HX-Request": "true"})
        assert wrong["HX-Retarget"] == "#f-c-1-p-total"
        assert "不是可用的金额" in wrong.content.decode()
        right = client.post(path, {"value": "500"}, headers={"HX-Request": "true"}).content.decode()
        assert right.strip().startswith("<details")
        assert "0 个错误" in right
        assert "FUNDING_SUM" not in errors(upload)

    def test_deciding(self, city: City, as_) -> None:
        upload = read(city, lines(city, GOOD.replace("500.00", "600.00")))
        client = as_(city.filer)
        page = client.get(f"/uploads/{upload.pk}/").content.decode()
        assert "总额改为各来源之和" in page
        problem = upload.projects.get().problems[0]
        answer = client.post(f"/uploads/{upload.pk}/decide/", {"problem": problem["id"], "choice": "sum"})
        assert answer.status_code == 302
        assert errors(upload) == []

    @pytest.mark.parametrize("page", ["projects/2/total/", "projects/1/rows/9/value/", "projects/1/nonsense/",
                                      "heading/total/", "projects/1/value/", "projects/1/rows/0/total/"])  # fmt: skip
    def test_cells_that_are_not_there(self, city: City, as_, page: str) -> None:
        upload = read(city, lines(city, GOOD))
        for method in ("get", "post"):
            assert getattr(as_(city.filer), method)(f"/uploads/{upload.pk}/{page}").status_code == 404

    def test_a_page_is_a_constant_number_of_queries(self, city: City, as_, django_assert_max_num_queries) -> None:
        rows = [GOOD.replace("堤防养护", f"堤防养护{n}") for n in range(60)]
        upload = read(city, lines(city, *rows))
        client = as_(city.filer)
        with django_assert_max_num_queries(16):
            page = client.get(f"/uploads/{upload.pk}/?page=2").content.decode()
        assert "堤防养护59" in page
        assert "堤防养护3<" not in page
        with django_assert_max_num_queries(17):
            assert "没有这样的项目" in client.get(f"/uploads/{upload.pk}/?level=errors").content.decode()


class TestApi:
    def test_correct_decide_and_look_up(self, city: City, as_) -> None:
        upload = read(city, lines(city, GOOD.replace("500.00", "600.00")))
        client = as_(city.filer)
        base = f"/api/uploads/{upload.pk}/"
        told = client.get(f"{base}problems/").json()["problems"]
        problem = next(p for p in told if p["code"] == "FUNDING_SUM")
        assert (problem["position"], problem["key"]) == (1, "total")
        assert [c["key"] for c in problem["choices"]] == ["sum"]
        body = {"position": 1, "row": 0, "field": "value", "value": "≥4"}
        assert client.post(f"{base}correct/", body, "application/json").status_code == 201
        body = {"problem": problem["id"], "choice": "sum"}
        assert client.post(f"{base}decide/", body, "application/json").status_code == 201
        told = client.get(f"{base}amendments/").json()["results"]
        assert [a["kind"] for a in told] == ["correction", "decision", "correction"]
        assert client.post(f"{base}accept/", {}, "application/json").status_code == 201
        assert Declaration.objects.get().total == 500
