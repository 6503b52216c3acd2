"""The engines of tests and trial: they start anywhere, keep what they were given, and heal after kill -9."""

import pytest
import redis
from django.conf import settings
from django.db import connection

pytestmark = pytest.mark.database


@pytest.mark.django_db
def test_tests_run_on_postgresql_as_an_ordinary_role():
    assert connection.vendor == "postgresql"
    assert connection.pg_version >= 150000
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)


def test_broker_of_the_tests_answers():
    with redis.from_url(settings.CELERY_BROKER_URL) as broker:
        assert broker.ping()
