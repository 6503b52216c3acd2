"""A city, and ways to ask the API as its people."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from approvals.models import User
from approvals.scopes import Scope
from approvals.services.tokens import make_token
from tests.factories import City


@pytest.fixture
def city(db: None) -> City:
    return City()


@pytest.fixture
def as_() -> Callable[[User], Client]:
    """`as_(user)` is a browser in which the user is signed in."""

    def signed_in(user: User) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


@pytest.fixture
def by_token() -> Callable[..., Client]:
    """`by_token(user, "read", "file")` is a program with a token of these scopes (without any: all)."""

    def program(user: User, *scopes: str) -> Client:
        _, text = make_token(user, "夜间报送", scopes or Scope.values, timedelta(days=30))
        return Client(headers={"Authorization": f"Bearer {text}"}, raise_request_exception=False)

    return program
