"""The splitter of indicator values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.values import COMPARATORS, DOUBTS, NOTHING, Reading, nature_of, opposite, sign_of, split_value


@pytest.mark.parametrize(
    ("printed", "comparator", "number", "unit"),
    [
        ("100%", "＝", "100", "%"),
        ("≥95%", "≥", "95", "%"),
        (">95", "＞", "95", None),
        ("大于90", "＞", "90", None),
        ("≦5％", "≤", "5", "%"),
        (">=12个", "≥", "12", "个"),
        ("不少于3000人", "≥", "3000", "人"),
        ("不超过1.5万元", "≤", "1.5", "万元"),
        ("95%以上", "≥", "95", "%"),
        ("达到95%以上", "≥", "95", "%"),
        ("控制在5%以内", "≤", "5", "%"),
        ("5个工作日内", "≤", "5", "个工作日"),
        ("1,200人次", "＝", "1200", "人次"),
        ("400元/人/天", "＝", "400", "元/人/天"),
        ("≥3次/周", "≥", "3", "次/周"),
        ("≥1000m2", "≥", "1000", "m2"),
        ("百分之九十", "＝", "90", "%"),
        ("≥三次", "≥", "3", "次"),
        ("3000页（张、套", "＝", "3000", "页（张、套"),
        ("1年", "＝", "1", "年"),
        ("0", "＝", "0", None),
    ],
)
def test_values_that_read_one_way(printed: str, comparator: str, number: str, unit: str | None) -> None:
    reading = split_value(printed)
    assert (reading.comparator, reading.number, reading.unit) == (comparator, number, unit)
    assert reading.doubts == ()


@pytest.mark.parametrize(
    ("printed", "reading", "doubt"),
    [
        ("≥90大于等于90%", ("≥", "90", "%"), "sign_twice"),
        ("≥100大于等于百分之百", ("≥", "100", "%"), "sign_twice"),
        ("≥90课程开发", ("≥", "90", "课程开发"), "unit_prose"),
        ("≅5%", (None, "5", "%"), "unclear_sign"),
        ("≡20人", (None, "20", "人"), "unclear_sign"),
        ("10%左右", (None, "10", "%"), "unclear_sign"),
        ("约30场", (None, "30", "场"), "unclear_sign"),
        ("≥≤5%", (None, "5", "%"), "signs_differ"),
        ("≤符合条件人数", ("≤", None, None), "no_number"),
        ("根据统计结果", (None, None, None), "words"),
        ("每年2次", (None, None, None), "words"),
        ("%", (None, None, None), "placeholder"),
        ("40%/50%", (None, None, None), "several_numbers"),
        ("90%-95%", (None, None, None), "several_numbers"),
        ("≥90大于等于95%", (None, None, None), "several_numbers"),
        ("2026年12月31日前", (None, None, None), "time_point"),
        ("12月底前", (None, None, None), "time_point"),
        ("2026年", (None, None, None), "time_point"),
        ("-2+3", (None, None, None), "words"),
    ],
)
def test_doubtful_values_stay_open_and_say_why(printed: str, reading: tuple, doubt: str) -> None:
    found = split_value(printed)
    assert (found.comparator, found.number, found.unit) == reading
    assert doubt in found.doubts


def test_columns_for_sign_and_unit() -> None:
    assert split_value("70", "%", "大于等于") == Reading("≥", "70", "%", True, ())
    assert split_value("有效发挥", "年", "大于等于") == Reading("≥", None, "年", True, ("words",))
    assert split_value(None, "%", "≥") == Reading("≥", None, "%", True, ())
    assert "sign_twice" in split_value("≥70", "%", "≥").doubts
    assert split_value("≤70", "%", "≥").comparator is None
    assert "units_differ" in split_value("70%", "人", None).doubts
    assert split_value("70%", "人", None).unit == "人"


def test_nothing_printed() -> None:
    assert split_value(None) == split_value("") == split_value("  ") == NOTHING


def test_sign_and_nature_words() -> None:
    assert [sign_of(word) for word in ("≧", "＜", "等于", "以内", "定性")] == ["≥", "＜", "＝", "≤", None]
    assert [nature_of(word) for word in ("正向指标", "逆向", "定性", "定量")] == ["正向", "反向", "定性", None]
    assert opposite("≥") == "≤"
    assert opposite("＝") == "＝"


@given(st.text(max_size=40), st.none() | st.text(max_size=6), st.none() | st.text(max_size=6))
def test_never_raises_and_stays_in_its_words(printed: str, unit: str | None, sign: str | None) -> None:
    reading = split_value(printed, unit, sign)
    assert reading.comparator is None or reading.comparator in COMPARATORS
    assert set(reading.doubts) <= set(DOUBTS)


@given(st.sampled_from(COMPARATORS), st.integers(0, 10**6), st.sampled_from(["人", "%", "公里", "平方米"]))
def test_a_plain_value_always_splits(comparator: str, number: int, unit: str) -> None:
    assert split_value(f"{comparator}{number}{unit}") == Reading(comparator, str(number), unit, True, ())


@pytest.mark.parametrize(
    ("printed", "comparator", "number", "unit"),
    [("≤0起", "≤", "0", "起"), ("5起", "＝", "5", "起"), ("不超过3起", "≤", "3", "起"), ("6岁起", "≥", "6", "岁")],
)
def test_cases_are_a_unit_and_from_is_a_sign(printed: str, comparator: str, number: str, unit: str) -> None:
    reading = split_value(printed)
    assert (reading.comparator, reading.number, reading.unit) == (comparator, number, unit)
