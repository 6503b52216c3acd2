"""The full review in a real browser: notes beside fields, a second round, points, amendments, their answer."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from approvals.judgement import DEFAULT_QUESTIONS
from approvals.models import CommonOpinion, Declaration, Review
from approvals.services.verbs import perform
from approvals.states import State, Verb
from tests.browser.test_walk import NARROW, city, errors, shoot, sign_in
from tests.factories import City

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database, pytest.mark.browser]

__all__ = ["city", "errors", "sign_in"]


def test_two_rounds_points_and_amendments(city: City, sign_in: Callable[..., Page], errors: list[str]) -> None:
    CommonOpinion.objects.create(bureau=city.bureau, text="请补充测算依据。")
    declaration = city.declaration(State.FINANCE_REVIEW)
    address = f"/declarations/{declaration.pk}/"
    finance = sign_in(city.finance_reviewer)
    finance.goto(address)
    finance.get_by_text("列为重点项目", exact=True).click()
    finance.get_by_role("button", name="确认列为重点项目").click()
    expect(finance.get_by_text("是（逐项打分审核）")).to_be_visible()

    finance.get_by_text("退回", exact=True).click()
    finance.get_by_role("link", name="附批注办理").locator("visible=true").click()
    shoot(finance, "30-return-with-notes")
    finance.get_by_label("请补充测算依据。").check()
    finance.get_by_label("位置").nth(0).select_option(label="第 1 条指标“清淤河道长度”")
    finance.get_by_label("批注").nth(0).fill("与去年相比偏低，请说明。")
    finance.get_by_role("button", name="退回").click()
    expect(finance.get_by_text("已退回")).to_be_visible()

    filer = sign_in(city.filer)
    filer.goto(address)
    shoot(filer, "31-returned-with-notes")
    filer.goto(f"{address}edit/")
    expect(filer.locator(".indicator-row").nth(0).locator(".review-note")).to_contain_text("与去年相比偏低")
    shoot(filer, "32-edit-with-notes")
    filer.locator(".indicator-row").nth(0).get_by_label("指标值", exact=True).fill("≥15公里")
    filer.get_by_role("button", name="保存并送审").click()
    expect(filer.get_by_text("已保存并送审")).to_be_visible()
    expect(filer.locator(".review-note")).to_have_count(0)
    perform(declaration.pk, Verb.ENDORSE, city.department_reviewer)

    finance.goto(address)
    expect(finance.get_by_role("heading", name="与第 1 轮送审内容的差异")).to_be_visible()
    shoot(finance, "33-differences")
    finance.get_by_role("link", name="提出修改意见").click()
    for question in DEFAULT_QUESTIONS:
        finance.get_by_label(question.text).fill(str(question.points - 2))
    finance.get_by_label("栏目").nth(0).select_option(label="年度绩效目标")
    finance.get_by_label("改为").nth(0).fill("河道行洪能力恢复到设计标准。")
    finance.get_by_label("意见", exact=False).locator("visible=true").last.fill("按修改意见通过。")
    shoot(finance, "34-amend")
    finance.get_by_role("button", name="提出修改意见").click()
    expect(finance.get_by_text("已提出修改意见")).to_be_visible()
    assert Review.objects.latest("pk").points == 84

    filer = sign_in(city.filer, viewport=NARROW)
    filer.goto(address)
    shoot(filer, "35-narrow-amendments")
    filer.get_by_text("同意修改", exact=True).click()
    filer.get_by_role("button", name="确认同意修改").click()
    expect(filer.get_by_text("已同意修改")).to_be_visible()
    row = Declaration.objects.get()
    assert (row.state, row.goal) == (State.PASSED, "河道行洪能力恢复到设计标准。")
    assert errors == []
