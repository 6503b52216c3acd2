"""All row locks, in one file and in one order: bureau, then declarations by id. So nobody waits in a ring."""

from collections.abc import Collection
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Model

from approvals.models import Approval, Bureau, Declaration, Department, Project, Unit, User
from approvals.roles import Actor
from approvals.selectors.declarations import sees


def lock_bureau(bureau_id: int) -> Bureau:
    """The bureau's row, locked: whoever numbers an approval holds it."""
    return Bureau.objects.select_for_update().get(pk=bureau_id)


def lock_person(user_id: int) -> None:
    """The chain of one person, until the transaction ends; his own row stays free for everybody who refers to it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashint8(%s))", [_PERSONS, user_id])


# The first half of an advisory lock's key: what kind of thing is locked.
_PERSONS = 0x70657273


def lock_approval(approval_id: int) -> Approval:
    """An approval's row, locked: whoever records something beside it holds it; whoever refers to it does not wait."""
    rows = Approval.objects.select_for_update(of=("self",), no_key=True).select_related("department", "issued_by")
    return rows.defer("content").get(pk=approval_id)


# What a step that neither keeps nor changes the content does not look at.
_CONTENT = (
    "change_reason", "change_evidence", "period", "purpose", "goal", "long_term_goal", "spending_plan", "total",
    "multi_year_total", "written_unit", "origin", "place", "position", "created_by_id", "created_at", "updated_at",
    "submitted_at", "taken_up_at", "state_since",
)  # fmt: skip


def lock_visible(person: Actor, ids: Collection[int], content: bool = True) -> list[Declaration]:
    """Those of them that the person may see, locked as by `lock_declarations`."""
    return [declaration for declaration in lock_declarations(ids, content) if sees(person, declaration)]


def lock_declarations(ids: Collection[int], content: bool = True) -> list[Declaration]:
    """The declarations with these ids, fresh from the database, locked, ordered by id; at most three statements.

    Nobody is asked whether he may see them (`lock_visible`). Declarations of one unit share its object, and
    that of its department and bureau: in a batch most of the time would go into making thousands of equal ones. So do
    those that one person has taken up. Without `content` it is not fetched, for the same reason.
    """
    locked = _declarations(content).fetch(ids)
    units = _organisations().fetch({declaration.unit_id for declaration, _project in locked})
    of_unit = {unit.pk: (unit, department, bureau) for unit, department, bureau in units}
    busy = {declaration.taken_up_by_id for declaration, _project in locked} - {None}
    reviewers = User.objects.in_bulk(busy) if busy else {}
    for declaration, project in locked:
        declaration.project = project
        declaration.taken_up_by = reviewers.get(declaration.taken_up_by_id)
        declaration.unit, department, bureau = of_unit[declaration.unit_id]
        # A declaration's department and bureau are those of its unit (a trigger sees to it) when it was filed.
        if department.pk == declaration.department_id:
            declaration.department = department
            if bureau.pk == declaration.bureau_id:
                declaration.bureau = bureau
    return [declaration for declaration, _project in locked]


class _Rows:
    """A statement written once that fetches objects of some models side by side.

    Every step asks for them, and the ORM takes longer to put the statement together than PostgreSQL to answer it.
    `tables` is what follows FROM; the models' tables bear the names d, p …; `left_out` are attributes not fetched.
    """

    def __init__(self, models: dict[str, type[Model]], tables: str, left_out: Collection[str] = ()) -> None:
        self.parts = []
        columns: list[str] = []
        for alias, model in models.items():
            fields = [each for each in model._meta.concrete_fields if each.attname not in left_out]
            converters = {at: each.from_db_value for at, each in enumerate(fields) if hasattr(each, "from_db_value")}
            self.parts.append((model, [each.attname for each in fields], len(columns), converters))
            columns += [f"{alias}.{connection.ops.quote_name(str(each.column))}" for each in fields]
        # Nothing of it comes from outside.
        self.statement = " ".join(("SELECT", ", ".join(columns), "FROM", tables))

    def fetch(self, ids: Collection[int]) -> list[list[Any]]:
        """One list of objects a row."""
        with connection.cursor() as cursor:
            cursor.execute(self.statement, [list(ids)])
            return [self._objects(row) for row in cursor.fetchall()]

    def _objects(self, row: tuple[Any, ...]) -> list[Any]:
        made = []
        for model, names, start, converters in self.parts:
            values = list(row[start : start + len(names)])
            for at, converter in converters.items():
                values[at] = converter(values[at], None, connection)
            made.append(model.from_db(connection.alias, names, values))
        return made


@cache
def _declarations(content: bool) -> _Rows:
    return _Rows(
        {"d": Declaration, "p": Project},
        "approvals_declaration d JOIN approvals_project p ON p.id = d.project_id"
        " WHERE d.id = ANY (%s) ORDER BY d.id FOR UPDATE OF d",
        () if content else _CONTENT,
    )


@cache
def _organisations() -> _Rows:
    return _Rows(
        {"u": Unit, "d": Department, "b": Bureau},
        "approvals_unit u JOIN approvals_department d ON d.id = u.department_id"
        " JOIN approvals_bureau b ON b.id = d.bureau_id WHERE u.id = ANY (%s)",
    )
