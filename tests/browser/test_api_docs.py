"""The description of the API in a real browser: Swagger UI within the content policy, and a request tried out."""

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD, City

pytestmark = pytest.mark.browser


def test_a_person_makes_a_token_and_tries_a_request(page: Page, transactional_db: None) -> None:
    city = City()
    declaration = city.declaration()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto("/accounts/login/?next=/accounts/tokens/")
    page.fill("[name=username]", city.filer.username)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_label("名称").fill("夜间报送")
    page.get_by_role("button", name="建立令牌").click()
    text = page.locator("#made").input_value()
    page.get_by_role("link", name="接口说明").click()
    page.get_by_role("button", name="Authorize").click()
    page.locator(".auth-container").filter(has_text="bearer").locator("input").fill(text)
    page.locator(".auth-container").filter(has_text="bearer").locator("button.authorize").click()
    page.get_by_role("button", name="Close").first.click()
    row = page.locator("#operations-申报-declarations_list")
    row.locator(".opblock-summary-control").click()
    row.get_by_role("button", name="Try it out").click()
    row.get_by_role("button", name="Execute").click()
    expect(row.locator(".live-responses-table")).to_contain_text(declaration.project.name)
    assert said == []
