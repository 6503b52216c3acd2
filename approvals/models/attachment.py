"""Files that go with a declaration: what proves it 依据, estimates, minutes, contracts."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from approvals.models.declaration import Declaration
from approvals.models.person import User


def stored_name(attachment: "Attachment", filename: str) -> str:
    """Where the file is kept: a name nobody can guess and no user chose."""
    return f"attachments/{uuid.uuid4().hex}"


class Attachment(models.Model):
    """附件: a file as its uploader had it. A trigger refuses changes while the declaration is not with its unit."""

    declaration = models.ForeignKey(
        Declaration, models.CASCADE, related_name="attachments", verbose_name=_("绩效目标申报")
    )
    file = models.FileField(_("文件"), upload_to=stored_name, max_length=200)
    name = models.CharField(_("文件名"), max_length=255)
    size = models.PositiveBigIntegerField(_("大小（字节）"))
    sha256 = models.CharField(_("文件指纹"), max_length=64)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    uploaded_at = models.DateTimeField(_("上传时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("附件")
        verbose_name_plural = _("附件")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["declaration", "sha256"],
                name="attachment_once",
                violation_error_message=_("这个文件已经在附件里了。"),
            )
        ]

    def __str__(self) -> str:
        return self.name
