# ruff: noqa: E501  (drawings)
"""Forms within whole publications of a budget: beside other forms, in pieces, without the cells a merged cell covers."""

import pytest

from ingest.extract import extract
from tests.ingest.layouts.forms import codes, lines, read, severe, table, told

FORM = """
项目名称 | 堤防巡护 | < | <
主管部门 | 云溪市水务局 | 实施单位 | 云溪市堤防所
项目资金（万元） | 年度资金总额： | 60 | <
^ | 其中：财政拨款 | 60 | <
年度目标 | 巡护堤防一百公里。 | < | <
"""
INDICATORS = """
绩效指标 | 一级指标 | 二级指标 | 三级指标 | 指标值
^ | 产出指标 | 数量指标 | 巡护里程 | ≥100公里
^ | ^ | ^ | 出动车辆 | ≥20台次
^ | ^ | 质量指标 | 隐患处置率 | 100%
^ | 满意度指标 | 服务对象满意度指标 | 居民满意度 | ≥90%
"""
READ = """
# 堤防巡护 部门：云溪市水务局 单位：云溪市堤防所 总额：600000.00 资金：财政资金=600000.00 目标：巡护堤防一百公里。
  产出指标 | 数量指标 | 巡护里程 | ≥100公里 | ≥100公里
  产出指标 | 数量指标 | 出动车辆 | ≥20台次 | ≥20台次
  产出指标 | 质量指标 | 隐患处置率 | 100% | ＝100%
  满意度指标 | 服务对象满意度指标 | 居民满意度 | ≥90% | ≥90%
""".strip()
OVERALL = """
部门（单位）名称 | 云溪县林业局 | < | <
年度履职目标 | 造林三万亩。 | < | <
年度主要任务 | 任务名称 | 主要内容 | <
^ | 国土绿化 | 造林三万亩 | <
预算情况 | 部门预算总额（万元） | 2300.00 | <
^ | 2、资金结构：（1）基本支出 | 1300.00 | <
^ | （2）项目支出 | {} | <
一级指标 | 二级指标 | 三级指标 | 指标值
产出指标 | 重点工作任务完成 | 造林面积 | ≥3万亩
效益指标 | 履职效益 | 生态环境 | 改善
"""
RESULTS = """
项目名称 | 堤防巡护 | < | < | < | <
项目资金（万元） | | 年初预算数 | 全年预算数 | 全年执行数 | 得分
^ | 年度资金总额 | 60 | 60 | 58 | 9.7
绩效指标 | 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值
^ | 产出指标 | 数量指标 | 巡护里程 | ≥100公里 | 104公里
"""


def _as_web_text(*drawings: str) -> bytes:
    """Tables as a web page's text: the cells that a merged cell covers are left out, those of levels too."""
    rows = [row for drawing in drawings for row in drawing.strip("\n").split("\n")]
    cut = [[cell.strip() for cell in row.split("|") if cell.strip() not in {"<", "^"}] for row in rows]
    return "\n".join(["项目支出绩效目标表", "（2026年度）", *map("\t".join, cut)]).encode()


def test_rows_without_the_cells_that_are_merged_into_others() -> None:
    assert told(extract(_as_web_text(FORM, INDICATORS), "表.txt")) == READ


def test_names_right_at_the_front_stand_under_no_level_of_their_own() -> None:
    plain = """
绩效指标 | 指标名称 | 指标权重 | 计量单位 | 指标性质 | 指标值
^ | 巡护里程 | 40 | 公里 | ≥ | 100
^ | 居民满意度 | 50 | % | ≥ | 90
"""
    assert told(extract(_as_web_text(FORM, plain), "表.txt")).split("\n")[1:] == [
        "  - | - | 巡护里程 | 100 | ≥100公里 | 40",
        "  - | - | 居民满意度 | 90 | ≥90% | 50",
    ]


def test_a_lower_row_of_a_header_without_its_merged_cells_is_told() -> None:
    years = """
目标名称 | 一级指标 | 二级指标 | 指标名称 | 指标值 | < | <
^ | ^ | ^ | ^ | 前年 | 上年 | 预计当年实现
年度目标1 | 产出指标 | 数量指标 | 巡护里程 | 90公里 | 95公里 | 100公里
"""
    assert "HEADER_WIDTHS" in codes(extract(_as_web_text(FORM, years), "表.txt"))


def test_two_rows_as_wide_together_as_the_row_before_stay_two() -> None:
    text = "项目名称\t堤防巡护\n主管部门\t云溪市水务局\t实施单位\t云溪市堤防所\n项目资金（万元）\t年度资金总额：\t60\n年度目标\t巡护堤防一百公里。\n"
    text += "绩效指标\t一级指标\t二级指标\t三级指标\n产出指标\t数量指标\t巡护里程\t≥100公里\n"
    project = extract(text.encode(), "表.txt").projects[0]
    assert (project.total, project.goal) == (600000, "巡护堤防一百公里。")


@pytest.mark.parametrize(
    "rest",
    [
        " | | 质量指标 | 隐患处置率 | 100%\n | 满意度指标 | 服务对象满意度指标 | 居民满意度 | ≥90%",
        "质量指标 | 隐患处置率 | 100%\n满意度指标 | | \n服务对象满意度指标 | 居民满意度 | ≥90%",
    ],
    ids=["as_wide", "without_first_columns"],
)
def test_the_rest_of_a_table_after_a_page_end(rest: str) -> None:
    first = "绩效指标 | 一级指标 | 二级指标 | 三级指标 | < | 指标值\n^ | 产出指标 | 数量指标 | 巡护里程 | < | ≥100公里"
    extraction = read(*lines("项目支出绩效目标表"), table(FORM), table(first), *lines("- 3 -"), table(rest))
    assert [(each.level2, each.name, each.value) for each in extraction.projects[0].indicators] == [
        ("数量指标", "巡护里程", "≥100公里"),
        ("质量指标", "隐患处置率", "100%"),
        ("服务对象满意度指标", "居民满意度", "≥90%"),
    ]


@pytest.mark.parametrize("amount", ["1000.00", ""])
def test_the_budget_of_a_department_is_no_project(amount: str) -> None:
    extraction = read(*lines("部门（单位）整体绩效目标表", "（2026年度）"), table(OVERALL.format(amount)))
    assert extraction.projects == []
    [goal] = extraction.department_goals
    assert (goal.department, goal.goal, goal.itemised_goals) == ("云溪县林业局", "造林三万亩。", "国土绿化：造林三万亩")
    assert [each.name for each in goal.indicators] == ["造林面积", "生态环境"]


def test_a_list_of_whole_departments_has_no_projects() -> None:
    overall = """
单位名称 | 年度预算申请 | < | < | 整体绩效目标 | 部门整体支出年度绩效指标 | < | <
^ | 资金总额 | 按支出性质分 | < | ^ | 一级指标 | 三级指标 | 指标值
^ | ^ | 基本支出 | 项目支出 | ^ | ^ | ^ | ^
云溪县审计局 | 500 | 400 | 100 | 完成审计二十项。 | 产出指标 | 审计项目 | 20个
^ | ^ | ^ | ^ | ^ | 效益指标 | 财经秩序 | 规范
"""
    extraction = read(*lines("整体支出绩效目标表", "单位：万元"), table(overall))
    assert extraction.projects == []
    assert [(goal.department, goal.goal) for goal in extraction.department_goals] == [
        ("云溪县审计局", "完成审计二十项。")
    ]


def test_a_form_of_results_is_known_by_its_columns() -> None:
    extraction = read(*lines("2025年度项目支出情况"), table(RESULTS))
    assert extraction.projects == []
    assert "OTHER_STAGE" in codes(extraction)


def test_the_year_of_a_form_of_results_is_not_that_of_the_targets_after_it() -> None:
    results = lines("项目支出绩效自评表", "（2025年度）")
    extraction = read(*results, table(RESULTS), *lines("项目支出绩效目标表", "（2026年度）"), table(FORM + INDICATORS))
    assert told(extraction) == READ
    assert extraction.document.title == "项目支出绩效目标表"
    assert extraction.document.fiscal_year == 2026


@pytest.mark.parametrize("name", ["本部门不涉及", "本年度无此类项目。", "无专项资金项目"])
def test_a_form_that_says_there_is_no_project_is_told_and_not_read(name: str) -> None:
    empty = (
        f"项目名称 | {name} | < | <\n主管部门 | | 实施单位 | \n"
        + INDICATORS.split("^", maxsplit=1)[0]
        + "^ | 产出指标 | 数量指标 | 指标1： | "
    )
    extraction = read(
        *lines("项目支出绩效目标表"), table(FORM + INDICATORS), *lines("项目支出绩效目标表"), table(empty)
    )
    assert [project.name for project in extraction.projects] == ["堤防巡护"]
    assert any(name.rstrip("。") in problem.message for problem in extraction.problems)


def test_the_meaning_of_words_before_a_form_is_no_amount() -> None:
    words = lines("四、名词解释", "1.财政拨款收入：指本级财政当年拨付的资金。", "项目支出绩效目标表")
    extraction = read(*words, table(FORM + INDICATORS))
    assert told(extraction) == READ
    assert severe(extraction) == []


@pytest.mark.parametrize(
    ("above", "label", "unit"),
    [
        ("填报单位：云溪市水务局", "项目单位", "云溪市堤防所"),
        ("单位：万元", "部门（单位）", "云溪市堤防所"),
        ("填报单位：云溪市水务局", "主管部门", "云溪市水务局"),
    ],
)
def test_the_unit_a_form_names_itself(above: str, label: str, unit: str) -> None:
    form = f"项目名称 | 堤防巡护\n单位编码（项目编码） | 420000260000000017\n{label} | 云溪市堤防所\n"
    project = read(*lines("项目支出绩效目标表", above), table(form + INDICATORS.lstrip())).projects[0]
    assert project.unit_name == unit
    assert project.code == "420000260000000017"


def test_targets_under_a_form_of_results_on_one_sheet_are_read() -> None:
    sheet = (
        "项目支出绩效自评表 | < | < | < | <"
        + RESULTS
        + "项目支出绩效目标表 | < | < | < | <\n（2026年度） | < | < | < | <"
    )
    extraction = read(table(sheet + FORM + INDICATORS.lstrip()))
    assert told(extraction) == READ
    assert "OTHER_STAGE" in codes(extraction)
    assert extraction.projects[0].indicators[0].place == "表1!D15"


def test_the_unit_of_a_form_counts_before_the_one_over_it_on_the_sheet() -> None:
    sheet = "项目支出绩效目标表 | < | < | <\n填报单位：云溪市水务局 | < | < | <" + FORM + INDICATORS.lstrip()
    assert read(table(sheet)).projects[0].unit_name == "云溪市堤防所"


def test_an_indicator_cut_by_a_page_end_is_one() -> None:
    first = "绩\\n效 | 一级指标 | 二级指标 | 三级指标 | 指标值\n^ | 产出指标 | 数量指标 | 巡护里程（含支流、沟 | ≥100公"
    rest = " | | | 渠）总长 | 里\n | | | 出动车辆（含租用） | ≥20台次\n | | 质量指标 | 处置率 | 100%"
    extraction = read(*lines("项目支出绩效目标表"), table(FORM), table(first), table(rest))
    assert [(each.name, each.value, each.unit) for each in extraction.projects[0].indicators] == [
        ("巡护里程（含支流、沟渠）总长", "≥100公里", "公里"),
        ("出动车辆（含租用）", "≥20台次", "台次"),
        ("处置率", "100%", "%"),
    ]
    assert codes(extraction) & {"ROW_REJOINED", "COLUMN_UNKNOWN"} == {"ROW_REJOINED"}


def test_a_page_may_end_above_the_goal() -> None:
    head, goal = FORM.split("年度目标")
    blocks = [table(head), *lines("- 8 -"), table("年度目标" + goal), table(INDICATORS)]
    assert told(read(*lines("项目支出绩效目标表", "单位：万元"), *blocks)) == READ


@pytest.mark.parametrize(("heading", "total"), [("年度绩效指标", 600000), ("绩效指标", None)])
def test_money_of_the_term_is_the_years_where_all_else_is_of_the_year(heading: str, total: int | None) -> None:
    form = FORM.replace("年度资金总额", "实施期资金总额").replace("年度目标", "总体目标")
    extraction = read(*lines("项目支出绩效目标表"), table(form + INDICATORS.lstrip().replace("绩效指标", heading, 1)))
    assert extraction.projects[0].total == total
    assert ("TERM_OF_MONEY" in codes(extraction)) is (total is not None)
