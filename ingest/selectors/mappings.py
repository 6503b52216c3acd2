"""What people said of forms before, for the next file with the same headers."""

from collections.abc import Iterable

from django.db.models import QuerySet

from approvals.models import Unit
from approvals.roles import Actor, Role
from ingest.grid import Document
from ingest.hints import Hints, find_headers
from ingest.models import HeaderMapping
from ingest.problems import Problem


def departments_filed_for(actor: Actor) -> set[int]:
    """The departments a filer files for, wholly or for one of their units."""
    grants = actor.granted([Role.FILER])
    units = Unit.objects.filter(pk__in=[grant.unit_id for grant in grants if grant.unit_id])
    own = {grant.department_id for grant in grants if grant.department_id}
    return own | set(units.values_list("department_id", flat=True))


def mappings_for(actor: Actor) -> QuerySet[HeaderMapping]:
    """What was said of forms of the departments this person files for, the latest first."""
    rows = HeaderMapping.objects.filter(department_id__in=departments_filed_for(actor))
    return rows.select_related("by").order_by("-at")


def remembered(mappings: Iterable[HeaderMapping], document: Document) -> tuple[Hints, Problem] | None:
    """The hints for a document whose headers were explained before, and what the user is told of it. No query."""
    for mapping in mappings:
        found = find_headers(document, mapping.headers)
        if found is None:
            continue
        table, top = found
        stored = mapping.hints | {"table": table, "header": [top, top + len(mapping.headers) - 1]}
        told = f"表头与以前的文件相同，按 {mapping.by} 于 {mapping.at:%Y-%m-%d} 指定的含义读取。"
        problem = Problem(
            "MAPPING_REMEMBERED",
            "warning",
            told,
            document.grids[table].place(top),
            "表头",
            "、".join(text for row in mapping.headers for text in row if text)[:200],
            "",
            "请核对各列；如不对，请重新指定各列的含义。",
        )
        return Hints.from_json(stored), problem
    return None
