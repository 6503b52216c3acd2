"""A finding about data, said for people: the one shape for files, forms and checks alike.

A problem always names code, severity, place, what was found, what was expected and how to mend it.
`error` stops what was asked for; `warning` is shown and goes on; `info` tells what was repaired.
"""

from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. All texts are for the user, in Chinese.

    place   where a person finds it: `Sheet1!C7`, `第2页 表1 第3行`, a project's name
    field   the canonical field's label
    """

    code: str
    severity: Severity
    message: str
    place: str = ""
    field: str = ""
    found: str = ""
    expected: str = ""
    fix: str = ""

    def to_json(self) -> dict[str, str]:
        """Strings only, ready for JSON."""
        return asdict(self)
