"""The template reads back without a question: what is filled in is what is read."""

# ruff: noqa: E501  (rows read best on one line)
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

from approvals.drafts import IndicatorDraft, ProjectDraft
from ingest.extract import extract
from ingest.template import write_template

EVIL = ("=1+1", "+1", "@SUM(A1)", "=cmd|' /C calc'!A0")


def drafts() -> list[ProjectDraft]:
    first = ProjectDraft(
        code="P2026001", name="河道清淤", category="延续", total=Decimal("120000.50"),
        funding={"一般公共预算": Decimal("100000.50"), "中央资金": Decimal("20000.00")},
        goal="清除淤积。\n恢复行洪能力。", purpose="清淤作业。", spending_plan={"3月底": "25%"}, period="2026—2028",
        indicators=[
            IndicatorDraft(level1="产出指标", level2="数量指标", name="清淤长度", value="≥12公里", comparator="≥", number="12", unit="公里", weight="30", description="按合同。", basis="合同"),
            IndicatorDraft(level1="产出指标", level2="时效指标", name="完工时间", value="2026年10月底前"),
            IndicatorDraft(level1="满意度指标", name="居民满意度", value="90", comparator="≥", number="90", unit="%", nature="正向"),
        ],
    )  # fmt: skip
    second = ProjectDraft(
        name="巡河", total=Decimal("300.00"), funding={"其他资金": Decimal("300.00")},
        indicators=[IndicatorDraft(level1="产出指标", name="巡河次数", value="＝12次", comparator="＝", number="12", unit="次")],
    )  # fmt: skip
    return [first, second]


def test_filled_it_reads_back_without_a_question() -> None:
    content = write_template("市水务局", "101", "市河道所", 2027, drafts())
    read = extract(content, "模板.xlsx")
    assert [p.to_json() for p in read.problems if p.severity != "info"] == []
    assert (read.document.fiscal_year, read.document.money_unit, read.document.department) == (2027, "元", "市水务局")
    assert [(p.unit_code, p.unit_name) for p in read.projects] == [("101", "市河道所")] * 2
    for found, meant in zip(read.projects, drafts(), strict=True):
        for name in ("name", "code", "category", "period", "total", "goal", "purpose", "spending_plan"):
            assert getattr(found, name) == getattr(meant, name), name
        assert found.funding == meant.funding
        for one, other in zip(found.indicators, meant.indicators, strict=True):
            for name in ("level1", "level2", "name", "value", "comparator", "number", "unit", "nature", "weight", "description", "basis"):  # fmt: skip
                assert getattr(one, name) == getattr(other, name), (other.name, name)


def test_filled_by_hand_in_the_empty_one() -> None:
    book = load_workbook(BytesIO(write_template("市水务局", "101", "市河道所", 2027, [])))
    sheet = book["绩效目标申报"]
    columns = {cell.value: cell.column for cell in sheet[4]}
    rows = [
        {"项目名称": "清淤", "资金总额": 500, "一般公共预算": 500, "年度绩效目标": "疏通。", "一级指标": "产出指标", "三级指标": "长度", "计算符号": "≥", "指标值": 3, "计量单位": "公里"},
        {"一级指标": "效益指标", "三级指标": "投诉", "计算符号": "≤", "指标值": 5, "计量单位": "起"},
        {"项目名称": "巡河", "资金总额": 300, "其他资金": 300, "年度绩效目标": "常巡。", "一级指标": "产出指标", "三级指标": "次数", "指标值": "≥12次"},
    ]  # fmt: skip
    for number, row in enumerate(rows, 5):
        for label, value in row.items():
            sheet.cell(number, columns[label], value)
    buffer = BytesIO()
    book.save(buffer)
    read = extract(buffer.getvalue(), "模板.xlsx")
    assert [p.to_json() for p in read.problems if p.severity != "info"] == []
    assert [(p.name, p.unit_code, p.unit_name, p.total) for p in read.projects] == [
        ("清淤", "101", "市河道所", 500),
        ("巡河", "101", "市河道所", 300),
    ]
    assert [(i.comparator, i.number, i.unit) for p in read.projects for i in p.indicators] == [
        ("≥", "3", "公里"), ("≤", "5", "起"), ("≥", "12", "次"),
    ]  # fmt: skip


def test_it_offers_lists_and_checks() -> None:
    sheet = load_workbook(BytesIO(write_template("局", "1", "所", 2027, [])))["绩效目标申报"]
    kinds = [each.type for each in sheet.data_validations.dataValidation]
    assert kinds.count("decimal") >= 3
    lists = [each.formula1 for each in sheet.data_validations.dataValidation if each.type == "list"]
    assert any("产出指标" in each for each in lists)
    assert any("≥" in each for each in lists)
    assert any("填写说明" in each for each in lists)


def test_text_never_becomes_a_formula() -> None:
    wicked = [
        ProjectDraft(
            name=text, code=text, goal=text, category=text, period=text, purpose=text, total=Decimal(1),
            indicators=[IndicatorDraft(level1=text, level2=text, name=text, value=text, description=text, basis=text)],
        )
        for text in EVIL
    ]  # fmt: skip
    book = load_workbook(BytesIO(write_template(EVIL[0], EVIL[1], EVIL[2], 2027, wicked)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert {cell.value for cell in cells} >= set(EVIL)


@pytest.mark.django_db
@pytest.mark.database
def test_last_year_s_declarations_come_back_as_this_year_s() -> None:
    from django.core.files.base import ContentFile

    from approvals.models import Declaration
    from ingest.services import uploads
    from ingest.services.templates import template_for
    from tests.factories import City, draft

    city = City()
    city.file(draft(), draft("巡河", code="X1"), year=2026)
    content, name = template_for(city.unit, 2027, filled=True)
    assert name.endswith(".xlsx")
    upload = uploads.receive(city.filer, ContentFile(content), name)
    uploads.read(upload.pk)
    made = uploads.accept(upload.pk, city.filer, None)
    assert [(d.fiscal_year, d.total, d.project.name) for d in made] == [
        (2027, 120000, "河道清淤工程"),
        (2027, 120000, "巡河"),
    ]
    before = Declaration.objects.filter(fiscal_year=2026).first()
    assert before is not None
    assert [(i.name, i.value, i.comparator, i.number) for i in before.indicators.all()] == [
        (i.name, i.value, i.comparator, i.number) for i in made[0].indicators.all()
    ]
    empty, _ = template_for(city.unit, 2027, filled=False)
    assert empty != content
