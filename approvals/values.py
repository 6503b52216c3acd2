"""The value of an indicator as printed, split into sign, number and unit.

Deterministic: what can be read in one way only is read, the rest stays None with a doubt that says why.
The printed text is always kept by the caller; nothing here rewrites it.
"""

# ruff: noqa: E501  (word lists read best on one line)
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from perfgoals.text import chinese_number, key

Comparator = Literal["≥", "＞", "＝", "＜", "≤"]
Nature = Literal["正向", "反向", "定性"]

COMPARATORS: tuple[Comparator, ...] = ("≥", "＞", "＝", "＜", "≤")
_OPPOSITE = {"≥": "≤", "≤": "≥", "＞": "＜", "＜": "＞"}

# Words and marks before the number, folded; the longest match wins.
_BEFORE: dict[str, Comparator] = {
    **dict.fromkeys(["≥", "≧", "⩾", ">=", "=>", "＞＝", ">/=", "⥸", "大于等于", "大于或等于", "大等于", "不少于", "不低于", "不小于", "至少", "最少", "达到", "达", "不短于", "高于等于", "高于或等于", "多于等于", "不得低于", "不得少于", "超过或等于", "不低於"], "≥"),
    **dict.fromkeys(["≤", "≦", "⩽", "<=", "=<", "小于等于", "小于或等于", "小等于", "不超过", "不超", "不高于", "不大于", "不多于", "至多", "最多", "控制在", "低于等于", "低于或等于", "少于等于", "不得超过", "不得高于", "不迟于", "不晚于", "不长于", "不超出", "控制"], "≤"),
    **dict.fromkeys([">", "大于", "高于", "多于", "超过", "超出"], "＞"),
    **dict.fromkeys(["<", "小于", "低于", "少于"], "＜"),
    **dict.fromkeys(["=", "==", "等于", "为", "均为", "相等"], "＝"),
}  # fmt: skip
_AFTER: dict[str, Comparator] = {
    **dict.fromkeys(["以上", "及以上", "或以上", "(含)以上", "以上(含)", "(含)及以上", "及其以上", "起"], "≥"),
    **dict.fromkeys(["以内", "以下", "之内", "及以下", "或以下", "(含)以下", "以下(含)", "以内(含)", "(含)以内", "及以内"], "≤"),
}  # fmt: skip
# 控制在5%以内, 达到95%以上: good Chinese, not a sign written twice; the word after the number decides.
_SOFT = frozenset(["控制在", "控制", "达到", "达", "为", "均为"])
# A time may carry a bare 内: 30日内, 5个工作日内.
_WITHIN = re.compile(r"(?:个?工作日|日|天|个?小时|分钟|个?月|年|周|秒)内$")
# Marks that look like a sign and are none that fits: a person decides.
_UNCLEAR_BEFORE = ("≅", "≡", "≈", "≠", "~", "约", "大约", "约为", "近", "≌", "∽", "±", "不等于", "≒", "左右")
_UNCLEAR_AFTER = ("左右", "上下", "余", "多", "±")

_SIGN = "|".join(sorted(map(re.escape, _BEFORE), key=len, reverse=True))
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_PATTERN = re.compile(
    rf"^(?P<sign>(?:{_SIGN})*)(?P<unclear>{'|'.join(map(re.escape, _UNCLEAR_BEFORE))})?(?P<number>{_NUMBER})(?P<rest>.*)$",
    re.DOTALL,
)
_SIGNS_ONLY = re.compile(_SIGN)
_PERCENT_WORDS = re.compile(
    rf"^(?P<sign>(?:{_SIGN})*)(?P<kind>百分之|千分之)(?P<number>[一二三四五六七八九十百零两]+|{_NUMBER})(?P<rest>.*)$",
    re.DOTALL,
)
_CHINESE_COUNT = re.compile(
    rf"^(?P<sign>(?:{_SIGN})+)(?P<number>[一二三四五六七八九十百千零两]+)(?P<rest>[^\d一二三四五六七八九十]*)$",
    re.DOTALL,
)
# 2026年…, 12月底, 3月至8月: points in time, not quantities.
_TIME_POINT = re.compile(
    r"^(?:年度?(?:\d|底|末|初|前|内?完成|$)|\.\d{1,2}[.月]|[-/]\d|月(?:\d|底|末|初|份|中|上旬|下旬|前|至|到|-|~|$)|[日号](?:前|之前|以前|至|到)|年?(?:之前|以前))"
)
_UNIT_WITH_DIGIT = re.compile(r"^(?:[kcdm]?m|[千平立]?[方米公里]+)[23²³]|^(?:元|人|次|件|个|万元)?/\d+")
_BARE_PERCENT = re.compile(r"^(%|‰|％)(.+)$", re.DOTALL)
_ALL_DIGITS = re.compile(r"\d")
# 本项目不适用 and what stands for nothing at all
_PLACEHOLDERS = frozenset(
    [
        "%",
        "‰",
        "-",
        "--",
        "—",
        "——",
        "/",
        "\\",
        "**",
        "*",
        "***",
        "×",
        "××",
        "xx",
        "xxx",
        "...",
        "…",
        "_",
        "是(否)",
        "是/否",
    ]
)

_NATURES: dict[str, Nature] = {
    **dict.fromkeys(["正向", "正向指标", "正指标", "正", "越大越好", "定量正向", "正向型", "正方向"], "正向"),
    **dict.fromkeys(["反向", "反向指标", "逆向", "逆向指标", "负向", "负向指标", "逆指标", "反", "负", "越小越好", "反向型"], "反向"),
    **dict.fromkeys(["定性", "定性指标", "定性其他", "定性描述"], "定性"),
}  # fmt: skip

DOUBTS: dict[str, str] = {
    "words": "是文字，不是数值",
    "placeholder": "只有占位符号，没有值",
    "sign_twice": "符号写了两遍",
    "signs_differ": "写了两个不同的符号",
    "unclear_sign": "符号不明确（≈、≡、左右等）",
    "several_numbers": "有几个数字，无法确定取哪一个",
    "time_point": "是日期或时间段",
    "no_number": "有符号，没有数字",
    "unit_prose": "数字后面不像计量单位",
    "units_differ": "指标值里的单位与计量单位一栏不同",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a printed value says.

    comparator  one of COMPARATORS, or None where there is none or it is doubtful; a bare number reads ＝
    number      digits as printed, without thousands commas ("95", "0.50"), or None
    unit        as printed after the number, or the 计量单位 given beside it; None where there is none
    signed      whether a sign was printed at all
    doubts      keys of DOUBTS
    """

    comparator: Comparator | None = None
    number: str | None = None
    unit: str | None = None
    signed: bool = False
    doubts: tuple[str, ...] = ()


NOTHING = Reading()


@lru_cache(maxsize=65536)
def split_value(printed: str | None, unit: str | None = None, sign: str | None = None) -> Reading:
    """Split `≥90大于等于90%` into ≥, 90, %.

    `unit` and `sign` are what stands in columns of their own (计量单位, 计算符号), if the form has them.
    Never raises; a blank value is NOTHING, with the unit and sign that were given.
    """
    column_sign = sign_of(sign) if sign else None
    column_unit = (unit or "").strip() or None
    reading = _split(key(printed)) if printed else NOTHING
    if reading.unit and printed and reading.unit not in printed:
        reading = replace(reading, unit=_as_printed(reading.unit, printed))
    return _join(reading, column_unit, column_sign)


@lru_cache(maxsize=4096)
def sign_of(printed: str) -> Comparator | None:
    """The sign a word or mark stands for (`大于等于`, `>=`, `≦`), or None."""
    word = key(printed)
    return _BEFORE.get(word) or _BEFORE.get(word.removesuffix("号")) or _AFTER.get(word)


@lru_cache(maxsize=4096)
def nature_of(printed: str) -> Nature | None:
    """正向, 反向 or 定性, or None when the words say none of them."""
    return _NATURES.get(key(printed))


def opposite(comparator: Comparator) -> Comparator:
    """The sign that asks for the contrary: ≥ ↔ ≤, ＞ ↔ ＜."""
    return _OPPOSITE.get(comparator, comparator)  # type: ignore[return-value]


def _split(text: str) -> Reading:
    if not text:
        return NOTHING
    if text in _PLACEHOLDERS:
        return Reading(doubts=("placeholder",))
    if percent := _PERCENT_WORDS.match(text):
        number = _digits(percent["number"])
        if number is None:
            return Reading(doubts=("words",))
        rest = ("%" if percent["kind"] == "百分之" else "‰") + percent["rest"]
        return _with_number(percent["sign"], False, number, rest)
    if count := _CHINESE_COUNT.match(text):
        number = _digits(count["number"])
        if number is not None:
            return _with_number(count["sign"], False, number, count["rest"])
    found = _PATTERN.match(text)
    if not found:
        return _without_number(text)
    return _with_number(found["sign"], bool(found["unclear"]), found["number"].replace(",", ""), found["rest"])


def _without_number(text: str) -> Reading:
    sign = _SIGNS_ONLY.match(text)
    # Words such as 达到 or 控制 begin many a sentence; only a mark is a sign before words.
    if sign and not sign[0][0].isalpha():
        return Reading(_BEFORE[sign[0]], signed=True, doubts=("no_number",))
    return Reading(doubts=("words",))


def _with_number(signs: str, unclear: bool, number: str, rest: str) -> Reading:
    if _TIME_POINT.match(rest) and not (rest.startswith("年") and len(number) < 4 and not rest[1:2].isdigit()):
        return Reading(doubts=("time_point",))
    words = _SIGNS_ONLY.findall(signs)
    doubts: list[str] = []
    if len(words) > 1:
        doubts.append("sign_twice")
    rest, after, unclear_after = _strip_after(rest)
    if after or unclear_after:
        words = [word for word in words if word not in _SOFT]
    comparators = {_BEFORE[word] for word in words}
    if after:
        if comparators:
            doubts.append("sign_twice")
        comparators.add(after)
    if repeated := _repeated(rest):
        again, number_again, rest = repeated
        if number_again != number:
            return Reading(doubts=("several_numbers",), signed=True)
        if again:
            doubts.append("sign_twice")
            comparators.add(again)
    if _ALL_DIGITS.search(_UNIT_WITH_DIGIT.sub("", rest)):
        return Reading(doubts=("several_numbers",))
    if unclear or unclear_after:
        return Reading(None, number, rest or None, True, (*doubts, "unclear_sign"))
    if len(comparators) > 1:
        return Reading(None, number, rest or None, True, (*doubts, "signs_differ"))
    comparator: Comparator | None = next(iter(comparators)) if comparators else "＝"
    unit, prose = _unit(rest)
    if prose:
        doubts.append("unit_prose")
    return Reading(comparator, number, unit, bool(comparators), tuple(dict.fromkeys(doubts)))


def _strip_after(rest: str) -> tuple[str, Comparator | None, bool]:
    for words in sorted(_AFTER, key=len, reverse=True):
        # Right after a number 起 counts cases (0起, 5起); after a unit it says "from" (6岁起).
        if rest.endswith(words) and rest != "起":
            return rest.removesuffix(words), _AFTER[words], False
    for words in _UNCLEAR_AFTER:
        if rest.endswith(words):
            return rest.removesuffix(words), None, True
    if _WITHIN.search(rest):
        return rest.removesuffix("内"), "≤", False
    return rest, None, False


def _repeated(rest: str) -> tuple[Comparator | None, str, str] | None:
    """The whole reading printed a second time, sign, number and unit: `大于等于90%`, `大于等于百分之百`."""
    if not (_ALL_DIGITS.search(rest) or "分之" in rest):
        return None
    sign = _SIGNS_ONLY.match(rest)
    if not sign:
        return None
    again = _split(rest)
    if again.number is None:
        return None
    return again.comparator, again.number, again.unit or ""


def _unit(rest: str) -> tuple[str | None, bool]:
    """The unit, and whether it reads like prose rather than a unit."""
    rest = rest.strip(",;、。.")
    if not rest:
        return None, False
    if (found := _BARE_PERCENT.match(rest)) and not found[2].startswith("/"):
        return found[1], True
    core = re.split(r"[/(·]", rest)[0]
    return rest, len(core) > 3 and core not in _LONG_UNITS


_LONG_UNITS = frozenset(["平方公里", "立方米", "平方米", "个工作日", "个百分点", "万平方米", "万立方米", "平方千米", "千瓦时", "个自然日", "万人民币", "人次以上", "元人民币", "万千瓦时", "毫克每升"])  # fmt: skip


def _as_printed(unit: str, printed: str) -> str:
    """The unit with the brackets and capitals of the printed text, where it can be found there."""
    if unit in {"%", "‰"}:
        return unit
    compact = "".join(printed.split())
    for start in range(len(compact) - len(unit), -1, -1):
        if key(compact[start : start + len(unit)]) == unit:
            return compact[start : start + len(unit)]
    return unit


def _digits(text: str) -> str | None:
    if text[0].isdigit():
        return text.replace(",", "")
    number = chinese_number(text)
    return None if number is None else str(number)


def _join(reading: Reading, unit: str | None, sign: Comparator | None) -> Reading:
    """Bring in what the columns for sign and unit say; what is printed beside the value wins its own field."""
    if unit is None and sign is None:
        return reading
    doubts = list(reading.doubts)
    comparator = reading.comparator
    if sign:
        if reading.signed and comparator and comparator != sign:
            doubts.append("signs_differ")
            comparator = None
        else:
            if reading.signed and comparator:
                doubts.append("sign_twice")
            comparator = sign
    number, own = reading.number, reading.unit
    if unit and own and key(own) != key(unit) and {key(own), key(unit)} != {"%", "百分比"}:
        doubts.append("units_differ")
    return Reading(comparator, number, unit or own, reading.signed or bool(sign), tuple(dict.fromkeys(doubts)))
