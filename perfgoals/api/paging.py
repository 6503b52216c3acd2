"""Pages of lists by cursor: stable while rows come and go, as cheap at the end as at the beginning."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

MOST = 200


class Pages(CursorPagination):
    """Newest first, by the primary key, which is unique: nothing is told twice and nothing is left out.

    `limit` (1 to 200) rows a page. A cursor or limit that makes no sense is refused with its name.
    """

    ordering = "-id"
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = MOST
    cursor_query_description = _(  # type: ignore[assignment]
        "上一次回答里 next 或 previous 地址中的 cursor，原样带回；第一页不带。"
    )
    page_size_query_description = _(  # type: ignore[assignment]
        "每页多少条，1 至 200，默认 50。"
    )

    def get_page_size(self, request: Request) -> int:
        """As asked for; raises ValidationError beyond the bounds."""
        asked = request.query_params.get("limit")
        if asked is None:
            return self.page_size
        if not (asked.isascii() and asked.isdigit() and len(asked) <= 3 and 1 <= int(asked) <= MOST):
            raise ValidationError({"limit": [_("每页条数应为 1 至 %(most)d 的整数。") % {"most": MOST}]})
        return int(asked)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The place to go on from; raises ValidationError for a cursor we never gave."""
        try:
            cursor = super().decode_cursor(request)
            position = "0" if cursor is None or cursor.position is None else str(cursor.position)
        except NotFound:
            position = ""
        if not (position.isascii() and position.isdigit() and len(position) <= 18):
            raise ValidationError({"cursor": [_("cursor 不正确：请原样使用上一次回答里 next 或 previous 的地址。")]})
        return cursor

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """With the bounds of `limit`."""
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == "limit":
                parameter["schema"] = {"type": "integer", "minimum": 1, "maximum": MOST, "default": self.page_size}
        return parameters

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Next and previous address, and the rows."""
        address = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "description": str(_("一页。next 为空即已到底。")),
            "required": ["next", "previous", "results"],
            "properties": {
                "next": address
                | {
                    "description": str(_("下一页的地址")),
                    "example": "https://perf.example.org/api/…/?cursor=cD00MjA%3D",
                },
                "previous": address
                | {
                    "description": str(_("上一页的地址")),
                    "example": "https://perf.example.org/api/…/?cursor=cj0xJnA9NDIx",
                },
                "results": schema,
            },
        }


class OldestFirst(Pages):
    """For what grows at its end, such as the ledger of one declaration."""

    ordering = "id"
