"""Adding what proves an adjustment, and taking it away again, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_walk import NARROW, city, errors, shoot, sign_in
from tests.factories import City

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database, pytest.mark.browser]

__all__ = ["city", "errors", "sign_in"]


def test_files_are_added_and_taken_away(city: City, sign_in: Callable[..., Page], errors: list[str]) -> None:
    page = sign_in(city.filer)
    page.goto(f"/declarations/{city.file()[0].pk}/")
    papers = [
        {"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": name.encode()}
        for name in ("市政府关于调整部分预算项目的会议纪要（2027年第6次）", "采购合同")
    ]
    page.locator("input[type=file]").set_input_files(papers)
    page.get_by_role("button", name="上传附件").click()
    expect(page.get_by_text("已上传 2 个附件")).to_be_visible()
    page.get_by_role("heading", name="附件").scroll_into_view_if_needed()
    shoot(page, "50-attachments")
    page.set_viewport_size(NARROW)
    shoot(page, "51-attachments-narrow")
    with page.expect_download() as download:
        page.get_by_role("link", name="采购合同.pdf").click()
    assert download.value.suggested_filename == "采购合同.pdf"
    page.get_by_role("listitem").filter(has_text="采购合同.pdf").get_by_role("button", name="删除").click()
    expect(page.get_by_text("附件已删除")).to_be_visible()
    expect(page.get_by_role("link", name="采购合同.pdf")).to_have_count(0)
    assert errors == []
