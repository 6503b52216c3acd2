"""Steps through the pages: one at a time, and many at once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from approvals.models import ApprovalRecord, Declaration
from approvals.states import State
from tests.factories import City, draft

pytestmark = [pytest.mark.django_db, pytest.mark.database]

BATCH = "/declarations/batch/"


def path(declaration: Declaration, verb: str) -> str:
    return reverse("declaration-step", args=[declaration.pk, verb])


def state(declaration: Declaration) -> str:
    return Declaration.objects.get(pk=declaration.pk).state


class TestOne:
    def test_the_buttons_are_the_steps_the_door_allows(self, city: City, as_) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        answer = as_(city.finance_reviewer).get(reverse("declaration", args=[declaration.pk]))
        assert {edge.verb for edge, _form in answer.context["steps"]} == {
            "take_up", "pass", "amend", "return", "return_department", "reject", "mark_major",
        }  # fmt: skip
        for verb in ("pass", "return", "reject"):
            assert f'action="{path(declaration, verb)}"' in answer.content.decode()
        assert as_(city.filer).get(reverse("declaration", args=[declaration.pk])).context["steps"] == []

    def test_taken_with_words_and_reasons(self, city: City, as_) -> None:
        declaration = city.declaration(State.SUBMITTED)
        answer = as_(city.department_reviewer).post(
            path(declaration, "return"),
            {"seen": declaration.revision, "comment": " 指标值偏低 ", "reasons": ["unfitting", "formal"]},
        )
        assert answer.status_code == 302
        assert state(declaration) == State.RETURNED
        record = ApprovalRecord.objects.get(declaration=declaration, verb="return")
        assert (record.comment, record.reasons) == ("指标值偏低", ["unfitting", "formal"])
        page = as_(city.filer).get(reverse("declaration", args=[declaration.pk])).content.decode()
        assert "指标值偏低" in page
        assert "适当性" in page

    def test_without_the_comment_it_needs(self, city: City, as_) -> None:
        declaration = city.declaration(State.SUBMITTED)
        answer = as_(city.department_reviewer).post(path(declaration, "return"), {"seen": declaration.revision})
        assert answer.status_code == 422
        assert "须写明意见" in answer.content.decode()
        assert state(declaration) == State.SUBMITTED

    @pytest.mark.parametrize("wrong", [{"seen": "x"}, {"seen": "9" * 50}, {"reasons": ["no-such"], "comment": "一"}])
    def test_with_nonsense(self, city: City, as_, wrong: dict) -> None:
        declaration = city.declaration(State.SUBMITTED)
        answer = as_(city.department_reviewer).post(path(declaration, "return"), {"comment": "原因"} | wrong)
        assert answer.status_code in (409, 422)
        assert state(declaration) == State.SUBMITTED

    def test_on_what_somebody_else_has_changed_meanwhile(self, city: City, as_) -> None:
        declaration = city.declaration(State.SUBMITTED)
        answer = as_(city.department_reviewer).post(path(declaration, "endorse"), {"seen": declaration.revision - 1})
        assert answer.status_code == 409
        assert "已被他人更新" in answer.content.decode()
        assert state(declaration) == State.SUBMITTED

    def test_by_somebody_without_the_role(self, city: City, as_) -> None:
        declaration = city.declaration(State.SUBMITTED)
        answer = as_(city.filer).post(path(declaration, "endorse"), {"seen": declaration.revision})
        assert answer.status_code == 403
        assert "您不能部门审核通过" in answer.content.decode()

    def test_from_a_state_without_it(self, city: City, as_) -> None:
        declaration = city.declaration(State.PASSED)
        answer = as_(city.filer).post(path(declaration, "withdraw"), {"seen": declaration.revision})
        assert answer.status_code == 409
        assert "不能撤回" in answer.content.decode()

    def test_by_somebody_who_may_not_see_it(self, city: City, as_) -> None:
        declaration = city.declaration(State.PASSED)
        assert as_(city.other_approver).post(path(declaration, "return"), {"comment": "一"}).status_code == 404

    def test_everything_wrong_is_listed_at_once(self, city: City, as_) -> None:
        declaration = city.declaration(State.DRAFT, draft(total=None, funding={}, indicators=[]))
        answer = as_(city.filer).post(path(declaration, "submit"), {"seen": declaration.revision})
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "没有填资金" in page
        assert "没有绩效指标" in page
        assert state(declaration) == State.DRAFT


class TestMany:
    def chosen(self, *declarations: Declaration) -> list[str]:
        rows = Declaration.objects.filter(pk__in=[d.pk for d in declarations])
        return [f"{d.pk}:{d.revision}" for d in rows]

    def test_says_what_will_happen_and_then_does_it(self, city: City, as_) -> None:
        going = city.declaration(State.SUBMITTED, draft("可以办理"))
        staying = city.declaration(State.FINANCE_REVIEW, draft("已在财政"))
        client = as_(city.department_reviewer)
        asked = {"verb": "endorse", "chosen": self.chosen(going, staying), "next": "/declarations/?year=2027"}
        answer = client.post(BATCH, asked)
        assert answer.status_code == 200
        assert [d.pk for d, _edge in answer.context["going"]] == [going.pk]
        assert [r.declaration.pk for r in answer.context["refused"]] == [staying.pk]
        assert "不能部门审核通过" in answer.content.decode()
        assert state(going) == State.SUBMITTED

        answer = client.post(BATCH, asked | {"confirm": "1", "mode": "partly"})
        assert answer.status_code == 200
        assert state(going) == State.FINANCE_REVIEW
        page = answer.content.decode()
        assert "已部门审核通过 1 个" in page
        assert "已在财政" in page
        assert "/declarations/?year=2027" in page

    def test_all_or_nothing(self, city: City, as_) -> None:
        going = city.declaration(State.SUBMITTED, draft("可以办理"))
        staying = city.declaration(State.FINANCE_REVIEW, draft("已在财政"))
        answer = as_(city.department_reviewer).post(
            BATCH, {"verb": "endorse", "chosen": self.chosen(going, staying), "confirm": "1", "mode": "all"}
        )
        assert answer.status_code == 409
        assert "没有办理任何一个" in answer.content.decode()
        assert state(going) == State.SUBMITTED

    def test_all_of_them_leads_back_to_the_list(self, city: City, as_) -> None:
        first, second = (city.declaration(State.SUBMITTED, draft(name)) for name in ("甲", "乙"))
        client = as_(city.department_reviewer)
        answer = client.post(
            BATCH,
            {"verb": "endorse", "chosen": self.chosen(first, second), "confirm": "1", "mode": "all", "comment": "同意",
             "next": "/declarations/?bucket=department_review"},
        )  # fmt: skip
        assert answer.status_code == 302
        assert answer["Location"] == "/declarations/?bucket=department_review"
        assert "已部门审核通过 2 个项目" in client.get("/").content.decode()
        assert set(ApprovalRecord.objects.filter(verb="endorse").values_list("comment", flat=True)) == {"同意"}

    def test_what_was_changed_meanwhile_stays(self, city: City, as_) -> None:
        declaration = city.declaration(State.SUBMITTED)
        answer = as_(city.department_reviewer).post(
            BATCH, {"verb": "endorse", "chosen": [f"{declaration.pk}:1"], "confirm": "1", "mode": "partly"}
        )
        assert answer.status_code == 409
        assert "已被他人更新" in answer.content.decode()
        assert state(declaration) == State.SUBMITTED

    def test_words_are_asked_for_where_they_are_required(self, city: City, as_) -> None:
        declaration = city.declaration(State.SUBMITTED)
        asked = {"verb": "return", "chosen": self.chosen(declaration), "confirm": "1", "mode": "all"}
        answer = as_(city.department_reviewer).post(BATCH, asked)
        assert answer.status_code == 422
        assert "退回须写明意见" in answer.content.decode()
        answer = as_(city.department_reviewer).post(BATCH, asked | {"comment": "补充依据", "reasons": ["incomplete"]})
        assert answer.status_code == 302
        assert state(declaration) == State.RETURNED

    @pytest.mark.parametrize(
        ("asked", "status"),
        [
            ({"verb": "endorse"}, 422),
            ({"verb": "endorse", "chosen": ["x"]}, 422),
            ({"verb": "endorse", "chosen": ["1"]}, 422),
            ({"verb": "endorse", "chosen": ["9" * 40 + ":1"]}, 422),
            ({"verb": "endorse", "chosen": ["99999999:1"]}, 404),
            ({"verb": "no-such", "chosen": ["1:1"]}, 422),
            ({}, 422),
        ],
    )
    def test_nonsense_is_refused(self, city: City, as_, asked: dict, status: int) -> None:
        assert as_(city.department_reviewer).post(BATCH, asked).status_code == status

    def test_one_that_may_not_be_seen_stops_the_batch(self, city: City, as_) -> None:
        own = city.declaration(State.SUBMITTED)
        foreign = city.file(draft("姊妹单位"), unit=city.sister)[0]
        asked = {"verb": "withdraw", "chosen": self.chosen(own, foreign), "confirm": "1", "mode": "partly"}
        assert as_(city.filer).post(BATCH, asked).status_code == 404
        assert state(own) == State.SUBMITTED

    def test_it_does_not_lead_to_another_site(self, city: City, as_) -> None:
        declaration = city.declaration(State.SUBMITTED)
        for elsewhere in ("https://example.invalid/", "//example.invalid/", "/\\example.invalid", "javascript:1"):
            answer = as_(city.department_reviewer).post(
                BATCH, {"verb": "endorse", "chosen": self.chosen(declaration), "next": elsewhere}
            )
            assert answer.context["back"] == "/declarations/", elsewhere

    @pytest.mark.parametrize("confirm", [{}, {"confirm": "1", "mode": "all"}])
    def test_ten_and_a_hundred_cost_the_same(self, city: City, as_, confirm: dict) -> None:
        client = as_(city.filer)

        def cost(count: int) -> int:
            made = city.file(*[draft(f"批量{count}-{n}") for n in range(count)])
            with CaptureQueriesContext(connection) as captured:
                answer = client.post(BATCH, {"verb": "submit", "chosen": self.chosen(*made)} | confirm)
            assert answer.status_code == (302 if confirm else 200)
            return len(captured)

        cost(1)
        assert cost(10) == cost(100)
