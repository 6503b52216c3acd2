"""The review on the pages and through the API: forms, notes beside fields, differences, amendments."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from approvals.judgement import DEFAULT_QUESTIONS, Grade, Note, ReviewForm
from approvals.models import Amendment, CommonOpinion, Declaration, Review, ReviewNote, ReviewProfile
from approvals.services.filing import rewrite
from approvals.services.verbs import perform
from approvals.states import State, Verb
from tests.factories import City, draft

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NEW_GOAL = "河道行洪能力恢复到设计标准。"


def detail(declaration: Declaration) -> str:
    return reverse("declaration", args=[declaration.pk])


def step(declaration: Declaration, verb: str) -> str:
    return reverse("declaration-step", args=[declaration.pk, verb])


def state(declaration: Declaration) -> str:
    return Declaration.objects.get(pk=declaration.pk).state


def rows(prefix: str, *filled: dict[str, str]) -> dict[str, str]:
    """A formset as a browser sends it, with one row left empty."""
    sent = {f"{prefix}-TOTAL_FORMS": str(len(filled) + 1), f"{prefix}-INITIAL_FORMS": "0"}
    for number, row in enumerate(filled):
        sent |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return sent


class TestNotes:
    def test_written_on_the_step_s_page_and_shown_beside_the_field(self, city: City, as_) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        client = as_(city.finance_reviewer)
        page = client.get(step(declaration, "return")).content.decode()
        assert "第 1 条指标“清淤河道长度”" in page
        sent = rows("notes", {"anchor": "goal", "text": "请写出标准"}, {"anchor": "indicators.2", "text": "样本量？"})
        answer = client.post(
            step(declaration, "return"), sent | {"comment": "请按批注修改", "seen": declaration.revision}
        )
        assert answer.status_code == 302
        assert list(ReviewNote.objects.values_list("anchor", "text")) == [
            ("goal", "请写出标准"),
            ("indicators.2", "样本量？"),
        ]

        filer = as_(city.filer)
        for address in (detail(declaration), reverse("declaration-edit", args=[declaration.pk])):
            page = filer.get(address).content.decode()
            assert page.count("review-note") == 2, address
            assert "请写出标准" in page
            assert "样本量？" in page
        editor = filer.get(reverse("declaration-edit", args=[declaration.pk])).context["editor"]
        assert [note.text for note in editor.form["goal"].notes] == ["请写出标准"]
        assert [note.text for note in editor.indicators.forms[1].notes] == ["样本量？"]

        rewrite(declaration.pk, city.filer, draft(goal=NEW_GOAL))
        page = filer.get(reverse("declaration-edit", args=[declaration.pk])).content.decode()
        assert "请写出标准" not in page
        assert "样本量？" in page

    @pytest.mark.parametrize(
        ("row", "word"),
        [
            ({"anchor": "goal", "text": ""}, "请写明批注内容"),
            ({"anchor": "", "text": "没有位置"}, "请选择批注针对的位置"),
            ({"anchor": "nowhere", "text": "一"}, "nowhere"),
        ],
    )
    def test_half_a_note_is_not_lost(self, city: City, as_, row: dict[str, str], word: str) -> None:
        declaration = city.declaration(State.SUBMITTED)
        sent = rows("notes", row) | {"comment": "请修改", "seen": declaration.revision}
        answer = as_(city.department_reviewer).post(step(declaration, "return"), sent)
        assert answer.status_code == 422
        assert word in answer.content.decode()
        assert state(declaration) == State.SUBMITTED

    def test_text_is_never_markup(self, city: City, as_) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        perform(declaration.pk, Verb.RETURN, city.finance_reviewer, "改", notes=[Note("goal", "<b>一</b>")])
        page = as_(city.filer).get(detail(declaration)).content.decode()
        assert "<b>一</b>" not in page
        assert "&lt;b&gt;一" in page


class TestDifferences:
    def test_the_reviewer_finds_them_on_the_page(self, city: City, as_) -> None:
        declaration = city.declaration(State.RETURNED)
        rewrite(declaration.pk, city.filer, draft(goal=NEW_GOAL))
        city.take_to(declaration, State.SUBMITTED)
        page = as_(city.department_reviewer).get(detail(declaration)).content.decode()
        assert "与第 1 轮送审内容的差异" in page
        assert f"<ins>{NEW_GOAL}</ins>" in page
        assert "<del>清除淤积，恢复河道行洪能力。</del>" in page

    def test_a_long_history_costs_no_more_statements(self, city: City, as_) -> None:
        declaration = city.declaration(State.RETURNED)
        counts = []
        for _round in range(3):
            rewrite(declaration.pk, city.filer, draft(goal=f"第 {_round} 次修改"))
            city.take_to(declaration, State.SUBMITTED)
            client = as_(city.department_reviewer)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(detail(declaration)).status_code == 200
            counts.append(len(captured))
            perform(declaration.pk, Verb.RETURN, city.department_reviewer, "再改", notes=[Note("purpose", "补充")])
        assert counts[1] == counts[2], counts


class TestForm:
    def test_the_grade_stands_ready_for_an_ordinary_project(self, city: City, as_) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        client = as_(city.finance_reviewer)
        forms = {edge.verb: form for edge, form in client.get(detail(declaration)).context["steps"]}
        assert forms["pass"]["grade"].value() == Grade.EXCELLENT
        assert forms["return"]["grade"].value() == ""
        sent = {
            "seen": declaration.revision,
            "grade": "excellent",
            "answer_complete": "meets",
            "answer_money": "partly",
        }
        assert client.post(step(declaration, "pass"), sent).status_code == 302
        answers = {answer["key"]: answer["answer"] for answer in Review.objects.get().answers}
        assert (answers["complete"], answers["money"], answers["clear"]) == ("meets", "partly", "")
        assert "基本符合" in client.get(detail(declaration)).content.decode()

    def test_a_major_project_is_scored(self, city: City, as_) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        client = as_(city.finance_reviewer)
        assert client.post(step(declaration, "mark_major"), {}).status_code == 302
        page = client.get(step(declaration, "pass")).content.decode()
        assert "重点项目逐项打分" in page
        assert 'name="grade"' not in page
        sent: dict[str, Any] = {f"points_{q.key}": q.points for q in DEFAULT_QUESTIONS}
        answer = client.post(step(declaration, "pass"), {**sent, "points_clear": ""})
        assert answer.status_code == 422
        assert "还缺" in answer.content.decode()
        answer = client.post(step(declaration, "pass"), {**sent, "points_clear": "11"})
        assert answer.status_code == 422
        assert client.post(step(declaration, "pass"), sent).status_code == 302
        assert Review.objects.get().points == 100
        assert "100 分" in client.get(detail(declaration)).content.decode()

    def test_common_opinions_are_picked(self, city: City, as_) -> None:
        first = CommonOpinion.objects.create(bureau=city.bureau, text="请补充测算依据。")
        CommonOpinion.objects.create(bureau=city.bureau, text="已停用的意见", active=False)
        foreign = CommonOpinion.objects.create(bureau=city.other_bureau, text="别的地区的意见")
        declaration = city.declaration(State.FINANCE_REVIEW)
        client = as_(city.finance_reviewer)
        page = client.get(detail(declaration)).content.decode()
        assert "请补充测算依据。" in page
        assert "已停用的意见" not in page
        assert "别的地区的意见" not in page
        sent = {"seen": declaration.revision, "opinions": [foreign.pk]}
        assert client.post(step(declaration, "return"), sent).status_code == 422
        sent |= {"opinions": [first.pk], "comment": "见附件。"}
        assert client.post(step(declaration, "return"), sent).status_code == 302
        record = Declaration.objects.get(pk=declaration.pk).records.get(verb="return")
        assert record.comment == "请补充测算依据。\n见附件。"

    def test_a_batch_passes_with_one_grade(self, city: City, as_) -> None:
        plain, major = (city.declaration(State.FINANCE_REVIEW, draft(name)) for name in ("一般的", "重点的"))
        perform(major.pk, Verb.MARK_MAJOR, city.finance_reviewer)
        chosen = [f"{d.pk}:{d.revision}" for d in Declaration.objects.filter(pk__in=[plain.pk, major.pk])]
        client = as_(city.finance_reviewer)
        asked = {"verb": "pass", "chosen": chosen}
        answer = client.post("/declarations/batch/", asked)
        assert [d.pk for d, _edge in answer.context["going"]] == [plain.pk]
        assert "重点项目，须逐项打分" in answer.content.decode()
        assert answer.context["form"]["grade"].value() == Grade.EXCELLENT
        client.post("/declarations/batch/", asked | {"confirm": "1", "mode": "partly", "grade": "excellent"})
        assert (state(plain), state(major)) == (State.PASSED, State.FINANCE_REVIEW)
        assert Review.objects.get().declaration == plain

    def test_without_a_grade_only_where_the_region_asks_for_none(self, city: City, as_) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        client = as_(city.finance_reviewer)
        assert client.post(step(declaration, "pass"), {"seen": declaration.revision}).status_code == 422
        ReviewProfile.objects.create(bureau=city.bureau, form_required=False)
        assert client.post(step(declaration, "pass"), {"seen": declaration.revision}).status_code == 302


class TestAmendments:
    def test_written_shown_and_confirmed(self, city: City, as_) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        finance, filer = as_(city.finance_reviewer), as_(city.filer)
        page = finance.get(detail(declaration)).content.decode()
        assert f'href="{step(declaration, "amend")}"' in page
        sent = rows(
            "amendments", {"anchor": "goal", "after": NEW_GOAL}, {"anchor": "indicators.1.value", "after": "≥15公里"}
        )
        sent |= rows("notes") | {"seen": str(declaration.revision), "grade": "good", "comment": "修改后通过"}
        assert finance.post(step(declaration, "amend"), sent).status_code == 302
        assert state(declaration) == State.AMENDING

        page = filer.get(detail(declaration)).content.decode()
        assert "待单位确认" in page
        assert f"<ins>{NEW_GOAL}</ins>" in page
        assert filer.get("/declarations/?bucket=to_confirm").context["rows"][0].pk == declaration.pk
        assert filer.post(step(declaration, "confirm"), {}).status_code == 302
        row = Declaration.objects.get(pk=declaration.pk)
        assert (row.state, row.goal) == (State.PASSED, NEW_GOAL)
        assert "单位已确认" in as_(city.approver).get(detail(declaration)).content.decode()

    def test_they_are_read_before_they_are_agreed_to(self, city: City, as_) -> None:
        city.declaration(State.AMENDING)
        assert Verb.CONFIRM not in as_(city.filer).get("/declarations/").context["steps"]

    def test_what_is_wrong_with_them_is_listed_and_nothing_typed_is_lost(self, city: City, as_) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        sent = rows("amendments", {"anchor": "indicators.1.value", "after": ""}, {"anchor": "goal", "after": NEW_GOAL})
        sent |= {"seen": str(declaration.revision), "grade": "good", "comment": "修改后通过"}
        answer = as_(city.finance_reviewer).post(step(declaration, "amend"), sent)
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "指标值是空的" in page
        assert NEW_GOAL in page
        assert not Amendment.objects.exists()


class TestShown:
    def test_who_is_at_it(self, city: City, as_) -> None:
        declaration = city.declaration(State.SUBMITTED)
        perform(declaration.pk, Verb.TAKE_UP, city.department_reviewer)
        page = as_(city.filer).get(detail(declaration)).content.decode()
        assert "正在审核" in page
        assert city.department_reviewer.full_name in page
        answer = as_(city.filer).post(step(declaration, "withdraw"), {})
        assert answer.status_code == 409
        assert "已开始审核，不能撤回" in answer.content.decode()


class TestApi:
    def send(self, client: Client, declaration: Declaration, verb: str, **body: object) -> Any:
        return client.post(f"/api/declarations/{declaration.pk}/verbs/{verb}/", body, "application/json")

    def test_the_whole_review(self, city: City, as_) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        finance, filer = as_(city.finance_reviewer), as_(city.filer)
        missing = self.send(finance, declaration, "pass")
        assert (missing.status_code, missing.json()["code"]) == (422, "review_missing")
        told = self.send(
            finance, declaration, "return", comment="请修改", review={"grade": "fair"},
            notes=[{"anchor": "goal", "text": "请写出标准"}],
        ).json()  # fmt: skip
        (note,) = told["notes"]
        assert (note["anchor"], note["place"], note["text"]) == ("goal", "年度绩效目标", "请写出标准")
        assert told["reviews"][0]["grade"] == "fair"

        rewrite(declaration.pk, city.filer, draft(goal="清除全部淤积。"))
        city.take_to(declaration, State.FINANCE_REVIEW)
        told = finance.get(f"/api/declarations/{declaration.pk}/differences/").json()
        assert told == {
            "since": 1,
            "differences": [
                {"anchor": "goal", "was_at": "goal", "label": "年度绩效目标",
                 "before": "清除淤积，恢复河道行洪能力。", "after": "清除全部淤积。"},
            ],
        }  # fmt: skip
        told = self.send(
            finance, declaration, "amend", comment="改", review={"grade": "good"},
            amendments=[{"anchor": "goal", "after": NEW_GOAL}],
        ).json()  # fmt: skip
        assert (told["state"], told["amendments"][0]["after"]) == ("amending", NEW_GOAL)
        told = self.send(filer, declaration, "confirm").json()
        assert (told["state"], told["goal"]) == ("passed", NEW_GOAL)
        assert [each["answer"] for each in told["amendments"]] == ["confirmed"]

    def test_points_of_a_major_project(self, city: City, as_) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        client = as_(city.finance_reviewer)
        assert self.send(client, declaration, "mark_major").json()["major"] is True
        told = self.send(client, declaration, "pass", review={"points": {q.key: q.points for q in DEFAULT_QUESTIONS}})
        assert told.json()["reviews"][0]["points"] == "100.00"

    @pytest.mark.parametrize(
        "body",
        [
            {"review": {"grade": "superb"}},
            {"review": {"points": {"complete": -1}}},
            {"review": {"points": {"complete": "many"}}},
            {"review": [1]},
            {"notes": [{"anchor": "goal"}]},
            {"notes": "goal"},
            {"amendments": [{"after": "x"}]},
            {"amendments": [{"anchor": "goal", "after": "x"}]},
        ],
    )
    def test_nonsense_is_no_server_error(self, city: City, as_, body: dict[str, Any]) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        answer = self.send(as_(city.finance_reviewer), declaration, "pass", **body)
        assert answer.status_code in (400, 422)
        assert state(declaration) == State.FINANCE_REVIEW

    def test_differences_of_what_one_may_not_see(self, city: City, as_) -> None:
        declaration = city.declaration(State.SUBMITTED)
        path = f"/api/declarations/{declaration.pk}/differences/"
        assert as_(city.other_finance_reviewer).get(path).status_code == 404
        assert as_(city.filer).get(path).json() == {"since": None, "differences": []}

    def test_common_opinions_of_one_s_own_bureau(self, city: City, as_) -> None:
        CommonOpinion.objects.create(bureau=city.bureau, text="请补充测算依据。")
        assert [o["text"] for o in as_(city.finance_reviewer).get("/api/opinions/").json()["results"]] == [
            "请补充测算依据。"
        ]
        for who in (city.filer, city.other_finance_reviewer):
            assert as_(who).get("/api/opinions/").json()["results"] == []


class TestAdmin:
    def test_administrators_keep_rules_and_opinions(self, city: City, as_) -> None:
        client = as_(city.administrator)
        form = {"bureau": city.bureau.pk, "excellent": 90, "good": 80, "fair": 60, "form_required": "on"}
        wrong = '[{"key": "a", "quality": "完整性", "text": "全", "points": 99}]'
        add = "/admin/approvals/reviewprofile/add/"
        for questions in (wrong, '[{"key": "a"}]', "3", '"x"'):
            answer = client.post(add, form | {"questions": questions})
            assert answer.status_code == 200, questions
            assert not ReviewProfile.objects.exists()
        assert client.post(add, form | {"questions": wrong.replace("99", "100")}).status_code == 302
        assert ReviewProfile.objects.get().rules().questions[0].points == 100
        opinion = {"bureau": city.bureau.pk, "text": "请补充测算依据。", "position": 1, "active": "on"}
        assert client.post("/admin/approvals/commonopinion/add/", opinion).status_code == 302

    @pytest.mark.parametrize("model", ["review", "reviewnote", "amendment", "reviewprofile", "commonopinion"])
    def test_auditors_look_at_their_own_region(self, city: City, as_, model: str) -> None:
        declaration = city.declaration(State.AMENDING)
        perform(declaration.pk, Verb.RECALL, city.finance_reviewer)
        form = ReviewForm(Grade.FAIR)
        perform(declaration.pk, Verb.RETURN, city.finance_reviewer, "改", review=form, notes=[Note("goal", "一")])
        client = as_(city.auditor)
        assert client.get(f"/admin/approvals/{model}/").status_code == 200
        assert client.get(f"/admin/approvals/{model}/add/").status_code == 403
