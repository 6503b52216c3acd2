"""What every view of the API stands on."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from rest_framework import viewsets
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer

from approvals.api import scheme  # noqa: F401 - registers itself
from approvals.models import User
from approvals.roles import Actor
from approvals.scopes import Scope
from approvals.selectors.people import actor_of

Read = TypeVar("Read", bound=BaseSerializer)


class Scoped(viewsets.GenericViewSet):
    """A view that knows who asks.

    tag     what its operations are about, for the schema
    scopes  for each action that changes anything, the scopes of a token any of which opens it
    """

    lookup_value_regex = r"\d{1,18}"
    tag: ClassVar[Any] = ""
    scopes: ClassVar[Mapping[str, tuple[Scope, ...]]] = {}

    request: Request

    @property
    def user(self) -> User:
        """The person signed in; every address asks for one (IsAuthenticated)."""
        assert isinstance(self.request.user, User)
        return self.request.user

    @cached_property
    def actor(self) -> Actor:
        """The person with his memberships, looked up once a request."""
        return actor_of(self.user)

    @property
    def described(self) -> bool:
        """True while the schema is made, when nobody asks."""
        return bool(getattr(self, "swagger_fake_view", False))

    def get_serializer_context(self) -> dict[str, Any]:
        """Serializers draw buttons from the same predicates as the door."""
        context = dict(super().get_serializer_context())
        if not self.described:
            context["actor"] = self.actor
        return context

    def read(self, serializer: type[Read]) -> Read:
        """The request's data, validated; raises ValidationError with every fault."""
        read = serializer(data=self.request.data, context=self.get_serializer_context())
        read.is_valid(raise_exception=True)
        return read


class AnyFile(JSONRenderer):
    """For addresses that give a file: whatever the client accepts, the file it is, or a problem as JSON."""

    media_type = "*/*"
    format = "file"
