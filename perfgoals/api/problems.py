"""Every error of the API as application/problem+json (RFC 9457), whoever raises it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils.translation import gettext_lazy as _
from django.views import defaults
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import exception_handler

from perfgoals.errors import Refusal

CONTENT_TYPE = "application/problem+json"
ROOT = "/api/"

# The phrase of the status, which is all that `about:blank` promises.
TITLES = {
    400: _("请求不正确"),
    401: _("没有登录"),
    403: _("不允许"),
    404: _("没有找到"),
    405: _("不支持这种方法"),
    406: _("不能以要求的格式回答"),
    409: _("与现状冲突"),
    412: _("前提已不成立"),
    413: _("内容过大"),
    415: _("不支持这种内容类型"),
    422: _("不能照办"),
    428: _("须写明前提"),
    429: _("请求过于频繁"),
    500: _("服务器内部错误"),
}

# Words of the framework, as ours.
_CODES = {
    "not_authenticated": "not_signed_in",
    "authentication_failed": "not_signed_in",
    "permission_denied": "not_allowed",
    "parse_error": "unreadable",
    "error": "failed",
}

_TOO_LARGE = _("请求内容过大。请减少内容，或分几次提交。")
_UNREADABLE = _("请求的内容无法读取。请检查格式和编码后重新发送。")


def problem_json(error: Exception, context: dict[str, Any]) -> Response | None:
    """The exception handler of REST framework; None for what nobody foresaw, which becomes a 500."""
    answer = _answer_to(error, context)
    if answer is not None and (request := context.get("request")) is not None:
        # An address that gives a file or YAML still says in JSON why it does not.
        request.accepted_renderer, request.accepted_media_type = JSONRenderer(), CONTENT_TYPE
    return answer


def _answer_to(error: Exception, context: dict[str, Any]) -> Response | None:
    if isinstance(error, Refusal):
        return _response(
            error.status, error.code, error.message, [each.to_json() for each in error.problems], told=error.told
        )
    if isinstance(error, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return _response(413, "too_large", str(_TOO_LARGE))
    if isinstance(error, SuspiciousOperation | UnreadablePostError):
        return _response(400, "unreadable", str(_UNREADABLE))
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        fields = response.data if isinstance(response.data, dict) else {"non_field_errors": response.data}
        return _response(response.status_code, "invalid", str(_("请求中的数据不正确。")), fields=fields)
    code = "not_found" if isinstance(error, Http404) else getattr(error, "default_code", "failed")
    if isinstance(error, PermissionDenied):
        code = "not_allowed"
    code = getattr(getattr(error, "detail", None), "code", None) or code
    detail = response.data.get("detail", "") if isinstance(response.data, dict) else ""
    if isinstance(error, Http404) and not error.args:
        detail = _("没有找到，或您无权查看。")
    answer = _response(response.status_code, _CODES.get(code, code), str(detail))
    for header in ("WWW-Authenticate", "Retry-After", "Allow"):
        if header in response:
            answer[header] = response[header]
    return answer


def body_of(
    status: int,
    code: str,
    detail: str,
    problems: Sequence[dict[str, str]] = (),
    fields: Any = None,
    told: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The members of a problem; `told` are those of one code alone."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": str(TITLES.get(status, "")),
        "status": status,
        "code": code,
        "detail": detail,
    }
    if problems:
        body["problems"] = list(problems)
    if fields is not None:
        body["fields"] = fields
    return body | dict(told or {})


def _response(status: int, code: str, detail: str, *more: Any, **told: Any) -> Response:
    return Response(body_of(status, code, detail, *more, **told), status=status, content_type=CONTENT_TYPE)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 outside of any view of the API."""
    if not request.path.startswith(ROOT):
        return defaults.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return _plain(413, "too_large", str(_TOO_LARGE))
    return _plain(400, "unreadable", str(_UNREADABLE))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 outside of any view of the API."""
    if not request.path.startswith(ROOT):
        return defaults.permission_denied(request, exception)
    return _plain(403, "not_allowed", str(_("您不能这样做。")))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 for an address nobody has."""
    if not request.path.startswith(ROOT):
        return defaults.page_not_found(request, exception)
    return _plain(404, "not_found", str(_("没有这个地址。全部地址见 /api/docs/。")))


def server_error(request: HttpRequest) -> HttpResponse:
    """500: what happened is in the log, and nothing of it in the answer."""
    if not request.path.startswith(ROOT):
        return defaults.server_error(request)
    return _plain(500, "failed", str(_("服务器出错，已记录。请稍后再试；仍不行时请与管理员联系。")))


def _plain(status: int, code: str, detail: str) -> HttpResponse:
    return JsonResponse(
        body_of(status, code, detail),
        status=status,
        content_type=CONTENT_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )
