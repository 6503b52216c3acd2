"""ETags of declarations: what is read is told by its mark, and what is changed is what was read."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from approvals.models import Declaration
from approvals.views.words import state_word, verb_word
from perfgoals.errors import Refusal

Method = TypeVar("Method", bound=Callable[..., Any])
_TAG = re.compile(r'^"(\d{1,9})-[0-9a-f]{8}"$')


def guarded(method: Method) -> Method:
    """Mark a view's method that honours `If-Match`, for the schema."""
    method.guarded = True  # type: ignore[attr-defined]
    return method


def tagged(method: Method) -> Method:
    """Mark a view's method that honours `If-None-Match`, for the schema."""
    method.tagged = True  # type: ignore[attr-defined]
    return method


def with_tag(request: Request, answer: Response, revision: int) -> Response:
    """The answer with its ETag: revision, and a digest of all it says; 304 for whoever has it already.

    The digest is there because an answer says more than its revision covers: what the person may do, and names
    of organisations.
    """
    told = hashlib.sha256(JSONRenderer().render(answer.data)).hexdigest()[:8]
    tag = f'"{revision}-{told}"'
    if request.method == "GET" and tag in _tags(request.headers.get("If-None-Match", ""), weak=True):
        answer = Response(status=304)
    answer["ETag"] = tag
    return answer


@contextmanager
def as_read(request: Request, now: Callable[[], Declaration], seen: int | None = None) -> Iterator[int | None]:
    """The revision that services compare, from `If-Match` or else as the body tells (`seen`).

    Of a tag the revision counts: what else the answer said is not what is being changed. When `If-Match` names
    another revision than the present one, or it changes meanwhile, the refusal is a 412 that tells how it stands.
    """
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        yield seen
        return
    present = now().revision
    read = {int(match[1]) for tag in _tags(header) if (match := _TAG.match(tag))}
    if present not in read:
        raise _changed(now())
    try:
        yield present
    except Refusal as refusal:
        raise _changed(now()) if refusal.code == "stale" else refusal from None


def _changed(declaration: Declaration) -> Refusal:
    last = declaration.records.order_by("sequence").last()
    current = {
        "revision": declaration.revision,
        "state": declaration.state,
        "updated_at": declaration.updated_at.isoformat(),
        "last_step": last and {"verb": last.verb, "by": last.actor_name, "at": last.at.isoformat()},
    }
    told = f"，最近由{last.actor_name}{verb_word(last.verb)}" if last else ""
    return Refusal(
        "precondition_failed",
        f"“{declaration.project.name}”在您读取之后已被更新（现为{state_word(declaration.state)}，修订号 "
        f"{declaration.revision}{told}），未作任何修改。请重新读取，核对后带上新的 ETag 再提交。",
        told={"current": current},
    )


def _tags(header: str, weak: bool = False) -> list[str]:
    """The tags a header lists; a weak one never matches strongly (RFC 9110, 13.1.1)."""
    found = [tag.strip() for tag in header.split(",")]
    return [tag.removeprefix("W/") for tag in found] if weak else found
