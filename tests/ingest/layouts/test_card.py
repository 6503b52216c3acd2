"""Cards: what is a project and what is not, terms, units, text with one cell a line."""

from decimal import Decimal

from ingest.extract import interpret
from ingest.grid import Document, Grid
from ingest.layouts.vertical import unfold
from tests.ingest.layouts.forms import codes, lines, read, severe, table, told

CARD = """
项目名称 | 湖岸照明养护 | 金额单位 | 万元
实施单位 | 305001云溪市路灯所 | < | <
年度资金总额 | 12.5 | 其中：财政拨款 | 12.5
年度目标 | 更换旧灯 | < | <
一级指标 | 二级指标 | 三级指标 | 指标值
产出指标 | 数量指标 | 更换灯具 | ≥400盏
"""


def test_department_goals_are_no_project() -> None:
    extraction = read(
        *lines("部门整体支出绩效目标表", "（2026年度）"),
        table(
            """
部门名称 | 云溪市统计局 | < | <
年度主要任务 | 任务名称 | 主要内容 | 预算金额
^ | 人口抽样 | 抽样调查 | 30
年度总体目标 | 数据真实准确 | < | <
一级指标 | 二级指标 | 三级指标 | 指标值
产出指标 | 数量指标 | 调查样本 | 2000户
""",
            "表1",
        ),
        *lines("项目支出绩效目标表"),
        table(CARD, "表2"),
    )
    assert [project.name for project in extraction.projects] == ["湖岸照明养护"]
    assert "DEPARTMENT_GOAL" in codes(extraction)
    assert severe(extraction) == []


def test_self_evaluation_is_no_target_form() -> None:
    extraction = read(*lines("2025年度项目支出绩效自评表"), table(CARD))
    assert extraction.refused
    assert codes(extraction) == {"OTHER_STAGE", "NO_FORM"}


def test_contradictory_units_on_one_card_are_refused() -> None:
    extraction = read(table(CARD.replace("年度资金总额", "年度资金总额（元）")))
    assert "MONEY_UNIT" in codes(extraction)
    assert severe(extraction)


def test_a_unit_stated_once_holds_for_all_cards() -> None:
    without = CARD.replace("金额单位 | 万元", "< | <")
    extraction = read(table(CARD), table(without.replace("湖岸", "河岸"), "表2"))
    assert [project.total for project in extraction.projects] == [Decimal("125000.00")] * 2
    assert "MONEY_UNIT_INFERRED" not in codes(extraction)


def test_the_name_may_stand_in_the_title_only() -> None:
    extraction = read(*lines("3.湖岸照明养护绩效目标表"), table("\n".join(CARD.strip().split("\n")[1:])))
    assert [project.name for project in extraction.projects] == ["湖岸照明养护"]


def test_a_form_cut_by_a_page_end_goes_on() -> None:
    rest = Grid("第2页 表1", [["效益指标", "社会效益指标", "亮灯率", "≥98%"], [None, None, "投诉", "≤3次"]])
    extraction = read(table(CARD, "第1页 表1"), rest)
    assert [(each.level1, each.level2, each.name) for each in extraction.projects[0].indicators] == [
        ("产出指标", "数量指标", "更换灯具"),
        ("效益指标", "社会效益指标", "亮灯率"),
        ("效益指标", "社会效益指标", "投诉"),
    ]


def test_a_payment_plan_with_its_values_below() -> None:
    plan = "资金支出计划（%） | 3月底 | 6月底 | 12月底\n^ | 20% | 50% | 100%\n"
    extraction = read(table(CARD.replace("一级指标 |", plan + "一级指标 |", 1)))
    assert extraction.projects[0].spending_plan == {"3月底": "20%", "6月底": "50%", "12月底": "100%"}
    assert extraction.projects[0].goal == "更换旧灯"


def test_text_with_one_cell_a_line_is_the_same_form() -> None:
    drawn = table(CARD)
    rows: list[list[str | None]] = []
    numbers: list[int] = []
    for row in drawn.rows:
        for cell in row:
            if cell is not None or not rows or rows[-1]:
                rows.append([None, cell])  # type: ignore[list-item]
                numbers.append(len(numbers) + 1)
        rows.append([])
        numbers.append(len(numbers) + 1)
    vertical = Grid("文", list(rows), locate=lambda row, column: f"第{numbers[row]}行")
    extraction = interpret(unfold(Document("text", [*lines("1.湖岸照明养护绩效目标表"), vertical])), "表.txt")
    assert told(extraction) == told(read(drawn))


def test_a_form_printed_twice_with_the_rest_of_its_indicators_is_one() -> None:
    rest = CARD.replace("产出指标 | 数量指标 | 更换灯具 | ≥400盏", "效益指标 | 社会效益指标 | 亮灯率 | ≥98%")
    extraction = read(table(CARD), table(rest, "表2"))
    assert [len(project.indicators) for project in extraction.projects] == [2]
    assert "PROJECT_REPEATED" in codes(extraction)


def test_cards_with_names_alike_and_other_codes_are_several() -> None:
    coded = "项目编码 | {} | < | <\n" + CARD.strip()
    extraction = read(table(coded.format("13A0001")), table(coded.format("13A0002"), "表2"))
    assert [project.code for project in extraction.projects] == ["13A0001", "13A0002"]
    assert severe(extraction) == []


def test_the_own_office_tells_the_department() -> None:
    office = CARD.replace("305001云溪市路灯所", "305001云溪市城管局本级")
    extraction = read(table(office), table(CARD.replace("湖岸", "河岸").replace("305001", "305002"), "表2"))
    assert extraction.document.department == "云溪市城管局"
    assert {project.department for project in extraction.projects} == {"云溪市城管局"}
    assert "DEPARTMENT_INFERRED" in codes(extraction)


def test_lines_of_labels_beside_one_number_are_not_guessed() -> None:
    lost = CARD.replace(
        "年度资金总额 | 12.5 | 其中：财政拨款 | 12.5", "项目资金 | 年度资金总额\\n财政拨款\\n其他资金 | 605010 | <"
    )
    extraction = read(table(lost))
    assert extraction.projects[0].total is None
    assert any("605010" in message for message in severe(extraction))
