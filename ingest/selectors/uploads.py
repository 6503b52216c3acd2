"""Reading uploads: who sees which, and what their preview shows."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from approvals.models import User
from approvals.roles import Actor, Role
from ingest.models import Upload, UploadedProject


def visible_to(actor: Actor) -> QuerySet[Upload]:
    """One's own uploads; the bureau's people and auditors see those whose heading names their bureau."""
    seen = Q(uploader_id=actor.user_id)
    for grant in actor.granted([Role.FINANCE_REVIEWER, Role.APPROVER, Role.AUDITOR]):
        seen |= Q(bureau_id=grant.bureau_id) if grant.bureau_id else Q()
        if not grant.bureau_id:
            return Upload.objects.all()
    return Upload.objects.filter(seen)


def recent(actor: Actor) -> QuerySet[Upload]:
    """For the list, with how many projects each holds and how many were taken over."""
    return (
        visible_to(actor)
        .select_related("uploader", "department", "bureau")
        .annotate(found=Count("projects"), taken=Count("projects", filter=Q(projects__declaration__isnull=False)))
    )


def same_file(user: User, sha256: str) -> Upload | None:
    """An earlier upload of the very same file by this person that was read or is being read."""
    return Upload.objects.filter(uploader=user, sha256=sha256).exclude(state=Upload.State.FAILED).first()


@dataclass(frozen=True, slots=True)
class UnitGroup:
    """The projects of one unit as read."""

    title: str
    projects: list[UploadedProject]
    total: Decimal


@dataclass(frozen=True, slots=True)
class Summary:
    """What a file holds, in numbers."""

    units: int
    projects: int
    indicators: int
    total: Decimal | None
    errors: int
    warnings: int
    infos: int
    acceptable: int


def groups_of(projects: list[UploadedProject]) -> list[UnitGroup]:
    """Projects gathered by unit, in the order of the file."""
    gathered: dict[str, list[UploadedProject]] = {}
    for project in projects:
        title = " ".join(filter(None, (project.draft["unit_code"], project.draft["unit_name"]))) or "（未写明单位）"
        gathered.setdefault(title, []).append(project)
    return [
        UnitGroup(title, members, sum((member.amount or Decimal(0) for member in members), Decimal(0)))
        for title, members in gathered.items()
    ]


def acceptable(upload: Upload, project: UploadedProject) -> bool:
    """Whether this project may be taken over: nothing wrong with the file, nothing wrong with it, not yet taken."""
    return (
        upload.state in (Upload.State.READY, Upload.State.ACCEPTED)
        and not bars(upload.problems)
        and not bars(project.problems)
        and project.unit_id is not None
        and project.declaration_id is None
    )


def acceptable_positions(upload: Upload) -> list[int]:
    """The places of all projects that may be taken over."""
    return [project.position for project in upload.projects.all() if acceptable(upload, project)]


def bars(problems: list[dict[str, str]]) -> bool:
    """Whether a list of stored problems holds an error."""
    return any(problem["severity"] == "error" for problem in problems)


def summary_of(upload: Upload, projects: list[UploadedProject]) -> Summary:
    """The numbers over a preview."""
    problems = [*upload.problems, *(problem for project in projects for problem in project.problems)]
    severities = [problem["severity"] for problem in problems]
    amounts = [project.amount for project in projects if project.amount is not None]
    return Summary(
        units=len({(p.draft["unit_code"], p.draft["unit_name"]) for p in projects}),
        projects=len(projects),
        indicators=sum(len(p.draft["indicators"]) for p in projects),
        total=sum(amounts, Decimal(0)) if amounts else None,
        errors=severities.count("error"),
        warnings=severities.count("warning"),
        infos=severities.count("info"),
        acceptable=sum(acceptable(upload, project) for project in projects),
    )
