"""What a page end does to the cells of a project in a flat table."""

import pytest

from tests.ingest.layouts.forms import codes, lines, read, table, told

ABOVE = lines("2026年项目绩效目标表", "单位：万元")
HEADER = """
单位名称 | 项目名称 | 预算数 | 绩效目标 | 一级指标 | 三级指标 | 指标值
云溪市城区排水 | 管网检测与 | 12 | 检测管网，消除 | 产出指标 | 检测长度 | 90公里
"""


def pages(row: str) -> str:
    """What is read when a page begins with `row`."""
    grid = table(HEADER + row)
    grid.page_rows = frozenset({2})
    return told(read(*ABOVE, grid))


@pytest.mark.parametrize(
    ("row", "project"),
    [
        ("中心 | 清淤 | | 易涝点。 | | 清淤长度 | 40公里", "管网检测与清淤 单位：云溪市城区排水中心"),
        ("| 清淤 | | 易涝点。 | | 清淤长度 | 40公里", "管网检测与清淤 单位：云溪市城区排水"),
        ("中心 | | | 易涝点。 | | 清淤长度 | 40公里", "管网检测与 单位：云溪市城区排水中心"),
    ],
)
def test_the_rest_of_a_projects_cells_at_the_top_of_a_page(row: str, project: str) -> None:
    assert pages(row).splitlines() == [
        f"# {project} 总额：120000.00 目标：检测管网，消除易涝点。",
        "  产出指标 | - | 检测长度 | 90公里 | ＝90公里",
        "  产出指标 | - | 清淤长度 | 40公里 | ＝40公里",
    ]


@pytest.mark.parametrize(
    "row",
    [
        "云溪市水文站 | 水位监测 | 5 | 监测水位。 | 产出指标 | 监测点 | 40处",
        "云溪市水文站 | 水位监测 | | 监测水位。 | 产出指标 | 监测点 | 40处",
    ],
)
def test_a_project_that_begins_at_the_top_of_a_page_is_one(row: str) -> None:
    assert [line.split()[1] for line in pages(row).splitlines() if line[0] == "#"] == ["管网检测与", "水位监测"]


def test_what_is_put_together_is_told() -> None:
    grid = table(HEADER + "| 清淤 | | | | 清淤长度 | 40公里")
    grid.page_rows = frozenset({2})
    assert "PROJECT_TORN" in codes(read(*ABOVE, grid))


def test_a_text_in_the_column_of_units_that_names_another_one_is_told() -> None:
    drawing = HEADER + "云溪市城区排水 | | | | | 清淤长度 | 40公里\n中心一期 | | | | | 消淤点 | 9处"
    problems = read(*ABOVE, table(drawing)).problems
    assert [each.found for each in problems if each.code == "TEXT_UNPLACED"] == ["中心一期"]


@pytest.mark.parametrize("rest", [" | | | | 标 | 整改率 | 98%", " | | | | 标 | | \n | | | | | 整改率 | 98%"])
def test_a_level_cut_by_the_page_end_is_whole(rest: str) -> None:
    above = "云溪市排水所 | 清淤 | 5 | 清淤。 | 产出指标 | 清淤 | 4公里\n | | | | 效益指 | 投诉 | ≤3件\n"
    grid = table(HEADER + above + rest)
    grid.page_rows = frozenset({4})
    assert [each.level1 for each in read(*ABOVE, grid).projects[1].indicators] == ["产出指标", "效益指标", "效益指标"]


def test_a_name_alone_that_speaks_of_seals_is_a_project() -> None:
    drawing = HEADER.replace("单位名称", "序号") + " | 公章刻制经费 | | | | |\n | | | | 产出指标 | 公章 | 9枚"
    assert [project.name for project in read(*ABOVE, table(drawing)).projects] == ["管网检测与", "公章刻制经费"]
