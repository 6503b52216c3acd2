"""An approval document that came from outside: compared, confirmed by the approver, registered."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from approvals.documents.content import ProjectContent
from approvals.judgement import Grade, ReviewForm
from approvals.models import Approval, Declaration
from approvals.services.verbs import perform_many
from approvals.states import State, Verb
from tests.browser.test_walk import NARROW, city, errors, shoot, sign_in
from tests.factories import City, draft
from tests.ingest.test_confirming import changed, passed, says, uploaded

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database, pytest.mark.browser]

__all__ = ["city", "errors", "sign_in"]


def test_compared_confirmed_registered(city: City, sign_in: Callable[..., Page], errors: list[str]) -> None:
    declarations = passed(city, *(draft(name) for name in ("堤防养护", "河道巡查", "泵站改造")))
    content = changed(
        says(city, declarations[:2]),
        lambda found: [found[0], other(found[1])],
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


def other(project: ProjectContent) -> ProjectContent:
    """The project with another value."""
    first, *rest = project.indicators
    return replace(project, indicators=(replace(first, value="≥20公里"), *rest))


def test_many_projects_stay_manageable(city: City, sign_in: Callable[..., Page], errors: list[str]) -> None:
    """What is equal or plentiful is folded and counted; one tick takes all that differ, and confirming covers all."""
    made = city.file(*(draft(f"第{number}号河段养护") for number in range(40)))
    for verb, who in ((Verb.SUBMIT, city.filer), (Verb.ENDORSE, city.department_reviewer)):
        perform_many([each.pk for each in made], verb, who)
    review = ReviewForm(Grade.EXCELLENT)
    perform_many([each.pk for each in made], Verb.PASS, city.finance_reviewer, review=review)
    declarations = list(Declaration.objects.select_related("project", "unit").order_by("pk"))
    content = changed(
        says(city, declarations), lambda found: [other(each) if n % 2 else each for n, each in enumerate(found)]
    )
    upload = uploaded(city.approver, content)
    page = sign_in(city.approver)
    page.goto(f"/uploads/{upload.pk}/approval/")
    differing = page.locator("#different details.project")
    expect(differing).to_have_count(20)
    assert not any(each.get_attribute("open") is not None for each in differing.all())
    expect(page.locator("#equal table")).to_be_hidden()
    page.get_by_role("link", name="相同 20").click()
    expect(page.locator("#equal table")).to_be_visible()
    page.get_by_label("全部以批复文件为准").check()
    expect(page.locator("[data-chosen-count]")).to_have_text("已勾选 20 个")
    shoot(page, "58-approval-compared-many")
    page.get_by_label("以批复文件为准：第1号河段养护").uncheck()
    page.get_by_label("我知道没有勾选的项目这次不批复").check()
    page.get_by_role("button", name="确认批复并登记").click()
    expect(page.get_by_text("共 39 个项目")).to_be_visible()
    assert Declaration.objects.filter(state=State.APPROVED).count() == 39
    assert errors == []
