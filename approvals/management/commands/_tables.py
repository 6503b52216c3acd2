"""What the two loading commands share: reading a CSV and saying what is wrong with it."""

import csv
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from perfgoals.errors import Refusal


class TableCommand(BaseCommand):
    """A command that hands the rows of a CSV file (UTF-8, or GB18030 as Excel writes it) to a service."""

    columns: Sequence[str] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV；第一行是列名：" + "、".join(self.columns))

    def rows(self, file: Path) -> list[dict[str, str]]:
        """The rows by column name; raises CommandError for a file that is none."""
        try:
            data = file.read_bytes()
        except OSError as error:
            raise CommandError(f"打不开文件“{file}”：{error.strerror}") from error
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("gb18030", errors="replace")
        rows = list(csv.DictReader(StringIO(text, newline="")))
        unknown = set(rows[0]) - set(self.columns) - {None} if rows else set()
        if not rows or unknown:
            found = "、".join(map(str, rows[0])) if rows else "（空）"
            raise CommandError(f"“{file}”的列名应为：{'、'.join(self.columns)}；读到：{found}。")
        return rows

    def load(self, file: Path, service: Callable[[Iterable[dict[str, str]]], Any]) -> Any:
        """Run the service; a refusal is printed fault by fault."""
        try:
            return service(self.rows(file))
        except Refusal as refusal:
            lines = [
                f"{p.place} {p.field}：{p.message} {f'（读到“{p.found}”）' if p.found else ''}"
                for p in refusal.problems
            ]
            raise CommandError("\n".join([refusal.message, *lines])) from refusal
