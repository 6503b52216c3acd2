"""Behind a reverse proxy."""

from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address the proxy saw: the last one of X-Forwarded-For. Those before it anybody can make up."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    return forwarded or request.META.get("REMOTE_ADDR", "")
