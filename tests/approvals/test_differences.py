"""Differences between two contents, and where a place stands after a change."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approvals.anchors import CELLS, place_name, places, text_at
from approvals.differences import differences, follow, row_pairs
from approvals.documents.content import IndicatorContent, ProjectContent

# A busy machine is no fault of what is tested.
calmly = settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])

words = st.sampled_from(["清淤长度", "清淤河道长度", "满意度", "验收合格率", "完工时间", "宣传场次", "A", "a"])
maybe = st.none() | words
rows = st.builds(
    IndicatorContent,
    level1=st.sampled_from([None, "产出指标", "效益指标"]),
    level2=maybe,
    name=words,
    value=st.sampled_from([None, "≥90%", "12公里", "＝100%"]),
    comparator=st.sampled_from([None, "≥"]),
    number=st.sampled_from([None, "90", "12"]),
    unit=st.sampled_from([None, "%", "公里"]),
    weight=st.sampled_from([None, "10", "20"]),
    description=maybe,
    custom=st.booleans(),
)
amounts = st.sampled_from([Decimal("0.00"), Decimal("1200.50"), Decimal("90000")])
contents = st.builds(
    ProjectContent,
    name=words,
    code=maybe,
    goal=maybe,
    total=st.none() | amounts,
    multi_year_total=st.none() | amounts,
    funding=st.dictionaries(st.sampled_from(["一般公共预算", "其他资金", "专户资金"]), amounts),
    spending_plan=st.dictionaries(st.sampled_from(["3月底", "6月底"]), st.sampled_from(["25%", "50%"])),
    indicators=st.lists(rows, max_size=6).map(tuple),
)


def row(name: str, value: str = "≥90%", **cells: object) -> IndicatorContent:
    return IndicatorContent(level1="产出指标", name=name, value=value, **cells)


def content(*indicators: IndicatorContent, **fields: object) -> ProjectContent:
    return ProjectContent(name="河道清淤", goal="清除淤积", indicators=indicators, **fields)


class TestProperties:
    @calmly
    @given(contents)
    def test_nothing_differs_from_itself(self, one: ProjectContent) -> None:
        assert differences(one, replace(one)) == []

    @calmly
    @given(contents, contents)
    def test_nothing_is_overlooked(self, one: ProjectContent, other: ProjectContent) -> None:
        assert (differences(one, other) == []) == (one == other)

    @calmly
    @given(contents, contents)
    def test_what_is_told_is_what_stands_there(self, one: ProjectContent, other: ProjectContent) -> None:
        for each in differences(one, other):
            if each.anchor == "indicators" or each.anchor.endswith((".comparator", ".number")):
                continue
            assert each.before != each.after
            if each.after is not None:
                assert text_at(other, each.anchor) == each.after
            if each.before is not None:
                assert text_at(one, each.was_at) == each.before

    @calmly
    @given(contents, contents)
    def test_both_ways_tell_the_same_number_of_cells(self, one: ProjectContent, other: ProjectContent) -> None:
        def gone_and_new(a: ProjectContent, b: ProjectContent) -> tuple[int, int]:
            pairs = row_pairs(a.indicators, b.indicators)
            return sum(new is None for _, new in pairs), sum(old is None for old, _ in pairs)

        gone, new = gone_and_new(one, other)
        assert len(one.indicators) - gone == len(other.indicators) - new

    @calmly
    @given(contents, contents)
    def test_each_row_is_paired_once(self, one: ProjectContent, other: ProjectContent) -> None:
        pairs = row_pairs(one.indicators, other.indicators)
        assert sorted(old for old, _ in pairs if old) == list(range(1, len(one.indicators) + 1))
        assert sorted(new for _, new in pairs if new) == list(range(1, len(other.indicators) + 1))

    @calmly
    @given(contents)
    def test_every_place_has_a_text_and_a_name(self, one: ProjectContent) -> None:
        for anchor in places(one):
            text_at(one, anchor)
            assert place_name(anchor, one) != anchor

    @calmly
    @given(contents, contents)
    def test_a_note_stays_exactly_where_nothing_changed(self, one: ProjectContent, other: ProjectContent) -> None:
        for anchor in places(one):
            now = follow(anchor, one, other)
            if now is not None and anchor not in ("funding", "spending_plan", "indicators"):
                assert text_at(other, now) == text_at(one, anchor)
            assert follow(anchor, one, one) == anchor


class TestExamples:
    def test_a_row_added_on_top_is_one_difference(self) -> None:
        before, after = content(row("长度"), row("合格率")), content(row("新的"), row("长度"), row("合格率"))
        (only,) = differences(before, after)
        assert (only.anchor, only.was_at, only.before) == ("indicators.1", "", None)
        assert "新的" in (only.after or "")

    def test_a_changed_cell_is_named_with_its_new_row(self) -> None:
        before, after = content(row("长度", "12公里")), content(row("新的"), row("长度", "15公里"))
        changed = next(d for d in differences(before, after) if d.was_at)
        assert (changed.anchor, changed.was_at) == ("indicators.2.value", "indicators.1.value")
        assert (changed.label, changed.before, changed.after) == ("第 2 条指标 指标值", "12公里", "15公里")

    def test_a_row_that_was_renamed_is_still_the_same_row(self) -> None:
        (only,) = differences(content(row("清淤长度")), content(row("清淤河道长度")))
        assert (only.anchor, only.before, only.after) == ("indicators.1.name", "清淤长度", "清淤河道长度")

    def test_rows_that_change_places_are_told_once(self) -> None:
        (only,) = differences(content(row("甲长度"), row("乙比率")), content(row("乙比率"), row("甲长度")))
        assert (only.label, only.before, only.after) == ("指标次序", "1、2", "2、1")

    def test_money_is_told_in_yuan(self) -> None:
        before = content(total=Decimal(100), funding={"其他资金": Decimal(100)})
        after = content(total=Decimal("1200.5"), funding={"专户资金": Decimal("1200.5")})
        found = {d.anchor: (d.before, d.after) for d in differences(before, after)}
        assert found == {
            "total": ("100.00", "1,200.50"),
            "funding.专户资金": (None, "1,200.50"),
            "funding.其他资金": ("100.00", None),
        }

    def test_many_rows_take_no_long_time(self) -> None:
        one = content(*(row(f"指标{n}", f"≥{n}个") for n in range(1000)))
        other = content(*(row(f"别的{n}", f"≤{n}次") for n in range(1000)))
        assert len(differences(one, other)) == 2000

    @pytest.mark.parametrize(
        "anchor",
        [
            "",
            "nothing",
            "indicators.3",
            "indicators.01",
            "indicators.0",
            "indicators.x",
            "indicators.1.no",
            "funding.x",
        ],
    )
    def test_a_place_that_is_none(self, anchor: str) -> None:
        with pytest.raises(KeyError):
            text_at(content(row("长度"), row("合格率")), anchor)


class TestFollow:
    before = content(row("长度", "12公里"), row("合格率"), total=Decimal(5), funding={"其他资金": Decimal(5)})

    def test_it_moves_with_its_row(self) -> None:
        after = replace(self.before, indicators=(row("新的"), *self.before.indicators))
        assert follow("indicators.2", self.before, after) == "indicators.3"
        assert follow("indicators.1.value", self.before, after) == "indicators.2.value"

    def test_it_is_done_with_when_its_place_changed(self) -> None:
        after = replace(
            self.before,
            goal="恢复行洪",
            funding={"其他资金": Decimal(6)},
            indicators=(row("长度", "15公里"), row("合格率")),
        )
        for anchor in ("goal", "funding", "funding.其他资金", "indicators", "indicators.1", "indicators.1.value"):
            assert follow(anchor, self.before, after) is None, anchor
        for anchor in ("name", "total", "indicators.2", "indicators.1.name", "spending_plan"):
            assert follow(anchor, self.before, after) == anchor

    def test_a_row_that_is_gone_takes_its_notes_along(self) -> None:
        after = replace(self.before, indicators=self.before.indicators[1:])
        assert follow("indicators.1", self.before, after) is None
        assert follow("indicators.1.value", self.before, after) is None
        assert follow("indicators.2", self.before, after) == "indicators.1"

    def test_a_new_row_answers_a_note_on_the_table(self) -> None:
        after = replace(self.before, indicators=(*self.before.indicators, row("满意度")))
        assert follow("indicators", self.before, after) is None

    def test_every_cell_has_a_name(self) -> None:
        assert {place_name(f"indicators.1.{cell}") for cell in CELLS} >= {"第 1 条指标 指标值", "第 1 条指标 分值"}
