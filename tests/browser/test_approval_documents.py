"""An approval document that came from outside: compared, confirmed by the approver, registered."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from approvals.models import Approval
from approvals.states import State
from tests.browser.test_walk import NARROW, city, errors, shoot, sign_in
from tests.factories import City, draft
from tests.ingest.test_confirming import changed, passed, says, uploaded

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database, pytest.mark.browser]

__all__ = ["city", "errors", "sign_in"]


def test_compared_confirmed_registered(city: City, sign_in: Callable[..., Page], errors: list[str]) -> None:
    declarations = passed(city, *(draft(name) for name in ("堤防养护", "河道巡查", "泵站改造")))
    content = changed(
        says(city, declarations[:2]),
        lambda found: [found[0], replace(found[1], indicators=(replace(found[1].indicators[0], value="≥20公里"),))],
    )
    upload = uploaded(city.approver, content)
    page = sign_in(city.approver)
    page.goto(upload.get_absolute_url())
    page.get_by_role("link", name="与申报比较并登记").click()
    shoot(page, "55-approval-compared")
    page.set_viewport_size(NARROW)
    shoot(page, "56-approval-compared-narrow")
    page.get_by_label("以批复文件为准").check()
    page.get_by_role("button", name="确认批复并登记").click()
    expect(page.get_by_text("已登记批复")).to_be_visible()
    shoot(page, "57-approval-registered")
    approval = Approval.objects.get()
    assert set(approval.declarations.all()) == set(declarations[:2])
    assert {each.state for each in approval.declarations.all()} == {State.APPROVED}
    assert errors == []
