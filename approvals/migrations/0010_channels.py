"""Notices by more ways than mail: endpoints, what people choose, and letters of several notices."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import approvals.models.notice


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0009_outside"),
    ]

    operations = [
        migrations.CreateModel(
            name="Endpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[("webhook", "Webhook"), ("wecom", "企业微信群机器人"), ("dingtalk", "钉钉群机器人")],
                        max_length=20,
                        verbose_name="类型",
                    ),
                ),
                ("url", models.CharField(max_length=500, verbose_name="地址")),
                (
                    "secret",
                    models.CharField(
                        blank=True,
                        help_text="Webhook 留空则自动生成；钉钉填“加签”给出的密钥；企业微信不用填。",
                        max_length=200,
                        verbose_name="密钥",
                    ),
                ),
                (
                    "topics",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("review", "送审与审核"),
                                ("return", "退回与修改意见"),
                                ("approval", "批复与转下达"),
                                ("import", "文件导入"),
                                ("reminder", "期限提醒"),
                                ("digest", "每周摘要"),
                                ("other", "其他"),
                            ],
                            max_length=20,
                        ),
                        default=approvals.models.notice.all_topics,
                        size=None,
                        verbose_name="通知类别",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="在用")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="登记时间")),
            ],
            options={
                "verbose_name": "机器人与 Webhook",
                "verbose_name_plural": "机器人与 Webhook",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="NoticeSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "mail_off",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("review", "送审与审核"),
                                ("return", "退回与修改意见"),
                                ("approval", "批复与转下达"),
                                ("import", "文件导入"),
                                ("reminder", "期限提醒"),
                                ("digest", "每周摘要"),
                                ("other", "其他"),
                            ],
                            max_length=20,
                        ),
                        default=list,
                        size=None,
                        verbose_name="不发邮件的类别",
                    ),
                ),
            ],
            options={
                "verbose_name": "通知设置",
                "verbose_name_plural": "通知设置",
            },
        ),
        migrations.RemoveConstraint(
            model_name="noticedelivery",
            name="delivery_once_per_channel",
        ),
        migrations.AddField(
            model_name="noticedelivery",
            name="interrupted",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="中断次数"),
        ),
        migrations.AddField(
            model_name="noticedelivery",
            name="letter",
            field=models.UUIDField(blank=True, db_index=True, null=True, verbose_name="信件号"),
        ),
        migrations.AddField(
            model_name="noticedelivery",
            name="recipient",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="收件人",
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="recipient",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notices",
                to=settings.AUTH_USER_MODEL,
                verbose_name="收件人",
            ),
        ),
        migrations.AlterField(
            model_name="noticedelivery",
            name="channel",
            field=models.CharField(
                choices=[
                    ("mail", "邮件"),
                    ("webhook", "Webhook"),
                    ("wecom", "企业微信群机器人"),
                    ("dingtalk", "钉钉群机器人"),
                ],
                max_length=20,
                verbose_name="渠道",
            ),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="bureau",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                to="approvals.bureau",
                verbose_name="财政局",
            ),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="department",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                to="approvals.department",
                verbose_name="部门",
            ),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                to="approvals.unit",
                verbose_name="单位",
            ),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="endpoints",
                to=settings.AUTH_USER_MODEL,
                verbose_name="个人",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="endpoint",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notices",
                to="approvals.endpoint",
                verbose_name="机器人",
            ),
        ),
        migrations.AddField(
            model_name="noticedelivery",
            name="endpoint",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="approvals.endpoint",
                verbose_name="机器人",
            ),
        ),
        migrations.AddIndex(
            model_name="noticedelivery",
            index=models.Index(
                condition=models.Q(("status", "pending")), fields=["recipient", "due_at"], name="delivery_to_person"
            ),
        ),
        migrations.AddIndex(
            model_name="noticedelivery",
            index=models.Index(
                condition=models.Q(("status", "pending")), fields=["endpoint", "due_at"], name="delivery_to_endpoint"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("endpoint__isnull", False), ("recipient__isnull", True)),
                    models.Q(("endpoint__isnull", True), ("recipient__isnull", False)),
                    _connector="OR",
                ),
                name="notice_is_to_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="noticedelivery",
            constraint=models.UniqueConstraint(
                fields=("notice", "channel", "endpoint"), name="delivery_once_per_channel", nulls_distinct=False
            ),
        ),
        migrations.AddField(
            model_name="noticesettings",
            name="user",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notice_settings",
                to=settings.AUTH_USER_MODEL,
                verbose_name="用户",
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("bureau__isnull", False), ("department", None), ("unit", None), ("user", None)),
                    models.Q(("bureau", None), ("department__isnull", False), ("unit", None), ("user", None)),
                    models.Q(("bureau", None), ("department", None), ("unit__isnull", False), ("user", None)),
                    models.Q(("bureau", None), ("department", None), ("unit", None), ("user__isnull", False)),
                    _connector="OR",
                ),
                name="endpoint_is_somebodys",
            ),
        ),
        # What still waits goes where it was to go.
        migrations.RunSQL(
            "UPDATE approvals_noticedelivery d SET recipient_id = n.recipient_id"
            " FROM approvals_notice n WHERE n.id = d.notice_id",
            migrations.RunSQL.noop,
        ),
    ]
