"""What the database works out from a stored draft and its problems."""

from django.db.models import F, Func, TextField


class Computed(Func):
    """An SQL expression over one jsonb column."""

    def __init__(self, column: str, template: str, **names: str) -> None:
        super().__init__(F(column), output_field=TextField())
        self.column = column
        self.template = template
        self.extra = {**names}

    def deconstruct(self) -> tuple:
        """For migrations."""
        return (f"{self.__module__}.{type(self).__qualname__}", [self.column, self.template], dict(self.extra))


def amount_of(column: str) -> Func:
    """The annual amount in 元, NULL where none is printed."""
    return Computed(column, "((%(expressions)s)->>'total')::numeric")


def count_of(column: str, name: str) -> Func:
    """The length of a list in the draft."""
    return Computed(column, f"jsonb_array_length((%(expressions)s)->'{name}')")


def printed_unit(column: str) -> Func:
    """Code and name of the unit as printed."""
    code, name = (f"coalesce((%(expressions)s)->>'{part}', '')" for part in ("unit_code", "unit_name"))
    return Computed(column, f"btrim({code} || ' ' || {name})")


def severities(column: str, severity: str, source: str = "") -> Func:
    """How many problems of this severity (and from this source) the list holds."""
    also = f' && @.source == "{source}"' if source else ""
    path = f'$[*] ? (@.severity == "{severity}"{also})'
    return Computed(column, f"jsonb_array_length(jsonb_path_query_array(%(expressions)s, '{path}'))")
