"""What a person may decide where the file alone does not settle it. Everything else is mended by a correction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingest.scans import SCANNED, can_recognise
from perfgoals.money import UNITS

# Money units a document may be read in, as offered to people.
MONEY_UNITS = tuple(unit for unit in UNITS if unit in {"元", "千元", "万元", "亿元"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to settle a problem.

    key     `word` or `word:argument`
    label   what the person decides, in words that are kept
    """

    key: str
    label: str

    @property
    def word(self) -> str:
        """What is done."""
        return self.key.partition(":")[0]

    @property
    def argument(self) -> str:
        """To what, "" where nothing need be said."""
        return self.key.partition(":")[2]


def choices(problem: Mapping[str, Any]) -> list[Choice]:
    """The ways to settle a stored problem; none where only a correction mends it, or it is settled."""
    if problem.get("decided"):
        return []
    if problem["code"] in SCANNED and can_recognise():
        return [Choice("recognise:yes", "识别图像中的文字（OCR）后读取")]
    match problem["code"]:
        case "RECOGNISED":
            return [Choice("compared", "已与原件逐格核对")]
        case "MONEY_UNIT" | "MONEY_UNIT_UNKNOWN" | "MONEY_UNIT_INFERRED":
            return [Choice(f"unit:{unit}", f"金额按{unit}") for unit in MONEY_UNITS]
        case "DUPLICATE_PROJECT":
            several = problem.get("positions") or []
            both = Choice("keep", "两个项目都保留" if len(several) < 3 else f"{len(several)} 个项目都保留")
            places = problem["place"].split("、")
            only = [
                Choice(f"only:{position}", f"只要{place}的一个")
                for position, place in zip(several, places, strict=False)
            ]
            return [both, *only]
        case "TWO_DEPARTMENTS":
            return [Choice(f"department:{name}", f"只要“{name}”的项目") for name in problem.get("departments") or []]
        case "FUNDING_SUM":
            return [Choice("sum", "总额改为各来源之和")]
        case "AMOUNT" if problem["severity"] == "error":
            return [Choice("blank", "这一格按没有金额处理")]
        case "LAYOUT_UNCLEAR":
            return [Choice("layout:flat", "按明细表读取"), Choice("layout:card", "按申报表读取")]
    return []
