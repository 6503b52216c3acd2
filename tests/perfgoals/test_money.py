"""Printed amounts and their reading in 元."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfgoals.money import UNITS, Amount, format_amount, in_yuan, money_unit, parse_amount


class _Broken(str):
    """A cell without a usable value, as readers mark it."""

    reason = "引用错误"


@pytest.mark.parametrize(
    ("printed", "unit", "value"),
    [
        ("93000.00", "元", "93000.00"),
        (93000, "元", "93000.00"),
        (0.1 + 0.2, "元", "0.30"),
        (12.34, "万元", "123400.00"),
        ("12.34", "万元", "123400.00"),
        ("2,804,012.21 ", "元", "2804012.21"),
        ("1，234.50", "元", "1234.50"),
        ("10.30万元", "元", "103000.00"),
        ("¥500", "元", "500.00"),
        ("0", "万元", "0.00"),
        (Decimal("1.5"), "亿元", "150000000.00"),
        (".5", "万元", "5000.00"),
    ],
)
def test_usable_amounts(printed: object, unit: str, value: str) -> None:
    amount = parse_amount(printed, unit)
    assert amount.value == Decimal(value)
    assert amount.trouble is None


def test_the_unit_in_the_cell_is_told() -> None:
    assert parse_amount("10.30万元", "元").unit == "万元"
    assert parse_amount("10.30", "元").unit is None


@pytest.mark.parametrize(
    ("printed", "trouble"),
    [
        ("—", "dash"),
        ("#REF!", "error_value"),
        (_Broken("#REF!"), "error_value"),
        (date(2026, 5, 1), "date"),
        ("壹拾贰万元整", "chinese_numeral"),
        ("若干", "not_a_number"),
        ("1,23", "not_a_number"),
        ("12.3.4", "not_a_number"),
        ("1e5", "not_a_number"),
        (float("nan"), "not_a_number"),
        (float("inf"), "not_a_number"),
        (True, "not_a_number"),
    ],
)
def test_what_is_no_amount(printed: object, trouble: str) -> None:
    amount = parse_amount(printed)
    assert amount.value is None
    assert amount.trouble == trouble


def test_negative_and_full_width_and_rounded_are_read_and_reported() -> None:
    assert parse_amount(-120000) == Amount(Decimal("-120000.00"), None, "negative")
    assert parse_amount("(500)").trouble == "negative"
    assert parse_amount("２４５４５.００") == Amount(Decimal("24545.00"), None, "full_width")
    assert parse_amount("1.2345678", "万元") == Amount(Decimal("12345.68"), None, "rounded")


def test_nothing_printed_is_nothing() -> None:
    assert parse_amount(None) == parse_amount("") == parse_amount("  ") == Amount(None)


@pytest.mark.parametrize(
    ("printed", "unit"),
    [
        ("（万元）", "万元"),
        ("人民币元", "元"),
        ("圆", "元"),
        ("亿", "亿元"),
        ("千元", "千元"),
        ("人", None),
        ("", None),
    ],
)
def test_money_unit(printed: str, unit: str | None) -> None:
    assert money_unit(printed) == unit


def test_format() -> None:
    assert format_amount(Decimal("1234567.8")) == "1,234,567.80"
    assert format_amount(Decimal("1234567.8"), "万元") == "123.46"
    assert format_amount(Decimal("1234567.8"), group=False) == "1234567.80"
    assert in_yuan(Decimal("1.5"), "万元") == Decimal("15000.00")


@given(st.text(max_size=30))
def test_no_text_ever_raises(printed: str) -> None:
    assert isinstance(parse_amount(printed), Amount)


@given(st.decimals(0, 10**9, places=2), st.sampled_from(["元", "万元", "亿元"]))
def test_what_is_formatted_reads_back(value: Decimal, unit: str) -> None:
    places = {"元": 2, "万元": 6, "亿元": 10}[unit]
    assert parse_amount(format_amount(value, unit, places), unit).value == value.quantize(Decimal("0.01"))
    assert UNITS[unit] > 0
