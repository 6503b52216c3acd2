"""Projects on rows of one cell under a header of indicators alone: `项目名称：某经费  实施单位：某局  预算：12万元`."""

from ingest.drafts import ProjectDraft
from ingest.grid import Grid
from ingest.layouts.cells import Clerk
from ingest.layouts.columns import Header, is_counting_row, texts_of
from ingest.layouts.heading import labelled
from ingest.layouts.words import split_organisation, split_project
from perfgoals.money import parse_amount

_NAME = "项目名称"
_TOTALS = {"total", "project_total"}


def band_in(text: str) -> dict[str, str]:
    """What a band says: field key → value; {} for any other text."""
    told = {name: value for name, _, value in labelled(text) if value} if _NAME in text else {}
    return told if "project_name" in told else {}


def under_bands(grid: Grid, header: Header) -> bool:
    """Whether the rows of a header stand under bands: the first of them right beneath it."""
    for row in grid.rows[header.bottom + 1 : header.bottom + 3]:
        if is_counting_row(row):
            continue
        filled = texts_of(row)
        return len(filled) == 1 and bool(band_in(filled[0][1]))
    return False


def project_of(told: dict[str, str], clerk: Clerk, place: str) -> ProjectDraft:
    """The project of a band; its amount may have a money unit of its own."""
    code, name = split_project(told["project_name"])
    project = ProjectDraft(name=name, code=told.get("project_code", code), place=place)
    if "unit_name" in told:
        project.unit_code, project.unit_name = split_organisation(told["unit_name"])
    if "department" in told:
        project.department = split_organisation(told["department"])[1]
    project.goal, project.category = told.get("goal"), told.get("category")
    for name in _TOTALS & set(told):
        amount = parse_amount(told[name], clerk.unit)
        own = amount.unit is not None and amount.trouble is None
        project.total = amount.value if own else clerk.amount_of(told[name], "资金总额", lambda: place)
    return project
