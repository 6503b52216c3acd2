"""How many requests a minute one person may make, over all processes and all his tokens."""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from perfgoals.limits import seconds_to_wait
from perfgoals.proxy import address_of


class Rate(BaseThrottle):
    """PERFGOALS_API_RATE requests a minute by person; by address while nobody has signed in."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count it."""
        who = f"user:{request.user.pk}" if request.user and request.user.pk else f"address:{address_of(request)}"
        self.seconds = seconds_to_wait(f"api:{who}", settings.PERFGOALS_API_RATE)
        return not self.seconds

    def wait(self) -> float | None:
        """For Retry-After."""
        return self.seconds or None
