"""The snapshot of an approval: stored and read again without loss, and recognised by its fingerprint."""

import json
from dataclasses import FrozenInstanceError, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.documents.content import ApprovalContent, IndicatorContent, ProjectContent, UnitContent
from tests.approvals.documents.example import approval, awkward, project, unit

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
maybe = st.none() | texts
amounts = st.decimals(min_value=-(10**15), max_value=10**15, places=2)
indicators = st.builds(IndicatorContent, **dict.fromkeys(("level1", "value", "basis"), maybe), name=texts)
projects = st.builds(
    ProjectContent,
    name=texts,
    total=st.none() | amounts,
    funding=st.dictionaries(texts, amounts, max_size=4),
    spending_plan=st.dictionaries(texts, texts, max_size=4),
    goal=maybe,
    indicators=st.lists(indicators, max_size=3).map(tuple),
)
units = st.builds(UnitContent, code=maybe, name=texts, projects=st.lists(projects, max_size=3).map(tuple))
approvals = st.builds(
    ApprovalContent, approval_date=st.dates(), units=st.lists(units, max_size=2).map(tuple), number=maybe
)


def stored(content: ApprovalContent) -> ApprovalContent:
    """As a JSON column gives it back: another order of keys."""
    text = json.dumps(content.to_json(), ensure_ascii=False, sort_keys=True)
    return ApprovalContent.from_json(json.loads(text))


@given(approvals)
def test_nothing_is_lost_on_the_way_through_json(content: ApprovalContent) -> None:
    again = stored(content)
    assert again == content
    assert again.fingerprint() == content.fingerprint()
    for one, other in zip(again.projects, content.projects, strict=True):
        assert list(one.funding) == list(other.funding)
        assert list(one.spending_plan) == list(other.spending_plan)


def test_awkward_texts_survive() -> None:
    assert stored(awkward()) == awkward()


def test_fingerprint_is_of_the_content_and_not_of_its_spelling() -> None:
    spelled = [approval(unit(project(total=Decimal(text)))) for text in ("100", "100.00", "1E+2")]
    assert len({content.fingerprint() for content in spelled}) == 1
    assert spelled[0].fingerprint() != approval(unit(project(total=Decimal("100.01")))).fingerprint()


@pytest.mark.parametrize(
    "change", [{"title": "x"}, {"number": None}, {"approval_date": date(2026, 1, 31)}, {"notes": "x"}, {"units": ()}]
)
def test_every_change_changes_the_fingerprint(change: dict[str, object]) -> None:
    assert replace(approval(), **change).fingerprint() != approval().fingerprint()  # type: ignore[arg-type]


def test_a_snapshot_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        approval().title = "x"  # type: ignore[misc]


@pytest.mark.parametrize(
    "spoilt",
    [
        {"schema": 99},
        {"units": [{}]},
        {"approval_date": None},
        {"surprise": 1},
        {"units": [{"code": None, "name": "", "projects": [{"total": "x"}], "is_own_office": False}]},
    ],
)
def test_another_shape_is_refused(spoilt: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="批复快照"):
        ApprovalContent.from_json(approval().to_json() | spoilt)
