"""A person says how a form is to be read: layout, header, what each column means, money unit, year."""

from dataclasses import replace

from django.db import transaction

from approvals.facts import BY_KEY, synonym_key
from approvals.models import Department, User
from approvals.selectors.people import actor_of
from ingest.hints import Hints, fingerprint
from ingest.models import Amendment, HeaderMapping, Upload
from ingest.selectors.mappings import departments_filed_for
from ingest.services.amending import locked_for_amending
from ingest.services.queue import read_again
from perfgoals.errors import Refusal
from perfgoals.text import key as folded

State = Upload.State
# What a flat table cannot do without.
_NEEDED = ("indicator_name", "value")


def choose(upload_id: int, actor: User, hints: Hints, remember: bool = False) -> Upload:
    """Read the file again as the person says; keep it for the department's next file when asked. Raises Refusal."""
    with transaction.atomic():
        upload = locked_for_amending(upload_id, actor, State.NEEDS_CHOICE, State.READY, State.FAILED)
        if not upload.survey.get("tables"):
            raise Refusal("wrong_state", f"文件“{upload.name}”里没有可以指定的表格。")
        if upload.projects.filter(declaration__isnull=False).exists():
            raise Refusal("wrong_state", "已有项目从这个文件导入，不能重新读取。请重新上传文件。")
        _check(upload, hints)
        Amendment.objects.create(
            upload=upload,
            kind=Amendment.Kind.READING,
            field="mapping",
            label="读取方式",
            found=_headers_told(upload, hints),
            made=told(hints),
            by=actor,
        )
        if remember and hints.columns and hints.header:
            _remember(upload, actor, hints)
        # Scans are recognised again, whatever else is said of them.
        read_again(upload, replace(hints, recognise=bool(upload.hints.get("recognise"))).to_json())
    return upload


def told(hints: Hints) -> str:
    """The hints in words."""
    parts = []
    if hints.layout:
        parts.append({"flat": "明细表", "card": "申报表"}.get(hints.layout, hints.layout))
    if hints.columns:
        named = [f"第{c + 1}列={BY_KEY[k].label if k else '不读取'}" for c, k in sorted(hints.columns.items())]
        parts.append("，".join(named))
    if hints.labels:
        parts.append("，".join(f"“{t}”={BY_KEY[k].label if k else '不读取'}" for t, k in hints.labels.items()))
    if hints.unit:
        parts.append(f"金额按{hints.unit}")
    if hints.year:
        parts.append(f"{hints.year}年")
    return "；".join(parts)


def _check(upload: Upload, hints: Hints) -> None:
    tables = upload.survey["tables"]
    unknown = [k for k in (*hints.columns.values(), *hints.labels.values()) if k and k not in BY_KEY]
    if unknown:
        raise Refusal("invalid", f"没有“{unknown[0]}”这一栏。")
    if hints.table >= len(tables):
        raise Refusal("invalid", f"文件里没有第 {hints.table + 1} 张表。")
    if hints.header and not 0 <= hints.header[0] <= hints.header[1] < len(tables[hints.table]["rows"]):
        raise Refusal("invalid", "表头的行号不对：请填写下面所列各行的行号，首行不大于末行。")
    if not hints.columns:
        return
    chosen = [k for k in hints.columns.values() if k]
    twice = [k for k in dict.fromkeys(chosen) if chosen.count(k) > 1]
    if twice:
        raise Refusal("invalid", f"“{BY_KEY[twice[0]].label}”指定给了两列，只能指定一列。")
    missing = [BY_KEY[k].label for k in _NEEDED if k not in chosen]
    if not {"project_name", "unit_and_project", "programme"} & set(chosen):
        missing.append(BY_KEY["project_name"].label)
    if hints.layout != "card" and missing:
        raise Refusal("invalid", f"还没有指定：{'、'.join(missing)}。请指出它们各是哪一列。")


def _header_rows(upload: Upload, hints: Hints) -> list[list[str]]:
    """The header's texts as `find_headers` compares them."""
    if hints.header is None:
        return []
    rows = upload.survey["tables"][hints.table]["rows"][hints.header[0] : hints.header[1] + 1]
    found = []
    for row in rows:
        texts = [synonym_key(text) for text in row]
        while texts and not texts[-1]:
            texts.pop()
        found.append(texts)
    return found


def _headers_told(upload: Upload, hints: Hints) -> str:
    return "、".join(text for row in _header_rows(upload, hints) for text in row if text)[:500]


def _remember(upload: Upload, actor: User, hints: Hints) -> None:
    headers = _header_rows(upload, hints)
    if not any(folded(text) for row in headers for text in row):
        return
    stored = {name: value for name, value in hints.to_json().items() if name in {"layout", "columns", "unit"}}
    for department in Department.objects.filter(pk__in=departments_filed_for(actor_of(actor))):
        HeaderMapping.objects.update_or_create(
            department=department,
            fingerprint=fingerprint(headers),
            defaults={"headers": headers, "hints": stored, "by": actor},
        )
