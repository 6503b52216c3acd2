"""What is filed, and how it is decided."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    name = "approvals"
    verbose_name = _("绩效目标审批")

    def ready(self) -> None:
        """Register the check that no header belongs to two fields, and who listens to sign-ins."""
        import approvals.facts
        import approvals.signals  # noqa: F401
