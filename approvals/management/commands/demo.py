"""`manage.py demo`: the fictional city 云溪市, to try the product with."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from approvals.demo import ACCOUNTS, load
from approvals.documents import render


class Command(BaseCommand):
    """Load the demo city into an installation that has none, or write its documents into a folder."""

    help = "载入虚构的云溪市（机构、人员、申报），或用 --documents 写出供上传试用的文件。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--documents", type=Path, metavar="目录", help="只写出演示文件（docx、xlsx、pdf）")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["documents"]:
            self._write(options["documents"])
            return
        with transaction.atomic():
            new = load.load()
        self.stdout.write("演示数据已载入。" if new else "演示数据已经在了，没有改动。")
        for username, password, who in ACCOUNTS:
            self.stdout.write(f"  {username:<16}{password:<14}{who}")

    def _write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        content = load.document()
        for kind in ("docx", "xlsx", "pdf"):
            file = folder / f"云溪市水务局{content.fiscal_year}年项目绩效目标.{kind}"
            file.write_bytes(render(content, kind))
            self.stdout.write(str(file))
