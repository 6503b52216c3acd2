"""In which unit the amounts of a table are: stated, contradictory, or inferred with a warning."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median

from ingest.grid import Cell
from ingest.problems import Problem, report
from perfgoals.money import money_unit, parse_amount
from perfgoals.text import key

_STATED = re.compile(
    r"(?:单位|币种)[::]?(?:人民币)?[,:、]?([百千十]?[万亿仟]?[元圆])|[(](?:人民币)?([百千十]?[万亿仟]?[元圆])[)]"
)
_MAX_LINE = 80
# Project amounts of this size and more are 元; smaller ones 万元. Only used, with a warning, where nothing is stated.
_YUAN_FROM = Decimal(3000)


@dataclass(slots=True)
class UnitFinder:
    """Collects statements of the money unit and draws the conclusion.

    stated  unit → places where it is stated
    """

    stated: dict[str, list[str]] = field(default_factory=dict)

    def line(self, text: str, place: str) -> None:
        """A heading line: `单位：万元`."""
        for unit in units_stated(text):
            self.add(unit, place)

    def add(self, unit: str, place: str) -> None:
        """A header or label that states the unit."""
        self.stated.setdefault(unit, []).append(place)

    def conclude(self, amounts: Iterable[Cell], place: str) -> tuple[str | None, list[Problem]]:
        """The unit, None where no amount is printed at all, and what a person must know about it."""
        if len(self.stated) > 1:
            told = "，".join(f"{places[0]}写的是{unit}" for unit, places in self.stated.items())
            units = "、".join(self.stated)
            places = "、".join(places[0] for places in self.stated.values())
            return next(reversed(self.stated)), [
                report("MONEY_UNIT", places, told, field="金额单位", found=units, expected="一个单位")
            ]
        if self.stated:
            return next(iter(self.stated)), []
        own, plain_amounts = _survey(amounts)
        if own and len(own) > len(plain_amounts) and len(set(own)) == 1:
            return own[0], []
        if not plain_amounts:
            return None, []
        middle = median(plain_amounts)
        unit = "元" if middle >= _YUAN_FROM else "万元"
        reason = f"按{unit}读取：金额中位数为 {middle:,.2f}"
        return unit, [
            report(
                "MONEY_UNIT_INFERRED",
                place,
                reason,
                field="金额单位",
                found="没有写明",
                expected="单位：元 或 单位：万元",
            )
        ]


def units_stated(text: str) -> Iterator[str]:
    """Money units a heading line states."""
    if len(text) > _MAX_LINE:
        return
    for found in _STATED.finditer(key(text)):
        if unit := money_unit(found[1] or found[2]):
            yield unit


def _survey(amounts: Iterable[Cell]) -> tuple[list[str], list[Decimal]]:
    """Units printed within the amounts, and the values of those without."""
    own: list[str] = []
    values: list[Decimal] = []
    for cell in amounts:
        amount = parse_amount(cell)
        if amount.value is None:
            continue
        if amount.unit:
            own.append(amount.unit)
        elif amount.value > 0:
            values.append(amount.value)
    return own, values
