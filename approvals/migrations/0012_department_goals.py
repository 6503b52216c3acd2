"""What a department as a whole aims at: a project of its own office, with a content that stands still as others do."""

import django.db.models.deletion
from django.db import migrations, models

GUARDS = "".join(
    f"""
CREATE TRIGGER approvals_guard_departmentgoal_{event.lower()} AFTER {event} ON approvals_departmentgoal
    REFERENCING {rows} TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION approvals_guard_lines();
"""
    for event, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
)
NO_GUARDS = "".join(
    f"DROP TRIGGER approvals_guard_departmentgoal_{event} ON approvals_departmentgoal;"
    for event in ("insert", "update", "delete")
)


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0011_saved_filters"),
    ]

    operations = [
        migrations.CreateModel(
            name="DepartmentGoal",
            fields=[
                (
                    "declaration",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="department_goal",
                        serialize=False,
                        to="approvals.declaration",
                        verbose_name="绩效目标申报",
                    ),
                ),
                ("itemised_goals", models.TextField(blank=True, verbose_name="分项绩效目标")),
                ("measures", models.TextField(blank=True, verbose_name="工作保障措施")),
            ],
            options={
                "verbose_name": "部门整体绩效目标",
                "verbose_name_plural": "部门整体绩效目标",
            },
        ),
        migrations.AddField(
            model_name="project",
            name="is_department_goal",
            field=models.BooleanField(default=False, editable=False, verbose_name="部门整体绩效目标"),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_department_goal", True)),
                fields=("unit",),
                name="project_one_department_goal",
                violation_error_message="该部门已有整体绩效目标。",
            ),
        ),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
