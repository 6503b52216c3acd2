"""Reading uploads: who sees which, and what their preview shows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from approvals.models import User
from approvals.roles import Actor, Role
from ingest.models import Upload, UploadedProject


def visible_to(actor: Actor) -> QuerySet[Upload]:
    """One's own uploads; the bureau's people and auditors see those whose heading names their bureau.

    A division's reviewer sees those that name one of its departments.
    """
    seen = Q(uploader_id=actor.user_id)
    for grant in actor.granted([Role.FINANCE_REVIEWER, Role.APPROVER, Role.AUDITOR]):
        if grant.department_id:
            seen |= Q(department_id=grant.department_id)
        elif grant.bureau_id:
            seen |= Q(bureau_id=grant.bureau_id)
        else:
            return Upload.objects.all()
    return Upload.objects.filter(seen)


def recent(actor: Actor) -> QuerySet[Upload]:
    """For the list, with how many projects each holds and how many were taken over."""
    return (
        visible_to(actor)
        .select_related("uploader", "department", "bureau")
        .annotate(found=Count("projects"), taken=Count("projects", filter=Q(projects__declaration__isnull=False)))
        .order_by("-created_at", "-id")
    )


def same_file_ids(user: User, digests: Collection[str]) -> dict[str, int]:
    """For files of this person that came more than once: digest → the first upload."""
    rows = Upload.objects.filter(uploader=user, sha256__in=digests).exclude(state=Upload.State.FAILED)
    first: dict[str, int] = {}
    for digest, pk in rows.order_by("pk").values_list("sha256", "pk"):
        first.setdefault(digest, pk)
    return first


@dataclass(frozen=True, slots=True)
class UnitGroup:
    """The projects of one unit as read, of those on a page."""

    title: str
    projects: list[Any]
    total: Decimal


def groups_of(projects: Sequence[Any]) -> list[UnitGroup]:
    """Projects (anything with `unit_title` and `amount`) gathered by unit, in the order of the file."""
    gathered: dict[str, list[Any]] = {}
    for project in projects:
        gathered.setdefault(project.unit_title or "（未写明单位）", []).append(project)
    return [
        UnitGroup(title, members, sum((member.amount or Decimal(0) for member in members), Decimal(0)))
        for title, members in gathered.items()
    ]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a file holds, in numbers; `barred` when an error stands against all of it."""

    units: int
    projects: int
    indicators: int
    total: Decimal | None
    errors: int
    warnings: int
    infos: int
    acceptable: int
    barred: bool


def file_is_barred(upload: Upload) -> bool:
    """Whether an error of the file, or one in a project that bars the whole file, stands undecided."""
    return bars(upload.problems) or upload.projects.filter(bars_file__gt=0, left_out=False).exists()


def acceptable(upload: Upload, project: UploadedProject, barred: bool) -> bool:
    """Whether this project may be taken over: nothing wrong with the file (`barred`), nor with it, not yet taken."""
    return (
        upload.state in (Upload.State.READY, Upload.State.ACCEPTED)
        and not barred
        and not bars(project.problems)
        and not project.left_out
        and project.unit_id is not None
        and project.declaration_id is None
    )


def free_projects(upload: Upload) -> QuerySet[UploadedProject]:
    """Those with nothing against them, as far as they themselves go."""
    return upload.projects.filter(errors=0, left_out=False, unit__isnull=False, declaration__isnull=True)


def bars(problems: list[dict[str, Any]]) -> bool:
    """Whether a list of stored problems holds an error."""
    return any(problem["severity"] == "error" for problem in problems)


def summary_of(upload: Upload) -> Summary:
    """The numbers over a preview, counted by the database."""
    free = Q(errors=0, left_out=False, unit__isnull=False, declaration__isnull=True)
    sums = upload.projects.aggregate(
        acceptable=Count("pk", filter=free),
        units=Count("unit_title", distinct=True),
        projects=Count("pk", filter=~Q(draft__contains={"department_goal": True})),
        indicators=Sum("indicator_count", default=0),
        total=Sum("amount"),
        count_of_errors=Sum("errors", default=0),
        count_of_warnings=Sum("warnings", default=0),
        count_of_infos=Sum("infos", default=0),
        barring=Count("pk", filter=Q(bars_file__gt=0, left_out=False)),
    )
    severities = [problem["severity"] for problem in upload.problems]
    barred = bool(sums.pop("barring")) or "error" in severities
    for name in ("error", "warning", "info"):
        sums[f"{name}s"] = sums.pop(f"count_of_{name}s") + severities.count(name)
    if barred or upload.state not in (Upload.State.READY, Upload.State.ACCEPTED):
        sums["acceptable"] = 0
    return Summary(barred=barred, **sums)
