"""The admin site: organisations and people for administrators, everything read-only for auditors."""

from approvals.admin import access, deadlines, ledger, notices, organisations, people, procedure, reviewing
from approvals.admin.site import site

__all__ = ["access", "deadlines", "ledger", "notices", "organisations", "people", "procedure", "reviewing", "site"]
