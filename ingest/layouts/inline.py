"""Labels and values within one text: `项目名称：某经费    实施单位：某局`, amounts in lines and sentences."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from ingest.layouts.headers import Meaning, meaning
from ingest.layouts.words import is_level
from perfgoals.money import money_unit, parse_amount
from perfgoals.text import fold, key, one_line, tidy

_COLON = re.compile(r"[:：]")
_MAX_LINE = 120
# Where the blanks between two pairs are lost, only names of this length that cannot be chance are cut before.
_SURE_LENGTHS = range(10, 3, -1)
_SURE_GROUPS = {"organisation", "project", "document", "money"}
# Groups whose values are amounts.
MONEY_GROUPS = {"money", "funding", "plan"}
# A label and its value.
_PAIR = 2
_INLINE = re.compile(r"^\s*([^:：\n]{2,24}?)\s*[:：]\s*(\S[\s\S]*)$")
_LINE_AMOUNT = re.compile(
    r"^(?P<label>[^\d¥￥]{2,24}?)[:：为是计约共安排\s]*(?P<amount>-?[\d,，.]+)\s*(?P<unit>[百千十]?[万亿]?元)?\s*[。；;，,、]?$"
)
_YEAR_BEFORE = re.compile(r"^20\d{2}年度?")
_CLAUSES = re.compile(r"[\n；;。]|[，,](?!\d{3})")
# 总额50万元 财政拨款30万元: a blank between an amount and the next name parts them as a comma does
_CLAUSES_AND_BRACKETS = re.compile(
    _CLAUSES.pattern + r"|[()]|(?<=[\d元])[ \t\u3000]+(?=[^\s\d,，.:：])|(?<=元)(?=[一二三四五六]、)|(?<=元)、"
)
_SAYS_MONEY = re.compile(r"\d\s*[百千十]?[万亿]?元")
_NAME_MARKS = re.compile(r"其中|[:、,;/]")
_LONGEST_NAMES, _LONGEST_NAME = 60, 12
_NUMBERED = re.compile(r"^\s*(?:[一二三四五六七八九十]|\d{1,2})[、.．](?!\d)\s*")
AMOUNT_WORDS = re.compile(r"[\d一二三四五六七八九十百千零壹贰叁肆伍陆柒捌玖拾佰仟¥￥#]|万元|亿元")


def split_line(line: str) -> list[str]:
    """The line cut before every further label that has a colon; the line itself where there is only one."""
    colons = [found.start() for found in _COLON.finditer(line)]
    if len(colons) < 2 or len(line) > _MAX_LINE:
        return [line]
    cuts = [0]
    for before, colon in pairwise(colons):
        start = _label_start(line, before + 1, colon)
        if start is not None:
            cuts.append(start)
    return [line[start:end].strip() for start, end in zip(cuts, [*cuts[1:], len(line)], strict=True)]


def _label_start(line: str, after: int, colon: int) -> int | None:
    """Where the label that ends at `colon` begins, after the value that begins at `after`; None when it is none."""
    blank = max(line.rfind(each, after, colon) for each in " \t\u3000\u00a0")
    if blank >= after and meaning(line[blank:colon].strip()):
        return blank + 1 if line[after:blank].strip() else None
    for length in _SURE_LENGTHS:
        start = colon - length
        if start > after and _is_sure(meaning(line[start:colon])):
            return start
    return None


def _is_sure(found: Meaning | None) -> bool:
    return found is not None and found.how == "exact" and found.group in _SURE_GROUPS


def inline_pairs(text: str) -> list[tuple[Meaning, str, str]]:
    """`项目名称：某经费`, or several lines of the kind: (meaning, label, value). [] where a cell is no such thing."""
    if several := _several_amounts(text):
        return several
    lines = [piece for line in text.split("\n") if line.strip() for piece in split_line(line)]
    found: list[tuple[Meaning, str, str]] = []
    for line in lines:
        told = _inline_of(line)
        if told is None:
            return found if found and found[0][0].group not in MONEY_GROUPS else _only(found, len(lines))
        found.append(told)
        if told[0].group in {"goal"} or told[0].key == "purpose":
            # the rest of the cell belongs to the text that has begun
            value = text[text.index(told[2][:4]) :] if told[2][:4] in text else told[2]
            return [*found[:-1], (told[0], told[1], value)]
    return found


def _several_amounts(text: str) -> list[tuple[Meaning, str, str]]:
    """`中央资金：2000；省级资金：800`: every piece a label of money with its amount; [] for anything else."""
    pieces = [piece for piece in _CLAUSES.split(text) if piece.strip()]
    if len(pieces) < _PAIR or not AMOUNT_WORDS.search(text):
        return []
    told = [_inline_of(piece.strip()) for piece in pieces]
    return [each for each in told if each] if all(each and each[0].group in MONEY_GROUPS for each in told) else []


def _only(found: list[tuple[Meaning, str, str]], lines: int) -> list[tuple[Meaning, str, str]]:
    return found if len(found) * 2 >= lines else []


def _inline_of(line: str) -> tuple[Meaning, str, str] | None:
    if amount := _LINE_AMOUNT.match(fold(line).strip()):
        told = meaning(amount["label"].strip(":： "))
        if told and told.group in MONEY_GROUPS:
            return told, amount["label"], amount["amount"] + (amount["unit"] or "")
    match = _INLINE.match(line)
    if not match:
        return None
    label, value = match[1], match[2].strip()
    told = meaning(label)
    if told is None or meaning(line) is not None or is_level(label):
        return None
    wordy = told.group in MONEY_GROUPS and not any(map(str.isdigit, value))
    if wordy and (value.endswith(("。", "；")) or names_of_money(line)):
        # 财政拨款收入：指本级财政当年拨付的资金。 年度资金总额：其中：财政拨款其他资金
        return None
    if told.key == "unit_name" and money_unit(value):
        return Meaning("money_unit"), label, value
    return told, label, value


def amounts_in(text: str) -> Iterator[tuple[Meaning | None, str]]:
    """The amounts of a sentence: `预算50万元，其中：财政拨款30万元，其他资金20万元` → (meaning or None, "50万元") …

    A clause with money that says something else comes as it is: (None, "每村补助2万元").
    """
    first = True
    for clause in _CLAUSES_AND_BRACKETS.split(fold(text)):
        if parse_amount(clause).unit:
            yield None, clause.strip()
            first = False
            continue
        found = _LINE_AMOUNT.match(_YEAR_BEFORE.sub("", _NUMBERED.sub("", clause.strip())))
        if found:
            label = found["label"].strip(":： ")
            told = meaning(label) or _last_words(label)
            amount = found["amount"].rstrip(",，.") + (found["unit"] or "")
            # the first amount is the label's, whatever words stand before it: 申请预算50万元
            yield (told, amount) if told or first else (None, clause.strip())
        elif _SAYS_MONEY.search(clause):
            yield None, clause.strip()
        first = first and not found


def _last_words(label: str) -> Meaning | None:
    """The longest end of a phrase that is a known name: `本项目2026年申请财政拨款` → 财政拨款."""
    bare = key(label)
    for start in range(1, max(len(bare) - 1, 1)):
        found = meaning(bare[start:])
        if found and found.how == "exact" and found.group in MONEY_GROUPS:
            return found
    return None


@lru_cache(maxsize=1024)
def names_of_money(text: str) -> tuple[str, ...]:
    """`年度资金总额：其中：财政拨款其他资金` cut into its names, where a narrow column has joined their lines.

    () where the text is one name, something else, or can be cut in two ways.
    """
    word = _NAME_MARKS.sub("", key(text))
    if len(word) > _LONGEST_NAMES:
        return ()
    cuts: list[list[tuple[str, ...]]] = [[()], *([] for _ in word)]
    for end in range(2, len(word) + 1):
        for start in range(max(0, end - _LONGEST_NAME), end - 1):
            if cuts[start] and _is_name_of_money(word[start:end]):
                cuts[end] += [(*before, word[start:end]) for before in cuts[start]]
        # 项目资金总额 is no 项目 and 资金总额: the fewest names count
        fewest = min((len(names) for names in cuts[end]), default=0)
        cuts[end] = [names for names in cuts[end] if len(names) == fewest]
    found = cuts[-1]
    return found[0] if len(found) == 1 and len(found[0]) > 1 else ()


def _is_name_of_money(word: str) -> bool:
    told = meaning(word)
    return told is not None and told.group in {"money", "funding"} and told.how == "exact"


def zip_lines(labels: str, values: str) -> list[tuple[Meaning, str, str]]:
    """Labels one a line beside values one a line; [] when they do not match in number."""
    left = [line.strip() for line in tidy(labels).split("\n") if line.strip()]
    left = list(names_of_money(labels)) if len(left) < _PAIR else left
    right = [one_line(line) for line in tidy(values).split("\n") if line.strip()]
    if len(left) != len(right) or len(left) < 2:
        return []
    told = [(meaning(label), label, value) for label, value in zip(left, right, strict=True)]
    return [(found, label, value) for found, label, value in told if found] if all(each[0] for each in told) else []
