"""A clerk with forty projects: drops files, corrects in place, decides, explains headers, takes all over."""

# ruff: noqa: F401, F811  (fixtures are taken over by name)
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import Page, expect

from approvals.models import Declaration
from ingest.models import Upload
from ingest.services import uploads
from tests.browser.test_walk import NARROW, city, errors, shoot, sign_in
from tests.factories import City
from tests.ingest.test_amending import GOOD, lines
from tests.ingest.test_choosing import COLUMNS, STRANGE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database, pytest.mark.browser]

DROP = """(names) => {
  const transfer = new DataTransfer();
  for (const [name, text] of names) { transfer.items.add(new File([text], name)); }
  const form = document.querySelector("form[data-drop]");
  form.dispatchEvent(new DragEvent("dragover", {bubbles: true, cancelable: true, dataTransfer: transfer}));
  form.dispatchEvent(new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: transfer}));
}"""


def forty(city: City) -> str:
    rows = []
    for n in range(40):
        name = f"第{n + 1}片区堤防养护与河道巡查经费"
        rows.append(
            GOOD.replace("堤防养护\t500.00", f"{name}\t{'600.00' if n == 4 else '若干' if n == 9 else '500.00'}")
        )
        rows += ["\t\t\t\t效益指标\t沿岸居民满意度\t≥90\t%", "\t\t\t\t产出指标\t巡查次数\t不少于12次\t"]
    return lines(city, *rows)


def read_all() -> None:
    for upload in Upload.objects.filter(state=Upload.State.RECEIVED):
        uploads.read(upload.pk)


def test_forty_projects(city: City, sign_in: Callable[..., Page], errors: list[str], tmp_path: Path) -> None:
    page = sign_in(city.filer)
    page.goto("/uploads/")
    with page.expect_navigation():
        page.evaluate(DROP, [["四十个项目.txt", forty(city)], ["怪表.txt", STRANGE.format(unit=city.unit.name)]])
    expect(page.locator("tbody tr")).to_have_count(2)
    shoot(page, "30-uploads-waiting")
    read_all()
    expect(page.get_by_text("待确认")).to_be_visible()
    expect(page.get_by_text("需要选择")).to_be_visible()
    shoot(page, "31-uploads-read")

    page.get_by_role("link", name="四十个项目.txt").click()
    expect(page.get_by_text("整份文件暂不能导入")).to_be_visible()
    shoot(page, "32-preview")
    page.get_by_role("link", name="只看有错误的", exact=True).click()
    expect(page.locator("details.project")).to_have_count(2)
    shoot(page, "33-preview-errors")

    project = page.locator("#p-10")
    project.locator("div[data-cell]", has_text="资金总额").locator("a.value").click()
    field = project.locator(".correct-form [name=value]")
    expect(field).to_be_focused()
    field.fill("五百")
    project.get_by_role("button", name="保存").click()
    expect(project.get_by_text("不是可用的金额")).to_be_visible()
    shoot(page, "34-correcting")
    project.get_by_label("资金总额").fill("0.05万元")
    project.get_by_role("button", name="保存").click()
    expect(project.get_by_text("文件原文：若干")).to_be_visible()
    expect(page.locator("#summary")).to_contain_text("1 个错误")
    project.locator("td a.value", has_text="≥90").first.click()
    project.get_by_role("link", name="取消").click()
    expect(project.locator("td a.value", has_text="≥90")).to_be_visible()

    page.locator("#p-5").get_by_role("button", name="总额改为各来源之和").click()
    expect(page.locator("#summary")).to_contain_text("0 个错误")
    page.get_by_role("link", name="全部", exact=True).click()
    expect(page.get_by_role("button", name="导入所选（可导入 40 个）")).to_be_enabled()
    page.get_by_text("更正和决定").click()
    shoot(page, "35-preview-mended")
    with page.expect_download() as download:
        page.get_by_role("link", name="问题清单 xlsx").click()
    assert download.value.suggested_filename.endswith("问题清单.xlsx")
    page.get_by_role("button", name="导入所选").click()
    expect(page.get_by_text("导入 40 个项目")).to_be_visible()
    assert Declaration.objects.filter(total=500).count() == 40

    page.goto("/uploads/")
    page.get_by_role("link", name="怪表.txt").click()
    shoot(page, "36-needs-choice")
    page.get_by_role("link", name="指定各列的含义", exact=True).click()
    for number, key in COLUMNS.items():
        page.locator(f"select[name=column-{number}]").select_option(key)
    shoot(page, "37-mapping")
    page.get_by_role("button", name="按此读取").click()
    read_all()
    page.goto(page.url)
    expect(page.get_by_text("1 个单位，2 个项目，3 条指标")).to_be_visible()
    shoot(page, "38-mapped")
    assert [e for e in errors if "favicon" not in e] == []


def test_on_a_telephone(city: City, sign_in: Callable[..., Page], errors: list[str]) -> None:
    page = sign_in(city.filer, viewport=NARROW)
    page.goto("/uploads/")
    page.get_by_label("选择一个或多个文件").set_input_files(
        [{"name": "目标.txt", "mimeType": "text/plain", "buffer": lines(city, GOOD).encode()}]
    )
    page.get_by_role("button", name="上传并读取").click()
    expect(page.get_by_text("等待读取").first).to_be_visible()
    read_all()
    expect(page.get_by_role("button", name="导入所选")).to_be_visible()
    shoot(page, "narrow-upload")
    assert errors == []


def test_units_under_a_name_nobody_registered(city: City, sign_in: Callable[..., Page], errors: list[str]) -> None:
    rows = "".join(f"河管一所\t沿河巡查{n}\t500.00\t产出指标\t巡查次数\t≥3\t次\n" for n in range(3))
    head = "单位名称\t项目名称\t总计\t一级指标\t三级指标\t指标值\t计量单位\n"
    text = f"部门名称：{city.department.name}\n2027年项目绩效目标表\n（单位：元）\n{head}{rows}"
    upload = uploads.receive(city.department_filer, ContentFile(text.encode()), "目标.txt")
    uploads.read(upload.pk)
    page = sign_in(city.department_filer)
    page.goto(upload.get_absolute_url())
    shoot(page, "52-unknown-units")
    page.locator("#unknown-units").get_by_label("单位").select_option(label=f"{city.sister.code} {city.sister.name}")
    page.get_by_role("button", name="归入这个单位").click()
    expect(page.get_by_text("已归入 3 个项目")).to_be_visible()
    expect(page.get_by_role("button", name="导入所选（可导入 3 个）")).to_be_enabled()
    assert errors == []


def test_goals_of_the_whole_department_beside_its_projects(
    city: City, sign_in: Callable[..., Page], errors: list[str]
) -> None:
    page = sign_in(city.filer)
    page.goto("/declarations/")
    page.get_by_role("link", name="填报部门整体目标").click()
    shoot(page, "53-department-goal-form")
    page.get_by_label("部门（本级）").select_option(index=1)
    page.get_by_label("总体绩效目标").fill("（一）全市河道安全度汛。\n（二）城乡供水水质综合合格率不低于98%。")
    page.get_by_label("分项绩效目标").fill("堤防管理：全年无重大险情。\n供水保障：合格率达到98%。")
    page.get_by_label("工作保障措施").fill("一、组织保障。成立领导小组。")
    page.get_by_role("button", name="保存并送审").click()
    expect(page.get_by_text("已保存并送审")).to_be_visible()
    shoot(page, "54-department-goal")
    assert errors == []
