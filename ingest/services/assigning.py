"""A person says which registered unit is meant by a name that is not known, for all projects under it at once."""

from django.db import transaction

from approvals.models import User
from approvals.selectors.people import actor_of
from ingest.fields import PROJECT
from ingest.models import Amendment, UploadedProject
from ingest.selectors.stored import pack_project, unpack_project
from ingest.selectors.units import assignable_units, without_unit
from ingest.services.amending import locked_for_amending
from ingest.services.checking import match_all
from perfgoals.errors import Refusal


@transaction.atomic
def assign_unit(upload_id: int, actor: User, code: str, name: str, unit_id: int) -> int:
    """Put the projects printed under this code and name under a unit the person files for; tells how many.

    Kept as a correction of each project's unit code, which decides before the name. Raises Refusal.
    """
    upload = locked_for_amending(upload_id, actor)
    unit = assignable_units(upload, actor_of(actor)).filter(pk=unit_id).first()
    if unit is None:
        raise Refusal("invalid", "请在列出的单位中选择：经办人只能归入任经办人的单位。")
    projects = [
        project
        for project in without_unit(upload).select_for_update(of=("self",))
        if (project.printed_code or "", project.printed_name or "") == (code, name)  # type: ignore[attr-defined]
    ]
    if not projects:
        raise Refusal("stale", "这些项目的单位已经改过了，请刷新页面。")
    field = PROJECT["unit_code"]
    amendments = []
    for project in projects:
        draft = unpack_project(project.draft)
        amendments.append(
            Amendment(
                upload=upload,
                kind=Amendment.Kind.CORRECTION,
                position=project.position,
                field=field.key,
                label=field.label,
                place=draft.place,
                found=field.text(draft),
                made=unit.code,
                by=actor,
            )
        )
        field.write(draft, unit.code)
        project.draft = pack_project(draft)
    UploadedProject.objects.bulk_update(projects, ["draft"], batch_size=500)
    Amendment.objects.bulk_create(amendments, batch_size=500)
    match_all(upload)
    return len(projects)
