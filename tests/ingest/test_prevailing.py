"""What an approval document says of a declaration: only real differences, each with its place."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from approvals.documents.content import IndicatorContent, ProjectContent
from approvals.drafts import IndicatorDraft, ProjectDraft
from ingest.prevailing import Reading, as_the_document_says, carried_by

OWN = ProjectContent(
    declaration_id=7,
    code="P1",
    name="河道清淤工程",
    total=Decimal("120000.00"),
    funding={"一般公共预算": Decimal("100000.00"), "其他资金": Decimal("20000.00")},
    goal="清除淤积，恢复河道行洪能力。",
    spending_plan={"6月底": "50%"},
    indicators=(
        IndicatorContent(
            level1="产出指标", name="清淤河道长度", value="≥12公里", comparator="≥", number="12", unit="公里",
            weight="20", description="完成的长度。",
        ),
        IndicatorContent(level1="效益指标", name="居民满意度", value="≥90%", comparator="≥", number="90", unit="%"),
        IndicatorContent(level1="产出指标", name="工程质量", value="合格", custom=True, description="验收结论"),
    ),
)  # fmt: skip


def printed(**fields: Any) -> ProjectDraft:
    """The same project as a table prints it: other widths, blanks, columns."""
    values: dict[str, Any] = {
        "code": "P1",
        "name": "河道清淤 工程",
        "total": Decimal("120000"),
        "funding": {"一般公共预算": Decimal(100000), "其他资金": Decimal(20000), "政府性基金": Decimal(0)},
        "spending_plan": {"6月底": "50.00%"},
        "place": "表1 第5行",
        "indicators": [
            IndicatorDraft("产出", None, "清淤河道长度", "12", "≥", "12", "公里", weight="20.0",
                           description="完成的\n长度。", place="表1 第6行"),
            IndicatorDraft("效益", None, "居民满意度", "≥９０％", "≥", "90", "%", place="表1 第7行"),
            IndicatorDraft("产出", None, "工程质量", "合格", description_custom="验收结论", custom=True,
                           place="表1 第8行"),
        ],
    }  # fmt: skip
    return ProjectDraft(**(values | fields))


def read(draft: ProjectDraft, own: ProjectContent = OWN) -> Reading:
    return as_the_document_says(own, draft, carried_by([draft]))


def told(reading: Reading) -> list[tuple[str, str | None, str | None, str]]:
    return [(t.difference.label, t.difference.before, t.difference.after, t.place) for t in reading.differences]


def test_what_says_the_same_is_equal_and_stays_as_declared() -> None:
    reading = read(printed())
    assert told(reading) == []
    assert reading.content == OWN


def test_the_order_of_rows_is_no_difference() -> None:
    rows = printed().indicators
    assert told(read(printed(indicators=rows[::-1]))) == []


def test_every_cell_that_differs_has_its_place() -> None:
    draft = printed(total=Decimal(110000), funding={"一般公共预算": Decimal(110000), "其他资金": Decimal(0)})
    draft.indicators[0].value = draft.indicators[0].number = "11"
    draft.indicators[1].name = "沿岸居民满意度"
    assert told(read(draft)) == [
        ("年度资金总额", "120,000.00", "110,000.00", "表1 第5行"),
        ("资金来源 一般公共预算", "100,000.00", "110,000.00", "表1 第5行"),
        ("资金来源 其他资金", "20,000.00", None, "表1 第5行"),
        ("第 1 条指标 指标值", "≥12公里", "11", "表1 第6行"),
        ("第 2 条指标 三级指标", "居民满意度", "沿岸居民满意度", "表1 第7行"),
    ]


def test_rows_more_and_less() -> None:
    draft = printed()
    del draft.indicators[1]
    draft.indicators.append(IndicatorDraft("成本", None, "每公里造价", "≤3万元", "≤", "3", "万元", place="表1 第9行"))
    reading = read(draft)
    assert [row.name for row in reading.content.indicators] == ["清淤河道长度", "工程质量", "每公里造价"]
    (added, was, now, place), (gone, before, after, where) = told(reading)
    assert (added, was, place, gone, after, where) == (
        "第 3 条指标", None, "表1 第9行", "第 2 条指标", None, "表1 第5行",
    )  # fmt: skip
    assert "每公里造价" in str(now)
    assert "居民满意度" in str(before)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("unit", "千米"), ("comparator", "＝"), ("number", "13")],
)
def test_parts_of_a_value_that_differ(cell: str, value: str) -> None:
    draft = printed()
    setattr(draft.indicators[0], cell, value)
    if cell == "number":
        draft.indicators[0].value = value
    assert len(told(read(draft))) >= 1
    assert getattr(read(draft).content.indicators[0], cell) == value


def test_what_the_document_has_no_column_for_is_not_compared() -> None:
    draft = ProjectDraft(name="河道清淤工程", place="第2行", indicators=[
        IndicatorDraft(name="清淤河道长度", value="≥12公里", comparator="≥", number="12", unit="公里"),
        IndicatorDraft(name="居民满意度", value="≥90%", comparator="≥", number="90", unit="%"),
        IndicatorDraft(name="工程质量", value="合格"),
    ])  # fmt: skip
    assert told(read(draft)) == []


def test_a_blank_in_a_column_the_document_has_is_a_difference_for_texts_and_cells() -> None:
    other = printed(goal="另一个项目的目标。")
    reading = as_the_document_says(OWN, printed(), carried_by([printed(), other]))
    assert told(reading) == [("年度绩效目标", OWN.goal, None, "表1 第5行")]


def test_namesakes_among_rows_are_paired_by_their_values() -> None:
    twice = replace(OWN, indicators=(replace(OWN.indicators[0], value="≥1公里", number="1"), *OWN.indicators))
    draft = printed()
    draft.indicators.append(
        IndicatorDraft(
            "产出", None, "清淤河道长度", "≥1公里", "≥", "1", "公里", weight="20", description="完成的长度。"
        )
    )
    assert told(read(draft, twice)) == []
