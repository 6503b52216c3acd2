"""`manage.py load_people FILE.csv`: people and their memberships."""

from typing import Any

from approvals.management.commands._tables import TableCommand
from approvals.services.registering import PEOPLE_COLUMNS, register_people


class Command(TableCommand):
    """Register or update people from a table."""

    help = "从 CSV 登记人员和任职（已有的按账号更新，不删除）。"
    columns = PEOPLE_COLUMNS

    def handle(self, *args: Any, **options: Any) -> None:
        people = self.load(options["file"], register_people)
        self.stdout.write(f"已登记 {people} 人。")
