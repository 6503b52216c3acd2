"""Filing by hand: what is typed is what is kept, and what is wrong is said beside it."""

# ruff: noqa: E501  (rows read best as they are typed)
from decimal import Decimal

import pytest
from django.urls import reverse

from approvals.drafts import IndicatorDraft
from approvals.forms import accounts, approval, declaration, funding, indicators, listing, steps
from approvals.models import Declaration, Indicator
from approvals.states import State
from tests.factories import City, draft

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NEW = "/declarations/new/"


def form(rows: list[dict] | None = None, money: list[tuple[str, str]] | None = None, **fields: str) -> dict[str, str]:
    """What a browser sends: the fields, the funding rows and the indicator rows, some of them empty."""
    money = [("一般公共预算", "100000")] if money is None else money
    rows = [{"level1": "产出指标", "name": "疏浚长度", "value": "≥12公里"}] if rows is None else rows
    data = {"name": "河道疏浚", "money_unit": "元", "seen": ""}
    for prefix, number in (("funding", len(money) + 2), ("indicators", len(rows) + 2)):
        data |= {f"{prefix}-TOTAL_FORMS": str(number), f"{prefix}-INITIAL_FORMS": "0"}
    for number, (source, amount) in enumerate(money):
        data |= {f"funding-{number}-source": source, f"funding-{number}-amount": amount}
    for number, row in enumerate(rows):
        data |= {f"indicators-{number}-{name}": value for name, value in row.items()}
    return data | fields


def opened(client, pk: int) -> dict[str, str]:
    """The edit page's own fields, as a browser would send them back untouched."""
    answer = client.get(reverse("declaration-edit", args=[pk]))
    editor = answer.context["editor"]
    data = {"seen": str(answer.context["seen"])}
    parts = [
        editor.form,
        editor.funding.management_form,
        *editor.funding,
        editor.indicators.management_form,
        *editor.indicators,
    ]
    for part in parts:
        for field in part:
            value = field.value()
            if value is True:
                data[field.html_name] = "on"
            elif value is not None and value is not False:
                data[field.html_name] = str(value)
    return data


class TestNew:
    def test_what_is_typed_is_kept(self, city: City, as_) -> None:
        answer = as_(city.filer).post(
            NEW,
            form(
                [
                    {"level1": "产出指标", "level2": "数量指标", "name": "疏浚长度", "value": "≥12公里", "weight": "30"},
                    {"name": "居民满意度", "value": "90", "unit": "%", "nature": "正向", "custom": "on", "basis": "往年"},
                    {"name": "完成时间", "value": "2027年底前", "description": "第一行\r\n第二行"},
                ],
                [("一般公共预算", "8.5"), ("其他资金", "1,000")],
                unit=str(city.unit.pk), fiscal_year="2027", code="X-1", category="延续", period="2027年",
                money_unit="万元", plan_0="25", plan_4="100%", goal="恢复行洪能力。", purpose="疏浚", long_term_goal="长久",
            ),
        )  # fmt: skip
        made = Declaration.objects.get()
        assert answer.status_code == 302
        assert answer["Location"] == reverse("declaration", args=[made.pk])
        assert (made.unit, made.fiscal_year, made.state, made.created_by) == (city.unit, 2027, "draft", city.filer)
        assert (made.project.name, made.project.code, made.project.category) == ("河道疏浚", "X-1", "延续")
        assert made.total == Decimal("10085000.00")
        assert {line.source: line.amount for line in made.funding.all()} == {
            "一般公共预算": Decimal("85000.00"),
            "其他资金": Decimal("10000000.00"),
        }
        assert dict(made.spending_plan) == {"3月底": "25%", "12月底": "100%"}
        assert (made.goal, made.purpose, made.long_term_goal, made.period) == (
            "恢复行洪能力。",
            "疏浚",
            "长久",
            "2027年",
        )
        rows = list(made.indicators.all())
        assert [(r.name, r.value, r.comparator, r.number, r.measure_unit) for r in rows] == [
            ("疏浚长度", "≥12公里", "≥", 12, "公里"),
            ("居民满意度", "90", "＝", 90, "%"),
            ("完成时间", "2027年底前", "", None, ""),
        ]
        assert (rows[0].weight, rows[1].nature, rows[1].custom, rows[1].basis) == (30, "正向", True, "往年")
        assert rows[2].description == "第一行\n第二行"

    def test_a_draft_needs_no_more_than_a_name(self, city: City, as_) -> None:
        as_(city.filer).post(NEW, form([], [], unit=str(city.unit.pk), fiscal_year="2027"))
        made = Declaration.objects.get()
        assert (made.total, made.goal, made.indicators.count()) == (None, "", 0)

    def test_everything_wrong_is_said_beside_its_field_and_on_top(self, city: City, as_) -> None:
        answer = as_(city.filer).post(
            NEW,
            form(
                [
                    {"value": "≥3次"},
                    {"name": "甲", "weight": "很多"},
                    {"name": "乙", "level1": "长" * 101},
                ],
                [("一般公共预算", "很多"), ("", "5"), ("其他资金", ""), ("专户资金", "-1"), ("专户资金", "0.001")],
                name="", unit=str(city.unit.pk), fiscal_year="1999", plan_1="200", total="壹万",
            ),
        )  # fmt: skip
        assert answer.status_code == 422
        assert not Declaration.objects.exists()
        faults = {(fault.place, fault.message) for fault in answer.context["editor"].faults}
        places = {place for place, _message in faults}
        assert {
            "项目名称", "预算年度", "6月底", "资金总额", "第 1 条指标 三级指标", "第 2 条指标 分值", "第 3 条指标 一级指标",
            "第 1 行资金 金额", "第 2 行资金 资金来源", "第 3 行资金 金额", "第 4 行资金 金额", "第 5 行资金 金额",
        } <= places  # fmt: skip
        page = answer.content.decode()
        for fault in answer.context["editor"].faults:
            assert fault.message in page
            assert not fault.id or f'id="{fault.id}"' in page
        # What was typed is still there.
        assert 'value="很多"' in page

    def test_one_source_twice(self, city: City, as_) -> None:
        answer = as_(city.filer).post(
            NEW, form(money=[("其他资金", "1"), ("其他资金", "2")], unit=str(city.unit.pk), fiscal_year="2027")
        )
        assert answer.status_code == 422
        assert "同一资金来源只能填一行" in answer.content.decode()

    def test_only_for_ones_own_units(self, city: City, as_) -> None:
        answer = as_(city.filer).get(NEW)
        assert list(answer.context["form"].fields["unit"].queryset) == [city.unit]
        answer = as_(city.filer).post(NEW, form(unit=str(city.sister.pk), fiscal_year="2027"))
        assert answer.status_code == 422
        assert not Declaration.objects.exists()
        as_(city.department_filer).post(NEW, form(unit=str(city.sister.pk), fiscal_year="2027"))
        assert Declaration.objects.get().unit == city.sister

    def test_a_code_used_already_is_refused_with_the_form_kept(self, city: City, as_) -> None:
        city.file(draft(code="X-1"))
        answer = as_(city.filer).post(NEW, form(unit=str(city.unit.pk), fiscal_year="2027", code="X-1"))
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "已被使用" in page
        assert "≥12公里" in page

    @pytest.mark.parametrize(
        "broken",
        [
            {"indicators-TOTAL_FORMS": "x"}, {"indicators-TOTAL_FORMS": "999999999"},
            {"money_unit": "美元"}, {"unit": "x"}, {"unit": "9" * 30}, {"fiscal_year": "9" * 30}, {"name": "\x00"},
            {"indicators-0-kept": "x"}, {"indicators-0-ORDER": "x"}, {"total": "9" * 39}, {"total": "1" + "0" * 16},
            {"plan_0": "NaN"}, {"plan_0": "1e5"}, {"indicators-0-weight": "NaN"}, {"indicators-0-weight": "1e9"},
            {"indicators-0-nature": "上下"}, {"funding-0-source": "别的"}, {"indicators-0-value": "≥" + "9" * 40},
        ],
    )  # fmt: skip
    def test_broken_forms_are_refused(self, city: City, as_, broken: dict[str, str]) -> None:
        answer = as_(city.filer).post(NEW, form(unit=str(city.unit.pk), fiscal_year="2027") | broken)
        assert answer.status_code == 422
        assert not Declaration.objects.exists()

    def test_saved_and_sent(self, city: City, as_) -> None:
        as_(city.filer).post(NEW, form(unit=str(city.unit.pk), fiscal_year="2027", submit="1"))
        made = Declaration.objects.get()
        assert (made.state, made.submitted_by) == (State.SUBMITTED, city.filer)

    def test_saved_but_not_sent_says_why_beside_the_rows(self, city: City, as_) -> None:
        client = as_(city.filer)
        rows = [{"name": "甲", "value": "≥1次"}, {"name": "乙"}]
        answer = client.post(
            NEW, form(rows, unit=str(city.unit.pk), fiscal_year="2027", total="7", submit="1"), follow=True
        )
        made = Declaration.objects.get()
        assert made.state == State.DRAFT
        assert answer.redirect_chain[-1][0] == reverse("declaration-edit", args=[made.pk]) + "?check=1"
        assert [problem.code for problem in answer.context["failing"]] == ["FUNDING_SUM"]
        faulty = [[problem.code for problem in row.problems] for row in answer.context["editor"].indicators]
        assert faulty[:2] == [[], ["VAL_BLANK"]]
        page = answer.content.decode()
        assert "已保存，但没有送审" in page
        assert "指标值是空的" in page

    def test_the_year_offered_is_the_one_being_budgeted(self, city: City, as_) -> None:
        assert as_(city.filer).get(NEW, {"year": "2031"}).context["form"]["fiscal_year"].value() == 2031


class TestRewriting:
    def test_saving_what_was_opened_changes_nothing(self, city: City, as_) -> None:
        """Also what the page does not let anybody edit: the place in the file, a sign from another column."""
        row = IndicatorDraft(
            level1="产出指标", level2="数量指标", name="巡查次数", value="90", comparator="≥", number="90", unit="次",
            nature="定量其他", weight="12.5", description="一\n二", description_custom="另", basis="文件", custom=True,
            place="Sheet1!G7",
        )  # fmt: skip
        made = city.file(
            draft(
                indicators=[row, *draft().indicators],
                funding={"罚没收入安排": Decimal("120000.00")},
                spending_plan={"3月底": "1.00%", "汛前": "其余"},
                multi_year_total=Decimal("900000.00"), code="K-9", category="其他运转类", period="2027-2029",
                purpose="一\n\n二", long_term_goal="长期",
            )
        )[0]  # fmt: skip
        client = as_(city.filer)
        before = self.content(made.pk)
        answer = client.post(reverse("declaration-edit", args=[made.pk]), opened(client, made.pk))
        assert answer.status_code == 302
        assert self.content(made.pk) == before
        assert Declaration.objects.get().revision == made.revision + 1

    def content(self, pk: int) -> tuple:
        found = Declaration.objects.get(pk=pk)
        columns = [f.name for f in Indicator._meta.concrete_fields if f.name not in ("id", "declaration")]
        return (
            found.project.name, found.project.code, found.project.category, found.period, found.purpose, found.goal,
            found.long_term_goal, list(found.spending_plan), found.total, found.multi_year_total,
            list(found.funding.values_list("source", "amount")), list(found.indicators.values_list(*columns)),
        )  # fmt: skip

    def test_a_new_value_is_split_anew(self, city: City, as_) -> None:
        made = city.file()[0]
        client = as_(city.filer)
        data = opened(client, made.pk) | {"indicators-0-value": "≤3处"}
        client.post(reverse("declaration-edit", args=[made.pk]), data)
        row = Declaration.objects.get().indicators.first()
        assert (row.value, row.comparator, row.number, row.measure_unit) == ("≤3处", "≤", 3, "处")

    def test_rows_are_moved_and_removed(self, city: City, as_) -> None:
        made = city.file()[0]
        client = as_(city.filer)
        data = opened(client, made.pk)
        data |= {"indicators-0-ORDER": "2", "indicators-1-ORDER": "1"}
        client.post(reverse("declaration-edit", args=[made.pk]), data)
        assert [row.name for row in Declaration.objects.get().indicators.all()] == ["沿岸居民满意度", "清淤河道长度"]
        data = opened(client, made.pk) | {"indicators-0-DELETE": "on", "funding-1-DELETE": "on", "total": ""}
        client.post(reverse("declaration-edit", args=[made.pk]), data)
        found = Declaration.objects.get()
        assert [row.name for row in found.indicators.all()] == ["清淤河道长度"]
        assert [line.source for line in found.funding.all()] == ["一般公共预算"]
        assert found.total == Decimal("100000.00")

    def test_spare_rows_that_only_got_a_number_stay_unused(self, city: City, as_) -> None:
        made = city.file()[0]
        client = as_(city.filer)
        data = opened(client, made.pk) | {f"indicators-{n}-ORDER": str(n + 1) for n in range(5)}
        assert client.post(reverse("declaration-edit", args=[made.pk]), data).status_code == 302
        assert Declaration.objects.get().indicators.count() == 2

    def test_the_state_cannot_be_set_by_a_form(self, city: City, as_) -> None:
        made = city.file()[0]
        client = as_(city.filer)
        wanted = {"state": "approved", "round": "9", "revision": "9", "approval": "1", "version": "7", "unit": "1"}
        client.post(reverse("declaration-edit", args=[made.pk]), opened(client, made.pk) | wanted)
        client.post(NEW, form(unit=str(city.unit.pk), fiscal_year="2027") | {"state": "approved"})
        assert set(Declaration.objects.values_list("state", "round", "version", "approval")) == {("draft", 0, 1, None)}

    def test_no_form_has_a_field_for_the_state(self) -> None:
        from django import forms as django_forms

        modules = (accounts, approval, declaration, funding, indicators, steps)
        fields = {
            name
            for module in modules
            for each in vars(module).values()
            if isinstance(each, type) and issubclass(each, django_forms.BaseForm)
            for name in getattr(each, "base_fields", {})
        }
        assert "comment" in fields
        assert "state" not in fields
        # The list is narrowed by it; that form saves nothing.
        assert not hasattr(listing.ListFilter, "save")

    def test_what_somebody_else_saved_meanwhile_is_not_overwritten(self, city: City, as_) -> None:
        made = city.file()[0]
        client = as_(city.filer)
        data = opened(client, made.pk)
        assert client.post(reverse("declaration-edit", args=[made.pk]), data | {"name": "先保存的"}).status_code == 302
        answer = client.post(reverse("declaration-edit", args=[made.pk]), data | {"name": "后保存的"})
        assert answer.status_code == 409
        page = answer.content.decode()
        assert "已被他人更新" in page
        assert 'value="后保存的"' in page
        assert Declaration.objects.get().project.name == "先保存的"

    def test_while_it_is_under_review_it_is_not_written(self, city: City, as_) -> None:
        made = city.declaration(State.SUBMITTED)
        for answer in (
            as_(city.filer).get(reverse("declaration-edit", args=[made.pk])),
            as_(city.filer).post(reverse("declaration-edit", args=[made.pk]), form()),
            as_(city.filer).post(reverse("declaration-discard", args=[made.pk]), {"seen": made.revision}),
        ):
            assert answer.status_code == 409
            assert "只有本单位经办人" in answer.content.decode()

    def test_returned_and_sent_again(self, city: City, as_) -> None:
        made = city.declaration(State.RETURNED)
        client = as_(city.filer)
        data = opened(client, made.pk) | {"goal": "改过的目标。", "submit": "1"}
        assert client.post(reverse("declaration-edit", args=[made.pk]), data).status_code == 302
        found = Declaration.objects.get()
        assert (found.state, found.round, found.goal) == (State.SUBMITTED, 2, "改过的目标。")


class TestDiscarding:
    def test_a_draft_goes_with_its_project(self, city: City, as_) -> None:
        made = city.file()[0]
        client = as_(city.filer)
        path = reverse("declaration-discard", args=[made.pk])
        assert "删除后不能恢复" in client.get(path).content.decode()
        assert client.post(path, {"seen": made.revision}).status_code == 302
        assert not Declaration.objects.exists()

    def test_what_was_sent_once_stays(self, city: City, as_) -> None:
        made = city.declaration(State.RETURNED)
        client = as_(city.filer)
        path = reverse("declaration-discard", args=[made.pk])
        assert client.get(path).status_code == 409
        assert client.post(path, {"seen": made.revision}).status_code == 409
        page = client.get(reverse("declaration", args=[made.pk])).content.decode()
        assert path not in page
        assert Declaration.objects.exists()

    def test_not_what_somebody_has_changed_meanwhile(self, city: City, as_) -> None:
        made = city.file()[0]
        answer = as_(city.filer).post(reverse("declaration-discard", args=[made.pk]), {"seen": 7})
        assert answer.status_code == 409
        assert Declaration.objects.exists()
