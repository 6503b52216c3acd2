"""Too late to send: the unit reads why and whom to ask, the department allows it, the unit sends it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from approvals.models import Declaration, TimeLimits
from approvals.states import State
from tests.browser.test_walk import NARROW, city, errors, shoot, sign_in
from tests.factories import City, WindowFactory, draft

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database, pytest.mark.browser]

__all__ = ["city", "errors", "sign_in"]


def test_a_late_declaration_with_permission(city: City, sign_in: Callable[..., Page], errors: list[str]) -> None:
    [late] = city.file(draft("堤防白蚁防治"))
    [other] = city.file(draft("水文站网维护"), unit=city.sister)
    waiting = city.declaration(State.SUBMITTED, draft("泵站机组大修"))
    city.declaration(State.FINANCE_REVIEW, draft("渠系配套改造"))
    TimeLimits.objects.create(bureau=city.bureau, department_days=1, finance_days=2)
    Declaration.objects.filter(pk=waiting.pk).update(state_since=timezone.now() - timedelta(days=9))
    WindowFactory(bureau=city.bureau, closed=True)
    WindowFactory(bureau=city.bureau, fiscal_year=2028)

    filer = sign_in(city.filer)
    shoot(filer, "80-home-windows")
    filer.goto("/declarations/?bucket=")
    shoot(filer, "81-list-deadlines")
    filer.goto("/declarations/?due=overdue")
    expect(filer.get_by_text("泵站机组大修")).to_be_visible()
    expect(filer.get_by_text("渠系配套改造")).to_have_count(0)
    filer.goto(f"/declarations/{late.pk}/")
    expect(filer.get_by_text("现在不能送审。")).to_be_visible()
    expect(filer.get_by_text(f"部门审核人：{city.department_reviewer.full_name}")).to_be_visible()
    expect(filer.get_by_text("送审", exact=True)).to_have_count(0)
    shoot(filer, "82-too-late")
    filer.set_viewport_size(NARROW)
    shoot(filer, "83-too-late-narrow")

    reviewer = sign_in(city.department_reviewer)
    reviewer.goto("/package/")
    shoot(reviewer, "84-package-late")
    reviewer.get_by_label("堤防白蚁防治").check()
    reviewer.get_by_role("button", name="同意所选项目逾期申报").click()
    reviewer.get_by_label("意见").fill("汛期抢险，经办人一直在现场。")
    shoot(reviewer, "85-permit")
    reviewer.get_by_role("button", name="确认同意逾期申报").click()
    expect(reviewer.get_by_text("堤防白蚁防治")).to_have_count(0)
    expect(reviewer.get_by_text("水文站网维护")).to_be_visible()
    reviewer.goto(f"/declarations/{other.pk}/")
    reviewer.get_by_text("同意逾期申报", exact=True).click()
    shoot(reviewer, "86-permit-one")

    filer.goto(f"/declarations/{late.pk}/")
    filer.get_by_text("送审", exact=True).click()
    filer.get_by_role("button", name="确认送审").click()
    expect(filer.get_by_text("已送审")).to_be_visible()
    assert Declaration.objects.get(pk=late.pk).state == State.SUBMITTED
    assert errors == []

    administrator = sign_in(city.administrator)
    administrator.goto("/admin/approvals/calendarday/")
    shoot(administrator, "87-admin-days")
    administrator.goto("/admin/approvals/timelimits/add/")
    shoot(administrator, "88-admin-limits")
