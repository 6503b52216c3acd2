"""The table of canonical fields."""

import os
import subprocess
import sys

import pytest

from approvals import facts
from approvals.facts import Fact


def test_no_synonym_is_claimed_twice() -> None:
    assert facts.claimed_twice() == []
    assert facts.check_synonyms() == []


def test_the_check_runs_at_every_start() -> None:
    # in a process of its own: here the import of the module has registered it already
    script = (
        "import django; django.setup()\n"
        "from django.core.checks.registry import registry\n"
        "print(any(check.__name__ == 'check_synonyms' for check in registry.registered_checks))"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "perfgoals.settings.test"}
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True, env=environment
    )
    assert ran.stdout.strip() == "True"


def test_a_synonym_claimed_twice_is_an_error_with_both_owners() -> None:
    doubles = facts.claimed_twice(
        [Fact("a", "甲", "project", ("项目名",)), Fact("b", "乙", "project", ("项目 名（万元）",))]
    )
    assert doubles == [("项目 名（万元）", "a", "b")]


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("项目单位", "unit_name"),
        ("主管部门（编码）", "department"),
        ("其他资金", "other_money"),
        ("明细指标（个性）", "indicator_name"),
        ("资金支出计划（%）", "spending_plan"),
    ],
)
def test_synonyms_are_found_without_brackets(printed: str, name: str) -> None:
    assert facts.by_synonym()[facts.synonym_key(printed)].key == name


def test_keys_and_labels_are_unique_and_helped() -> None:
    assert len(facts.BY_KEY) == len(facts.FACTS)
    labels = [each.label for each in facts.FACTS]
    assert len(set(labels)) == len(labels)
    assert all(facts.fact(name).help for name in ("project_name", "total", "goal", "value", "indicator_name"))
    assert facts.label("total") == "资金总额"


def test_sources_and_plan_points_keep_their_order() -> None:
    assert facts.FUND_SOURCES[:2] == ("一般公共预算", "政府性基金")
    assert facts.FUND_SOURCES[-1] == "其他资金"
    assert facts.PLAN_POINTS == ("3月底", "6月底", "9月底", "10月底", "12月底")


def test_an_unknown_key_raises() -> None:
    with pytest.raises(KeyError):
        facts.fact("no such field")
