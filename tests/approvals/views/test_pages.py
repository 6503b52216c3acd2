"""Every page renders for everybody who may see it."""

import pytest
from django.urls import reverse

from approvals.models import Approval
from approvals.states import State
from tests.factories import City

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_pages_render(city: City, as_) -> None:
    approved = city.declaration(State.APPROVED)
    passed = city.declaration(State.PASSED)
    draft = city.declaration()
    returned = city.declaration(State.RETURNED)
    approval = Approval.objects.get()
    paths = {
        "filer": [
            reverse("home"), reverse("declarations"), reverse("declaration-new"), reverse("declaration", args=[draft.pk]),
            reverse("declaration-edit", args=[draft.pk]), reverse("declaration-edit", args=[returned.pk]) + "?check=1",
            reverse("declaration-discard", args=[draft.pk]), reverse("declaration-step", args=[draft.pk, "submit"]),
            reverse("declaration", args=[approved.pk]), reverse("notices"), reverse("approvals"),
            reverse("approval", args=[approval.pk]), reverse("password_change"),
        ],
        "approver": [
            reverse("home"), reverse("approvals"), reverse("approval-new", args=[city.department.pk, 2027]),
            reverse("declaration", args=[passed.pk]), reverse("declaration-step", args=[passed.pk, "return"]),
        ],
        "auditor": [reverse("home"), reverse("declarations"), reverse("admin:index")],
        "administrator": [reverse("home"), reverse("admin:index")],
        "nobody": [reverse("home"), reverse("notices")],
    }  # fmt: skip
    for who, theirs in paths.items():
        client = as_(getattr(city, who))
        for path in theirs:
            assert client.get(path).status_code == 200, (who, path)
