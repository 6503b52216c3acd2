"""Comparing and cleaning texts."""

from datetime import date

import pytest

from perfgoals import text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("指标值（个性）", "指标值(个性)"),
        ("满意度指 标", "满意度指标"),
        ("项目\n名称", "项目名称"),
        ("ＡＢＣ１２", "abc12"),
        ("⽬标", "目标"),  # the Kangxi radical that PDF files put for 目
        ("单\u200b位", "单位"),
    ],
)
def test_texts_that_are_the_same(one: str, other: str) -> None:
    assert text.same(one, other)


def test_texts_that_differ() -> None:
    assert not text.same("指标值", "指标名")
    assert text.same(None, "")


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("  湖岸照明 养护经费 ", "湖岸照明养护经费"),
        ("2026年12月 31日前", "2026年12月31日前"),
        ("夜校\n课程", "夜校课程"),
        ("补助经费 (含津贴)", "补助经费(含津贴)"),
        ("open data  platform", "open data platform"),
        ("km. h", "km. h"),
        ("\u3000绿化\u00a0", "绿化"),
    ],
)
def test_one_line_takes_out_what_the_column_width_put_in(printed: str, kept: str) -> None:
    assert text.one_line(printed) == kept


def test_blank_inside_chinese_is_noticed_but_not_a_line_break() -> None:
    assert text.has_blank_inside_chinese("办案 经费")
    assert not text.has_blank_inside_chinese(" 办案经费 ")
    assert not text.has_blank_inside_chinese("办案\n经费")
    assert not text.has_blank_inside_chinese("open data")


def test_paragraphs_join_lines_of_a_narrow_column_and_keep_numbered_ones() -> None:
    printed = "1.更换旧\n灯四百盏\n2.保持亮灯率\n目标3：\n市民满意。\n另行安排"
    assert text.paragraphs(printed) == "1.更换旧灯四百盏\n2.保持亮灯率\n目标3：\n市民满意。\n另行安排"


@pytest.mark.parametrize(
    ("printed", "number"),
    [("十", 10), ("二十一", 21), ("一百", 100), ("两千零三", 2003), ("三", 3), ("万", None), ("", None)],
)
def test_chinese_numbers(printed: str, number: int | None) -> None:
    assert text.chinese_number(printed) == number


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("批复日期：2026年1月30日", date(2026, 1, 30)),
        ("2026-01-30", date(2026, 1, 30)),
        ("2026．1．30", date(2026, 1, 30)),
        ("二〇二六年一月三十日", date(2026, 1, 30)),
        ("2026年2月30日", None),
        ("2026年", None),
        ("没有日期", None),
    ],
)
def test_find_date(printed: str, day: date | None) -> None:
    assert text.find_date(printed) == day


def test_find_years() -> None:
    assert text.find_years("2025年至2027年，编号12026345") == [2025, 2027]
    assert text.find_years("二〇二六年度") == [2026]
    assert text.find_years("没有") == []
