"""What can be wrong with a file, a row or a cell, and how it is said."""

from perfgoals.problems import Problem, Severity

__all__ = ["Problem", "Refused", "Severity"]


class Refused(Exception):
    """The file cannot be read at all (empty, protected, damaged, another kind of file, hostile).

    `problem` says why, in the user's words. Readers and the gate raise it; nobody else.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem

    @classmethod
    def because(cls, code: str, place: str, found: str, expected: str, fix: str) -> "Refused":
        """An error told in one sentence: where, what was found, what was expected, how to mend it.

        `place` begins with the file's name, followed by the sheet or page where there is one.
        """
        message = f"{place}：{found}。需要：{expected}。处理办法：{fix}。"
        return cls(Problem(code, "error", message, place=place, found=found, expected=expected, fix=fix))
