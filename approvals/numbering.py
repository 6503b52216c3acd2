"""批复文号: how a region writes the numbers of its approvals, and the code that proves one genuine."""

import re
import secrets

from perfgoals.text import key

DEFAULT_PATTERN = "{word}〔{year}〕{serial}号"
_PLACES = ("word", "year", "serial")
_BRACED = re.compile(r"\{([^{}]*)\}")

# Without letters that are taken for digits; 16 of them are 80 bits.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 16
_TAKEN_FOR = str.maketrans("OIL", "011")
_CODE = re.compile(rf"[{_ALPHABET}]{{16,20}}")


def pattern_faults(pattern: str) -> list[str]:
    """What is wrong with a pattern of numbers; empty when it gives every approval of a bureau one of its own."""
    names = _BRACED.findall(pattern)
    faults = [
        f"没有“{{{name}}}”这个代号，只能用 {{word}}、{{year}} 和 {{serial}}。" for name in names if name not in _PLACES
    ]
    faults += [f"须含 {{{name}}} 且只写一次。" for name in ("year", "serial") if names.count(name) != 1]
    if names.count("word") > 1:
        faults.append("{word} 只能写一次。")
    rest = _BRACED.sub("", pattern)
    if "{" in rest or "}" in rest:
        faults.append("花括号不成对。")
    if re.search(r"\d", rest):
        faults.append("除代号外不能有数字：会与年份或序号混淆。")
    if re.search(r"\{year\}\{serial\}|\{serial\}\{year\}", pattern):
        faults.append("年份与序号之间须有其他字符隔开。")
    return faults


def number_of(pattern: str, word: str, year: int, serial: int | str) -> str:
    """The number by a pattern: `云财绩〔2026〕12号`. `serial` may be a word that stands for one not yet given."""
    values = {"word": word, "year": str(year), "serial": str(serial)}
    return _BRACED.sub(lambda found: values[found[1]], pattern)


_BRACKETS = str.maketrans("[(【〈", "〔〔〔〔") | str.maketrans("])】〉", "〕〕〕〕")


def number_key(number: str) -> str:
    """What two numbers are compared by: width, blanks and the kind of brackets apart."""
    return key(number).translate(_BRACKETS)


def place_in_series(pattern: str, word: str, number: str) -> tuple[int, int] | None:
    """(year, serial) of a number that the pattern would give; None for a number of another series."""
    parts = {"word": re.escape(number_key(word)), "year": r"(?P<year>\d{4})", "serial": r"(?P<serial>\d{1,9})"}
    shape = "".join(
        parts[piece] if at % 2 else re.escape(number_key(piece)) for at, piece in enumerate(_BRACED.split(pattern))
    )
    found = re.fullmatch(shape, number_key(number))
    return (int(found["year"]), int(found["serial"])) if found and int(found["serial"]) else None


def new_code() -> str:
    """A verification code 验证码 that nobody can guess."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def code_as_printed(code: str) -> str:
    """`K7QM-2XPD-9FTR-W3HN`."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def code_as_stored(typed: str) -> str | None:
    """What somebody typed off a document, as it is stored; None when it cannot be a code."""
    code = re.sub(r"[\s\-－—]", "", typed[:100]).upper().translate(_TAKEN_FOR)
    return code if _CODE.fullmatch(code) else None
