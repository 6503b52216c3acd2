"""`Idempotency-Key`: a request that comes twice is done once."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from approvals.services.answers import Answer, answer_kept, keep_answer

_KEPT_HEADERS = ("ETag", "Location")


def once(method: Callable[..., Response]) -> Callable[..., Response]:
    """A view's method that goes by `Idempotency-Key` where the request has one.

    Effect and kept answer are one transaction. What is refused leaves nothing behind, and may be tried again.
    """

    @wraps(method)
    def answered(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return method(self, request, *args, **kwargs)
        if not (1 <= len(key) <= 255 and key.isascii() and key.isprintable() and " " not in key):
            raise ValidationError({"Idempotency-Key": [_("键应为 1 至 255 个可见的 ASCII 字符，不含空格。")]})
        print_ = fingerprint(request)
        with transaction.atomic():
            kept = answer_kept(self.user, key, print_)
            if kept is not None:
                again = Response(json.loads(kept.body) if kept.body else None, kept.status)
                for name, value in (kept.headers | {"Idempotent-Replayed": "true"}).items():
                    again[name] = value
                return again
            answer = method(self, request, *args, **kwargs)
            headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
            body = "" if answer.data is None else JSONRenderer().render(answer.data).decode()
            keep_answer(self.user, key, print_, Answer(answer.status_code, headers, body))
            return answer

    answered.once = True  # type: ignore[attr-defined]
    return answered


def fingerprint(request: Request) -> str:
    """What makes two requests the same: method, address, and what they say, files by their content."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    digest.update((request.headers.get("If-Match", "") + "\n").encode())
    if isinstance(request.data, MultiValueDict):
        for name, values in sorted(request.data.lists()):
            for value in values:
                digest.update(f"{name}\n{getattr(value, 'name', '')}\n".encode())
                chunks = value.chunks() if isinstance(value, UploadedFile) else [str(value).encode()]
                for chunk in chunks:
                    digest.update(chunk)
                if isinstance(value, UploadedFile):
                    value.seek(0)
    else:
        digest.update(json.dumps(request.data, sort_keys=True, default=str).encode())
    return digest.hexdigest()
