"""A city, and browsers of its people."""

from collections.abc import Callable

import pytest
from django.test import Client

from approvals.models import User
from tests.factories import City


@pytest.fixture
def city(db: None) -> City:
    return City()


@pytest.fixture
def as_() -> Callable[[User], Client]:
    """`as_(user)` is a browser in which the user is signed in."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in
