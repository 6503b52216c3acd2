"""What the OpenAPI document says beside what the views say themselves: scopes, headers, and every problem."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema_serializer
from rest_framework import serializers

from perfgoals.api.problems import CONTENT_TYPE, TITLES, body_of

Serializer = TypeVar("Serializer", bound=type[serializers.BaseSerializer])


def documented(
    description: str | Promise, example: Any, kind: str = "application/json"
) -> Callable[[Serializer], Serializer]:
    """Say in Chinese what a serializer's object is, with one example of it, which must be valid."""
    found = OpenApiExample(str(_("示例")), value=example, media_type=kind, status_codes=["200", "201", "202"])
    return extend_schema_serializer(description=description, examples=[found])


@documented(
    _("错误（RFC 9457）。code 供程序判断；detail 说明原因和改正办法。"),
    body_of(422, "comment_missing", "退回“河道清淤工程”须写明意见，说明问题和修改要求。"),
)
class ProblemSerializer(serializers.Serializer):
    """An error of the API."""

    type = serializers.CharField(help_text=_("总是 about:blank"))
    title = serializers.CharField(help_text=_("状态码的含义"))
    status = serializers.IntegerField(help_text=_("状态码"))
    code = serializers.CharField(help_text=_("错误代码，例如 not_allowed、wrong_state、stale、checks_failed、invalid"))
    detail = serializers.CharField(allow_blank=True, help_text=_("一句话说明原因和改正办法"))
    problems = serializers.ListField(
        child=serializers.DictField(), required=False, help_text=_("全部问题：位置、字段、原值、要求、改正办法")
    )
    fields_ = serializers.DictField(required=False, help_text=_("不正确的字段，每个字段的全部错误"))
    current = serializers.DictField(required=False, help_text=_("412 时：现在的状态、修订号和 ETag，最近一步由谁办理"))

    def get_fields(self) -> dict[str, serializers.Field]:
        """`fields` is a name serializers keep for themselves."""
        found = super().get_fields()
        return {name.rstrip("_"): field for name, field in found.items()}


IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description=_(
        "本次请求的键，由调用方生成（例如 UUID）。24 小时内用同一键重发同一请求，得到第一次的回答（带 "
        "Idempotent-Replayed: true），不会重复办理；用于另一请求得 422；第一次还在处理得 409。"
        "没有办成的（4xx、5xx）不保留，可以用同一键再试。"
    ),
    examples=[OpenApiExample(str(_("示例")), value="8e03978e-40d5-43e8-bc93-6894a57f9324")],
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    {"type": "string", "maxLength": 300},
    OpenApiParameter.HEADER,
    description=_("读取时得到的 ETag。之后已被他人更新的，得 412，什么也不改。不带则不核对。"),
    examples=[OpenApiExample(str(_("示例")), value='"7-3f9c2a1b"')],
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    {"type": "string", "maxLength": 300},
    OpenApiParameter.HEADER,
    description=_("手中那份的 ETag。没有变化时得 304，不再传送内容。"),
    examples=[OpenApiExample(str(_("示例")), value='"7-3f9c2a1b"')],
)
ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    description=_("这份内容的标记，以修订号开头；改写和办理时放入 If-Match。"),
    response=[200, 201, 304],
)


class ApiSchema(AutoSchema):
    """The schema of one operation of ours.

    A view says `tag`; its methods say by their decorators whether they go by `Idempotency-Key` (`once`),
    `If-Match` (`guarded`) and `If-None-Match` (`tagged`).
    """

    def get_tags(self) -> list[str]:
        """What the operations are about."""
        return [str(getattr(self.view, "tag", "其他"))]

    def get_override_parameters(self) -> list[Any]:
        """Headers that the method goes by."""
        found = super().get_override_parameters()
        for mark, parameters in (
            ("once", [IDEMPOTENCY_KEY]),
            ("guarded", [IF_MATCH]),
            ("tagged", [IF_NONE_MATCH]),
        ):
            found += parameters if self._marked(mark) else []
        if self._marked("tagged") or self._marked("guarded"):
            found.append(ETAG)
        return found

    def _marked(self, mark: str) -> bool:
        """Whether the method behind the operation has the decorator."""
        method = getattr(self.view, getattr(self.view, "action", None) or self.method.lower(), None)
        return bool(getattr(method, mark, False))

    def _resolve_path_parameters(self, variables: Any) -> list[Any]:
        found = super()._resolve_path_parameters(variables)
        for parameter in found:
            if parameter["name"] == "id":
                parameter["description"] = str(_("编号"))
                parameter["schema"] = {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}
        return found

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        answers = super()._get_response_bodies(direction)
        for code, answer in answers.items():
            answer["description"] = answer.get("description") if code == "default" else str(_SUCCESS.get(code, ""))
        for status in self._problems():
            problem = self._get_response_for_code(ProblemSerializer, str(status), [CONTENT_TYPE], direction)
            problem["description"] = str(TITLES[status])
            answers.setdefault(str(status), problem)
        if self._marked("tagged"):
            answers["304"] = {
                "description": str(_("没有变化")),
                "headers": self._get_response_headers_for_code("304"),
            }
        return answers

    def _problems(self) -> list[int]:
        """The statuses of what may go wrong."""
        found = {400, 401, 403, 404, 406, 429}
        if self.method != "GET":
            found |= {409, 413, 415, 422}
        elif getattr(self.view, "detail", False):
            found |= {409, 422}  # not in a state, or of a kind, in which there is anything to tell
        if self._marked("guarded"):
            found |= {412, 428}
        return sorted(found)


_SUCCESS = {
    "200": _("成功"),
    "201": _("已建立"),
    "202": _("已接收，正在处理"),
    "204": _("已办理，没有内容"),
}
