"""Money is Decimal in 元 everywhere; only paper knows other units."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal

from perfgoals.text import key

FEN = Decimal("0.01")
# Binary fractions of a spreadsheet (0.1 + 0.2) are no rounding anybody meant.
_UNSEEN = Decimal("0.0001")
# 元 in one unit as printed.
UNITS: dict[str, Decimal] = {
    "元": Decimal(1),
    "百元": Decimal(100),
    "千元": Decimal(1000),
    "万元": Decimal(10_000),
    "十万元": Decimal(100_000),
    "百万元": Decimal(1_000_000),
    "千万元": Decimal(10_000_000),
    "亿元": Decimal(100_000_000),
}
_UNIT_ALIASES = {
    "人民币元": "元",
    "元人民币": "元",
    "圆": "元",
    "万": "万元",
    "万圆": "万元",
    "亿": "亿元",
    "仟元": "千元",
}
_AMOUNT = re.compile(r"^[¥￥]?([-+−]?)(\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)([一-鿿]*)$")
_BRACKETED_NEGATIVE = re.compile(r"^\((\d[\d,.]*)\)$")
_DASHES = frozenset(["-", "--", "—", "——", "–", "―", "−", "/", "\\", "无", "一"])
_CHINESE_AMOUNT = re.compile(r"^(?:人民币)?[零〇一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾佰百仟千万亿元圆角分整正]+$")

Trouble = Literal["error_value", "date", "chinese_numeral", "negative", "not_a_number", "dash", "full_width", "rounded"]


@dataclass(frozen=True, slots=True)
class Amount:
    """A printed amount and its reading.

    value     元, or None when nothing usable stands there
    unit      the unit printed in the cell itself, or None
    trouble   why there is no value, or what a person should look at; None when all is plain
    """

    value: Decimal | None
    unit: str | None = None
    trouble: Trouble | None = None


NOTHING = Amount(None)


def money_unit(text: str) -> str | None:
    """The canonical unit of `万元`, `人民币：万元`, `（元）`; None when `text` is no unit of money."""
    word = key(text).strip("()[]【】:;,。 ").removeprefix("人民币").strip(":()")
    word = _UNIT_ALIASES.get(word, word)
    return word if word in UNITS else None


def in_yuan(number: Decimal, unit: str) -> Decimal:
    """`number` of `unit` in 元, two places; raises KeyError for a unit not in `UNITS`."""
    return (number * UNITS[unit]).quantize(FEN, ROUND_HALF_UP)


def parse_amount(printed: object, unit: str = "元") -> Amount:
    """Read a cell as an amount of money.

    `unit` is the document's (one of UNITS); a unit in the cell itself goes before it.
    An empty cell is NOTHING; never raises for what stands in a cell.
    """
    if printed is None:
        return NOTHING
    if type(printed) is str:
        return _text(printed, unit)
    if isinstance(printed, bool) or hasattr(printed, "reason"):
        return Amount(None, trouble="error_value" if hasattr(printed, "reason") else "not_a_number")
    if isinstance(printed, datetime | date | time):
        return Amount(None, trouble="date")
    if isinstance(printed, int | float | Decimal):
        return _number(printed, unit)
    return _text(str(printed), unit)


def format_amount(value: Decimal, unit: str = "元", places: int = 2, group: bool = True) -> str:
    """`1234567.80` as `1,234,567.80`, or in 万元 as `123.46`: for pages and documents."""
    number = (value / UNITS[unit]).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{number:,f}" if group else f"{number:f}"


def _number(number: int | float | Decimal, unit: str) -> Amount:
    try:
        # repr: the shortest decimal that is this float, which is what the cell shows
        exact = Decimal(repr(number) if isinstance(number, float) else number)
        if not exact.is_finite():
            return Amount(None, trouble="not_a_number")
        return _settle(exact, unit, None)
    except InvalidOperation:
        return Amount(None, trouble="not_a_number")


@lru_cache(maxsize=8192)
def _text(printed: str, unit: str) -> Amount:
    word = key(printed)
    if not word:
        return NOTHING
    if word in _DASHES:
        return Amount(None, trouble="dash")
    if word.startswith("#"):
        return Amount(None, trouble="error_value")
    if bracketed := _BRACKETED_NEGATIVE.match(word):
        word = f"-{bracketed[1]}"
    found = _AMOUNT.match(word)
    own_unit = money_unit(found[3]) if found and found[3] else None
    if not found or (found[3] and not own_unit):
        return Amount(None, trouble="chinese_numeral" if _CHINESE_AMOUNT.match(word) else "not_a_number")
    try:
        number = Decimal(found[2].replace(",", ""))
    except InvalidOperation:
        return Amount(None, trouble="not_a_number")
    amount = _settle(-number if found[1] in {"-", "−"} else number, own_unit or unit, own_unit)
    if amount.trouble is None and not printed.isascii() and any("０" <= digit <= "９" for digit in printed):
        return Amount(amount.value, own_unit, "full_width")
    return amount


def _settle(number: Decimal, unit: str, own_unit: str | None) -> Amount:
    exact = number * UNITS[unit]
    try:
        value = exact.quantize(FEN, ROUND_HALF_UP)
    except InvalidOperation:
        return Amount(None, own_unit, "not_a_number")
    if value < 0:
        return Amount(value, own_unit, "negative")
    rounded = abs(exact - value) > _UNSEEN
    return Amount(value, own_unit, "rounded" if rounded else None)
