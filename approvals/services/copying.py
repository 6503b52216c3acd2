"""Rows into a table by COPY: several times faster than INSERT for a large file, and no slower for a small one."""

from collections.abc import Iterable, Sequence

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Model


def insert(objects: Sequence[Model]) -> None:
    """Write new objects of one model, which get their numbers; otherwise as `bulk_create` does it."""
    if not objects:
        return
    model = type(objects[0])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, len(objects)],
        )
        numbers = [number for (number,) in cursor.fetchall()]
    for each, number in zip(objects, numbers, strict=True):
        each.pk = number
    fields = model._meta.concrete_fields
    # the connection itself: asked for every value, the stand-in would cost more than the value
    database = connections[DEFAULT_DB_ALIAS]
    copy_rows(
        model,
        [str(field.column) for field in fields],
        ([field.get_db_prep_save(field.pre_save(each, True), database) for field in fields] for each in objects),
    )
    for each in objects:
        each._state.adding, each._state.db = False, database.alias


def copy_rows(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows as they are; columns that are not named get the database's defaults."""
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
