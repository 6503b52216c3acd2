"""Every operation gets right and wrong requests, as several people: no server error, no answer against the schema."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.files.base import ContentFile
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from approvals.models import Approval, Declaration, Department, Deputyship, Endpoint, Notice, SavedFilter, User
from approvals.scopes import Scope
from approvals.selectors.people import colleagues
from approvals.services.deputising import name_deputy
from approvals.services.filters import save_filter
from approvals.services.tokens import make_token
from approvals.states import State
from ingest.models import Upload
from ingest.services import uploads
from tests.factories import City, EndpointFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]
EXAMPLES = {GenerationMode.POSITIVE: 8, GenerationMode.NEGATIVE: 3}
PEOPLE = ("department_filer", "department_reviewer", "approver")
# What an `id` is of, by how the address begins.
MODELS: dict[str, type[Model]] = {
    "/api/declarations/": Declaration,
    "/api/approvals/": Approval,
    "/api/uploads/": Upload,
    "/api/notices/": Notice,
    "/api/packages/": Department,
    "/api/endpoints/": Endpoint,
    "/api/deputies/": Deputyship,
    "/api/filters/": SavedFilter,
}


@pytest.fixture(params=PEOPLE)
def asking(request: pytest.FixtureRequest, transactional_db: None) -> User:
    """One of the people, in a region in which there is something of everything."""
    city = City()
    for state in (State.DRAFT, State.FINANCE_REVIEW, State.AMENDING, State.PASSED, State.APPROVED):
        city.declaration(state)
    upload = uploads.receive(city.department_filer, ContentFile("项目\t指标\n甲\t乙\n".encode()), "表.txt")
    uploads.read(upload.pk)
    who = getattr(city, request.param)
    EndpointFactory(user=who)
    save_filter(who, "本年", "year=2027")
    today = timezone.localdate()
    name_deputy(who, who.memberships.get().pk, colleagues([who.memberships.get()])[0].pk, today, today)
    return who


@pytest.fixture
def api_schema(asking: User, live_server: Any) -> Any:
    _, text = make_token(asking, "试验", Scope.values, timedelta(days=1))
    headers = {"Authorization": f"Bearer {text}"}
    loaded = schemathesis.openapi.from_url(f"{live_server.url}{reverse('api-schema')}?format=json", headers=headers)
    loaded.config.update(headers=headers)
    return loaded


def test_every_operation_keeps_to_the_schema(api_schema: Any) -> None:
    found, answered = [], set()
    for result in api_schema.get_all_operations():
        operation = result.ok()
        for mode, examples in EXAMPLES.items():
            try:
                _send(operation, mode, examples, lambda case, status: answered.add((case.operation.label, status)))
            except (ExceptionGroup, FailureGroup) as failures:
                found.append((operation.label, [str(each) for each in getattr(failures, "exceptions", [failures])]))
    assert not found, "\n".join(f"{label}: {each}" for label, faults in found for each in faults)
    # It does not stop at the gate: what is looked up by its number is found.
    got = {label for label, status in answered if status < 300}
    assert {"GET /api/declarations/{id}/", "GET /api/declarations/{id}/records/", "GET /api/declarations/"} <= got
    assert {"GET /api/deputies/memberships/", "GET /api/notices/settings/", "PUT /api/notices/settings/"} <= got


def _send(operation: Any, mode: GenerationMode, examples: int, note: Callable[[Any, int], None]) -> None:
    """Some requests made up for it; where it asks for a number, half of them name one that is there."""
    model = next((model for path, model in MODELS.items() if operation.path.startswith(path)), None)
    numbers = list(model.objects.values_list("pk", flat=True)) if model else []

    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode), number=st.sampled_from([None, *numbers]))
    def ask(case: Any, number: int | None) -> None:
        if number is not None and "id" in (case.path_parameters or {}):
            case.path_parameters["id"] = number
        note(case, case.call_and_validate(checks=CHECKS).status_code)

    with suppress(Unsatisfiable):  # there is nothing wrong that could be sent to it
        ask()
