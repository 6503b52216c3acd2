"""Why a declaration is returned or rejected: codes beside the reviewer's own words."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Reason(TextChoices):
    """The four qualities of review 四性 and the two formal faults."""

    INCOMPLETE = "incomplete", _("完整性：内容不完整或目标不明确")
    UNRELATED = "unrelated", _("相关性：与职能、规划或资金不匹配")
    UNFITTING = "unfitting", _("适当性：目标值过高、过低或与资金量不符")
    INFEASIBLE = "infeasible", _("可行性：论证、测算或措施不足")
    FORMAL = "formal", _("填报不规范：指标、单位或表式有误")
    OTHER = "other", _("其他")
