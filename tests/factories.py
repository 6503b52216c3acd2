"""A fictional city: organisations, people and declarations, made where a test needs them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from approvals.drafts import IndicatorDraft, ProjectDraft
from approvals.judgement import ASKS_FOR_FORM, GRADE_OF, Change, ReviewForm
from approvals.models import Bureau, Declaration, Department, Division, Endpoint, FilingWindow, Membership, Unit, User
from approvals.roles import Role
from approvals.services.filing import Filing, file_declarations
from approvals.services.issuing import issue
from approvals.services.verbs import perform
from approvals.states import State, Verb
from perfgoals.signing import new_secret

PASSWORD = "zhi-chi-9-xian"


class BureauFactory(DjangoModelFactory):
    class Meta:
        model = Bureau

    name = factory.Sequence(lambda n: f"云溪市第{n}财政局")
    region_code = factory.Sequence(lambda n: f"9{n:05}")
    document_word = "云财绩"


class DivisionFactory(DjangoModelFactory):
    class Meta:
        model = Division

    bureau = factory.SubFactory(BureauFactory)
    name = factory.Sequence(lambda n: f"业务{n}科")


class DepartmentFactory(DjangoModelFactory):
    class Meta:
        model = Department

    bureau = factory.SubFactory(BureauFactory)
    name = factory.Sequence(lambda n: f"市水务{n}局")
    code = factory.Sequence(lambda n: f"{100 + n}")


class UnitFactory(DjangoModelFactory):
    class Meta:
        model = Unit

    department = factory.SubFactory(DepartmentFactory)
    name = factory.Sequence(lambda n: f"市河道{n}所")
    code = factory.LazyAttributeSequence(lambda o, n: f"{o.department.code}{n:03}")


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    full_name = factory.Sequence(lambda n: f"测试员{n}")
    email = factory.LazyAttribute(lambda o: f"{o.username}@example.invalid")
    password = factory.django.Password(PASSWORD)


def person(role: Role, at: Bureau | Division | Department | Unit | None = None, **user: object) -> User:
    """A user with one membership."""
    made = UserFactory(**user)
    scope = {} if at is None else {type(at).__name__.lower(): at}
    Membership.objects.create(user=made, role=role, **scope)
    return made


class EndpointFactory(DjangoModelFactory):
    """A webhook; whose it is must be said."""

    class Meta:
        model = Endpoint

    name = factory.Sequence(lambda n: f"工作群{n}")
    kind = "webhook"
    url = "http://127.0.0.1:9/hook"
    secret = factory.LazyFunction(new_secret)


class WindowFactory(DjangoModelFactory):
    """A filing window for 2027 that is open today; `closed` and `ahead` make it one that is past or to come."""

    class Meta:
        model = FilingWindow

    class Params:
        closed = factory.Trait(closes_on=factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=1)))
        ahead = factory.Trait(
            opens_on=factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=7)),
            closes_on=factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=30)),
        )

    bureau = factory.SubFactory(BureauFactory)
    fiscal_year = 2027
    opens_on = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=30))
    closes_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=30))


class City:
    """One bureau, department and unit with a person for each role, and another unit, department and region."""

    def __init__(self) -> None:
        self.bureau = BureauFactory()
        self.division = DivisionFactory(bureau=self.bureau)
        self.department = DepartmentFactory(bureau=self.bureau, division=self.division)
        self.unit = UnitFactory(department=self.department, is_own_office=True)
        self.sister = UnitFactory(department=self.department)
        self.other_division = DivisionFactory(bureau=self.bureau)
        self.other_department = DepartmentFactory(bureau=self.bureau, division=self.other_division)
        self.other_bureau = BureauFactory()
        self.filer = person(Role.FILER, self.unit)
        self.department_filer = person(Role.FILER, self.department)
        self.sister_filer = person(Role.FILER, self.sister)
        self.department_reviewer = person(Role.DEPARTMENT_REVIEWER, self.department)
        self.other_department_reviewer = person(Role.DEPARTMENT_REVIEWER, self.other_department)
        self.finance_reviewer = person(Role.FINANCE_REVIEWER, self.bureau)
        self.division_reviewer = person(Role.FINANCE_REVIEWER, self.division)
        self.other_division_reviewer = person(Role.FINANCE_REVIEWER, self.other_division)
        self.approver = person(Role.APPROVER, self.bureau)
        self.other_finance_reviewer = person(Role.FINANCE_REVIEWER, self.other_bureau)
        self.other_approver = person(Role.APPROVER, self.other_bureau)
        self.auditor = person(Role.AUDITOR, self.bureau)
        self.administrator = person(Role.ADMINISTRATOR)
        self.nobody = UserFactory()

    def file(self, *drafts: ProjectDraft, unit: Unit | None = None, year: int = 2027) -> list[Declaration]:
        """Draft declarations for the unit (or for another)."""
        unit = unit or self.unit
        filer = self.filer if unit == self.unit else self.department_filer
        return file_declarations(filer, [Filing(unit, draft) for draft in drafts or (draft(),)], year)

    def declaration(self, state: State = State.DRAFT, *drafts: ProjectDraft) -> Declaration:
        """One declaration of the unit, taken to `state` through the door by the people whose step it is."""
        declaration = self.file(*drafts)[0]
        self.take_to(declaration, state)
        return Declaration.objects.get(pk=declaration.pk)

    def take_to(self, declaration: Declaration, state: State) -> None:
        """The steps that lead from draft to `state`."""
        steps: dict[State, list[tuple[Verb, User]]] = {
            State.DRAFT: [],
            State.SUBMITTED: [(Verb.SUBMIT, self.filer)],
            State.WITHDRAWN: [(Verb.SUBMIT, self.filer), (Verb.WITHDRAW, self.filer)],
            State.RETURNED: [(Verb.SUBMIT, self.filer), (Verb.RETURN, self.department_reviewer)],
            State.FINANCE_REVIEW: [(Verb.SUBMIT, self.filer), (Verb.ENDORSE, self.department_reviewer)],
        }
        reviewed = steps[State.FINANCE_REVIEW]
        steps[State.REJECTED] = [*reviewed, (Verb.REJECT, self.finance_reviewer)]
        steps[State.AMENDING] = [*reviewed, (Verb.AMEND, self.finance_reviewer)]
        steps[State.PASSED] = [*reviewed, (Verb.PASS, self.finance_reviewer)]
        steps[State.APPROVED] = steps[State.PASSED]
        for verb, who in steps[state]:
            perform(declaration.pk, verb, who, comment="按要求办理", **given(verb))
        if state == State.APPROVED:
            issue(
                self.approver, declaration.department_id, declaration.fiscal_year, [declaration.pk], date(2027, 1, 20)
            )


def given(verb: Verb) -> dict[str, Any]:
    """What the finance reviewer's steps need beside a comment."""
    asked: dict[str, Any] = {"review": ReviewForm(GRADE_OF[verb])} if verb in ASKS_FOR_FORM else {}
    if verb == Verb.AMEND:
        asked["amendments"] = [Change("goal", "清除淤积，恢复河道行洪能力，汛期安全。")]
    return asked


def draft(name: str = "河道清淤工程", **fields: object) -> ProjectDraft:
    """A project whose content passes the checks of submitting."""
    values: dict = {
        "name": name,
        "total": Decimal("120000.00"),
        "funding": {"一般公共预算": Decimal("100000.00"), "其他资金": Decimal("20000.00")},
        "goal": "清除淤积，恢复河道行洪能力。",
        "indicators": [
            IndicatorDraft(
                level1="产出指标", name="清淤河道长度", value="≥12公里", comparator="≥", number="12", unit="公里"
            ),
            IndicatorDraft(
                level1="效益指标", name="沿岸居民满意度", value="≥90%", comparator="≥", number="90", unit="%"
            ),
        ],
    }
    return ProjectDraft(**(values | fields))
