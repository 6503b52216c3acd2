"""Divisions 业务科室, deputies 代理, and whom a deputy stood in for."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# A department's division is one of its own bureau's.
SAME_BUREAU = """
ALTER TABLE approvals_division ADD CONSTRAINT division_id_with_bureau UNIQUE (id, bureau_id);
ALTER TABLE approvals_department ADD CONSTRAINT department_division_of_its_bureau
    FOREIGN KEY (division_id, bureau_id) REFERENCES approvals_division (id, bureau_id)
    DEFERRABLE INITIALLY DEFERRED;
"""
ANY_BUREAU = """
ALTER TABLE approvals_department DROP CONSTRAINT department_division_of_its_bureau;
ALTER TABLE approvals_division DROP CONSTRAINT division_id_with_bureau;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0012_department_goals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Deputyship",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="开始日期")),
                ("valid_to", models.DateField(help_text="当天仍有效。", verbose_name="结束日期")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="原因")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="指定时间")),
            ],
            options={
                "verbose_name": "代理",
                "verbose_name_plural": "代理",
                "ordering": ["-valid_to", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Division",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
            ],
            options={
                "verbose_name": "业务科室",
                "verbose_name_plural": "业务科室",
                "ordering": ["bureau_id", "name"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="membership",
            name="membership_scope_matches_role",
        ),
        migrations.RemoveConstraint(
            model_name="membership",
            name="membership_once",
        ),
        migrations.AddField(
            model_name="declaration",
            name="answered_for",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="代谁答复",
            ),
        ),
        migrations.AddField(
            model_name="declaration",
            name="endorsed_for",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="代谁部门审核",
            ),
        ),
        migrations.AddField(
            model_name="declaration",
            name="passed_for",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="代谁财政审核",
            ),
        ),
        migrations.AddField(
            model_name="declaration",
            name="submitted_for",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="代谁送审",
            ),
        ),
        migrations.AlterField(
            model_name="approvalrecord",
            name="actor_name",
            field=models.CharField(max_length=130, verbose_name="操作人姓名"),
        ),
        migrations.AddField(
            model_name="deputyship",
            name="deputy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deputyships",
                to=settings.AUTH_USER_MODEL,
                verbose_name="代理人",
            ),
        ),
        migrations.AddField(
            model_name="deputyship",
            name="membership",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deputyships",
                to="approvals.membership",
                verbose_name="代理的任职",
            ),
        ),
        migrations.AddField(
            model_name="deputyship",
            name="named_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="指定人",
            ),
        ),
        migrations.AddField(
            model_name="division",
            name="bureau",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="divisions",
                to="approvals.bureau",
                verbose_name="财政局",
            ),
        ),
        migrations.AddField(
            model_name="department",
            name="division",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="departments",
                to="approvals.division",
                verbose_name="业务科室",
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="division",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="approvals.division",
                verbose_name="业务科室",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("bureau__isnull", True),
                        ("department__isnull", True),
                        ("division__isnull", True),
                        ("role", "filer"),
                        ("unit__isnull", False),
                    ),
                    models.Q(
                        ("bureau__isnull", True),
                        ("department__isnull", False),
                        ("division__isnull", True),
                        ("role", "filer"),
                        ("unit__isnull", True),
                    ),
                    models.Q(
                        ("bureau__isnull", True),
                        ("department__isnull", False),
                        ("division__isnull", True),
                        ("role", "department_reviewer"),
                        ("unit__isnull", True),
                    ),
                    models.Q(
                        ("bureau__isnull", False),
                        ("department__isnull", True),
                        ("division__isnull", True),
                        ("role", "finance_reviewer"),
                        ("unit__isnull", True),
                    ),
                    models.Q(
                        ("bureau__isnull", True),
                        ("department__isnull", True),
                        ("division__isnull", False),
                        ("role", "finance_reviewer"),
                        ("unit__isnull", True),
                    ),
                    models.Q(
                        ("bureau__isnull", False),
                        ("department__isnull", True),
                        ("division__isnull", True),
                        ("role", "approver"),
                        ("unit__isnull", True),
                    ),
                    models.Q(
                        ("bureau__isnull", False),
                        ("department__isnull", True),
                        ("division__isnull", True),
                        ("role", "auditor"),
                        ("unit__isnull", True),
                    ),
                    models.Q(
                        ("bureau__isnull", True),
                        ("department__isnull", True),
                        ("division__isnull", True),
                        ("role", "auditor"),
                        ("unit__isnull", True),
                    ),
                    models.Q(
                        ("bureau__isnull", True),
                        ("department__isnull", True),
                        ("division__isnull", True),
                        ("role", "administrator"),
                        ("unit__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="membership_scope_matches_role",
                violation_error_message="角色与机构不符：经办人选单位或部门，部门审核人选部门，财政审核人选财政局或业务科室，批复人选财政局，审计可选财政局或不选，系统管理员不选。",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=("user", "role", "bureau", "division", "department", "unit", "valid_from"),
                name="membership_once",
                nulls_distinct=False,
                violation_error_message="该用户已有同样的任职。",
            ),
        ),
        migrations.AddIndex(
            model_name="deputyship",
            index=models.Index(fields=["deputy", "valid_to"], name="approvals_d_deputy__ab9bc7_idx"),
        ),
        migrations.AddConstraint(
            model_name="deputyship",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_from__lte", models.F("valid_to"))),
                name="deputyship_from_before_to",
                violation_error_message="结束日期不能早于开始日期。",
            ),
        ),
        migrations.AddConstraint(
            model_name="deputyship",
            constraint=models.UniqueConstraint(
                fields=("membership", "deputy", "valid_from"),
                name="deputyship_once",
                violation_error_message="已经指定过同样的代理。",
            ),
        ),
        migrations.AddConstraint(
            model_name="division",
            constraint=models.UniqueConstraint(
                fields=("bureau", "name"),
                name="division_name_once_in_bureau",
                violation_error_message="该财政局已有这个业务科室。",
            ),
        ),
        migrations.RunSQL(SAME_BUREAU, ANY_BUREAU),
    ]
