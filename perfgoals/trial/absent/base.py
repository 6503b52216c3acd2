"""Stands in while neither a trial runs nor DATABASE_URL names a server."""

from typing import Any, NoReturn

from django.core.management.base import CommandError
from django.db.backends.postgresql import base
from django.db.utils import OperationalError


class NotRunningError(OperationalError, CommandError):
    """As a database error it lets commands that merely look go on; as a CommandError it is
    printed as one sentence, without a traceback, by those that cannot."""


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> NoReturn:
        raise NotRunningError(
            "数据库没有运行：请先在另一个终端执行 make run，或用环境变量 DATABASE_URL 指定 PostgreSQL 服务器。"
        )
