"""What a step through the door costs beside the bare SQL that writes the same rows.

    python -m benchmarks.procedure [--runs 200] [--batches 5] [--size 1000]

The bare SQL locks the declarations, updates them, and writes the same ledger rows (with their hashes), notices and
deliveries in one transaction; it looks at nobody's right to do so. Both run in turn, in one process, on one database.
"""

import argparse
import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from benchmarks.common import in_turn, line, product

LOCK = "SELECT id, round FROM approvals_declaration WHERE id = ANY(%s) ORDER BY id FOR UPDATE"
UPDATE = """
UPDATE approvals_declaration SET state = 'finance_review', state_since = %(now)s, updated_at = %(now)s,
    revision = revision + 1, endorsed_by_id = %(actor)s, taken_up_by_id = NULL, taken_up_at = NULL
WHERE id = ANY(%(ids)s)
"""
LAST = """
SELECT DISTINCT ON (chain) declaration_id, sequence, hash FROM approvals_approvalrecord
WHERE chain = ANY(%s) ORDER BY chain, sequence DESC
"""
RECORD = """
INSERT INTO approvals_approvalrecord (chain, sequence, previous_hash, hash, at, verb, from_state, to_state,
    declaration_id, actor_id, actor_username, actor_name, actor_organisation, through, comment, reasons, round,
    snapshot)
VALUES (%s, %s, %s, %s, %s, 'endorse', 'submitted', 'finance_review', %s, %s, %s, %s, '', '', '', '[]', %s, '{}')
RETURNING id
"""
# The hash is worked out where the rows are.
RECORDS = """
WITH last AS (
    SELECT DISTINCT ON (chain) chain, declaration_id, sequence, hash, round FROM approvals_approvalrecord
    WHERE chain IN (SELECT 'declaration:' || id FROM unnest(%(ids)s) AS id) ORDER BY chain, sequence DESC
)
INSERT INTO approvals_approvalrecord (chain, sequence, previous_hash, hash, at, verb, from_state, to_state,
    declaration_id, actor_id, actor_username, actor_name, actor_organisation, through, comment, reasons, round,
    snapshot)
SELECT chain, sequence + 1, hash,
    encode(sha256(convert_to(jsonb_build_array(hash, chain, sequence + 1, %(now)s::timestamptz, 'endorse', 'submitted',
        'finance_review', declaration_id, NULL, %(username)s::text, %(name)s::text, '', '', '[]'::jsonb, round,
        '{}'::jsonb)::text, 'UTF8')), 'hex'),
    %(now)s, 'endorse', 'submitted', 'finance_review', declaration_id, %(actor)s, %(username)s, %(name)s, '', '', '',
    '[]', round, '{}'
FROM last
RETURNING id
"""
NOTICES = """
INSERT INTO approvals_notice (recipient_id, kind, title, body, path, dedupe_key, created_at)
SELECT id, 'endorse', %s, %s, '/declarations/', 'record:' || %s || ':' || id, %s FROM unnest(%s) AS id
RETURNING id, recipient_id
"""
DELIVERIES = """
INSERT INTO approvals_noticedelivery (notice_id, channel, recipient_id, status, attempts, interrupted, due_at, error)
SELECT notice, 'mail', recipient, 'pending', 0, 0, %s, '' FROM unnest(%s, %s) AS told (notice, recipient)
"""


class Bare:
    """The same step by SQL alone."""

    def __init__(self, actor: Any, recipients: Sequence[Any]) -> None:
        self.actor, self.recipients = actor, [each.pk for each in recipients]

    def one(self, pk: int) -> None:
        """One declaration: seven statements."""
        from django.db import connection, transaction
        from django.utils import timezone

        now = timezone.now()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(LOCK, [[pk]])
            [(_, turn)] = cursor.fetchall()
            cursor.execute(UPDATE, {"now": now, "actor": self.actor.pk, "ids": [pk]})
            cursor.execute(LAST, [[f"declaration:{pk}"]])
            [(_, sequence, previous)] = cursor.fetchall()
            told = [previous, pk, sequence + 1, now.isoformat(), "endorse", self.actor.username, turn]
            digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()
            about = [f"declaration:{pk}", sequence + 1, previous, digest, now, pk, self.actor.pk]
            cursor.execute(RECORD, [*about, self.actor.username, self.actor.full_name, turn])
            self._tell(cursor, cursor.fetchone()[0], now)

    def many(self, ids: Sequence[int]) -> None:
        """Any number of declarations: five statements."""
        from django.db import connection, transaction
        from django.utils import timezone

        now = timezone.now()
        values = {
            "now": now,
            "actor": self.actor.pk,
            "ids": list(ids),
            "username": self.actor.username,
            "name": self.actor.full_name,
        }
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(LOCK, [list(ids)])
            cursor.fetchall()
            cursor.execute(UPDATE, values)
            cursor.execute(RECORDS, values)
            self._tell(cursor, cursor.fetchall()[0][0], now)

    def _tell(self, cursor: Any, record: int, now: datetime) -> None:
        cursor.execute(NOTICES, ["一份申报已由部门审核", "单位　项目", record, now, self.recipients])
        notices, people = zip(*cursor.fetchall(), strict=True)
        cursor.execute(DELIVERIES, [now, list(notices), list(people)])


def rows_written() -> tuple[int, ...]:
    """How many ledger rows, notices and deliveries there are."""
    from approvals.models import ApprovalRecord, Notice, NoticeDelivery

    return tuple(model.objects.count() for model in (ApprovalRecord, Notice, NoticeDelivery))


def same_rows(ours: Any, theirs: Any) -> None:
    """Raises AssertionError where the two ways do not write as many rows of each kind."""
    before = rows_written()
    ours()
    between = rows_written()
    theirs()
    after = rows_written()
    one, other = ([b - a for a, b in zip(*pair, strict=True)] for pair in ((before, between), (between, after)))
    assert one == other, f"ours wrote {one}, the bare SQL {other}"


def main() -> None:
    """Measure both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="of a single step, each way")
    parser.add_argument("--batches", type=int, default=5, help="each way")
    parser.add_argument("--size", type=int, default=1000, help="declarations in a batch")
    given = parser.parse_args()
    with product():
        measure(given.runs, given.batches, given.size)


def measure(runs: int, batches: int, size: int) -> None:
    """Print the table."""
    from django.db import connection

    from approvals.services.verbs import perform, perform_many
    from approvals.states import Verb
    from tests.factories import City, draft

    city = City()
    actor = city.department_reviewer
    bare = Bare(actor, [city.finance_reviewer, city.division_reviewer])
    total = 2 * (runs + 11) + 2 * size * (batches + 1)
    ready: list[int] = []
    while len(ready) < total:
        made = city.file(*(draft(f"第{len(ready) + n}号河段清淤") for n in range(min(1000, total - len(ready)))))
        ids = [declaration.pk for declaration in made]
        assert not perform_many(ids, Verb.SUBMIT, city.filer).refused
        ready += ids
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    left: Iterator[int] = iter(ready)

    def take(count: int) -> list[int]:
        return [next(left) for _ in range(count)]

    def through_the_door() -> None:
        perform(next(left), Verb.ENDORSE, actor)

    def by_hand() -> None:
        bare.one(next(left))

    print(f"{'':<52} {'ours':>10}    {'bare SQL':>10}")
    same_rows(through_the_door, by_hand)
    in_turn(through_the_door, by_hand, 10)  # warm
    line("one step through the door", *in_turn(through_the_door, by_hand, runs), 3)

    same_rows(lambda: perform_many(take(size), Verb.ENDORSE, actor), lambda: bare.many(take(size)))
    pairs = in_turn(lambda: perform_many(take(size), Verb.ENDORSE, actor), lambda: bare.many(take(size)), batches)
    line(f"a batch of {size:,}", *pairs, 3)


if __name__ == "__main__":
    main()
