"""Refusals: what people are told when something they asked for is not done."""

from collections.abc import Mapping, Sequence
from typing import Any

from perfgoals.problems import Problem


class Refusal(Exception):
    """Something was asked for and is not done; nothing was changed.

    code      a word a program can test, one of STATUS
    message   one sentence in Chinese: what, and how to mend it
    problems  everything that is wrong, when there is more than one sentence to it
    told      what else a program may want to know, JSON-ready
    """

    STATUS = {
        "not_allowed": 403,
        "not_found": 404,
        "wrong_state": 409,
        "stale": 409,
        "in_progress": 409,
        "precondition_failed": 412,
        "too_large": 413,
        "comment_missing": 422,
        "checks_failed": 422,
        "review_missing": 422,
        "key_reused": 422,
        "invalid": 422,
        "precondition_missing": 428,
    }

    def __init__(
        self, code: str, message: str, problems: Sequence[Problem] = (), told: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = str(message)
        self.problems = tuple(problems)
        self.told = dict(told or {})

    @property
    def status(self) -> int:
        """The HTTP status that says the same."""
        return self.STATUS[self.code]
