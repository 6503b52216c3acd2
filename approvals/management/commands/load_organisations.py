"""`manage.py load_organisations FILE.csv`: bureaus, departments and units of an installation."""

from typing import Any

from approvals.management.commands._tables import TableCommand
from approvals.services.registering import ORGANISATION_COLUMNS, register_organisations


class Command(TableCommand):
    """Register or update organisations from a table."""

    help = "从 CSV 登记财政局、部门和单位（已有的按代码更新，不删除）。"
    columns = ORGANISATION_COLUMNS

    def handle(self, *args: Any, **options: Any) -> None:
        bureaus, departments, units = self.load(options["file"], register_organisations)
        self.stdout.write(f"已登记 {bureaus} 个财政局、{departments} 个部门、{units} 个单位。")
