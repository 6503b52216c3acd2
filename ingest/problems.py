"""What can be wrong with a file, a row or a cell, and how it is said.

A problem always names code, severity, place, what was found, what was expected and how to mend it.
`error` loads nothing until it is mended or decided by a person; `warning` is loaded and shown;
`info` tells what was repaired.
"""

from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. All texts are for the user, in Chinese; `place` is as `Grid.place` says it."""

    code: str
    severity: Severity
    message: str
    place: str = ""
    field: str = ""
    found: str = ""
    expected: str = ""
    fix: str = ""

    def to_json(self) -> dict[str, str]:
        """The shape of `docs/extract-json`: strings only."""
        return asdict(self)


class Refused(Exception):
    """The file cannot be read at all (empty, protected, damaged, another kind of file, hostile).

    `problem` says why, in the user's words. Readers and the gate raise it; nobody else.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem
