"""Approvals that come as a document from outside: their file, and how what they say gets into declarations.

The guards of 0004, with two more openings. Both close as soon as the approval is on the ledger, which is in the
transaction that makes it:
- a declaration that waits for approval takes over the document's text;
- a historical declaration is born approved, by an imported approval of its department and year, and gets its lines.
"""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import approvals.models.approval

BEFORE = import_module("approvals.migrations.0004_review_guards").GUARDS

GUARDS = """
CREATE FUNCTION approvals_being_written(approval bigint, kind text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM approvals_approval a WHERE a.id = approval AND a.origin = kind)
       AND NOT EXISTS (SELECT 1 FROM approvals_approvalrecord r WHERE r.approval_id = approval)
$$;

CREATE OR REPLACE FUNCTION approvals_guard_declaration() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' AND NOT (
            NEW.state = 'approved' AND NEW.origin = 'imported' AND approvals_being_written(NEW.approval_id, 'imported')
            AND (NEW.department_id, NEW.fiscal_year) =
                (SELECT a.department_id, a.fiscal_year FROM approvals_approval a WHERE a.id = NEW.approval_id)
        ) THEN
            RAISE EXCEPTION 'a declaration begins as a draft, not as %', NEW.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'declaration_begins_as_draft';
        END IF;
        IF NOT EXISTS (
            SELECT 1 FROM approvals_project p
            JOIN approvals_unit u ON u.id = p.unit_id
            JOIN approvals_department d ON d.id = u.department_id
            WHERE p.id = NEW.project_id AND u.id = NEW.unit_id
              AND d.id = NEW.department_id AND d.bureau_id = NEW.bureau_id
        ) THEN
            RAISE EXCEPTION 'unit, department and bureau are not those of project %', NEW.project_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'declaration_organisations_agree';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.project_id, NEW.unit_id, NEW.department_id, NEW.bureau_id, NEW.fiscal_year, NEW.version, NEW.kind, NEW.origin)
       IS DISTINCT FROM
       (OLD.project_id, OLD.unit_id, OLD.department_id, OLD.bureau_id, OLD.fiscal_year, OLD.version, OLD.kind, OLD.origin)
    THEN
        RAISE EXCEPTION 'project, organisations, year, version and kind of declaration % stay as filed', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'declaration_identity_stays';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'submitted'), ('returned', 'submitted'), ('withdrawn', 'submitted'),
        ('submitted', 'withdrawn'), ('submitted', 'finance_review'), ('submitted', 'returned'),
        ('finance_review', 'passed'), ('finance_review', 'returned'), ('finance_review', 'rejected'),
        ('finance_review', 'submitted'), ('finance_review', 'amending'),
        ('amending', 'passed'), ('amending', 'finance_review'),
        ('passed', 'returned'), ('passed', 'submitted'), ('passed', 'finance_review'),
        ('passed', 'approved'), ('approved', 'superseded')
    ) THEN
        RAISE EXCEPTION 'declaration % cannot go from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'declaration_state_edge';
    END IF;
    IF OLD.state NOT IN ('draft', 'returned', 'withdrawn', 'amending') AND
       (NEW.period, NEW.purpose, NEW.goal, NEW.long_term_goal, NEW.spending_plan, NEW.total, NEW.multi_year_total,
        NEW.written_unit, NEW.position)
       IS DISTINCT FROM
       (OLD.period, OLD.purpose, OLD.goal, OLD.long_term_goal, OLD.spending_plan, OLD.total, OLD.multi_year_total,
        OLD.written_unit, OLD.position)
       AND NOT (OLD.state = 'passed' AND approvals_being_written(NEW.approval_id, 'outside'))
    THEN
        RAISE EXCEPTION 'declaration % is not with its unit: its content cannot change', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'declaration_content_frozen';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION approvals_guard_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE frozen bigint;
BEGIN
    SELECT d.id INTO frozen
    FROM (SELECT DISTINCT declaration_id FROM touched) t
    JOIN approvals_declaration d ON d.id = t.declaration_id
    WHERE d.state NOT IN ('draft', 'returned', 'withdrawn', 'amending')
      AND NOT (d.state = 'passed' AND approvals_being_written(d.approval_id, 'outside'))
      AND NOT (TG_OP = 'INSERT' AND d.origin = 'imported' AND approvals_being_written(d.approval_id, 'imported'))
    LIMIT 1;
    IF frozen IS NOT NULL THEN
        RAISE EXCEPTION 'declaration % is not with its unit: % cannot change', frozen, TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = 'declaration_content_frozen';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0008_attachments")]

    operations = [
        migrations.AddField(
            model_name="approval",
            name="file",
            field=models.FileField(
                blank=True, max_length=200, upload_to=approvals.models.approval.kept_as, verbose_name="批复原件"
            ),
        ),
        migrations.AddField(
            model_name="approval",
            name="file_name",
            field=models.CharField(blank=True, max_length=255, verbose_name="原件文件名"),
        ),
        migrations.AddField(
            model_name="approval",
            name="file_sha256",
            field=models.CharField(blank=True, max_length=64, verbose_name="原件指纹"),
        ),
        migrations.AddField(
            model_name="approval",
            name="origin",
            field=models.CharField(
                choices=[("issued", "本系统编制"), ("outside", "外来批复文件"), ("imported", "历史批复导入")],
                default="issued",
                max_length=20,
                verbose_name="来源",
            ),
        ),
        migrations.AddField(
            model_name="approval",
            name="uploaded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="原件上传人",
            ),
        ),
        migrations.AlterField(
            model_name="approval",
            name="serial",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="文号序号"),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=Q(origin="issued", serial__isnull=False, file_sha256="")
                | Q(origin__in=["outside", "imported"]) & ~Q(file_sha256="") & ~Q(file=""),
                name="approval_has_serial_or_file",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(
                fields=["department", "file_sha256"], condition=~Q(file_sha256=""), name="approval_file_once"
            ),
        ),
        migrations.RunSQL(GUARDS, BEFORE + "DROP FUNCTION approvals_being_written(bigint, text);"),
    ]
