"""Every operation gets right and wrong requests, as several people: no server error, no answer against the schema."""

from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.files.base import ContentFile
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from approvals.models import User
from approvals.scopes import Scope
from approvals.services.tokens import make_token
from approvals.states import State
from ingest.services import uploads
from tests.factories import City

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 6
PEOPLE = ("department_filer", "finance_reviewer", "approver")


@pytest.fixture(params=PEOPLE)
def asking(request: pytest.FixtureRequest, transactional_db: None) -> User:
    """One of the people, in a region in which there is something of everything."""
    city = City()
    for state in (State.DRAFT, State.FINANCE_REVIEW, State.PASSED, State.APPROVED):
        city.declaration(state)
    upload = uploads.receive(city.department_filer, ContentFile("项目\t指标\n甲\t乙\n".encode()), "表.txt")
    uploads.read(upload.pk)
    return getattr(city, request.param)


@pytest.fixture
def api_schema(asking: User, live_server: Any) -> Any:
    _, text = make_token(asking, "试验", Scope.values, timedelta(days=1))
    headers = {"Authorization": f"Bearer {text}"}
    loaded = schemathesis.openapi.from_url(f"{live_server.url}{reverse('api-schema')}?format=json", headers=headers)
    loaded.config.update(headers=headers)
    return loaded


def test_every_operation_keeps_to_the_schema(api_schema: Any) -> None:
    found = []
    for result in api_schema.get_all_operations():
        operation = result.ok()
        try:
            _send(operation)
        except (ExceptionGroup, FailureGroup) as failures:
            found.append((operation.label, [str(each) for each in getattr(failures, "exceptions", [failures])]))
    assert found == []


def _send(operation: Any) -> None:
    """Its example and some requests made up for it."""

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        case.call_and_validate(checks=CHECKS)

    ask()
