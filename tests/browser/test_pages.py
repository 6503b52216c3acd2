"""A real browser on a real server: what only it can notice."""

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_sign_in_page_is_chinese_and_without_complaint(page: Page, tmp_path):
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    answer = page.goto("/")
    assert answer
    assert answer.status == 200
    page.screenshot(path=tmp_path / "page.png")
    assert page.locator("html").get_attribute("lang") == "zh-hans"
    assert page.locator("input[type=password]").count() == 1
    assert said == [], "script, style or network errors, or something the content policy refuses"
