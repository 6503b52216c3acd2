"""Several amounts in one cell: `年度资金总额：48.6 其中：财政拨款：40 其他资金：8.6`."""

import re

from approvals.facts import Fact
from ingest.layouts.inline import inline_pairs

# Where an amount ends and the next name begins, whether or not the line end between them is still there.
_NEXT = re.compile(r"(?<=[\d元])\s*(?=[^\d\s:：;；,，。]{2,12}[:：])")


def amounts_named(text: str) -> list[tuple[Fact, str]]:
    """The fields with their amounts as printed; [] for a cell that is anything but names of money with amounts."""
    if ":" not in text and "：" not in text:
        return []
    found = [(told.fact, value) for told, _, value in inline_pairs(_NEXT.sub("\n", text))]
    named = [(fact, value) for fact, value in found if fact is not None and fact.group in {"money", "funding"}]
    return named if len(named) == len(found) else []
