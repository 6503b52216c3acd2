"""Who may do what, and where: roles, what a membership grants, and the person who acts."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a membership lets a person do (domain: roles)."""

    FILER = "filer", _("单位经办人")
    DEPARTMENT_REVIEWER = "department_reviewer", _("部门审核人")
    FINANCE_REVIEWER = "finance_reviewer", _("财政审核人")
    APPROVER = "approver", _("批复人")
    AUDITOR = "auditor", _("审计")
    ADMINISTRATOR = "administrator", _("系统管理员")


# The organisation each role is held at. A filer at a department files for all of its units; a finance reviewer
# of a division 业务科室 reviews its departments only;
# an auditor or administrator without an organisation has every region.
SCOPES: dict[Role, tuple[str, ...]] = {
    Role.FILER: ("unit", "department"),
    Role.DEPARTMENT_REVIEWER: ("department",),
    Role.FINANCE_REVIEWER: ("bureau", "division"),
    Role.APPROVER: ("bureau",),
    Role.AUDITOR: ("bureau", ""),
    Role.ADMINISTRATOR: ("",),
}


class Located(Protocol):
    """Anything that belongs to a unit of a department of a bureau."""

    @property
    def unit_id(self) -> int | None: ...
    @property
    def department_id(self) -> int: ...
    @property
    def bureau_id(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Grant:
    """A role at one organisation, by one's own membership or as somebody's deputy 代理, in force now.

    The narrowest id says where: a member of a division has a grant for each of its departments, and the bureau's
    id stands beside. `principal` is the person a deputy stands in for; None for one's own membership.
    """

    role: Role
    bureau_id: int | None = None
    department_id: int | None = None
    unit_id: int | None = None
    principal_id: int | None = None
    principal: str = ""

    def covers(self, subject: Located) -> bool:
        """True when the subject lies within this grant's organisation."""
        if self.unit_id is not None:
            return self.unit_id == subject.unit_id
        if self.department_id is not None:
            return self.department_id == subject.department_id
        if self.bureau_id is not None:
            return self.bureau_id == subject.bureau_id
        return True


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who acts, with what he is allowed to at this moment.

    organisation  those he acts for, as text for the ledger
    """

    user_id: int
    name: str
    grants: tuple[Grant, ...]
    organisation: str = ""

    def holds(self, role: Role, subject: Located) -> bool:
        """True when one of the grants gives `role` for the organisation of `subject`."""
        return any(grant.role == role and grant.covers(subject) for grant in self.grants)

    def right(self, role: Role, subject: Located, barred: Collection[int | None] = ()) -> Grant | None:
        """The grant by which the person acts as `role` on the subject, his own before a deputy's; None for none.

        barred  persons who may not: neither he himself, nor anybody he stands in for
        """
        if self.user_id in barred:
            return None
        fit = [
            grant
            for grant in self.grants
            if grant.role == role
            and grant.covers(subject)
            and (grant.principal_id is None or grant.principal_id not in barred)
        ]
        return min(fit, key=lambda grant: grant.principal_id is not None, default=None)

    def has(self, *roles: Role) -> bool:
        """True when the person holds one of the roles anywhere."""
        return any(grant.role in roles for grant in self.grants)

    def granted(self, roles: Iterable[Role]) -> tuple[Grant, ...]:
        """The grants of these roles."""
        wanted = set(roles)
        return tuple(grant for grant in self.grants if grant.role in wanted)
