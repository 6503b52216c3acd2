"""四性审核: the questions of the review form, the four grades, and what must follow from each.

Words and arithmetic only. Questions, points and thresholds are a region's own (`ReviewProfile`);
those here are what it begins with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from approvals.states import Verb
from perfgoals.errors import Refusal
from perfgoals.problems import Problem


class Grade(TextChoices):
    """The outcome of a review."""

    EXCELLENT = "excellent", _("优")
    GOOD = "good", _("良")
    FAIR = "fair", _("中")
    POOR = "poor", _("差")


class Answer(TextChoices):
    """How an ordinary project, which gets no points, meets one question."""

    MEETS = "meets", _("符合")
    PARTLY = "partly", _("基本符合")
    FAILS = "fails", _("不符合")


# 优 goes on, 良 goes on once the unit has agreed to the amendments, 中 goes back, 差 is out for this year.
CONSEQUENCES: dict[Grade, tuple[Verb, ...]] = {
    Grade.EXCELLENT: (Verb.PASS,),
    Grade.GOOD: (Verb.AMEND,),
    Grade.FAIR: (Verb.RETURN, Verb.RETURN_DEPARTMENT),
    Grade.POOR: (Verb.REJECT,),
}
GRADE_OF: dict[Verb, Grade] = {verb: grade for grade, verbs in CONSEQUENCES.items() for verb in verbs}
# A return may be about the form alone; every other outcome is a judgement of the target.
ASKS_FOR_FORM = frozenset({Verb.PASS, Verb.AMEND, Verb.REJECT})


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the form; `points` is the most a major project can get for it."""

    key: str
    quality: str
    text: str
    points: int

    def to_json(self) -> dict[str, Any]:
        """As a profile keeps it."""
        return {"key": self.key, "quality": self.quality, "text": self.text, "points": self.points}


DEFAULT_QUESTIONS: tuple[Question, ...] = (
    Question("complete", "完整性", "内容是否完整", 10),
    Question("clear", "完整性", "目标是否明确、清晰", 10),
    Question("duties", "相关性", "目标是否与部门职责和规划相关", 15),
    Question("indicators", "相关性", "指标是否与目标相关，并细化、量化", 15),
    Question("level", "适当性", "目标值相对资金是否过高或过低", 15),
    Question("money", "适当性", "资金规模是否与目标相称", 15),
    Question("argued", "可行性", "是否经过论证和测算", 10),
    Question("measures", "可行性", "措施是否可行，投入是否值得", 10),
)


@dataclass(frozen=True, slots=True)
class Rules:
    """A region's way of reviewing: whether the form is asked for, its questions, from how many points which grade."""

    form_required: bool = True
    questions: tuple[Question, ...] = DEFAULT_QUESTIONS
    excellent: int = 90
    good: int = 80
    fair: int = 60

    def grade_for(self, points: Decimal) -> Grade:
        """The grade of a sum of points."""
        for grade, least in ((Grade.EXCELLENT, self.excellent), (Grade.GOOD, self.good), (Grade.FAIR, self.fair)):
            if points >= least:
                return grade
        return Grade.POOR


def faults_of(rules: Rules) -> list[str]:
    """What is wrong with a region's rules, in sentences: points that do not add up, thresholds out of order."""
    faults = []
    keys = [question.key for question in rules.questions]
    if not keys:
        faults.append("至少要有一个问题。")
    if len(set(keys)) < len(keys) or not all(keys):
        faults.append("每个问题须有自己的代码，不能重复。")
    if any(question.points < 1 for question in rules.questions):
        faults.append("每个问题的分值须为正整数。")
    elif keys and sum(question.points for question in rules.questions) != 100:
        faults.append(f"各问题分值之和须为 100，现为 {sum(question.points for question in rules.questions)}。")
    if not 100 >= rules.excellent > rules.good > rules.fair > 0:
        faults.append("等级分数线须从高到低，在 100 与 0 之间。")
    return faults


@dataclass(frozen=True, slots=True)
class ReviewForm:
    """The form as the reviewer filled it in: a grade, points by question, answers by question."""

    grade: str = ""
    points: Mapping[str, Decimal] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    """A remark that stands beside the place it means (see `approvals.anchors`)."""

    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """An amendment: what shall stand at a place instead."""

    anchor: str
    after: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A review form that holds: the grade, the sum of points (major projects), every question as it was answered."""

    grade: Grade
    points: Decimal | None
    answers: tuple[dict[str, Any], ...]

    def to_json(self) -> dict[str, Any]:
        """As the ledger keeps it."""
        return {
            "grade": self.grade.value,
            "points": None if self.points is None else str(self.points),
            "answers": list(self.answers),
        }


def judge(form: ReviewForm | None, verb: Verb, major: bool, rules: Rules, name: str) -> Verdict | None:
    """The verdict of a finance reviewer's step, None where no form was given and none is asked for.

    Raises Refusal `review_missing` when a form or points are missing, `invalid` when the form says something
    that cannot be, or a grade from which another step follows.
    """
    if form is None or not (form.grade or form.points or form.answers):
        if verb in ASKS_FOR_FORM and rules.form_required:
            raise Refusal("review_missing", f"{verb.label}“{name}”须填写四性审核表：{_expected(major)}。")
        return None
    problems = [*_faulty_points(form, rules), *_faulty_answers(form, rules)]
    if form.grade and form.grade not in Grade.values:
        problems.append(_problem("审核等级", form.grade, "、".join(Grade.values), "没有这个等级。"))
    if problems:
        raise Refusal("invalid", f"“{name}”的审核表有 {len(problems)} 处须改正。", problems)
    if major and rules.form_required and len(form.points) < len(rules.questions):
        missing = [q.text for q in rules.questions if q.key not in form.points]
        raise Refusal("review_missing", f"“{name}”是重点项目，须逐项打分；还缺：{'、'.join(missing)}。")
    points = sum(form.points.values(), Decimal(0)) if len(form.points) == len(rules.questions) else None
    earned = None if points is None else rules.grade_for(points)
    if earned and form.grade and earned != form.grade:
        raise Refusal("invalid", f"“{name}”得 {points} 分，等级应为“{earned.label}”，不是“{Grade(form.grade).label}”。")
    if not earned and not form.grade:
        raise Refusal("review_missing", f"“{name}”的审核表没有等级：{_expected(major)}。")
    grade = earned or Grade(form.grade)
    if verb not in CONSEQUENCES[grade]:
        follows = "或".join(str(each.label) for each in CONSEQUENCES[grade])
        raise Refusal("invalid", f"“{name}”评为“{grade.label}”，应办理“{follows}”，不能{verb.label}。")
    return Verdict(grade, points, tuple(_answered(question, form) for question in rules.questions))


def _expected(major: bool) -> str:
    return "重点项目须逐项打分" if major else "请给出等级（优、良、中、差）"


def _answered(question: Question, form: ReviewForm) -> dict[str, Any]:
    points = form.points.get(question.key)
    return question.to_json() | {
        "got": None if points is None else str(points),
        "answer": form.answers.get(question.key, ""),
    }


def _faulty_points(form: ReviewForm, rules: Rules) -> Sequence[Problem]:
    full = {question.key: question for question in rules.questions}
    return [
        _problem(full[key].text if key in full else key, str(points), _range(full.get(key)), "得分不在该项的范围内。")
        for key, points in form.points.items()
        if key not in full or not points.is_finite() or not 0 <= points <= full[key].points
    ]


def _range(question: Question | None) -> str:
    return f"0 到 {question.points} 分" if question else "审核表中的问题"


def _faulty_answers(form: ReviewForm, rules: Rules) -> Sequence[Problem]:
    known = {question.key for question in rules.questions}
    return [
        _problem(key, answer, "、".join(Answer.values), "没有这个问题或这种答案。")
        for key, answer in form.answers.items()
        if key not in known or (answer and answer not in Answer.values)
    ]


def _problem(label: str, found: str, expected: str, message: str) -> Problem:
    return Problem("REVIEW_FORM", "error", message, "四性审核表", label, found, expected, "按审核表重新填写这一项。")
