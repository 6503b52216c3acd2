"""Checks of declarations: what must be right before one is filed or sent to review."""

from approvals.checks.filing import cannot_be_kept
from approvals.checks.submit import check_content, check_declarations

__all__ = ["cannot_be_kept", "check_content", "check_declarations"]
