"""What the list of declarations costs with 100,000 of them: its pages, counts, filters and sums.

    python -m benchmarks.lists [--rows 100000] [--plans]

One bureau with 50 departments, 500 units and three years. Each statement is run several times for a person of the
unit, of the department and of the bureau; `--plans` prints how PostgreSQL goes about it.
"""

import argparse
from statistics import median
from typing import Any

from benchmarks.common import product, seconds

DECLARATIONS = """
WITH made AS (
    INSERT INTO approvals_project (unit_id, code, name, category)
    SELECT u.id, 'P' || n, '第' || n || '号' || (ARRAY['河道清淤', '道路养护', '校舍修缮', '设备购置'])[1 + n %% 4], ''
    FROM generate_series(1, %(rows)s) AS n
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM approvals_unit) u ON u.place = n %% 500
    RETURNING id, unit_id
), placed AS (
    SELECT made.id, made.unit_id, u.department_id, d.bureau_id, row_number() OVER () AS n
    FROM made JOIN approvals_unit u ON u.id = made.unit_id JOIN approvals_department d ON d.id = u.department_id
)
INSERT INTO approvals_declaration (project_id, unit_id, department_id, bureau_id, fiscal_year, kind, version,
    change_reason, change_evidence, state, period, purpose, goal, long_term_goal, spending_plan, total, written_unit,
    origin, place, position, round, revision, major, created_at, updated_at, state_since)
SELECT id, unit_id, department_id, bureau_id, 2025 + n %% 3, 'annual', 1, '', '',
    (ARRAY['approved', 'passed', 'finance_review', 'submitted', 'returned', 'draft', 'amending', 'approved'])
        [1 + n %% 8],
    '', '', '目标', '', '[]', 1000 + n, '元', 'imported', '', n, 1, 1, false, now(), now(),
    now() - n %% 40 * interval '1 day'
FROM placed
"""
REVIEWS = """
INSERT INTO approvals_review (declaration_id, round, reviewer_id, verb, grade, points, answers, created_at)
SELECT id, 1, %(reviewer)s, 'pass', (ARRAY['excellent', 'good', 'fair', 'poor'])[1 + id %% 4], NULL, '[]', now()
FROM approvals_declaration WHERE state IN ('approved', 'passed', 'amending')
"""


def main() -> None:
    """Make the rows and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--plans", action="store_true")
    given = parser.parse_args()
    with product():
        measure(given.rows, given.plans)


def measure(rows: int, plans: bool) -> None:
    """Print the table."""
    from django.db import connection

    from approvals.models import Department, Unit
    from approvals.selectors.people import actor_of
    from tests.factories import City, person

    city = City()
    departments = [
        city.department,
        *(Department(bureau=city.bureau, code=f"8{n:02}", name=f"第{n}局") for n in range(49)),
    ]
    Department.objects.bulk_create(departments[1:])
    Unit.objects.bulk_create(
        Unit(department=departments[n % 50], code=f"8{n:04}", name=f"第{n}所")
        for n in range(500 - Unit.objects.count())
    )
    with connection.cursor() as cursor:
        # The guards want every declaration to have gone its way.
        cursor.execute("ALTER TABLE approvals_declaration DISABLE TRIGGER USER")
        cursor.execute(DECLARATIONS, {"rows": rows})
        cursor.execute(REVIEWS, {"reviewer": city.finance_reviewer.pk})
        cursor.execute("ANALYZE")
    people = {
        "unit": actor_of(city.filer),
        "department": actor_of(city.department_reviewer),
        "bureau": actor_of(city.finance_reviewer),
        "auditor": actor_of(person("auditor")),
    }
    print(f"{'ms, median of 5':<44}" + "".join(f"{name:>12}" for name in people))
    for what, make in statements().items():
        told = []
        for name, actor in people.items():
            told.append(1000 * median(seconds(lambda actor=actor, make=make: make(actor)) for _ in range(5)))
            if plans:
                explain(f"{what}, {name}", lambda actor=actor, make=make: make(actor))
        print(f"{what:<44}" + "".join(f"{each:12.1f}" for each in told))


def statements() -> dict[str, Any]:
    """What the page asks, by name."""
    from approvals.selectors.declarations import buckets, listed, narrowed, sums_of, visible_to, years
    from approvals.views.declarations import with_counts

    def page(actor: Any, begin: int = 0, **asked: Any) -> None:
        list(with_counts(listed(narrowed(visible_to(actor), actor, **asked)))[begin : begin + 50])

    return {
        "first page, all": page,
        "first page, one year": lambda actor: page(actor, year=2026),
        "first page, year and to review": lambda actor: page(actor, year=2026, bucket="to_review"),
        "page 100, one year": lambda actor: page(actor, 5000, year=2026),
        "by grade, one year": lambda actor: page(actor, year=2026, grade="good"),
        "waiting more than 20 days": lambda actor: page(actor, bucket="to_review", waiting=20),
        "search by name": lambda actor: page(actor, words="清淤 99"),
        "search by code": lambda actor: page(actor, words="P99999"),
        "count and sum, one year": lambda actor: sums_of(narrowed(visible_to(actor), actor, year=2026)),
        "count and sum, by grade": lambda actor: sums_of(narrowed(visible_to(actor), actor, grade="good")),
        "buckets, one year": lambda actor: buckets(actor, 2026),
        "buckets, all": buckets,
        "years": years,
    }


def explain(what: str, work: Any) -> None:
    """How PostgreSQL goes about it."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        work()
    for query in captured:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY ON) " + query["sql"].replace("%", "%%"))
            print(f"\n-- {what}\n" + "\n".join(row[0] for row in cursor.fetchall()))


if __name__ == "__main__":
    main()
