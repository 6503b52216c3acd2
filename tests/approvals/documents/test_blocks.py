"""Which cell holds what: forms laid out on paper, before any file format."""

from decimal import Decimal

import pytest

from approvals.documents import fields
from approvals.documents.blocks import Label, Line, Span, Table, lay_out, sources_without_column
from approvals.documents.fields import bare_value, full_value, reader
from approvals.documents.forms import SHAOXING, CardBody, Form, amount_text
from approvals.documents.regional import DINGZHOU, FORMS, KEQIAO, WUHAI
from tests.approvals.documents.example import VERIFICATION, approval, indicator, own_indicator, project, unit


def table(form: Form, *projects: object) -> Table:
    content = approval(unit(*projects)) if projects else approval()  # type: ignore[arg-type]
    return next(block for block in lay_out(content, form) if isinstance(block, Table))


def test_heading_lines_in_order_and_only_where_stated() -> None:
    lines = [block.text for block in lay_out(approval(verification=VERIFICATION), SHAOXING) if isinstance(block, Line)]
    assert lines == [
        "2026年市级部门预算项目绩效目标表批复",
        "部门名称：云川市教育局",
        "批复单位：云川市财政局",
        "批复日期：2026年1月30日",
        "批复文号：云财绩〔2026〕12号",
        "验证码：K7QM-2XPD-9FTR-W3HN（可在 https://yunchuan.example/verify/ 核验）",
    ]
    without = [block.text for block in lay_out(approval(number=None), SHAOXING) if isinstance(block, Line)]
    assert without == lines[:-2]


def test_notes_stand_below_the_table() -> None:
    assert lay_out(approval(notes="请按月监控。"), SHAOXING)[-1] == Line("说明：请按月监控。", "note")


def test_shaoxing_header_is_two_rows_with_the_money_under_one_word() -> None:
    got = table(SHAOXING)
    assert got.title == "2026年市级部门预算项目绩效目标表"
    assert got.header == 2
    assert got.rows[0] == [
        "单位编码", "单位名称", "资金安排（元）", None, None, None, None, "一级指标", "明细指标", "指标值", "指标描述",
        "明细指标（个性）", "指标值（个性）", "指标描述（个性）",
    ]  # fmt: skip
    assert got.rows[1][2:7] == ["总计", "一般公共预算", "政府性基金", "专户资金", "其他资金"]
    assert Span(0, 2, 0, 6) in got.spans
    assert {span for span in got.spans if span.bottom == 1} == {Span(0, n, 1, n) for n in (0, 1, *range(7, 14))}


def test_shaoxing_rows_go_from_department_to_indicator() -> None:
    both = indicator("群众满意度", description_custom="由第三方开展")
    got = table(SHAOXING, project("设备购置", indicator("完成率"), own_indicator("场次"), both))
    department, office, own, *indicators = got.rows[2:]
    assert department == ["305", "云川市教育局"] + [None] * 12
    assert office == ["305001", "云川市教育局本级"] + [None] * 12
    money = [Decimal("1245000.50"), Decimal("1240000.00"), Decimal(0), Decimal(0), Decimal("5000.50")]
    assert own == [None, "设备购置", *money, *[None] * 7]
    common = ["产出指标", "完成率", "≥95%", "按合同验收的数量占计划数量的比例。", None, None, None]
    assert indicators[0][7:] == common
    assert indicators[1][7:] == ["产出指标", None, None, None, "场次", "≥12场", "全年组织培训的场次"]
    assert indicators[2][7:] == ["产出指标", "群众满意度", *common[2:6], "由第三方开展"]
    assert all(cell is None for row in indicators for cell in row[:7])


def test_keqiao_counts_in_wan_and_begins_on_the_project_row() -> None:
    got = table(KEQIAO, project("设备购置", indicator("完成率"), indicator("合格率"), code="2—1000001"))
    department, office, first, second = got.rows[2:]
    assert department[:2] == ["云川市教育局", Decimal("124.50005")]
    assert office[0] == "云川市教育局本级"
    assert first[0] == "2—1000001设备购置"
    assert first[5:8] == ["产出指标", "完成率", "≥95%"]
    assert amount_text(first[1]) == "124.50005"  # type: ignore[arg-type]
    assert second[0] is None
    assert second[6] == "合格率"


def test_wuhai_merges_the_project_over_its_indicators_and_adds_up() -> None:
    got = table(
        WUHAI, project("甲", indicator(), indicator()), project("乙", indicator("质量", value="长期", number=None))
    )
    assert got.unit_line == "单位：万元"
    assert [span for span in got.spans if span.top > 0] == [Span(1, column, 2, column) for column in range(5)]
    assert got.rows[1][8:12] == [None, "大于等于", "95", "%"]
    assert got.rows[3][10] == "长期"
    assert got.rows[4][0] == "合计"
    assert isinstance(got.rows[4][0], Label)
    assert got.rows[4][3] == Decimal("249.0001")


def test_dingzhou_gives_each_project_a_page_and_a_card() -> None:
    rows = (indicator("甲"), indicator("乙"), indicator("丙", level1="效益指标"))
    cards = approval(
        unit(project("设备购置", *rows, spending_plan={"3月底": "25%", "12月底": "100%"}), project("第二"))
    )
    blocks = lay_out(cards, DINGZHOU)
    titles = [block for block in blocks if isinstance(block, Line) and block.kind == "card_title"]
    assert [(line.text, line.new_page) for line in titles] == [
        ("1.设备购置绩效目标表", False),
        ("2.第二绩效目标表", True),
    ]
    card = next(block for block in blocks if isinstance(block, Table))
    assert card.rows[0] == ["305001云川市教育局本级", None, None, None, "单位：万元", None, None]
    assert card.rows[5][1:] == ["25%", None, None, None, "100%", None]
    assert [row[0] for row in card.rows[-3:]] == ["产出指标", None, "效益指标"]
    assert Span(8, 0, 9, 0) in card.spans


def test_a_project_without_indicators_keeps_its_row() -> None:
    bare = project("没有指标", indicators=())
    assert table(SHAOXING, bare).rows[-1][1] == "没有指标"
    assert table(WUHAI, bare).rows[1][0] == "没有指标"
    assert table(DINGZHOU, bare).rows[1][4] == "没有指标"


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_merged_cells_do_not_overlap_and_hide_nothing(form: Form) -> None:
    content = approval(unit(project("甲"), project("乙", indicator(), indicator(), goal="目标", category="类")))
    for block in lay_out(content, form):
        if isinstance(block, Table):
            covered = [
                (row, column)
                for span in block.spans
                for row in range(span.top, span.bottom + 1)
                for column in range(span.left, span.right + 1)
            ]
            assert len(covered) == len(set(covered))
            assert all(block.rows[row][column] is None for row, column in block.covered())
            assert {len(row) for row in block.rows} == {len(block.widths)} == {len(block.aligns)}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_forms_name_only_known_fields_and_fit_the_page(form: Form) -> None:
    for _, name in form.heading:
        assert name in fields.HEADING
    body = form.body
    widths = body.widths if isinstance(body, CardBody) else [column.width for column in body.columns]
    assert sum(widths) == pytest.approx(277 if form.landscape else 190, rel=0.05)
    if isinstance(body, CardBody):
        for cell in (cell for row in body.rows for cell in row):
            reader(cell.value, fields.PROJECT)
        for grid_column in body.indicators:
            reader(grid_column.indicator, fields.INDICATOR)
    else:
        for column in body.columns:
            reader(column.project, fields.PROJECT)
            reader(column.indicator, fields.INDICATOR)


@pytest.mark.parametrize(
    ("value", "comparator", "number", "unit", "full", "bare"),
    [
        ("≥90%", "≥", "90", "%", "≥90%", "90"),
        ("90", "≥", "90", "%", "≥90%", "90"),
        ("90", "≥", "90", None, "≥90", "90"),
        ("1450", "＝", "1450", None, "1450", "1450"),
        ("1", "＝", "1", "年", "＝1年", "1"),
        ("及时", None, None, None, "及时", "及时"),
        ("95%以上", "≥", "95", "%", "95%以上", "95"),
        (None, None, None, None, None, None),
    ],
)
def test_a_target_is_whole_in_one_column_and_bare_in_three(
    value: str | None, comparator: str | None, number: str | None, unit: str | None, full: str | None, bare: str | None
) -> None:
    target = indicator(value=value, comparator=comparator, number=number, unit=unit)
    assert (full_value(target), bare_value(target)) == (full, bare)


@pytest.mark.parametrize(
    ("amount", "text"),
    [("93000", "93000.00"), ("0", "0"), ("0.00", "0"), ("17668.25", "17668.25"), ("0.0001", "0.0001"), ("-5", "-5.00")],
)
def test_amounts_are_printed_whole(amount: str, text: str) -> None:
    assert amount_text(Decimal(amount)) == text


def test_money_without_a_column_is_named() -> None:
    money = {"一般公共预算": Decimal(5), "上年结转资金": Decimal(7), "财政资金": Decimal(0)}
    content = approval(unit(project(funding=money), project(funding=money)))
    assert sources_without_column(content, SHAOXING) == ("上年结转资金",)
    assert sources_without_column(content, DINGZHOU) == ("一般公共预算", "上年结转资金")
    assert sources_without_column(content, WUHAI) == ()
