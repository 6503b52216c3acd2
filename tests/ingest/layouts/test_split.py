"""A list and forms in one sheet."""

import pytest

from tests.ingest.layouts.forms import codes, lines, read, severe, table

LIST = """
2026年项目绩效目标汇总表 | < | < | < | < | < | <
项目名称 | 单位名称 | 预算数（万元） | 绩效目标 | 一级指标 | 三级指标 | 指标值
行道树补植 | 云溪市园林所 | 30 | 补植。 | 产出指标 | 补植株数 | ≥600株
 | | | | 效益指标 | 成活率 | ≥95%
"""
FORM = """
项目支出绩效目标申报表 | < | < | < | < | < | <
项目名称 | {} | < | < | < | < | <
主管部门 | 云溪市城管局 | < | 实施单位 | 云溪市路灯所 | < | <
项目资金（万元） | 年度资金总额 | < | 12 | < | < | <
年度目标 | 更换灯具。 | < | < | < | < | <
一级指标 | 二级指标 | 三级指标 | < | 指标值 | < | <
产出指标 | 数量指标 | 更换灯具 | < | 400盏 | < | <
"""


@pytest.mark.parametrize("merged", [True, False])
@pytest.mark.parametrize(
    ("drawings", "projects"),
    [
        ([LIST, FORM.format("灯光维护")], {"行道树补植": 2, "灯光维护": 1}),
        ([FORM.format("灯光维护"), LIST], {"灯光维护": 1, "行道树补植": 2}),
        ([LIST, FORM.format("灯光维护"), FORM.format("喷泉维护")], {"行道树补植": 2, "灯光维护": 1, "喷泉维护": 1}),
    ],
)
def test_lists_and_forms_in_one_sheet(drawings: list[str], projects: dict[str, int], merged: bool) -> None:
    extraction = read(*lines("2026年部门预算公开"), table("".join(drawings), merged=merged))
    assert {project.name: len(project.indicators) for project in extraction.projects} == projects
    assert all(project.total and project.goal and project.unit_name for project in extraction.projects)
    assert severe(extraction) == []


def test_places_are_those_of_the_sheet() -> None:
    extraction = read(table(LIST + FORM.format("灯光维护")))
    assert [each.place for project in extraction.projects for each in project.indicators] == [
        "表1!F3", "表1!F4", "表1!C11",
    ]  # fmt: skip


def test_text_under_a_list_is_no_project() -> None:
    text = "第四部分 名词解释 | | | | | |\n财政拨款收入是指当年拨付的资金。 | | | | | |\n"
    extraction = read(table(LIST + text, merged=False))
    assert [project.name for project in extraction.projects] == ["行道树补植"]
    assert "TEXT_UNPLACED" in codes(extraction)
