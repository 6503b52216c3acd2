"""What a token of the API may be used for. A scope narrows what its person may do, and never widens it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from approvals.states import Verb


class Scope(TextChoices):
    """令牌的权限范围."""

    READ = "read", _("查看：列表、内容、记录、下载")
    FILE = "file", _("填报：新建、改写、送审、撤回、答复修改意见、申请调整")
    UPLOAD = "upload", _("导入：上传文件、更正、导入")
    REVIEW = "review", _("审核：部门和财政的审核、退回、撤销，转下达")
    APPROVE = "approve", _("批复：发出批复、批复环节的退回")
    NOTICES = "notices", _("通知：标为已读")
    PERSONAL = "personal", _("本人事务：指定和终止代理，通知设置，登记和删除机器人与 Webhook")


# Any of these opens the verb; who may take the step is for the door to say.
SCOPES_OF: dict[Verb, tuple[Scope, ...]] = {
    Verb.SUBMIT: (Scope.FILE,),
    Verb.WITHDRAW: (Scope.FILE,),
    Verb.PERMIT_LATE: (Scope.REVIEW,),
    Verb.CONFIRM: (Scope.FILE,),
    Verb.DECLINE: (Scope.FILE,),
    Verb.TAKE_UP: (Scope.REVIEW,),
    Verb.ENDORSE: (Scope.REVIEW,),
    Verb.PASS: (Scope.REVIEW,),
    Verb.AMEND: (Scope.REVIEW,),
    Verb.RECALL: (Scope.REVIEW,),
    Verb.MARK_MAJOR: (Scope.REVIEW,),
    Verb.UNMARK_MAJOR: (Scope.REVIEW,),
    # The reviewers return and reject, and so does the approver.
    Verb.RETURN: (Scope.REVIEW, Scope.APPROVE),
    Verb.RETURN_DEPARTMENT: (Scope.REVIEW, Scope.APPROVE),
    Verb.REJECT: (Scope.REVIEW, Scope.APPROVE),
    Verb.APPROVE: (Scope.APPROVE,),
    Verb.SUPERSEDE: (Scope.APPROVE,),
}
