"""Tables that have become text: one cell a line, or cells of several lines."""

from decimal import Decimal

import pytest

from ingest.extract import extract
from ingest.hints import Hints
from tests.ingest.layouts.forms import codes, lines, read, severe, table, told

CARD = """
项目名称 | 湖岸照明养护
年度资金总额（万元） | 12.5
年度目标 | {}
一级指标 | 二级指标 | 三级指标 | 指标值
产出指标 | 数量指标 | 更换灯具 | ≥400盏
 | 质量指标 | 合格率 | 100%
"""
GOAL = "1.更换旧灯四百盏。\n2.市民满意。"


def _one_cell_a_line(drawing: str) -> str:
    rows = [row for row in drawing.strip("\n").split("\n") if row]
    return "\n\n".join("\n".join(f"\t{cell.strip()}" for cell in row.split("|")) for row in rows).replace("\\n", "\n")


def _with_tabs(drawing: str) -> str:
    rows = [row for row in drawing.strip("\n").split("\n") if row]
    return "\n".join("\t".join(cell.strip() for cell in row.split("|")) for row in rows).replace("\\n", "\n")


def _expected() -> str:
    return told(read(*lines("1.湖岸照明养护绩效目标表"), table(CARD.format(GOAL.replace("\n", "\\n")))))


def _text(body: str, after: str = "") -> bytes:
    return f"1.湖岸照明养护绩效目标表\n\n{body}\n{after}".encode()


def test_one_cell_a_line() -> None:
    body = _one_cell_a_line(CARD.format(GOAL.replace("\n", "\\n")))
    assert told(extract(_text(body), "表.txt")) == _expected()


def test_an_empty_paragraph_in_a_cell_is_no_row_end() -> None:
    body = _one_cell_a_line(CARD.format("1.更换旧灯四百盏。")).replace("四百盏。\n", "四百盏。\n\n2.市民满意。\n", 1)
    body = body.replace("\t更换灯具\n", "\t更换灯具\n\n")
    assert told(extract(_text(body), "表.txt")) == _expected()


def test_a_heading_between_two_tables_is_no_part_of_a_cell() -> None:
    whole = _one_cell_a_line(CARD.format(GOAL.replace("\n", "\\n")))
    body = whole.replace("\t一级指标", "\n绩效指标\n\t一级指标", 1)
    assert told(extract(_text(body), "表.txt")) == _expected()


def test_what_follows_the_table_is_not_taken_into_it() -> None:
    body = _one_cell_a_line(CARD.format(GOAL.replace("\n", "\\n")))
    after = "\n八、名词解释\n财政拨款：财政安排的资金。\n\n1\n"
    assert told(extract(_text(body, after), "表.txt")) == _expected()


def test_a_cell_of_several_lines_in_a_row_with_tabs() -> None:
    body = _with_tabs(CARD.format(GOAL.replace("\n", "\\n")))
    assert told(extract(_text(body), "表.txt")) == _expected()


def test_a_label_of_two_lines_begins_its_row() -> None:
    body = _with_tabs(CARD.format("更换旧灯")).replace("年度资金总额（万元）", "年度资金总额\n（万元）")
    extraction = extract(_text(body), "表.txt")
    assert extraction.projects[0].total == Decimal("125000.00")
    assert extraction.projects[0].name == "湖岸照明养护"


def test_cells_over_the_whole_width_have_no_tab() -> None:
    body = """项目名称\t老年助餐
年度资金总额（万元）\t128
年度绩效目标
1.建设助餐点二十个。
2.覆盖主要社区。
绩效指标
一级指标\t二级指标\t三级指标\t指标值
产出指标\t数量指标\t助餐点\t≥20个"""
    project = extract(_text(body), "表.txt").projects[0]
    assert project.total == Decimal(1280000)
    assert project.goal == "1.建设助餐点二十个。\n2.覆盖主要社区。"
    assert [(each.name, each.value) for each in project.indicators] == [("助餐点", "≥20个")]


def test_a_heading_between_rows_belongs_to_no_cell() -> None:
    body = """项目名称\t资金总额（万元）\t一级指标\t三级指标\t指标值
一、特定目标类
科普场次补助\t20\t产出指标\t科普场次\t60场
二、其他运转类
场馆物业补助\t8\t产出指标\t保洁面积\t5000平方米"""
    extraction = extract(_text(body), "表.txt")
    assert [project.name for project in extraction.projects] == ["科普场次补助", "场馆物业补助"]
    assert [each.value for project in extraction.projects for each in project.indicators] == ["60场", "5000平方米"]


GROUPED = """
单位名称 | 项目名称 | 资金（万元） | < | < | 年度目标 | 绩效指标 | < | < | <
^ | ^ | 资金总额 | 财政拨款 | 其他资金 | ^ | 一级指标 | 二级指标 | 三级指标 | 指标值
云溪市园林所 | 行道树补植 | 30 | 25 | 5 | 补植行道树。 | 产出指标 | 数量指标 | 补植株数 | ≥600株
 | | | | | | 效益指标 | 生态效益指标 | 成活率 | ≥95%
"""
LEVELS = """
单位（专项）名称 | 预算金额（万元） | 年度绩效目标 | 绩效指标 | < | < | < | < | <
^ | ^ | ^ | 产出指标 | < | < | < | 效益指标 | 满意度指标
^ | ^ | ^ | 数量指标 | 质量指标 | 时效指标 | 成本指标 | 社会效益 | 服务对象满意度
社区食堂补助 | 88 | 食堂全年开放。 | 食堂24家 | 合格率100% | 每季度 | 补助≤88万元 | 就餐便利 | 满意度≥90%
"""


SUBTOTALS = """
单位名称 | 项目名称 | 预算金额（元） | < | < | 绩效目标 | < | 一级指标 | 三级指标 | 指标值 | <
^ | ^ | 小计 | 财政拨款 | 其他资金 | 实施期目标 | 年度目标 | ^ | ^ | 实施期 | 年度
云溪市园林所 | 行道树补植 | 90000 | 70000 | 20000 | 补植三年。 | 补植行道树。 | 产出指标 | 补植株数 | ≥900株 | ≥600株
 | | | | | | | 效益指标 | 成活率 | ≥95% | ≥95%
"""
PAIRS = """
单位名称 | 项目名称 | 预算数（万元） | 产出指标 | < | < | < | 效益指标 | <
^ | ^ | ^ | 数量指标 | < | 质量指标 | < | 社会效益指标 | <
^ | ^ | ^ | 指标名称 | 指标值 | 指标名称 | 指标值 | 指标名称 | 指标值
云溪市园林所 | 行道树补植 | 30 | 补植株数 | ≥600株 | 成活率 | ≥95% | 投诉 | 减少
"""
SIGNS_OVER_THREE = """
单位名称 | 项目名称 | 预算数（万元） | 绩效指标 | < | < | < | <
^ | ^ | ^ | 一级指标 | 三级指标 | 指标方向 | < | <
^ | ^ | ^ | ^ | ^ | 符号 | 值 | 单位（文字描述）
云溪市园林所 | 行道树补植 | 30 | 产出指标 | 补植株数 | ≥ | 600 | 株
 | | | 效益指标 | 完成时间 | | | 2026年5月底前
"""
SIGNS = """
单位名称 | 项目名称 | 预算数（万元） | 一级指标 | 三级指标 | 指标值 | < | < | 指标解释
云溪市园林所 | 行道树补植 | 30 | 产出指标 | 补植株数 | ≥ | 600 | 株 | 全年补植
 | | | 效益指标 | 成活率 | ≥ | 95 | % | 一年后
"""


def _cells(drawing: str) -> str:
    """As Word writes a table to text: a merged cell is one cell, the cells merged under it are empty ones."""
    rows = []
    for line in drawing.strip("\n").split("\n"):
        cells = [cell.strip() for cell in line.split("|")]
        rows.append("\n".join(f"\t{'' if cell == '^' else cell}" for cell in cells if cell != "<"))
    return "\n\n".join(rows)


QUARTERS = """
项目名称 | 预算金额（元） | 资金支出进度（%） | < | < | < | 年度绩效目标 | 绩效指标 | < | <
^ | ^ | 3月底 | 6月底 | 9月底 | 12月底 | ^ | 一级 | 三级 | 指标值
辅具适配 | 460000 | 20% | 50% | 80% | 100% | 适配辅具 | 产出 | 适配件数 | 500件
康复训练 | 300000 | 25% | 50% | 75% | 100% | 康复训练 | 产出 | 训练人数 | ≥120人
"""


@pytest.mark.parametrize("drawing", [GROUPED, LEVELS, SUBTOTALS, PAIRS, SIGNS_OVER_THREE, SIGNS, QUARTERS])
def test_merged_cells_of_a_header_cover_the_columns_they_covered(drawing: str) -> None:
    text = f"2026年项目绩效目标表\n\n{_cells(drawing)}\n".encode()
    assert told(extract(text, "表.txt")) == told(read(*lines("2026年项目绩效目标表"), table(drawing)))


@pytest.mark.parametrize("drawing", [GROUPED, LEVELS])
def test_a_header_of_several_rows_without_its_merges(drawing: str) -> None:
    plain = read(*lines("2026年项目绩效目标表"), table(drawing, merged=False))
    assert told(plain) == told(read(*lines("2026年项目绩效目标表"), table(drawing)))


UNCLEAR = """
项目名称 | 总体情况 | < | 其他情况 | < | 绩效指标 | < | <
^ | 备注 | 说明 | 联系人 | 负责人 | 三级指标 | 指标值 | 分值
某项目 | 甲 | 乙 | 丙 | 丁 | 株数 | ≥600株 | 10
另一项目 | 甲 | 乙 | 丙 | 丁 | 盏数 | ≥60盏 | 10
"""


def test_a_header_that_could_be_placed_in_two_ways_is_not_guessed() -> None:
    text = (
        f"2026年项目绩效目标表\n\n{_cells(UNCLEAR)}\n".replace("总体情况", "项目信息")
        .replace("其他情况", "基本信息")
        .encode()
    )
    extraction = extract(text, "表.txt")
    assert "HEADER_WIDTHS" in codes(extraction)
    assert severe(extraction)
    columns = {0: "project_name", 5: "indicator_name", 6: "value", 7: "weight"}
    explained = extract(text, "表.txt", hints=Hints(layout="flat", header=(1, 1), columns=columns))
    assert "HEADER_WIDTHS" not in codes(explained)
    assert [(p.name, [(i.name, i.value, i.weight) for i in p.indicators]) for p in explained.projects] == [
        ("某项目", [("株数", "≥600株", "10")]),
        ("另一项目", [("盏数", "≥60盏", "10")]),
    ]


def test_rows_longer_than_their_header_are_told_where_no_sign_says_which_cell_is_wide() -> None:
    text = f"2026年项目绩效目标表\n\n{_cells(SIGNS.replace('≥', '约'))}\n".encode()
    assert "HEADER_WIDTHS" in codes(extract(text, "表.txt"))


def test_columns_made_of_blanks() -> None:
    text = """云溪市2026年项目绩效目标表
    项目名称        单位名称        预算数（万元）    一级指标    三级指标    指标值
    行道树补植      云溪市园林所    30                产出指标    补植株数    ≥600株
                                                      效益指标    成活率      ≥95%
"""
    drawing = """
项目名称 | 单位名称 | 预算数（万元） | 一级指标 | 三级指标 | 指标值
行道树补植 | 云溪市园林所 | 30 | 产出指标 | 补植株数 | ≥600株
 | | | 效益指标 | 成活率 | ≥95%
"""
    expected = told(read(*lines("云溪市2026年项目绩效目标表"), table(drawing)))
    assert told(extract(text.encode(), "表.txt")) == expected


def test_headings_under_a_table_are_rows_of_their_own() -> None:
    text = f"2026年项目绩效目标表\n\n{_cells(SIGNS)}\n\n\t第四部分 名词解释\n\n\t一、财政拨款收入：指当年拨付的资金。\n"
    assert [project.name for project in extract(text.encode(), "表.txt").projects] == ["行道树补植"]


def test_notes_and_signatures_under_the_indicators_are_rows_of_their_own() -> None:
    text = _one_cell_a_line(CARD.format("更换旧灯四百盏。") + "结算约定 | 按处数结算\n填报人：王某 | 日期：\n")
    extraction = extract(f"项目绩效目标表（2026年度）\n{text}\n".encode(), "表.txt")
    assert [indicator.name for indicator in extraction.projects[0].indicators] == ["更换灯具", "合格率"]
    assert severe(extraction) == []
