"""Departments and units of a table: rows that name them, codes that order them, names misread under one code."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from ingest.drafts import ProjectDraft
from ingest.problems import Problem, report
from perfgoals.text import key


@dataclass(slots=True, eq=False)
class Organisation:
    """A department or unit as a row of the table names it."""

    code: str | None
    name: str
    place: str
    total: Decimal | None = None
    parent: "Organisation | None" = None
    children: "list[Organisation]" = field(default_factory=list)
    projects: list[ProjectDraft] = field(default_factory=list)


class Hierarchy:
    """Where in the tree of departments and units the reading stands.

    A code belongs under the code it begins with; names without codes nest only once, under the first.
    """

    def __init__(self) -> None:
        self.all: list[Organisation] = []
        self._path: list[Organisation] = []
        self._coded = 0
        # by the project's id
        self._unit_of: dict[int, Organisation] = {}

    @property
    def top(self) -> Organisation | None:
        """The department the reading is in."""
        return self._path[0] if self._path else None

    @property
    def has_codes(self) -> bool:
        """Whether any organisation has a code."""
        return self._coded > 0

    @property
    def current(self) -> Organisation | None:
        """The unit (or the department itself) the reading is in."""
        return self._path[-1] if self._path else None

    def enter(self, organisation: Organisation) -> None:
        """A row of a department or unit."""
        if organisation.code:
            while self._path and not _under(organisation.code, self._path[-1].code):
                self._path.pop()
        elif len(self._path) > 1 or (self._path and self._path[0].projects):
            del self._path[1 if self._path[0].children else 0 :]
        if self._path:
            organisation.parent = self._path[-1]
            organisation.parent.children.append(organisation)
        self._path.append(organisation)
        self.all.append(organisation)
        self._coded += bool(organisation.code)

    def leave(self, organisation: Organisation) -> None:
        """A row taken for an organisation turned out to be none."""
        self._coded -= bool(organisation.code)
        _remove_late(self.all, organisation)
        if self._path and self._path[-1] is organisation:
            self._path.pop()
        if organisation.parent:
            _remove_late(organisation.parent.children, organisation)

    def assign(self, project: ProjectDraft) -> None:
        """Put department and unit on a project that does not state its own."""
        if not self._path:
            return
        unit = self._path[-1]
        unit.projects.append(project)
        self._unit_of[id(project)] = unit
        if project.unit_name is None:
            project.unit_code = project.unit_code or unit.code
            project.unit_name = unit.name
        if project.department is None and self._is_department(self._path[0]):
            project.department = self._path[0].name

    def forget(self, projects: Iterable[ProjectDraft]) -> None:
        """Rows taken for projects turned out to be none."""
        gone = {id(project) for project in projects}
        units = {self._unit_of.pop(each) for each in gone if each in self._unit_of}
        for unit in units:
            unit.projects = [mine for mine in unit.projects if id(mine) not in gone]

    def _is_department(self, organisation: Organisation) -> bool:
        return bool(organisation.children) or (organisation.code is not None and len(organisation.code) <= 3)

    def departments(self) -> list[Organisation]:
        """The departments with a row of their own; a single row without code is the department and its own unit."""
        tops = [each for each in self.all if each.parent is None]
        if len(tops) == 1 and tops[0].code is None:
            return tops
        return [each for each in tops if self._is_department(each)]

    def problems(self) -> list[Problem]:
        """Two departments in one table; sums on department and unit rows that do not agree."""
        found = []
        departments = {each.code or key(each.name): each for each in self.departments()}
        if len(departments) > 1:
            named = "、".join(f"{each.place} {each.code or ''}{each.name}" for each in departments.values())
            places = "、".join(each.place for each in departments.values())
            found.append(report("TWO_DEPARTMENTS", places, named, field="部门名称", found=named, expected="一个部门"))
        return found

    def under(self, organisation: Organisation) -> list[ProjectDraft]:
        """Every project of an organisation and of what is under it."""
        mine = list(organisation.projects)
        for each in organisation.children:
            mine += self.under(each)
        return mine


def _remove_late(organisations: list[Organisation], one: Organisation) -> None:
    """Take out one that stands at or near the end."""
    del organisations[next(at for at in reversed(range(len(organisations))) if organisations[at] is one)]


def _under(code: str, parent: str | None) -> bool:
    return parent is not None and code != parent and code.startswith(parent)


def resolve_names(projects: Iterable[ProjectDraft]) -> list[Problem]:
    """Give every unit code its one name: what most rows say. Changes the projects, reports each change."""
    by_code: dict[str, list[ProjectDraft]] = defaultdict(list)
    for project in projects:
        if project.unit_code and project.unit_name:
            by_code[project.unit_code].append(project)
    found: list[Problem] = []
    for code, mine in by_code.items():
        names = Counter(key(project.unit_name or "") for project in mine)
        if len(names) < 2:
            continue
        (best, most), (_, second) = names.most_common(2)
        if most == second:
            told = "、".join(sorted({project.unit_name or "" for project in mine}))
            found.append(
                report(
                    "ORG_UNCLEAR", mine[0].place, f"{code}：{told}", field="单位名称", found=told, expected="一个名称"
                )
            )
            continue
        right = next(project.unit_name for project in mine if key(project.unit_name or "") == best)
        for project in mine:
            if key(project.unit_name or "") != best:
                detail = f"{code} “{project.unit_name}”读作“{right}”"
                found.append(
                    report(
                        "ORG_MISREAD",
                        project.place,
                        detail,
                        field="单位名称",
                        found=project.unit_name or "",
                        expected=right or "",
                    )
                )
                project.unit_name = right
    return found
