"""Numbers and dates as a person sees them: percent formats and formats with words (`0.00%`, `0"人"`, `m"月"`)."""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

_YEAR_MONTH, _MONTH_DAY = 'yyyy"年"m"月"', 'm"月"d"日"'
# Formats that stand without a code in the file; from 27 on those of the Chinese edition.
_BUILT_IN = {
    9: "0%",
    10: "0.00%",
    31: 'yyyy"年"m"月"d"日"',
    28: _MONTH_DAY,
    58: _MONTH_DAY,
    **dict.fromkeys((27, 36, 50, 52, 57), _YEAR_MONTH),
}
# Quoted and escaped words, then what is no text: colours, conditions, blanks of the width of a sign, fillings.
_WORD = r'"([^"]*)"|\\(.)|\[[^\]]*\]|_.|\*.'
_TOKEN = re.compile(_WORD + r"|([0#?,.]+)|(General|G/通用格式)|(.)", re.DOTALL)
_DATE_TOKEN = re.compile(_WORD + r"|(y+|m+|d+|h+|s+|a{3,4})|([^;@])", re.IGNORECASE)
_NOT_BARE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.|General|G/通用格式')
_DATE_LETTERS = re.compile(r"[ymdhs]|上午/下午|a{3}", re.IGNORECASE)
_DATE_WORDS = re.compile(r"[年月日]")
# Words that make the text shown differ from the number in meaning. Currency signs do not: an amount is an amount.
_MEANING = re.compile(r"[%‰A-Za-z\u4e00-\u9fff≥≤＞＜>＝=<±~～/]")
_MONEY = re.compile(r"RMB|CNY|US|HK|人民币")


def builtin(number: int) -> str:
    """Format code of a built-in number ("" where it needs no words)."""
    return _BUILT_IN.get(number, "")


def is_date(code: str) -> bool:
    """Whether numbers in this format are shown as dates or times."""
    return bool(_DATE_LETTERS.search(_NOT_BARE.sub("", _first(code))))


def adds_words(code: str) -> bool:
    """Whether the format shows a percent sign or words, so that the number or date alone misleads."""
    section = _first(code)
    if is_date(code):
        return bool(_DATE_WORDS.search(section))
    words = "".join(quoted or escaped or other for quoted, escaped, _, _, other in _TOKEN.findall(section))
    return bool(_MEANING.search(_MONEY.sub("", words)))


def _first(code: str) -> str:
    """The section for positive numbers."""
    return code.partition(";")[0]


def shown(value: int | float, code: str) -> str:
    """`value` as the format shows it, thousands separators left out: 1 in "0%" is "100%"."""
    sections = code.split(";")
    section = sections[0]
    sign = ""
    if value < 0:
        # The second section is for negative numbers and writes its own minus sign.
        section, sign = (sections[1], "") if len(sections) > 1 and sections[1] else (section, "-")
    elif value == 0 and len(sections) > 2 and any(mark in sections[2] for mark in "0#?"):
        section = sections[2]
    try:
        number = abs(Decimal(repr(value)))
    except InvalidOperation:
        return str(value)
    tokens = _TOKEN.findall(section)
    number *= Decimal(100) ** sum(other == "%" for _, _, _, _, other in tokens)
    parts: list[str] = []
    written = False
    for quoted, escaped, digits, general, other in tokens:
        if general or (digits and not written):
            parts.append(sign + (_plain(number) if general else _digits(number, digits)))
            written = True
        else:
            parts.append(quoted or escaped or other)
    return "".join(parts).strip() if written else _plain(number)


def _digits(number: Decimal, pattern: str) -> str:
    fraction = pattern.partition(".")[2]
    places = len(fraction)
    text = format(number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), "f")
    optional = len(fraction) - len(fraction.rstrip("#?"))
    while optional and text.endswith("0"):
        text, optional = text[:-1], optional - 1
    return text.rstrip(".") if fraction else text


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown_date(value: date, code: str) -> str:
    """`value` as the format shows it: the first of December 2026 in `yyyy"年"m"月"` is "2026年12月"."""
    parts: list[str] = []
    for quoted, escaped, letters, other in _DATE_TOKEN.findall(_first(code)):
        parts.append(_date_part(value, letters.lower()) if letters else quoted or escaped or other)
    return "".join(parts).strip()


def _date_part(value: date, letters: str) -> str:
    kind, width = letters[0], len(letters)
    if kind == "y":
        return f"{value.year:04d}" if width > 2 else f"{value.year % 100:02d}"
    if kind == "a":
        return ("星期" if width > 3 else "") + "一二三四五六日"[value.weekday()]
    number = {"m": value.month, "d": value.day}.get(kind)
    if number is None:
        number = getattr(value, {"h": "hour", "s": "second"}[kind], 0)
    return f"{number:02d}" if width > 1 else str(number)
