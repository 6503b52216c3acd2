"""A declaration's way from the filer to the approval, through the pages of a real browser."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from approvals.models import Approval, ApprovalRecord, Declaration, User
from approvals.states import State
from tests.factories import PASSWORD, City, draft

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database, pytest.mark.browser]

SHOTS = Path(settings.VAR_DIR) / "screenshots"
NARROW = {"width": 390, "height": 844}


@pytest.fixture
def city(db: None) -> City:
    return City()


@pytest.fixture
def errors() -> list[str]:
    """What the browser complained about: scripts, and the content security policy."""
    return []


@pytest.fixture
def sign_in(browser: Browser, browser_context_args: dict, errors: list[str]):
    """`sign_in(user)` opens a browser of his own for a person, signed in through the page."""
    contexts = []

    def signed_in(user: User, **options: object) -> Page:
        context = browser.new_context(**(browser_context_args | options))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.on("response", lambda got: errors.append(f"{got.status} {got.url}") if got.status >= 400 else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto("/")
        page.get_by_label("用户名").fill(user.username)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("heading", name="待办", level=1)).to_be_visible()
        return page

    yield signed_in
    for context in contexts:
        context.close()


def shoot(page: Page, name: str) -> None:
    """For people to look at, and fits: nothing sticks out to the right."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name}: {wide} pixels wider than the screen"


def fill_indicator(page: Page, number: int, values: dict[str, str]) -> None:
    row = page.locator(".indicator-row").nth(number)
    for label, value in values.items():
        row.get_by_label(label, exact=True).fill(value)


def test_from_filer_to_approval(city: City, sign_in: Callable[..., Page], errors: list[str]) -> None:
    filer = sign_in(city.filer)
    shoot(filer, "01-home-empty")
    filer.get_by_role("link", name="新建申报").click()
    shoot(filer, "02-new")
    filer.get_by_label("预算年度").fill("2027")
    filer.get_by_label("项目名称").fill("滨河公园护栏更换")
    filer.get_by_label("项目编码").fill("P2027001")
    filer.get_by_label("金额单位").select_option("万元")
    filer.get_by_label("资金来源").nth(0).select_option("一般公共预算")
    filer.get_by_label("金额", exact=True).nth(0).fill("8.5")
    filer.get_by_label("年度绩效目标").fill("更换老旧护栏，保障游人安全。")
    fill_indicator(
        filer, 0, {"一级指标": "产出指标", "二级指标": "数量指标", "三级指标": "更换护栏长度", "指标值": "≥800米"}
    )
    fill_indicator(filer, 1, {"一级指标": "效益指标", "三级指标": "游客安全事故", "指标值": ""})
    filer.get_by_role("button", name="保存并送审").click()
    expect(filer.get_by_text("送审前须改正下列问题")).to_be_visible()
    expect(filer.locator(".indicator-row.has-fault")).to_have_count(1)
    shoot(filer, "03-edit-failing")

    fill_indicator(filer, 1, {"指标值": "≤0起"})
    filer.get_by_role("button", name="添加一条指标").click()
    last = filer.locator(".indicator-row").last
    last.get_by_label("三级指标").fill("完工时间")
    last.get_by_label("指标值", exact=True).fill("2027年10月底前")
    for _time in range(filer.locator(".indicator-row").count() - 1):
        last.get_by_role("button", name="上移").click()

    filer.get_by_role("button", name="保存", exact=True).click()
    expect(filer.get_by_text("已保存")).to_be_visible()
    shoot(filer, "04-detail-draft")
    declaration = Declaration.objects.get()
    assert declaration.total == 85000
    assert {i.name for i in declaration.indicators.all()} == {"更换护栏长度", "游客安全事故", "完工时间"}

    filer.get_by_text("送审", exact=True).first.click()
    shoot(filer, "05-detail-step-open")
    filer.get_by_role("button", name="确认送审").click()
    expect(filer.get_by_text("已送审")).to_be_visible()

    reviewer = sign_in(city.department_reviewer)
    shoot(reviewer, "06-reviewer-home")
    reviewer.get_by_role("link", name=re.compile("待审核")).first.click()
    shoot(reviewer, "07-reviewer-list")
    reviewer.get_by_label("滨河公园护栏更换").check()
    reviewer.get_by_role("button", name="部门审核通过").click()
    shoot(reviewer, "08-batch-confirm")
    reviewer.get_by_role("button", name="确认部门审核通过").click()
    expect(reviewer.get_by_text("已部门审核通过 1 个项目")).to_be_visible()

    finance = sign_in(city.finance_reviewer)
    finance.goto(f"/declarations/{declaration.pk}/")
    finance.get_by_text("退回", exact=True).click()
    shoot(finance, "09-return-open")
    finance.get_by_role("button", name="确认退回").click()
    # The browser itself asks for the comment that is required.
    assert Declaration.objects.get().state == State.FINANCE_REVIEW
    finance.get_by_text("财政审核通过", exact=True).click()
    finance.get_by_role("button", name="确认财政审核通过").click()
    expect(finance.get_by_text("已财政审核通过")).to_be_visible()

    approver = sign_in(city.approver)
    shoot(approver, "10-approver-home")
    approver.get_by_role("link", name=re.compile("编制批复")).click()
    shoot(approver, "11-compose")
    approver.get_by_label("说明").fill("请按批复的目标组织实施。")
    approver.get_by_role("button", name="预览", exact=True).click()
    expect(approver.get_by_text("85,000.00").first).to_be_visible()
    shoot(approver, "12-preview")
    approver.get_by_role("button", name="发出批复").click()
    approval = Approval.objects.get()
    expect(approver.get_by_role("heading", name=approval.number, level=1)).to_be_visible()
    shoot(approver, "13-approval")
    with approver.expect_download() as download:
        approver.get_by_role("link", name="下载 xlsx").click()
    assert download.value.suggested_filename.endswith(".xlsx")

    filer.goto("/")
    shoot(filer, "14-filer-home-told")
    filer.get_by_role("link", name=re.compile("通知")).first.click()
    shoot(filer, "15-notices")
    filer.locator("main").get_by_role("button", name=re.compile("批复")).first.click()
    expect(filer.get_by_text("已批复").first).to_be_visible()
    shoot(filer, "16-detail-approved")
    verbs = list(
        ApprovalRecord.objects.filter(declaration=declaration).order_by("sequence").values_list("verb", flat=True)
    )
    assert verbs == ["submit", "endorse", "pass", "approve"]
    assert errors == []


def test_choosing_channels_and_keeping_a_filter(city: City, sign_in: Callable[..., Page], errors: list[str]) -> None:
    city.declaration(State.RETURNED)
    page = sign_in(city.filer)
    page.get_by_role("link", name=re.compile("通知")).first.click()
    page.get_by_role("link", name="通知设置").click()
    page.get_by_role("checkbox", name="邮件：每周摘要").uncheck()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("通知设置已保存")).to_be_visible()
    expect(page.get_by_role("checkbox", name="邮件：每周摘要")).not_to_be_checked()
    expect(page.get_by_role("checkbox", name="邮件：批复与转下达")).to_be_checked()
    page.get_by_role("link", name="登记").click()
    page.get_by_label("名称").fill("防汛工作群")
    page.get_by_label("类型").select_option("wecom")
    page.get_by_label("地址").fill("https://robot.example/send?key=1")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("checkbox", name="防汛工作群：退回与修改意见")).to_be_checked()
    shoot(page, "17-notice-settings")

    page.get_by_role("link", name="绩效目标申报").click()
    page.get_by_role("link", name=re.compile("被退回")).click()
    page.get_by_text("保存当前筛选").click()
    page.get_by_label("名称", exact=True).fill("退给我的")
    page.get_by_label("打开列表时默认使用").check()
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_role("link", name="绩效目标申报").click()
    expect(page.get_by_role("link", name="退给我的")).to_have_attribute("aria-current", "true")
    expect(page.get_by_text("共 1 个项目，合计 120,000.00 元")).to_be_visible()
    shoot(page, "18-saved-filter")
    assert errors == []


def test_on_a_telephone(city: City, sign_in: Callable[..., Page], errors: list[str]) -> None:
    submitted = city.declaration(State.SUBMITTED)
    city.declaration(State.APPROVED, draft("泵站设备年度检修", code="B2027-03"))
    approval = Approval.objects.get()
    own = city.declaration()
    for user, paths in {
        city.filer: {
            "home": "/", "list": "/declarations/", "detail": f"/declarations/{own.pk}/",
            "edit": f"/declarations/{own.pk}/edit/", "notices": "/notices/", "approval": f"/approvals/{approval.pk}/",
            "notice-settings": "/notices/settings/", "filtered": "/declarations/?year=2027&waiting=10",
        },
        city.department_reviewer: {"review": f"/declarations/{submitted.pk}/"},
    }.items():  # fmt: skip
        page = sign_in(user, viewport=NARROW)
        for name, path in paths.items():
            page.goto(path)
            shoot(page, f"narrow-{name}")
    page.get_by_role("button", name="展开导航").click()
    expect(page.get_by_role("link", name="绩效目标申报")).to_be_visible()
    shoot(page, "narrow-menu")
    assert errors == []


def test_admin_site(city: City, sign_in: Callable[..., Page], errors: list[str]) -> None:
    city.declaration(State.APPROVED)
    page = sign_in(city.administrator)
    shoot(page, "20-administrator-home")
    page.get_by_role("link", name="后台管理").click()
    shoot(page, "21-admin")
    for number, path in enumerate(
        ["user/", f"user/{city.filer.pk}/change/", "approvalrecord/", "declaration/", "noticedelivery/", "unit/add/"],
        22,
    ):
        page.goto(f"/admin/approvals/{path}")
        page.screenshot(path=SHOTS / f"{number}-admin.png", full_page=True)
    page.context.close()
    assert errors == []


def test_a_department_names_a_deputy_who_sends_its_package_on(city: City, sign_in, errors: list[str]) -> None:
    city.declaration(State.SUBMITTED)
    city.declaration(State.RETURNED, draft("退回的项目"))
    page = sign_in(city.department_reviewer)
    page.get_by_role("link", name="代理", exact=True).click()
    page.get_by_label("代理人").select_option(label=f"{city.sister_filer.full_name}（{city.sister_filer.username}）")
    page.get_by_label("结束日期").fill("2099-01-31")
    shoot(page, "deputies")
    page.get_by_role("button", name="指定").click()
    expect(page.get_by_text(re.compile("^已指定"))).to_be_visible()

    page = sign_in(city.sister_filer)
    expect(page.get_by_text(f"您正在代理 {city.department_reviewer.full_name}")).to_be_visible()
    page.get_by_role("link", name="部门送报").click()
    expect(page.get_by_text("个单位没有报齐")).to_be_visible()
    shoot(page, "package")
    page.set_viewport_size(NARROW)
    shoot(page, "package-narrow")
    page.get_by_role("button", name="提醒这些单位").click()
    expect(page.get_by_text(re.compile("^已提醒"))).to_be_visible()
    page.get_by_role("button", name="送报目前已送审的项目").click()
    page.get_by_role("button", name="确认部门审核通过").click()
    expect(page.get_by_role("heading", name="部门送报", level=1)).to_be_visible()
    record = ApprovalRecord.objects.get(verb="endorse")
    assert record.actor_name == f"{city.sister_filer.full_name}（代 {city.department_reviewer.full_name}）"
    assert errors == []
