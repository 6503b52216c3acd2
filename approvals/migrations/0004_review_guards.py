"""The guards of 0002 with the steps of the full review.

- back to the department, amendments 良 and their answer, and a reviewer's recall are edges too;
- content also changes while the unit answers amendments: that is when they become content.
"""

from django.db import migrations

GUARDS = """
CREATE OR REPLACE FUNCTION approvals_guard_declaration() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' AND NEW.origin <> 'imported' THEN
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
      AND NOT (TG_OP = 'INSERT' AND d.origin = 'imported')
    LIMIT 1;
    IF frozen IS NOT NULL THEN
        RAISE EXCEPTION 'declaration % is not with its unit: % cannot change', frozen, TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = 'declaration_content_frozen';
    END IF;
    RETURN NULL;
END $$;
"""

BEFORE = """
CREATE OR REPLACE FUNCTION approvals_guard_declaration() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' AND NEW.origin <> 'imported' THEN
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
        ('passed', 'returned'), ('passed', 'approved'), ('approved', 'superseded')
    ) THEN
        RAISE EXCEPTION 'declaration % cannot go from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'declaration_state_edge';
    END IF;
    IF OLD.state NOT IN ('draft', 'returned', 'withdrawn') AND
       (NEW.period, NEW.purpose, NEW.goal, NEW.long_term_goal, NEW.spending_plan, NEW.total, NEW.multi_year_total,
        NEW.written_unit, NEW.position)
       IS DISTINCT FROM
       (OLD.period, OLD.purpose, OLD.goal, OLD.long_term_goal, OLD.spending_plan, OLD.total, OLD.multi_year_total,
        OLD.written_unit, OLD.position)
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
    WHERE d.state NOT IN ('draft', 'returned', 'withdrawn')
      AND NOT (TG_OP = 'INSERT' AND d.origin = 'imported')
    LIMIT 1;
    IF frozen IS NOT NULL THEN
        RAISE EXCEPTION 'declaration % is not with its unit: % cannot change', frozen, TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = 'declaration_content_frozen';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0003_review")]

    operations = [migrations.RunSQL(GUARDS, BEFORE)]
