"""What a department as a whole aims at: no project, and read whole – from lines of text and from a form."""

import pytest

from ingest.extract import extract
from tests.ingest.layouts.forms import codes, lines, read, table
from tests.ingest.readers.making import SAMPLES, needs_samples

TEXT = """第一部分
部门整体绩效目标
一、总体绩效目标 TC 总体绩效目标 \\f A \\l 1
（一）全市河道全年安全度汛。

（二）供水水质达标。
二、分项绩效目标
堤防管理：全年无重大险情。
供水保障：水质综合合格率达到98%。
三、工作保障措施
一、组织保障。成立领导小组。

二、制度保障。每月通报。
- 1 -
第二部分
1.堤防养护绩效目标表
"""
CARD = """
项目名称 | 堤防养护
年度资金总额（万元） | 12.5
年度目标 | 养护堤防。
一级指标 | 二级指标 | 三级指标 | 指标值
产出指标 | 数量指标 | 养护长度 | ≥3公里
"""
OVERALL = """
部门名称 | 云溪市水务局 | < | <
年度总体目标 | 1.安全度汛。\\n2.供水达标。 | < | <
年度主要任务 | 任务名称 | 主要内容 | 预算金额（万元）
^ | 防汛 | 巡查堤防 | 35
一级指标 | 二级指标 | 三级指标 | 指标值
产出指标 | 数量指标 | 巡查次数 | ≥120次
满意度指标 | 服务对象满意度指标 | 居民满意度 | ≥90%
"""


def test_the_sections_of_a_text() -> None:
    rows = "\n".join("\t".join(cell.strip() for cell in row.split("|")) for row in CARD.strip().split("\n"))
    extraction = extract(f"{TEXT}{rows}\n".encode(), "目标.txt")
    [goal] = extraction.department_goals
    assert goal.goal == "（一）全市河道全年安全度汛。\n（二）供水水质达标。"
    assert goal.itemised_goals == "堤防管理：全年无重大险情。\n供水保障：水质综合合格率达到98%。"
    assert goal.measures == "一、组织保障。成立领导小组。\n二、制度保障。每月通报。"
    assert goal.place == "第2行"
    assert [project.name for project in extraction.projects] == ["堤防养护"]


def test_a_text_of_goals_alone_is_no_refusal() -> None:
    extraction = extract(TEXT.encode(), "目标.txt")
    assert not extraction.refused
    assert extraction.to_json()["department_goals"][0]["overall_goal"].startswith("（一）")
    assert extraction.to_json()["projects"] == []


def test_a_form_of_the_whole_department() -> None:
    extraction = read(
        *lines("部门整体支出绩效目标表"), table(OVERALL), *lines("项目支出绩效目标表"), table(CARD, "表2")
    )
    [goal] = extraction.department_goals
    assert (goal.department, goal.goal) == ("云溪市水务局", "1.安全度汛。\n2.供水达标。")
    assert goal.itemised_goals == "防汛：巡查堤防（预算金额35万元）"
    assert [(each.level1, each.name, each.value) for each in goal.indicators] == [
        ("产出指标", "巡查次数", "≥120次"),
        ("满意度指标", "居民满意度", "≥90%"),
    ]
    assert [project.name for project in extraction.projects] == ["堤防养护"]


TASKS_WITH_MONEY = """
部门名称 | 云溪市水务局 | < | < | < | <
年度主要任务 | 任务名称 | 主要内容 | 预算金额（万元） | < | <
^ | ^ | ^ | 总额 | 财政拨款 | 其他资金
^ | 防汛 | 巡查堤防 | 35 | 30 | 5
^ | 供水 | 改造管网 | 20.5 | 20.5 | 0
^ | 金额合计 | < | 55.5 | 50.5 | 5
年度总体目标 | 1.安全度汛。\\n2.供水达标。 | < | < | < | <
年度绩效指标 | 一级指标 | 二级指标 | 三级指标 | 指标值 | <
^ | 产出指标 | 数量指标 | 巡查次数 | ≥120次 | <
"""
TASKS_IN_WORDS = """
部门名称 | 云溪市水务局 | < | <
总体目标 | 1.安全度汛。\\n2.供水达标。 | < | <
主要任务 | 任务1 | 防汛：巡查堤防 | <
^ | 任务2 | 供水：改造管网 | <
保障措施 | 成立领导小组。 | < | <
一级指标 | 二级指标 | 三级指标 | 指标值
产出指标 | 数量指标 | 巡查次数 | ≥120次
"""
TASKS_AT_THE_END = """
部门名称 | 云溪市水务局 | <
年度总体目标 | 1.安全度汛。\\n2.供水达标。 | <
一级指标 | 三级指标 | 指标值
产出指标 | 巡查次数 | ≥120次
年度主要任务 | 主要内容 | 预算金额（元）
防汛 | 巡查堤防 | 3500
供水 | 改造管网 | 2050
"""


@pytest.mark.parametrize("merged", [True, False])
@pytest.mark.parametrize(
    ("form", "itemised", "measures"),
    [
        (
            TASKS_WITH_MONEY,
            "防汛：巡查堤防（总额35万元，财政拨款30万元，其他资金5万元）\n"
            "供水：改造管网（总额20.5万元，财政拨款20.5万元，其他资金0万元）",
            None,
        ),
        (TASKS_IN_WORDS, "防汛：巡查堤防\n供水：改造管网", "成立领导小组。"),
        (TASKS_AT_THE_END, "防汛：巡查堤防（预算金额3500元）\n供水：改造管网（预算金额2050元）", None),
    ],
)
def test_tasks_with_their_money_are_itemised_goals(
    form: str, itemised: str, measures: str | None, merged: bool
) -> None:
    extraction = read(*lines("部门整体支出绩效目标表"), table(form, merged=merged))
    [goal] = extraction.department_goals
    assert (goal.goal, goal.itemised_goals, goal.measures) == ("1.安全度汛。\n2.供水达标。", itemised, measures)
    assert [(each.name, each.value) for each in goal.indicators] == [("巡查次数", "≥120次")]
    assert extraction.projects == []
    assert not codes(extraction) & {"LABEL_UNKNOWN", "COLUMN_NOT_LOADED", "TEXT_UNPLACED"}


def test_a_form_of_the_department_without_indicators() -> None:
    form = """
    部门名称 | 云溪市水务局
    年度总体目标 | 安全度汛。
    保障措施 | 成立领导小组。
    """
    [goal] = read(*lines("部门整体绩效目标表"), table(form)).department_goals
    assert (goal.department, goal.goal, goal.measures) == ("云溪市水务局", "安全度汛。", "成立领导小组。")


def test_measures_of_a_project_are_told_and_belong_to_no_department() -> None:
    extraction = read(*lines("项目支出绩效目标表"), table(f"{CARD}保障措施 | 成立养护小组，按月通报进度。 | < | <\n"))
    assert extraction.department_goals == []
    assert [project.name for project in extraction.projects] == ["堤防养护"]
    assert codes(extraction) & {"COLUMN_NOT_LOADED", "TEXT_UNPLACED"}


def test_a_title_without_sections_is_no_goal() -> None:
    extraction = read(*lines("部门整体绩效目标", "见附件。"), table(CARD))
    assert extraction.department_goals == []
    assert "department_goals" not in extraction.to_json()


def test_no_project_is_made_of_it() -> None:
    assert "DEPARTMENT_GOAL" in codes(
        read(*lines("部门整体支出绩效目标表"), table(OVERALL.replace("1.安全度汛。\\n2.供水达标。", "")))
    )


@needs_samples
@pytest.mark.samples
def test_the_sample_gives_the_same_goals_in_every_format() -> None:
    files = ["text/dingzhou-2021-hrss.txt", *(f"native/dingzhou-2021-hrss.{kind}" for kind in ("docx", "doc", "pdf"))]
    read_goals = [extract(SAMPLES / file, file).department_goals for file in files]
    told = [[(goal.goal, goal.itemised_goals, goal.measures) for goal in goals] for goals in read_goals]
    assert all(each == told[0] for each in told)
    [(goal, itemised, measures)] = told[0]
    assert [len(text.splitlines()) for text in (goal, itemised, measures)] == [13, 13, 5]
