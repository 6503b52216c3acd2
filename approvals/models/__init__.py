"""Tables, their constraints, and the edges of the state machine."""

from approvals.models.access import ApiToken, KeptAnswer
from approvals.models.approval import Approval
from approvals.models.attachment import Attachment
from approvals.models.deadlines import BudgetAdoption, CalendarDay, FilingWindow, TimeLimits
from approvals.models.declaration import Declaration, DepartmentGoal, FundingLine, Indicator, Project
from approvals.models.filters import SavedFilter
from approvals.models.ledger import ApprovalRecord
from approvals.models.notice import Channel, Endpoint, Notice, NoticeDelivery, NoticeSettings
from approvals.models.organisation import Bureau, Department, Division, Unit
from approvals.models.person import Deputyship, Membership, User
from approvals.models.review import Amendment, CommonOpinion, Review, ReviewNote, ReviewProfile
from approvals.models.transmission import Transmission

__all__ = [
    "Amendment",
    "ApiToken",
    "Approval",
    "ApprovalRecord",
    "Attachment",
    "BudgetAdoption",
    "Bureau",
    "CalendarDay",
    "Channel",
    "CommonOpinion",
    "Declaration",
    "Department",
    "DepartmentGoal",
    "Deputyship",
    "Division",
    "Endpoint",
    "FilingWindow",
    "FundingLine",
    "Indicator",
    "KeptAnswer",
    "Membership",
    "Notice",
    "NoticeDelivery",
    "NoticeSettings",
    "Project",
    "Review",
    "ReviewNote",
    "ReviewProfile",
    "SavedFilter",
    "TimeLimits",
    "Transmission",
    "Unit",
    "User",
]
