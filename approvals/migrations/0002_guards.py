"""What the database refuses whoever asks: triggers for the rules a constraint cannot express.

- a declaration is born a draft and moves along the edges of the state machine only;
- its organisations are those of its project, and stay;
- its content, funding and indicators are frozen while it is not with the unit;
- ledger rows and approvals are written once.

The edges repeat those on the model; a test holds the two together.
"""

from django.db import migrations

GUARDS = """
CREATE FUNCTION approvals_guard_declaration() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE TRIGGER approvals_guard_declaration BEFORE INSERT OR UPDATE ON approvals_declaration
    FOR EACH ROW EXECUTE FUNCTION approvals_guard_declaration();

CREATE FUNCTION approvals_guard_lines() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE FUNCTION approvals_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is written once and never changed', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'written_once';
END $$;

CREATE TRIGGER approvals_guard_approval BEFORE UPDATE OR DELETE ON approvals_approval
    FOR EACH ROW EXECUTE FUNCTION approvals_written_once();

CREATE FUNCTION approvals_guard_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Forgetting a deleted person is the one change there is; the name stays as text.
    IF TG_OP = 'UPDATE' AND NEW.actor_id IS NULL
       AND to_jsonb(NEW) - 'actor_id' = to_jsonb(OLD) - 'actor_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the ledger is written once and never changed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'written_once';
END $$;

CREATE TRIGGER approvals_guard_record BEFORE UPDATE OR DELETE ON approvals_approvalrecord
    FOR EACH ROW EXECUTE FUNCTION approvals_guard_record();
"""

NO_GUARDS = """
DROP FUNCTION approvals_guard_declaration() CASCADE;
DROP FUNCTION approvals_written_once() CASCADE;
DROP FUNCTION approvals_guard_record() CASCADE;
DROP FUNCTION approvals_guard_lines() CASCADE;
"""

# One trigger per statement, not per row: loading many indicators costs one look.
LINES = "".join(
    f"""
CREATE TRIGGER approvals_guard_{table}_{event.lower()} AFTER {event} ON approvals_{table}
    REFERENCING {rows} TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION approvals_guard_lines();
"""
    for table in ("fundingline", "indicator")
    for event, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
)


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_initial")]

    operations = [migrations.RunSQL(GUARDS + LINES, NO_GUARDS)]
