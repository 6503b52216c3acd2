"""Behind a reverse proxy."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string


def client_address(request: HttpRequest) -> str:
    """The address the proxy saw: the last one of X-Forwarded-For. Those before it anybody can make up."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    return forwarded or request.META.get("REMOTE_ADDR", "")


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: as the proxy says where there is one, else as the connection says."""
    ask = getattr(settings, "AXES_CLIENT_IP_CALLABLE", None)
    return import_string(ask)(request) if ask else request.META.get("REMOTE_ADDR", "")
