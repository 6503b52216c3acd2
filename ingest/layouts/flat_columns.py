"""What the columns of a flat table are for, once for each header."""

from dataclasses import dataclass, field

from ingest.layouts.cells import Clerk
from ingest.layouts.columns import Block, Header
from ingest.layouts.indicators import IndicatorReader

_NAMES = ("project_name", "unit_and_project", "programme", "unit_name")
_SHARED_CODES = ("unit_and_project_code", "unit_code")


@dataclass(slots=True)
class FlatColumns:
    """A header made ready for reading rows.

    readers          one for each block of indicators that counts
    shared           units and projects stand in one column
    name             column of project names;  code  of codes, None where there is none
    codes_of_units   the codes are those of units, on rows of projects too
    project          all columns of unit and project, without those of indicators
    first_indicator  the leftmost column of indicators
    leading          whether all project columns stand left of it
    has_units        whether units have a column of their own
    """

    header: Header
    readers: list[IndicatorReader]
    fields: dict[str, int]
    shared: bool
    name: int
    code: int | None
    codes_of_units: bool = False
    project: tuple[int, ...] = ()
    first_indicator: int = 0
    leading: bool = True
    has_units: bool = False
    level1: int | None = None
    long_texts: list[tuple[str, int]] = field(default_factory=list)

    @classmethod
    def of(cls, header: Header, clerk: Clerk) -> "FlatColumns":
        """Work out the columns of `header`."""
        fields = header.fields
        readers = [IndicatorReader(block, clerk) for block in _counted(header)]
        shared = "project_name" not in fields and "programme" not in fields
        codes = _SHARED_CODES if shared else ("project_code",)
        columns = cls(
            header,
            readers,
            fields,
            shared,
            name=next((fields[name] for name in _NAMES if name in fields), 0),
            code=next((fields[name] for name in codes if name in fields), None),
        )
        columns.codes_of_units = shared and columns.code is not None and columns.code == fields.get("unit_code")
        indicator = {column for reader in readers for column in reader.columns}
        columns.first_indicator = min(indicator, default=header.width)
        columns.project = tuple(sorted({*fields.values(), *header.funding.values(), *header.plan.values()} - indicator))
        columns.leading = all(column < columns.first_indicator for column in columns.project)
        columns.level1 = readers[0].level1_column if readers else None
        columns.long_texts = [(name, fields[name]) for name in ("goal", "long_term_goal", "purpose") if name in fields]
        columns.has_units = not shared and bool({"unit_name", "unit_and_project"} & set(fields))
        return columns

    def carry_levels(self, before: "FlatColumns") -> None:
        """The same table goes on under a repeated header: level words are still those above it."""
        if len(before.readers) != len(self.readers):
            return
        for reader, old in zip(self.readers, before.readers, strict=True):
            reader.level1 = reader.block.level1 or old.level1
            reader.level2 = reader.block.level2 or old.level2


def _counted(header: Header) -> list[Block]:
    """The blocks that count: the annual ones where both terms are there."""
    if {block.term for block in header.blocks} >= {"annual", "multi"}:
        return [block for block in header.blocks if block.term != "multi"]
    return header.blocks
