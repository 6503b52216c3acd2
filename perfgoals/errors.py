"""Refusals: what people are told when something they asked for is not done."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from perfgoals.problems import Problem


class Refusal(Exception):
    """Something was asked for and is not done; nothing was changed.

    code      a word a program can test: `not_allowed`, `wrong_state`, `stale`, `comment_missing`, `review_missing`,
              `checks_failed`, `not_found`, `invalid`
    message   one sentence in Chinese: what, and how to mend it
    problems  everything that is wrong, when there is more than one sentence to it
    """

    STATUS = {
        "not_allowed": 403,
        "not_found": 404,
        "wrong_state": 409,
        "stale": 409,
        "comment_missing": 422,
        "checks_failed": 422,
        "review_missing": 422,
        "invalid": 422,
    }

    def __init__(self, code: str, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = str(message)
        self.problems = tuple(problems)

    @property
    def status(self) -> int:
        """The HTTP status that says the same."""
        return self.STATUS[self.code]


def problem_json(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer API errors as application/problem+json (RFC 9457): type, title, status, detail, problems."""
    if isinstance(error, Refusal):
        return _problem(error.status, error.code, error.message, [problem.to_json() for problem in error.problems])
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        return _problem(response.status_code, "invalid", "请求中的数据不正确。", fields=response.data)
    code = "not_found" if isinstance(error, Http404) else getattr(error, "default_code", "error")
    if isinstance(error, PermissionDenied):
        code = "not_allowed"
    detail = response.data.get("detail", "") if isinstance(response.data, dict) else ""
    answer = _problem(response.status_code, code, str(detail))
    for header in ("WWW-Authenticate", "Retry-After", "Allow"):
        if header in response:
            answer[header] = response[header]
    return answer


def _problem(
    status: int, code: str, detail: str, problems: Sequence[dict[str, str]] = (), fields: Any = None
) -> Response:
    body: dict[str, Any] = {"type": "about:blank", "status": status, "code": code, "detail": detail}
    if problems:
        body["problems"] = list(problems)
    if fields is not None:
        body["fields"] = fields
    return Response(body, status=status, content_type="application/problem+json")
