"""An uploaded approval document 批复 beside the declarations under review: what is the same, what differs, what lacks.

A project of the document is the declaration of its unit that bears its code; else its name; of several with one name
the one with its amount. What that does not settle is asked, never guessed.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest

from django.db.models import Count
from django.utils import timezone
from rapidfuzz import fuzz

from approvals.checks import cannot_be_kept, check_content
from approvals.documents.content import ProjectContent
from approvals.drafts import ProjectDraft
from approvals.models import Approval, Declaration, Department, Project, Unit
from approvals.models.declaration import Origin
from approvals.models.edges import edges
from approvals.roles import Actor
from approvals.rules import may_issue_for
from approvals.selectors.contents import project_contents
from approvals.services.reviewing import draft_of
from approvals.states import State, Verb
from ingest.drafts import DocumentDraft
from ingest.models import Upload, UploadedProject
from ingest.prevailing import Told, as_the_document_says, carried_by
from ingest.selectors.matching import already_filed
from ingest.selectors.stored import unpack_document, unpack_problems, unpack_project
from perfgoals.errors import Refusal
from perfgoals.text import key

_FIRST = {State.PASSED: 0, State.APPROVED: 2}
# So many declarations are offered where a project may be any of its unit's.
_OFFERED = 20
# What stands against filing a project says nothing against its approval.
OF_FILING = frozenset(["NOT_YOUR_UNIT", "ALREADY_FILED", "NAMESAKE_FILED"])


@dataclass(slots=True)
class Pair:
    """A project of the document and the declaration it is.

    by           what told: its code, its name …
    differences  cell by cell, from the declaration to the document
    content      what the declaration would say if the document prevails
    bar          why it may not prevail; "" when it may
    """

    project: UploadedProject
    declaration: Declaration
    by: str
    content: ProjectContent | None = None
    differences: Sequence[Told] = ()
    bar: str = ""


@dataclass(slots=True)
class Alone:
    """A project of the document that no declaration is for sure, why, and those of its unit that it may be."""

    project: UploadedProject
    why: str
    candidates: list[Declaration] = field(default_factory=list)


@dataclass(slots=True)
class Comparison:
    """The whole document. Every project of it is in exactly one list.

    equal, different  wait for approval, and this person may approve them
    barred            wait for approval, but this person took an earlier step with them
    others            are not waiting: still under review, or approved already
    unclear           a person says which declaration is meant
    additional        there is no such declaration
    missing           declarations that wait for approval and are not in the document
    """

    equal: list[Pair] = field(default_factory=list)
    different: list[Pair] = field(default_factory=list)
    others: list[Pair] = field(default_factory=list)
    barred: list[Pair] = field(default_factory=list)
    unclear: list[Alone] = field(default_factory=list)
    additional: list[Alone] = field(default_factory=list)
    missing: list[Declaration] = field(default_factory=list)

    @property
    def seen(self) -> str:
        """A fingerprint of what the person decides on; another one when anything of it has changed."""
        told = [
            [pair.project.position, pair.declaration.pk, pair.declaration.revision]
            + [[each.place, *each.difference.to_json().values()] for each in pair.differences]
            for pair in (*self.equal, *self.different)
        ]
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(slots=True)
class History:
    """A document of a year that was never filed here: what would be loaded, what is there already, what cannot be."""

    loadable: list[tuple[UploadedProject, Unit, ProjectDraft]] = field(default_factory=list)
    known: list[Alone] = field(default_factory=list)
    unusable: list[Alone] = field(default_factory=list)

    @property
    def seen(self) -> str:
        """A fingerprint of what the person decides on."""
        told = [[project.position, unit.pk, project.draft] for project, unit, _draft in self.loadable]
        text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def approval_heading(upload: Upload) -> DocumentDraft | None:
    """What the file says of itself, when it says that somebody approved it; None for any other file."""
    document = unpack_document(upload.document)
    dated = document.approval_date or document.approval_number
    return document if document.approving_body and dated else None


def found_document(upload: Upload, actor: Actor) -> tuple[DocumentDraft, Department, int]:
    """(heading, department, year) of an approval document this person may confirm; raises Refusal saying why not."""
    if upload.state not in (Upload.State.READY, Upload.State.ACCEPTED):
        raise Refusal("wrong_state", f"文件“{upload.name}”{upload.get_state_display()}，还不能与申报比较。")
    heading = approval_heading(upload)
    if heading is None:
        raise Refusal("wrong_state", f"文件“{upload.name}”没有写明批复单位和批复日期或文号，不是批复文件。")
    if upload.department is None or upload.bureau is None:
        problems = unpack_problems(p for p in upload.problems if p["severity"] == "error")
        raise Refusal("wrong_state", f"文件“{upload.name}”的批复单位或部门没有登记，不能与申报比较。", problems)
    if not may_issue_for(upload.department, actor):
        raise Refusal("not_allowed", f"只有“{upload.bureau.name}”的批复人可以核对并登记这份批复。")
    if upload.fiscal_year is None:
        raise Refusal("wrong_state", f"文件“{upload.name}”没有写明年度，请先在预览页选择年度。")
    return heading, upload.department, upload.fiscal_year


def is_history(department: Department, fiscal_year: int) -> bool:
    """Whether the year has come and the department filed nothing in it here."""
    if fiscal_year > timezone.localdate().year:
        return False
    filed = Declaration.objects.filter(department=department, fiscal_year=fiscal_year)
    return not filed.exclude(origin=Origin.IMPORTED).exists()


def registered_as(upload: Upload) -> Approval | None:
    """The approval this very file was registered as for its department, by whichever upload."""
    known = Approval.objects.filter(department=upload.department_id, file_sha256=upload.sha256)
    return known.defer("content").first() if upload.department_id else None


def compare(upload: Upload, actor: Actor, choices: Mapping[int, int] | None = None) -> Comparison:
    """Every project of the document beside its declaration; a constant number of queries.

    choices  position in the file → declaration, where a person has said which is meant; 0 for none. Raises Refusal
             for a choice that is not offered, and whatever `found_document` raises
    """
    _heading, department, year = found_document(upload, actor)
    projects = list(upload.projects.filter(left_out=False).select_related("unit").order_by("position"))
    drafts = {project.position: unpack_project(project.draft) for project in projects}
    pairing = _Pairing(drafts, _declarations(department, year), dict(choices or {}))
    pairing.pair(projects)
    found = Comparison(unclear=pairing.unclear, additional=pairing.additional)
    _sort(sorted(pairing.pairs, key=lambda pair: pair.project.position), drafts, actor, found)
    asked = {each.pk for unclear in found.unclear for each in unclear.candidates}
    found.missing = [d for d in pairing.free.values() if d.state == State.PASSED and d.pk not in asked]
    return found


def _declarations(department: Department, year: int) -> list[Declaration]:
    """One of each project: the version that waits for approval, else the one under way, else the approved one."""
    rows = Declaration.objects.filter(department=department, fiscal_year=year)
    rows = rows.exclude(state__in=[State.REJECTED, State.SUPERSEDED]).select_related("project", "unit", "approval")
    one: dict[int, Declaration] = {}
    for declaration in sorted(rows, key=lambda d: (_FIRST.get(State(d.state), 1), d.pk)):
        one.setdefault(declaration.project_id, declaration)
    return sorted(one.values(), key=lambda d: (d.unit.code, d.position, d.pk))


class _Pairing:
    """Which declaration each project of the document is. Whatever is settled is free no longer."""

    def __init__(
        self, drafts: Mapping[int, ProjectDraft], declarations: Sequence[Declaration], choices: dict[int, int]
    ) -> None:
        self.drafts = drafts
        self.free = {declaration.pk: declaration for declaration in declarations}
        self.choices = choices
        self.pairs: list[Pair] = []
        self.unclear: list[Alone] = []
        self.additional: list[Alone] = []

    def pair(self, projects: Iterable[UploadedProject]) -> None:
        """By choice, by code, by name, by name and amount; the rest is asked."""
        rest = [project for project in projects if not self._chosen(project)]
        if self.choices:
            raise Refusal("stale", "所选的对应关系已经变了，请重新打开本页再选。")
        rest = self._by_code(rest)
        groups: dict[tuple[int | None, str], list[UploadedProject]] = {}
        for project in rest:
            groups.setdefault((project.unit_id, key(self.drafts[project.position].name)), []).append(project)
        for (unit_id, name), namesakes in groups.items():
            self._by_name(namesakes, [d for d in self._of(unit_id) if key(d.project.name) == name])
        for alone in self.additional:
            alone.candidates = self._likeliest(alone.project)

    def _of(self, unit_id: int | None) -> list[Declaration]:
        return [declaration for declaration in self.free.values() if declaration.unit_id == unit_id]

    def _likeliest(self, project: UploadedProject) -> list[Declaration]:
        """What is free in the project's unit, the same amount first, then the names most alike; a few of many."""
        draft, free = self.drafts[project.position], self._of(project.unit_id)
        name = key(draft.name)
        return nlargest(_OFFERED, free, lambda d: (d.total == draft.total, fuzz.ratio(name, key(d.project.name))))

    def _settle(self, project: UploadedProject, declaration: Declaration, by: str) -> None:
        self.pairs.append(Pair(project, declaration, by))
        del self.free[declaration.pk]

    def _chosen(self, project: UploadedProject) -> bool:
        wanted = self.choices.get(project.position)
        if wanted == 0:
            self.additional.append(Alone(project, "您已说明它不是在审的任何一个项目"))
        elif wanted in self.free and self.free[wanted].unit_id == project.unit_id:
            self._settle(project, self.free[wanted], "您的选择")
        else:
            return False
        del self.choices[project.position]
        return True

    def _by_code(self, projects: Sequence[UploadedProject]) -> list[UploadedProject]:
        """Settles those whose code one declaration of their unit bears; what is left."""
        coded: dict[tuple[int | None, str], Declaration] = {
            (d.unit_id, d.project.code): d for d in self.free.values() if d.project.code
        }
        bearers: dict[tuple[int | None, str], list[UploadedProject]] = {}
        left = []
        for project in projects:
            place = (project.unit_id, self.drafts[project.position].code or "")
            if place in coded:
                bearers.setdefault(place, []).append(project)
            else:
                left.append(project)
        for place, several in bearers.items():
            if len(several) == 1:
                self._settle(several[0], coded[place], "项目编码")
            else:
                self.unclear += [Alone(each, "文件中有几个项目写着这个编码", [coded[place]]) for each in several]
        return left

    def _by_name(self, namesakes: list[UploadedProject], bearing: list[Declaration]) -> None:
        """One of each is settled by the name; of several those whose amounts agree; never two of different codes."""
        if len(namesakes) == len(bearing) == 1 and self._codes_agree(namesakes[0], bearing[0]):
            self._settle(namesakes[0], bearing[0], "项目名称")
            return
        for project in list(namesakes):
            amount = self.drafts[project.position].total
            rivals = [each for each in namesakes if self.drafts[each.position].total == amount]
            fitting = [d for d in bearing if d.total == amount and self._codes_agree(project, d)]
            if amount is not None and len(rivals) == len(fitting) == 1:
                self._settle(project, fitting[0], "项目名称和金额")
                namesakes.remove(project)
                bearing.remove(fitting[0])
        for project in namesakes:
            if project.unit_id is None:
                told = next((p["message"] for p in project.problems if p["code"] == "UNIT_UNKNOWN"), "")
                self.additional.append(Alone(project, told or "文件没有写明登记过的单位"))
            elif bearing:
                self.unclear.append(Alone(project, "同名的项目不能由编码和金额分清", list(bearing)))
            else:
                self.additional.append(Alone(project, "这个单位没有申报这个项目"))

    def _codes_agree(self, project: UploadedProject, declaration: Declaration) -> bool:
        code = self.drafts[project.position].code
        return not code or not declaration.project.code or code == declaration.project.code


def _sort(pairs: Sequence[Pair], drafts: Mapping[int, ProjectDraft], actor: Actor, found: Comparison) -> None:
    """Each pair into its list, those that wait for approval with their differences."""
    edge = edges()[State.PASSED, Verb.APPROVE]
    waiting = [pair for pair in pairs if pair.declaration.state == State.PASSED]
    found.others = [pair for pair in pairs if pair.declaration.state != State.PASSED]
    found.barred = [pair for pair in waiting if not edge.permission(pair.declaration, actor)]
    open_to = [pair for pair in waiting if edge.permission(pair.declaration, actor)]
    contents = project_contents([pair.declaration for pair in open_to])
    carried = carried_by(drafts.values())
    lasting = _with_other_declarations(open_to)
    for pair in open_to:
        own = contents[pair.declaration.pk]
        reading = as_the_document_says(own, drafts[pair.project.position], carried)
        pair.content, pair.differences = reading.content, reading.differences
        if pair.differences:
            pair.bar = _bar(own, reading.content, pair.declaration.project_id in lasting)
            found.different.append(pair)
        else:
            found.equal.append(pair)


def _with_other_declarations(pairs: Sequence[Pair]) -> set[int]:
    """Projects that other years or versions know by their name and code as well."""
    projects = Project.objects.filter(pk__in=[pair.declaration.project_id for pair in pairs])
    return set(projects.annotate(n=Count("declarations")).filter(n__gt=1).values_list("pk", flat=True))


def _bar(own: ProjectContent, its: ProjectContent, lasting: bool) -> str:
    """Why the document's text cannot become the declaration's; "" when it can."""
    if lasting and (own.name, own.code, own.category) != (its.name, its.code, its.category):
        return "项目在其他年度或版本中也有申报，名称、编码和类别不能随这份文件改。"
    problems = [*cannot_be_kept(draft_of(its)), *(p for p in check_content(its) if p.code == "FUNDING_SUM")]
    return "；".join(problem.message for problem in problems)


def history(upload: Upload, actor: Actor) -> History:
    """The projects of a document of a year that was never filed here; a constant number of queries."""
    _heading, department, year = found_document(upload, actor)
    filed: dict[int, list[Declaration]] = {}
    for declaration in Declaration.objects.filter(department=department, fiscal_year=year).select_related("project"):
        filed.setdefault(declaration.unit_id, []).append(declaration)
    found = History()
    projects = upload.projects.filter(left_out=False).select_related("unit__department__bureau").order_by("position")
    for project in projects:
        draft = unpack_project(project.draft)
        barring = [p for p in project.problems if p["severity"] == "error" and p["code"] not in OF_FILING]
        known = [p for p in already_filed(draft, project.unit, filed) if p.severity == "error"] if project.unit else []
        if known:
            found.known.append(Alone(project, known[0].message))
        elif barring or project.unit is None:
            told = "；".join(problem["message"] for problem in barring)
            found.unusable.append(Alone(project, told or "文件没有写明登记过的单位"))
        else:
            found.loadable.append((project, project.unit, draft))
    return found
