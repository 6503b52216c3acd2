"""A scope for what concerns the person alone: deputies, channels of notices."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0015_filing_windows"),
    ]

    operations = [
        migrations.AlterField(
            model_name="apitoken",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("read", "查看：列表、内容、记录、下载"),
                        ("file", "填报：新建、改写、送审、撤回、答复修改意见、申请调整"),
                        ("upload", "导入：上传文件、更正、导入"),
                        ("review", "审核：部门和财政的审核、退回、撤销，转下达"),
                        ("approve", "批复：发出批复、批复环节的退回"),
                        ("notices", "通知：标为已读"),
                        ("personal", "本人事务：指定和终止代理，通知设置，登记和删除机器人与 Webhook"),
                    ],
                    max_length=20,
                ),
                size=None,
                verbose_name="权限范围",
            ),
        ),
    ]
