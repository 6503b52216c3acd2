"""Saying what the columns or labels of a form mean, when the headers are not all understood."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from approvals.facts import FACTS
from approvals.views.common import refused, user_of, whole_number
from ingest.decisions import MONEY_UNITS
from ingest.hints import Hints
from ingest.models import Upload
from ingest.services.choosing import choose as read_as
from ingest.views.common import found_upload
from perfgoals.errors import Refusal

_GROUPS = (
    ("部门和单位", ("organisation",)),
    ("项目", ("project", "goal", "plan")),
    ("资金", ("money", "funding")),
    ("指标", ("indicator",)),
)
_LAYOUTS = (("flat", "明细表（一行一条指标）"), ("card", "申报表（一个项目一张表）"))
# Facts that no column holds.
_NOT_OFFERED = frozenset(["remark", "scoring_rule", "spending_plan", "programme_code", "unit_and_project_code"])


@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """The headers as found beside the fields we look for; sent, the file is read again by what the person says."""
    upload = found_upload(request, pk)
    if upload.uploader_id != user_of(request).pk:
        return refused(request, Refusal("not_allowed", "只有上传人可以指定这个文件各列的含义。"))
    if not upload.survey.get("tables"):
        return refused(request, Refusal("wrong_state", f"文件“{upload.name}”里没有可以指定的表格。"))
    refusal = None
    if request.method == "POST":
        try:
            read_as(pk, user_of(request), _hints(request), bool(request.POST.get("remember")))
            return redirect("upload", pk)
        except Refusal as again:
            refusal = again
    context = _page(request, upload) | {"refusal": refusal}
    return render(request, "ingest/mapping.html", context, status=refusal.status if refusal else 200)


def _hints(request: HttpRequest) -> Hints:
    """What the form says; rows are counted from 1 on the page."""
    said = request.POST
    layout = said.get("layout", "")
    if layout not in dict(_LAYOUTS):
        raise Refusal("invalid", "请选择版式。")
    unit, year = said.get("unit", ""), whole_number(said.get("year"))
    if unit and unit not in MONEY_UNITS:
        raise Refusal("invalid", "请选择金额单位。")
    if year is not None and not 2000 <= year <= 2100:
        raise Refusal("invalid", "年度应在 2000 到 2100 之间。")
    columns = {
        int(name[7:]): said[name]
        for name in said
        if name.startswith("column-") and name[7:].isascii() and name[7:].isdigit() and len(name) < 11
    }
    labels = {
        text: key for text, key in zip(said.getlist("label"), said.getlist("label-field"), strict=False) if text and key
    }
    first, last = whole_number(said.get("first")), whole_number(said.get("last"))
    header = (first - 1, last - 1) if first and last and not said.get("no_header") else None
    return Hints(
        layout=layout,
        table=whole_number(said.get("table")) or 0,
        header=header,
        first=max((first or 1) - 1, 0),
        columns=columns if layout == "flat" else {},
        labels=labels if layout == "card" else {},
        unit=unit or None,
        year=year,
    )


def _page(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    said = request.POST if request.method == "POST" else request.GET
    tables = upload.survey["tables"]
    before = Hints.from_json(upload.hints)
    number = whole_number(said.get("table"))
    number = number if number is not None and number < len(tables) else min(before.table, len(tables) - 1)
    table = tables[number]
    lines = before.header or table["header"] or [0, 0]
    first = whole_number(said.get("first")) or lines[0] + 1
    last = max(whole_number(said.get("last")) or lines[1] + 1, first)
    layout = said.get("layout") or upload.hints.get("layout") or upload.document.get("layout") or "flat"
    guessed = {int(c): key for c, key in table["columns"].items()} | (
        dict(before.columns) if before.table == number else {}
    )
    columns = [
        {
            "number": n,
            "name": f"column-{n}",
            "chosen": said.get(f"column-{n}", guessed.get(n, "")),
            "text": " / ".join(dict.fromkeys(filter(None, (row[n] for row in table["rows"][first - 1 : last])))),
        }
        for n in range(table["width"])
    ]
    labels = dict(before.labels)
    if request.method == "POST":
        labels |= dict(zip(request.POST.getlist("label"), request.POST.getlist("label-field"), strict=False))
    failed = [p for p in upload.problems if p["code"] in ("LAYOUT_UNCLEAR", "HEADER_NOT_FOUND", "NO_FORM")]
    return {
        "upload": upload,
        "tables": [{"number": n, "label": each["label"], "length": each["length"]} for n, each in enumerate(tables)],
        "number": number,
        "rows": [
            {"number": n + 1, "cells": row, "is_header": first <= n + 1 <= last and not said.get("no_header")}
            for n, row in enumerate(table["rows"])
        ],
        "columns": columns,
        "labels": [each | {"chosen": labels.get(each["text"], "")} for each in upload.survey["labels"]],
        "first": first,
        "last": last,
        "no_header": bool(said.get("no_header")),
        "layout": layout if layout in dict(_LAYOUTS) else "flat",
        "layouts": _LAYOUTS,
        "groups": field_groups(),
        "units": MONEY_UNITS,
        "unit": said.get("unit") or before.unit or "",
        "year": said.get("year") or before.year or upload.fiscal_year or "",
        "wanted": failed,
        "found": upload.survey["found"],
    }


def field_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """The fields a column may be, in groups: (heading, [(key, label)])."""
    return [
        (heading, [(each.key, each.label) for each in FACTS if each.group in groups and each.key not in _NOT_OFFERED])
        for heading, groups in _GROUPS
    ]
