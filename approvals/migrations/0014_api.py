"""Tokens of the API as hashes with scopes; the tokens of before, which lay in clear, are gone."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0013_divisions_and_deputies"),
    ]

    operations = [
        migrations.AddField(
            model_name="approvalrecord",
            name="through",
            field=models.CharField(
                blank=True, help_text="经接口令牌办理时，令牌的名称。", max_length=100, verbose_name="途径"
            ),
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("read", "查看：列表、内容、记录、下载"),
                                ("file", "填报：新建、改写、送审、撤回、答复修改意见、申请调整"),
                                ("upload", "导入：上传文件、更正、导入"),
                                ("review", "审核：部门和财政的审核、退回、撤销，转下达"),
                                ("approve", "批复：发出批复、批复环节的退回"),
                                ("notices", "通知：标为已读"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                        verbose_name="权限范围",
                    ),
                ),
                ("hint", models.CharField(max_length=12, verbose_name="开头几位")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="建立时间")),
                ("expires_at", models.DateTimeField(verbose_name="失效时间")),
                ("last_used_at", models.DateTimeField(blank=True, null=True, verbose_name="最近使用")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="撤销时间")),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="撤销人",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="用户",
                    ),
                ),
            ],
            options={
                "verbose_name": "接口令牌",
                "verbose_name_plural": "接口令牌",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("headers", models.JSONField(default=dict)),
                ("body", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "接口请求的回答",
                "verbose_name_plural": "接口请求的回答",
                "constraints": [models.UniqueConstraint(fields=("user", "key"), name="kept_answer_once")],
            },
        ),
        migrations.RunSQL("DROP TABLE IF EXISTS authtoken_token", migrations.RunSQL.noop),
    ]
