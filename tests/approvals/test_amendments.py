"""Amendments in a content: what they change and what is refused."""

from decimal import Decimal

import pytest

from approvals.amendments import amended, can_be_amended
from approvals.documents.content import IndicatorContent, ProjectContent
from approvals.judgement import Change

CONTENT = ProjectContent(
    name="河道清淤",
    goal="清除淤积",
    total=Decimal("1000.00"),
    funding={"一般公共预算": Decimal("1000.00")},
    spending_plan={"6月底": "50%"},
    indicators=(
        IndicatorContent(name="清淤长度", value="≥12公里", comparator="≥", number="12", unit="公里"),
        IndicatorContent(name="发放人数", value="90", comparator="＝", number="90", unit="人"),
    ),
)


def test_cells_and_fields_change_and_the_value_is_read_anew() -> None:
    after, problems = amended(
        CONTENT,
        [
            Change("goal", " 恢复行洪能力 "),
            Change("total", "12万元"),
            Change("funding.一般公共预算", "120,000"),
            Change("indicators.1.value", "≥15千米"),
            Change("indicators.2.value", "≥95"),
            Change("spending_plan.6月底", ""),
        ],
    )
    assert problems == []
    assert (after.goal, after.total, after.funding) == (
        "恢复行洪能力", Decimal("120000.00"), {"一般公共预算": Decimal("120000.00")}
    )  # fmt: skip
    first, second = after.indicators
    assert (first.value, first.comparator, first.number, first.unit) == ("≥15千米", "≥", "15", "千米")
    assert (second.comparator, second.number, second.unit) == ("≥", "95", "人")
    assert after.spending_plan == {}
    assert CONTENT.goal == "清除淤积"


def test_a_unit_alone_is_read_with_its_value() -> None:
    after, problems = amended(CONTENT, [Change("indicators.2.unit", "户")])
    assert problems == []
    assert (after.indicators[1].number, after.indicators[1].unit) == ("90", "户")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (Change("nothing", "x"), "没有这一栏"),
        (Change("indicators.9.value", "x"), "没有这一栏"),
        (Change("name", "另一个项目"), "不能由审核人修改"),
        (Change("indicators.1", "x"), "不能由审核人修改"),
        (Change("goal", "清除淤积"), "与原文相同"),
        (Change("total", "许多"), "金额不正确"),
        (Change("total", "-5"), "金额不正确"),
        (Change("total", "0.001"), "金额不正确"),
    ],
)
def test_what_cannot_be_is_named_and_left_out(change: Change, word: str) -> None:
    after, (problem,) = amended(CONTENT, [change])
    assert word in problem.message
    assert after == CONTENT


def test_one_place_is_amended_once() -> None:
    _, (problem,) = amended(CONTENT, [Change("goal", "一"), Change("goal", "二")])
    assert "两条" in problem.message


def test_whole_tables_cannot_be_amended() -> None:
    assert not any(
        can_be_amended(anchor) for anchor in ("funding", "spending_plan", "indicators", "indicators.1", "code")
    )
    assert all(can_be_amended(anchor) for anchor in ("funding.其他资金", "indicators.1.weight", "multi_year_total"))
