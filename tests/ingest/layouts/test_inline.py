"""Several labels in one line."""

import pytest

from ingest.layouts.heading import labelled
from ingest.layouts.inline import amounts_in, inline_pairs, names_of_money, split_line, zip_lines


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


@pytest.mark.parametrize(
    ("sentence", "amounts"),
    [
        (
            "总额106.75万元 财政拨款：69.23万元（其中：上级财政资金：60万元；本级财政：9.23万元）二、自有资金：0万元",
            ["project_total 106.75万元", "fiscal 69.23万元", "upper 60万元", "local 9.23万元", "own_funds 0万元"],
        ),
        (
            "2026年预算安排50万元（财政拨款30万元、自筹20万元）",
            ["- 50万元", "fiscal 30万元", "own_funds 20万元"],
        ),
        ("合计50万元，用于30个村，每村补助1.5万元", ["total 50万元", "- 每村补助1.5万元"]),
    ],
)
def test_amounts_of_a_sentence(sentence: str, amounts: list[str]) -> None:
    assert [f"{told.key if told else '-'} {amount}" for told, amount in amounts_in(sentence)] == amounts


def test_names_of_money_that_a_narrow_column_has_joined() -> None:
    joined = "年度资金总额：其中：财政拨款其他资金"
    assert names_of_money(joined) == ("年度资金总额", "财政拨款", "其他资金")
    assert [(told.key, value) for told, _, value in zip_lines(joined, "60\n50\n10")] == [
        ("total", "60"),
        ("fiscal", "50"),
        ("other_money", "10"),
    ]
    assert inline_pairs(joined) == []
    assert names_of_money("项目资金总额") == ()
