"""Files that go with a declaration; like funding and indicators they stand still while it is not with its unit."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import approvals.models.attachment

GUARDS = "".join(
    f"""
CREATE TRIGGER approvals_guard_attachment_{event.lower()} AFTER {event} ON approvals_attachment
    REFERENCING {rows} TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION approvals_guard_lines();
"""
    for event, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
)
NO_GUARDS = "".join(
    f"DROP TRIGGER approvals_guard_attachment_{event} ON approvals_attachment;"
    for event in ("insert", "update", "delete")
)


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0007_transmission"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "file",
                    models.FileField(
                        max_length=200, upload_to=approvals.models.attachment.stored_name, verbose_name="文件"
                    ),
                ),
                ("name", models.CharField(max_length=255, verbose_name="文件名")),
                ("size", models.PositiveBigIntegerField(verbose_name="大小（字节）")),
                ("sha256", models.CharField(max_length=64, verbose_name="文件指纹")),
                ("uploaded_at", models.DateTimeField(auto_now_add=True, verbose_name="上传时间")),
                (
                    "declaration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="approvals.declaration",
                        verbose_name="绩效目标申报",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上传人",
                    ),
                ),
            ],
            options={
                "verbose_name": "附件",
                "verbose_name_plural": "附件",
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("declaration", "sha256"),
                        name="attachment_once",
                        violation_error_message="这个文件已经在附件里了。",
                    )
                ],
            },
        ),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
