"""What notices are about, in the few words people choose their channels by."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from approvals.states import Verb


class Topic(TextChoices):
    """One line of the settings page 通知设置; every kind of notice belongs to one."""

    REVIEW = "review", _("送审与审核")
    RETURN = "return", _("退回与修改意见")
    APPROVAL = "approval", _("批复与转下达")
    IMPORT = "import", _("文件导入")
    REMINDER = "reminder", _("期限提醒")
    DIGEST = "digest", _("每周摘要")
    OTHER = "other", _("其他")


_OF_KIND: dict[str, Topic] = {
    **{verb.value: Topic.REVIEW for verb in Verb},
    Verb.RETURN: Topic.RETURN,
    Verb.RETURN_DEPARTMENT: Topic.RETURN,
    Verb.AMEND: Topic.RETURN,
    Verb.REJECT: Topic.RETURN,
    Verb.APPROVE: Topic.APPROVAL,
    Verb.SUPERSEDE: Topic.APPROVAL,
    "deputy": Topic.OTHER,
    "transmit": Topic.APPROVAL,
    "register": Topic.APPROVAL,
    "import": Topic.APPROVAL,
    "upload": Topic.IMPORT,
    "reminder": Topic.REMINDER,
    "digest": Topic.DIGEST,
}


def topic_of(kind: str) -> Topic:
    """The topic of a kind of notice; a kind nobody has listed is about something else."""
    return _OF_KIND.get(kind, Topic.OTHER)
