"""Several labels in one line."""

import pytest

from ingest.layouts.heading import labelled
from ingest.layouts.inline import inline_pairs, split_line


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        ("项目名称：夜校    实施单位：云溪市总工会", ["项目名称：夜校", "实施单位：云溪市总工会"]),
        (
            "项目名称：夜校 实施单位：云溪市总工会 金额单位：万元",
            ["项目名称：夜校", "实施单位：云溪市总工会", "金额单位：万元"],
        ),
        ("项目名称：夜校实施单位：云溪市总工会", ["项目名称：夜校", "实施单位：云溪市总工会"]),
        ("部门名称：云溪市总工会", ["部门名称：云溪市总工会"]),
        ("年度目标：分两步：先试点，后推开", ["年度目标：分两步：先试点，后推开"]),
        ("上课时间 9:00", ["上课时间 9:00"]),
    ],
)
def test_a_line_is_cut_before_further_labels(line: str, pieces: list[str]) -> None:
    assert split_line(line) == pieces


def test_pairs_keep_their_values() -> None:
    assert labelled("部门名称：云溪市总工会    金额单位：万元") == [
        ("department", "部门名称", "云溪市总工会"),
        ("money_unit", "金额单位", "万元"),
    ]
    found = inline_pairs("项目名称：夜校课程 实施单位：云溪市总工会")
    assert [(told.key, value) for told, _, value in found] == [
        ("project_name", "夜校课程"),
        ("unit_name", "云溪市总工会"),
    ]
