"""Print what is read from files, one JSON object for each."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from ingest.extract import LAYOUTS, extract


class Command(BaseCommand):
    help = "读取绩效目标表文件，打印为 JSON（每个文件一个对象，多个文件时一行一个）。不需要数据库。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="xlsx、xls、docx、doc、pdf、txt、csv、html …")
        parser.add_argument("--json", action="store_true", default=True, help="打印 JSON（默认）")
        parser.add_argument(
            "--ocr", action="store_true", help="识别扫描件和图片中的文字（须已安装 requirements/ocr.txt）"
        )
        parser.add_argument("--layout", choices=[layout.name for layout in LAYOUTS], help="指定版式，不自动判断")

    def handle(self, *args: Any, **options: Any) -> None:
        files: list[str] = options["files"]
        refused = False
        for name in files:
            extraction = extract(Path(name), name, layout=options["layout"], recognise=options["ocr"])
            refused = refused or extraction.refused
            indent = None if len(files) > 1 else 2
            self.stdout.write(json.dumps(extraction.to_json(), ensure_ascii=False, indent=indent))
        if refused:
            raise SystemExit(1)
