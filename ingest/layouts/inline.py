"""Lines that hold several labels with their values: `项目名称：某经费    实施单位：某局`."""

import re
from itertools import pairwise

from ingest.layouts.headers import Meaning, meaning

_COLON = re.compile(r"[:：]")
_MAX_LINE = 120
# Where the blanks between two pairs are lost, only names of this length that cannot be chance are cut before.
_SURE_LENGTHS = range(10, 3, -1)
_SURE_GROUPS = {"organisation", "project", "document", "money"}


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
