"""Numbers as a person sees them: percent formats and formats that add words ("0.00%", `0"人"`)."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

# Formats of Excel that stand without a code in the file.
_BUILT_IN = {9: "0%", 10: "0.00%"}
_TOKEN = re.compile(r'"([^"]*)"|\\(.)|\[[^\]]*\]|_.|\*.|([0#?,.]+)|(General|G/通用格式)|(.)', re.DOTALL)
_DATE_LETTERS = re.compile(r"[ymdhs]|AM/PM|上午/下午|[aA]{3}", re.IGNORECASE)
# Words that make the text shown differ from the number in meaning. Currency signs do not: an amount is an amount.
_WORDS = re.compile(r"[%‰A-Za-z\u4e00-\u9fff≥≤＞＜>＝=<±~～/]")
_MONEY = re.compile(r"RMB|CNY|US|HK|人民币")


def builtin(number: int) -> str:
    """Format code of a built-in number ("" where it needs no words)."""
    return _BUILT_IN.get(number, "")


def adds_words(code: str) -> bool:
    """True when numbers in this format are shown with a percent sign or words, so that the number alone misleads."""
    section = code.split(";", maxsplit=1)[0]
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.', "", section)
    if _DATE_LETTERS.search(bare.replace("General", "").replace("G/通用格式", "")):
        return False
    words = "".join(quoted or escaped or other for quoted, escaped, _, _, other in _TOKEN.findall(section))
    return bool(_WORDS.search(_MONEY.sub("", words)))


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
