"""How values are written on pages."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from approvals.anchors import place_name, row_of
from approvals.judgement import Answer
from approvals.models import ApprovalRecord, Indicator, ReviewNote
from approvals.numbering import code_as_printed
from approvals.selectors.contents import plain
from approvals.states import State
from approvals.values import DOUBTS, Reading, split_value
from approvals.views.words import reason_words, state_word, verb_word
from perfgoals.money import format_amount

register = template.Library()
for words in (state_word, verb_word, reason_words):
    register.filter(words.__name__, words)

_COLOURS = {
    State.DRAFT: "secondary",
    State.SUBMITTED: "azure",
    State.FINANCE_REVIEW: "indigo",
    State.AMENDING: "yellow",
    State.PASSED: "orange",
    State.APPROVED: "green",
    State.RETURNED: "red",
    State.WITHDRAWN: "secondary",
    State.REJECTED: "red",
    State.SUPERSEDED: "secondary",
}


@register.filter
def yuan(value: Decimal | None) -> str:
    """`1234567.8` as `1,234,567.80`; nothing printed is a dash."""
    return "—" if value is None else format_amount(value)


@register.filter
def number(value: Decimal | str | None) -> str:
    """A stored number without the zeros of its column; one of a snapshot is text already."""
    return value if isinstance(value, str) else plain(value) or ""


@register.filter
def code(stored: str) -> str:
    """A verification code as documents print it."""
    return code_as_printed(stored)


@register.filter
def minutes(span: timedelta) -> int:
    """How many minutes a span of time has."""
    return round(span.total_seconds() / 60)


@register.filter
def state_badge(state: str) -> SafeString:
    """The state's word on its colour."""
    try:
        known = State(state)
    except ValueError:
        return format_html('<span class="badge bg-secondary-lt">{}</span>', state)
    return format_html('<span class="badge bg-{}-lt">{}</span>', _COLOURS[known], known.label)


@register.filter
def split_reading(row: Indicator | Any) -> str:
    """How the value of an indicator is understood: `≥ 12 公里`, or why it is not."""
    unit = getattr(row, "measure_unit", None) or getattr(row, "unit", None) or ""
    shown = number(row.number)
    doubts = "" if shown and row.comparator else _doubts(split_value(row.value))
    if not shown:
        return doubts
    return " ".join(filter(None, [row.comparator, shown, unit])) + (f"（{doubts}）" if doubts else "")


@register.filter
def read_as(reading: Reading) -> str:
    """The same for a value that is being typed."""
    shown = " ".join(filter(None, [reading.comparator, reading.number, reading.unit])) if reading.number else ""
    return "；".join(filter(None, [_("识别为 %s") % shown if shown else "", _doubts(reading)]))


def _doubts(reading: Reading) -> str:
    return "；".join(DOUBTS[doubt] for doubt in reading.doubts)


@register.filter
def actor_line(record: ApprovalRecord) -> str:
    """Who took a step, with the organisation he took it for."""
    return f"{record.actor_name}（{record.actor_organisation}）" if record.actor_organisation else record.actor_name


@register.filter
def note_place(note: ReviewNote) -> str:
    """Which line of a table or which cell of a row a note means; nothing for a field it stands beside."""
    if "." not in note.anchor:
        return ""
    whole_row = row_of(note.anchor) is not None and note.anchor.count(".") == 1
    return "" if whole_row else f"{place_name(note.anchor)}："


@register.filter
def answer_word(answer: str) -> str:
    """How a question of the review form was answered."""
    return str(Answer(answer).label) if answer in Answer.values else answer
