"""What was found on one card becomes a project."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from approvals.drafts import DEPARTMENT_GOAL
from approvals.facts import BY_KEY, synonym_key
from ingest.drafts import IndicatorDraft, ProjectDraft
from ingest.grid import Cell, CellError
from ingest.layouts.cells import Clerk, is_blank, long, plain
from ingest.layouts.headers import Term, meaning
from ingest.layouts.heading import name_from_title
from ingest.layouts.inline import amounts_in, zip_lines
from ingest.layouts.regions import Pair
from ingest.layouts.units import UnitFinder
from ingest.layouts.words import looks_like_organisation, split_organisation, split_project, ticked
from ingest.problems import Problem, report
from perfgoals.money import parse_amount
from perfgoals.text import key, one_line

_PLAN_LABELS = {name: fact.label for name, fact in BY_KEY.items() if name.startswith("plan_")}
_PROGRAMME_TOTALS = frozenset(["专项资金总额", "专项总额", "专项资金规模", "专项资金额度"])
# What a form names its project with.
NAME_KEYS = {"project_name", "programme", "unit_and_project"}
# What only the form of a whole department has: 年度主要任务 and 保障措施.
SECTIONS = ("itemised_goals", "measures")
_GOALS = frozenset(["goal", "long_term_goal", "overall_goal"])
_FILLER = re.compile(r"\s*(?:(?:年度|总体)?目标\s*\d{1,2}\s*[:：]?)?[\s….]*")
# What a unit without such a project writes where the name would stand.
_NO_PROJECT = re.compile(
    r"(?:本?(?:部门|单位|年度?|年)|20\d\d年度?)*(?:不涉及|不适用|无此类?(?:项目|情况|支出)?|(?:没有|无).{0,6}(?:项目|支出|预算))[。.]?"
)
_ONE_TEXT = ("project_name", "project_code", "category", "period", "department", "unit_name", "unit_code")
_NOTHING = frozenset(["", "/", "-", "—", "——", "--", "无"])


@dataclass(frozen=True, slots=True)
class Found:
    """A pair with the place of its value in words; `above`: from a line outside of the form's table."""

    pair: Pair
    place: str
    above: bool = False


@dataclass(slots=True)
class Card:
    """Everything read of one form before money units are known.

    heading     the numbered line right over it, which names a project where no label does
    indicators  by term: those of the year, those of several years
    beside      the same of a second list that stands right of the first, to be read after it
    """

    place: str = ""
    title: str = ""
    heading: str = ""
    department_goal: bool = False
    pairs: list[Found] = field(default_factory=list)
    orphans: list[tuple[str, str]] = field(default_factory=list)
    indicators: dict[Term | None, list[IndicatorDraft]] = field(default_factory=dict)
    beside: dict[Term | None, list[IndicatorDraft]] = field(default_factory=dict)
    units: UnitFinder = field(default_factory=UnitFinder)
    has_header: bool = False

    def first(self, *names: str) -> Found | None:
        """The first pair of one of these fields that has a value; the form's own before one of a line over it."""
        filled = (each for each in self.pairs if each.pair.key in names and not is_blank(each.pair.value))
        return min(filled, key=lambda each: each.above, default=None)

    def has(self, *names: str) -> bool:
        """Whether a label of one of these fields is printed, filled or not."""
        return any(each.pair.key in names for each in self.pairs)

    def text(self, *names: str) -> str | None:
        """The value of the first of these fields as a short text."""
        found = self.first(*names)
        text = plain(found.pair.value) if found else ""
        return None if text in _NOTHING else text

    @property
    def sources(self) -> set[str]:
        """Names of the funding sources the form prints, filled or not."""
        facts = (BY_KEY.get(each.pair.key) for each in self.pairs)
        return {fact.label for fact in facts if fact and fact.group == "funding"}

    def amounts(self) -> Iterable[Cell]:
        """Values of labels of money."""
        return (
            each.pair.value for each in self.pairs if each.pair.key in BY_KEY and BY_KEY[each.pair.key].kind == "money"
        )

    @property
    def is_of_department(self) -> bool:
        """Whether it is the form of a whole department: its title says so, or it has a department and no project."""
        named = self.heading or self.has(*NAME_KEYS)
        return self.department_goal or (self.has("department", "unit_name") and not named)

    @property
    def is_empty(self) -> bool:
        """Nothing was found under this heading."""
        return not self.pairs and not any(self.indicators.values()) and not any(self.beside.values())


class ProjectBuilder:
    """Makes a ProjectDraft of a Card, with the money unit now known."""

    def __init__(self, card: Card, clerk: Clerk) -> None:
        self.card = card
        self.clerk = clerk

    def build(self) -> ProjectDraft | None:
        """The project; None for a form that is no project's."""
        card = self.card
        code, name = self._name()
        told = meaning(name) if name else None
        if told and told.key and told.how == "exact":
            # 项目名称 | 金额: headers side by side, not a label and its value
            return None
        if not name or (_NO_PROJECT.fullmatch(name) and not any(self.card.indicators.values())):
            return None
        found = card.first("project_name", "programme")
        project = ProjectDraft(
            name=name,
            code=card.text("project_code", "unit_and_project_code") or code,
            place=found.place if found else card.place,
        )
        self._organisation(project)
        self._texts(project)
        self._second_texts()
        self._money(project)
        project.indicators = self._indicators()
        return project

    def build_department_goal(self) -> ProjectDraft:
        """The form as what a department as a whole aims at; its money is the department's budget and is not taken."""
        goal = ProjectDraft(name=DEPARTMENT_GOAL, department_goal=True, place=self.card.place)
        self._organisation(goal)
        goal.department = goal.department or goal.unit_name
        self._texts(goal)
        goal.goal = goal.goal or goal.long_term_goal
        goal.indicators = self._indicators()
        return ProjectDraft(
            department=goal.department,
            name=goal.name,
            department_goal=True,
            place=goal.place,
            goal=goal.goal,
            itemised_goals=self._long("itemised_goals"),
            measures=self._long("measures"),
            indicators=goal.indicators,
        )

    def _name(self) -> tuple[str | None, str | None]:
        if self.card.department_goal and not self.card.has("project_name"):
            return None, None
        name = self.card.text("project_name") or self.card.text("unit_and_project", "programme")
        if name:
            return split_project(name)
        return None, None if self.card.has("project_name") else name_from_title(self.card.title) or self.card.heading

    def _organisation(self, project: ProjectDraft) -> None:
        card = self.card
        if department := card.text("department"):
            project.department = split_organisation(department)[1]
        if unit := card.text("unit_name") or self._department_or_unit():
            project.unit_code, project.unit_name = split_organisation(unit)
        project.unit_code = card.text("unit_code") or project.unit_code
        if project.unit_name is None:
            for text, _ in card.orphans:
                code, name = split_organisation(text)
                if looks_like_organisation(name) and (code or len(name) > 4):
                    project.unit_code, project.unit_name = project.unit_code or code, name
                    break

    def _department_or_unit(self) -> str | None:
        """`部门（单位） | 某局本级` on a form without a label of its own for the unit."""
        found = None if self.card.has("unit_name") else self.card.first("department")
        label = key(found.pair.label) if found else ""
        return self.card.text("department") if "单位" in label and not label.startswith("主管") else None

    def _texts(self, project: ProjectDraft) -> None:
        card = self.card
        project.category = ticked(card.text("category"))
        period = "—".join(filter(None, (card.text("period_start"), card.text("period_end"))))
        project.period = card.text("period") or period or None
        project.purpose = self._long("purpose")
        project.goal = self._long("goal", multi=False)
        project.long_term_goal = self._long("long_term_goal") or self._long("goal", multi=True)
        overall = self._long("overall_goal")
        if overall and project.goal is None:
            project.goal = overall
        elif overall and project.long_term_goal is None:
            project.long_term_goal = overall
        for each in card.pairs:
            if each.pair.key in _PLAN_LABELS and not is_blank(each.pair.value):
                project.spending_plan.setdefault(_PLAN_LABELS[each.pair.key], plain(each.pair.value))

    def _second_texts(self) -> None:
        """Of two labels of one field with different texts the first counts, the other is told."""
        for name in _ONE_TEXT:
            first = self.card.first(name)
            for each in self.card.pairs:
                if first is None or each.pair.key != name or each.above:
                    continue
                used, other = (ticked(plain(found.pair.value)) or "" for found in (first, each))
                if other not in _NOTHING and key(other) != key(used):
                    self.clerk.problems.append(
                        report("FIELD_TWICE", each.place, field=BY_KEY[name].label, found=other, expected=used)
                    )

    def _long(self, name: str, multi: bool | None = None) -> str | None:
        texts = [
            text
            for each in self.card.pairs
            if each.pair.key == name and (multi is None or (each.pair.term == "multi") == multi)
            if (text := long(_without_fillers(each.pair.value))) not in _NOTHING
        ]
        return "\n".join(dict.fromkeys(texts)) or None

    # --- money ---

    def _money(self, project: ProjectDraft) -> None:
        terms: dict[int, Term] = {}
        totals: dict[str, Decimal] = {}
        whole = self._is_of_one_year()
        for each in self.card.pairs:
            fact = BY_KEY.get(each.pair.key)
            if fact is None or fact.kind != "money":
                continue
            name, term = each.pair.key, each.pair.term
            if whole and term == "multi":
                name, term = "total" if fact.group == "money" else name, "annual"
            if fact.group == "money":
                term = term or ("multi" if name == "multi_year_total" else "annual" if name == "total" else None)
                terms[each.pair.column] = term or "annual"
            term = term or terms.get(each.pair.column)
            if is_blank(each.pair.value):
                continue
            for told, amount in self._read(each):
                if not self._store(project, totals, told or name, term, amount):
                    found = f"{one_line(each.pair.label)} {plain(each.pair.value)}"
                    self.clerk.problems.append(report("TEXT_UNPLACED", each.place, field=fact.label, found=found))
        project.total = totals.get("total", totals.get("project_total"))
        if project.total is None and not self.card.has("project_name"):
            project.total = self._programme_total()
        if whole:
            project.multi_year_total = project.total
        elif "multi_year_total" in totals:
            project.multi_year_total = totals["multi_year_total"]
        elif "total" in totals and "project_total" in totals:
            project.multi_year_total = totals["project_total"]

    def _is_of_one_year(self) -> bool:
        """实施期资金总额 without an amount of the year, above a goal of the year alone: the year is all of the term."""
        card = self.card
        filled = [each.pair for each in card.pairs if not is_blank(each.pair.value)]
        goals = {(pair.key, pair.term) for pair in filled if pair.key in _GOALS}
        annual = {("goal", "annual"), ("goal", None)} & goals
        lists = {term for term, drafts in (*card.indicators.items(), *card.beside.items()) if drafts}
        if lists == {"annual"}:
            # 总体目标 over 年度绩效指标 and nothing else
            annual |= {("overall_goal", None)} & goals
        if not annual or goals - annual or not card.first("multi_year_total"):
            return False
        if any(_is_annual_money(each.pair) for each in card.pairs):
            return False
        self.clerk.problems.append(
            report("TERM_OF_MONEY", card.place, field="资金总额", found="实施期资金总额", expected="年度资金总额")
        )
        return True

    def _programme_total(self) -> Decimal | None:
        """专项资金总额, where the programme itself is the project."""
        pair = next((each for each in self.card.pairs if synonym_key(each.pair.label) in _PROGRAMME_TOTALS), None)
        return None if pair is None else self._amount(pair.pair.value, "total", pair.place)

    @staticmethod
    def _store(
        project: ProjectDraft, totals: dict[str, Decimal], name: str, term: Term | None, amount: Decimal
    ) -> bool:
        """Keep an amount; False where another one stands there already: 其中：本年预算安排 under 年度预算总额."""
        fact = BY_KEY[name]
        if fact.group == "funding":
            return term == "multi" or project.funding.setdefault(fact.label, amount) == amount
        if term == "multi":
            name = "multi_year_total"
        return totals.setdefault(name, amount) == amount

    def _read(self, each: Found) -> list[tuple[str | None, Decimal]]:
        """The amounts beside a label: usually one, several where lines or a sentence hold them."""
        pair = each.pair
        value = pair.value
        name = BY_KEY[pair.key].label
        if isinstance(value, str):
            if lines := zip_lines(pair.label, value):
                read = [(told.key, self._amount(text, told.key, each.place)) for told, _, text in lines]
                return [(told, amount) for told, amount in read if amount is not None and told in BY_KEY]
            if (count := _labels_in_lines(pair.label)) > 1:
                detail = f"左边有 {count} 个名称，这里不是 {count} 行金额：“{plain(value)}”"
                problem = report("AMOUNT", each.place, detail, field=name, found=plain(value), expected="每行一个金额")
                self.clerk.problems.append(problem)
                return []
            if parse_amount(value).trouble == "not_a_number" and (told := self._sentence(each)):
                return told
        unit = pair.unit
        clerk = Clerk(unit, self.clerk.problems) if unit and not self._own_unit(value) else self.clerk
        if self._own_unit(value) and not (unit or self.card.units.stated):
            amount = parse_amount(value).value
        else:
            amount = clerk.amount_of(value, name, lambda: each.place)
        return [] if amount is None else [(None, amount)]

    @staticmethod
    def _own_unit(value: Cell) -> bool:
        return isinstance(value, str) and parse_amount(value).unit is not None

    def _amount(self, text: Cell, name: str, place: str) -> Decimal | None:
        return self.clerk.amount_of(text, BY_KEY[name].label if name in BY_KEY else "", lambda: place)

    def _sentence(self, each: Found) -> list[tuple[str | None, Decimal]]:
        """The amounts of a sentence; what of it is no amount of a known name is told."""
        found: list[tuple[str | None, Decimal]] = []
        rest: list[str] = []
        for told, amount in amounts_in(str(each.pair.value)):
            value = parse_amount(amount, self.clerk.unit).value
            if value is None or (told is not None and told.key not in BY_KEY) or (told is None and found):
                rest.append(amount)
            else:
                found.append((told.key if told else None, value))
        if found and rest:
            self.clerk.problems.append(
                report("TEXT_UNPLACED", each.place, field=BY_KEY[each.pair.key].label, found="；".join(rest))
            )
        return found

    # --- indicators ---

    def _indicators(self) -> list[IndicatorDraft]:
        """Those of the year; those of several years only where the year has none."""
        found = {term: list(drafts) for term, drafts in self.card.indicators.items()}
        for term, drafts in self.card.beside.items():
            found.setdefault(term, []).extend(drafts)
        annual = [*found.get(None, []), *found.get("annual", [])]
        multi = found.get("multi", [])
        if multi and annual:
            self._tell(f"中期 {len(multi)} 条，年度 {len(annual)} 条")
        elif multi:
            self._tell(f"年度一栏没有指标，按中期一栏读取 {len(multi)} 条")
        return annual or multi

    def _tell(self, detail: str) -> None:
        self.clerk.problems.append(report("TERM_CHOSEN", self.card.place, detail, field="绩效指标"))


def _without_fillers(cell: Cell) -> Cell:
    """A text without the lines the form left to be filled in: 目标2：……"""
    if not isinstance(cell, str) or isinstance(cell, CellError):
        return cell
    return "\n".join(line for line in cell.splitlines() if not _FILLER.fullmatch(line))


def _is_annual_money(pair: Pair) -> bool:
    """A label of an amount of the year, or of no term where an amount stands beside it."""
    fact = BY_KEY.get(pair.key)
    if fact is None or fact.group != "money" or fact.key == "multi_year_total" or pair.term == "multi":
        return False
    return pair.term == "annual" or not is_blank(pair.value)


def _labels_in_lines(label: str) -> int:
    """How many labels of money stand one under the other in one cell."""
    if (whole := meaning(label)) and whole.how == "exact":
        # 年度资金 / 总额: one name on two lines
        return 1
    told = [meaning(line) for line in label.split("\n") if line.strip()]
    return len(told) if all(each and each.group in {"money", "funding"} for each in told) else 1


def not_loaded(cards: Iterable[Card]) -> list[Problem]:
    """Labels that were understood or not, but whose text is stored nowhere: each label once."""
    seen: dict[str, Found] = {}
    for card in cards:
        nowhere = {""} if card.is_of_department else {"", *SECTIONS}
        for each in card.pairs:
            if each.pair.key in nowhere and not is_blank(each.pair.value):
                seen.setdefault(key(each.pair.label), each)
    return [report("COLUMN_NOT_LOADED", each.place, found=one_line(each.pair.label)) for each in seen.values()]
