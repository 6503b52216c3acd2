"""Adjustments and additions: their reason and evidence, frozen with the content; supplementary approvals."""

from django.db import migrations, models

GUARD = """
CREATE FUNCTION approvals_guard_grounds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'declaration % is not with its unit: reason and evidence cannot change', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'declaration_content_frozen';
END $$;

CREATE TRIGGER approvals_guard_grounds BEFORE UPDATE ON approvals_declaration FOR EACH ROW
    WHEN (OLD.state NOT IN ('draft', 'returned', 'withdrawn')
          AND (NEW.change_reason, NEW.change_evidence) IS DISTINCT FROM (OLD.change_reason, OLD.change_evidence))
    EXECUTE FUNCTION approvals_guard_grounds();
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0005_form_and_verification")]

    operations = [
        migrations.AddField(
            model_name="declaration",
            name="change_reason",
            field=models.TextField(blank=True, default="", verbose_name="调整或追加的原因"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="declaration",
            name="change_evidence",
            field=models.TextField(blank=True, default="", verbose_name="调整或追加的依据"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="approval",
            name="supplementary",
            field=models.BooleanField(default=False, verbose_name="追加、调整批复"),
        ),
        migrations.AddConstraint(
            model_name="declaration",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "adjustment"), _negated=True)
                | models.Q(("version__gte", 2))
                | models.Q(("origin", "imported")),
                name="declaration_adjustment_is_later_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="declaration",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "annual"))
                | models.Q(("round", 0))
                | models.Q(("change_reason", ""), _negated=True)
                | models.Q(("origin", "imported")),
                name="declaration_change_has_reason",
            ),
        ),
        migrations.RunSQL(GUARD, "DROP FUNCTION approvals_guard_grounds() CASCADE"),
    ]
