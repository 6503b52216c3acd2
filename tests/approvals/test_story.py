"""A declaration's whole life, told by the rows of the ledger and by no other table."""

# ruff: noqa: E501  (a line of the story is one line)

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from approvals.drafts import Grounds
from approvals.judgement import Change, Grade, Note, ReviewForm
from approvals.models import ApprovalRecord, Declaration
from approvals.services.filing import rewrite
from approvals.services.issuing import issue
from approvals.services.verbs import perform
from approvals.services.verifying import Verification
from approvals.services.versions import open_adjustment
from approvals.states import Verb
from tests.factories import City, draft

pytestmark = [pytest.mark.django_db, pytest.mark.database]

GROUNDS = Grounds("汛期提前，增加一段。", "市防汛指挥部通知")


def lived(city: City) -> None:
    """Returned, a second round, 良 with an amendment, approved, adjusted, approved by a supplementary approval."""
    [first] = city.file(draft(goal="清除淤积。"))
    perform(first.pk, Verb.SUBMIT, city.filer)
    perform(first.pk, Verb.ENDORSE, city.department_reviewer, "同意报送。")
    perform(
        first.pk, Verb.RETURN, city.finance_reviewer, "请写明标准。", ["unfitting"],
        review=ReviewForm(Grade.FAIR), notes=[Note("goal", "清到什么程度？")],
    )  # fmt: skip
    rewrite(first.pk, city.filer, draft(goal="清除全部淤积。"))
    perform(first.pk, Verb.SUBMIT, city.filer)
    perform(first.pk, Verb.ENDORSE, city.department_reviewer)
    perform(
        first.pk, Verb.AMEND, city.finance_reviewer, "按意见修改后通过。",
        review=ReviewForm(Grade.GOOD), amendments=[Change("goal", "清除全部淤积，达到设计断面。")],
    )  # fmt: skip
    perform(first.pk, Verb.CONFIRM, city.filer, "同意修改。")
    issue(city.approver, city.department.pk, 2027, [first.pk], date(2027, 1, 20))
    second = open_adjustment(first.pk, city.filer, GROUNDS)
    more = {"total": Decimal("150000.00"), "funding": {"一般公共预算": Decimal("150000.00")}}
    rewrite(second.pk, city.filer, draft(goal="清除两段淤积。", **more), grounds=GROUNDS)
    perform(second.pk, Verb.SUBMIT, city.filer)
    perform(second.pk, Verb.ENDORSE, city.department_reviewer)
    perform(second.pk, Verb.PASS, city.finance_reviewer, review=ReviewForm(Grade.EXCELLENT))
    issue(city.approver, city.department.pk, 2027, [second.pk], date(2027, 6, 1))


def told(row: dict[str, Any]) -> str:
    """One line of the story, out of one row."""
    kept = row["snapshot"]
    parts = [
        f"{row['actor_name']} {row['verb']}",
        row["comment"].replace("\n", "；"),
        "、".join(row["reasons"]),
        kept.get("review", {}).get("grade", ""),
        "；".join(f"{each['quoted']}→{each['text']}" for each in kept.get("notes", [])),
        "；".join(f"{each['before']}→{each['after']}" for each in kept.get("amendments", [])),
        f"{kept['name']} {kept['goal']} {kept['total']}" if "goal" in kept else "",
        f"{kept['number']} {kept['date']} {kept['title']}" if "number" in kept else "",
    ]
    return " | ".join(filter(None, parts))


def test_the_ledger_tells_it_without_another_table(db: None, django_assert_num_queries) -> None:
    city = City()
    lived(city)
    with django_assert_num_queries(1):
        rows = list(ApprovalRecord.objects.exclude(chain__startswith="person:").order_by("pk").values())
    filer, reviewer, finance, approver = (
        each.full_name for each in (city.filer, city.department_reviewer, city.finance_reviewer, city.approver)
    )
    assert [told(row) for row in rows] == [
        f"{filer} submit | 河道清淤工程 清除淤积。 120000.00",
        f"{reviewer} endorse | 同意报送。",
        f"{finance} return | 请写明标准。 | unfitting | fair | 清除淤积。→清到什么程度？",
        f"{filer} submit | 河道清淤工程 清除全部淤积。 120000.00",
        f"{reviewer} endorse",
        f"{finance} amend | 按意见修改后通过。 | good | 清除全部淤积。→清除全部淤积，达到设计断面。",
        f"{filer} confirm | 同意修改。 | 河道清淤工程 清除全部淤积，达到设计断面。 120000.00",
        f"{approver} approve | 批复文号：云财绩〔2027〕1号",
        f"{approver} issue | 云财绩〔2027〕1号 2027-01-20 2027年部门预算项目绩效目标表批复",
        f"{filer} submit | 第 2 版；调整原因：汛期提前，增加一段。；依据：市防汛指挥部通知 | 河道清淤工程 清除两段淤积。 150000.00",
        f"{reviewer} endorse",
        f"{finance} pass | excellent",
        f"{approver} supersede | 由云财绩〔2027〕2号替代",
        f"{approver} approve | 批复文号：云财绩〔2027〕2号",
        f"{approver} issue | 云财绩〔2027〕2号 2027-06-01 关于调整2027年部门预算项目绩效目标的批复",
    ]
    assert [(row["from_state"], row["to_state"], row["round"]) for row in rows if row["verb"] != "issue"][:8] == [
        ("draft", "submitted", 1),
        ("submitted", "finance_review", 1),
        ("finance_review", "returned", 1),
        ("returned", "submitted", 2),
        ("submitted", "finance_review", 2),
        ("finance_review", "amending", 2),
        ("amending", "passed", 2),
        ("passed", "approved", 2),
    ]
    # Both versions stand on chains of their own, and what is told is what became of them.
    assert {row["chain"] for row in rows if row["declaration_id"]} == {
        f"declaration:{each.pk}" for each in Declaration.objects.all()
    }
    assert list(Verification().findings()) == []
