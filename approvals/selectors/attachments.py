"""Reading what goes with declarations."""

from collections.abc import Collection

from approvals.models import Attachment


def attachments_told(declaration_ids: Collection[int]) -> dict[int, str]:
    """For each declaration that has any: its files by name and fingerprint, in one line for the ledger."""
    told: dict[int, list[str]] = {}
    rows = Attachment.objects.filter(declaration_id__in=declaration_ids).values_list("declaration_id", "name", "sha256")
    for declaration_id, name, digest in rows:
        told.setdefault(declaration_id, []).append(f"{name}（SHA-256 {digest[:16]}…）")
    return {declaration_id: f"附件：{'；'.join(names)}" for declaration_id, names in told.items()}
