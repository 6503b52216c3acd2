"""`manage.py verify_ledger`: finds whatever was changed behind the ledger's back."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from approvals.services.verifying import Verification


class Command(BaseCommand):
    """Walk every chain; print each finding; exit with 1 when there is any."""

    help = "核对台账：重算每条记录的哈希，查出被改动、删除、插入或调换的记录，以及与台账不符的申报和批复。"

    def handle(self, *args: Any, **options: Any) -> None:
        verification = Verification()
        found = 0
        for finding in verification.findings():
            found += 1
            self.stdout.write(str(finding))
        counted = verification.counted
        looked_at = (
            f"{counted.chains} 条链、{counted.records} 条记录、"
            f"{counted.declarations} 份申报、{counted.approvals} 份批复"
        )
        if found:
            raise CommandError(f"核对了{looked_at}，发现 {found} 处不符。")
        self.stdout.write(f"台账完整：核对了{looked_at}，没有发现不符。")
