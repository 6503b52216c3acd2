"""How texts are compared and cleaned: NFKC for comparing, as written for keeping."""

import re
import unicodedata
from datetime import date
from functools import lru_cache

# Characters that print nothing or only a blank; Word, PDF and web pages strew them about.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_ALL_BLANKS = re.compile(r"\s+")
_UNTIDY = re.compile(r"[\s\u200b-\u200d\u2060\ufeff\u00ad]")
# A Chinese character or the punctuation that goes with it.
_CJK = "\u2e80-\u2fdf\u3001-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff“”‘’—…·"
_BLANK_IN_CHINESE = re.compile(rf"(?<=[{_CJK}])[^\S\n]+(?=\S)|(?<=\S)[^\S\n]+(?=[{_CJK}])")
_BREAK_IN_CHINESE = re.compile(rf"(?<=[{_CJK}])\s*\n\s*(?=\S)|(?<=\S)\s*\n\s*(?=[{_CJK}])")
# A new line that says something new: a number, a bullet, or the one before has ended its sentence.
_STARTS_ANEW = re.compile(
    r"^\s*(?:[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）.．、:：]|[①-⑳●■◆★·•-]|(?:目标|指标|任务)\s*\d)"
)
_ENDS_SENTENCE = re.compile(r"[。；;！!？?：:]\s*$")

_DIGITS = {"〇": 0, "零": 0, "○": 0, "O": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5} | {
    "六": 6, "七": 7, "八": 8, "九": 9
}  # fmt: skip
_DATE = re.compile(r"(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?")
_CHINESE_DATE = re.compile(
    r"([〇零○O一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日"
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)\s*年?")
_CHINESE_YEAR = re.compile(r"([二][〇零○O][〇零○O一二三四五六七八九]{2})年")


def fold(text: str) -> str:
    """Full and half width, ligatures and compatibility characters made the same; invisible ones gone."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text.translate(_INVISIBLE))


@lru_cache(maxsize=65536)
def key(text: str) -> str:
    """What two texts are compared by: folded, without any white space, in lower case."""
    return _ALL_BLANKS.sub("", fold(text)).casefold()


def same(one: str | None, other: str | None) -> bool:
    """Whether two texts mean the same characters, width, blanks and case apart."""
    return key(one or "") == key(other or "")


def tidy(text: str) -> str:
    """The text as printed: blanks at its ends and invisible characters gone, line breaks all alike."""
    if not _UNTIDY.search(text):
        return text
    return text.translate(_INVISIBLE).replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n").strip()


def one_line(text: str) -> str:
    """A name or a short value on one line.

    Line breaks and blanks beside a Chinese character come from the width of a column and go;
    between words in Latin letters one blank stays.
    """
    if not _UNTIDY.search(text):
        return text
    text = tidy(text)
    text = _BLANK_IN_CHINESE.sub("", _BREAK_IN_CHINESE.sub("", text))
    return _ALL_BLANKS.sub(" ", text)


def has_blank_inside_chinese(text: str) -> bool:
    """Whether a blank (not a line break) stands beside a Chinese character within the text."""
    return _BLANK_IN_CHINESE.search(text.strip()) is not None


def paragraphs(text: str) -> str:
    """A longer text with its own paragraphs kept and the line ends of a narrow column joined."""
    if not _UNTIDY.search(text):
        return text
    lines = [line.strip() for line in tidy(text).split("\n")]
    joined: list[str] = []
    for line in filter(None, lines):
        if joined and not _STARTS_ANEW.match(line) and not _ENDS_SENTENCE.search(joined[-1]):
            joined[-1] = one_line(f"{joined[-1]}\n{line}")
        else:
            joined.append(one_line(line))
    return "\n".join(joined)


def chinese_number(text: str) -> int | None:
    """`二十一` → 21, `一百` → 100, `十` → 10; None when it is no such number below ten thousand."""
    total, digit, seen = 0, 0, False
    for character in text:
        if character in _DIGITS:
            digit, seen = _DIGITS[character], True
        elif character in "十百千":
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[character]
            digit, seen = 0, True
        else:
            return None
    return total + digit if seen else None


def find_date(text: str) -> date | None:
    """The first day named in `text` (`2026年1月30日`, `2026-01-30`, `二〇二六年一月三十日`), or None."""
    text = fold(text)
    if found := _DATE.search(text):
        parts = [int(part) for part in found.groups()]
    elif found := _CHINESE_DATE.search(_ALL_BLANKS.sub("", text)):
        year = int("".join(str(_DIGITS[digit]) for digit in found[1]))
        parts = [year, chinese_number(found[2]) or 0, chinese_number(found[3]) or 0]
    else:
        return None
    try:
        return date(*parts)
    except ValueError:
        return None


def find_years(text: str) -> list[int]:
    """Every year named in `text`, in order: `2026年`, `2026`, `二〇二六年`."""
    text = _ALL_BLANKS.sub("", fold(text))
    years = [int(found) for found in _YEAR.findall(text)]
    return years + [int("".join(str(_DIGITS[digit]) for digit in found)) for found in _CHINESE_YEAR.findall(text)]
