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
