"""Registering organisations and people from tables: how an installation begins, and how the demo city is made.

Rows are dicts by the Chinese column names below. Existing rows (by code, by user name) are brought up to date;
nothing is ever deleted. All faults are reported at once, and then nothing is written.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction

from approvals.models import Bureau, Department, Division, Membership, Unit, User
from approvals.roles import SCOPES, Role
from perfgoals.errors import Refusal
from perfgoals.problems import Problem

ORGANISATION_COLUMNS = (
    "区划代码", "财政局", "文号代字", "部门代码", "部门名称", "单位代码", "单位名称", "本级", "业务科室"
)  # fmt: skip
PEOPLE_COLUMNS = ("账号", "姓名", "邮箱", "角色", "区划代码", "部门代码", "单位代码", "初始密码", "业务科室")

Row = Mapping[str, str]
Model = TypeVar("Model", bound=models.Model)
_PLACES = ("bureau", "division", "department", "unit")
_ROLES = {role.label: role for role in Role} | {role.value: role for role in Role}


@transaction.atomic
def register_organisations(rows: Iterable[Row]) -> tuple[int, int, int]:
    """Bureaus, departments and units; tells how many of each the table names. Raises Refusal with every fault.

    A row names a unit with its department and bureau; without 单位代码 only a department, without 部门代码 only
    a bureau. 文号代字 is needed once for each bureau. 业务科室 may name the department's division, on any of its rows.
    """
    problems: list[Problem] = []
    bureaus: dict[str, Bureau] = {}
    departments: dict[tuple[str, str], Department] = {}
    units: dict[tuple[str, str, str], Unit] = {}
    for line, row in enumerate(_checked(rows, ORGANISATION_COLUMNS[:2], problems), 2):
        region, department_code, unit_code = (row.get(c, "") for c in ("区划代码", "部门代码", "单位代码"))
        try:
            if region not in bureaus:
                word = row.get("文号代字") or f"{row['财政局'].removesuffix('局')[:2]}财绩"
                bureaus[region] = _save(Bureau, {"region_code": region}, name=row["财政局"], document_word=word)
            if department_code and (region, department_code) not in departments:
                departments[region, department_code] = _save(
                    Department, {"bureau": bureaus[region], "code": department_code}, name=row.get("部门名称", "")
                )
            if department_code and row.get("业务科室"):
                where = {"bureau": bureaus[region], "name": row["业务科室"]}
                department = departments[region, department_code]
                department.division = _save(Division, where)
                department.save()
            if unit_code and department_code:
                units[region, department_code, unit_code] = _save(
                    Unit,
                    {"department": departments[region, department_code], "code": unit_code},
                    name=row.get("单位名称", ""),
                    is_own_office=row.get("本级", "") in {"是", "1", "true"},
                )
            elif unit_code:
                problems.append(_fault(line, "部门代码", "", "单位所属部门的代码", "单位没有写部门代码。"))
        except ValidationError as error:
            problems += [_fault(line, name, "", "", "；".join(texts)) for name, texts in error.message_dict.items()]
    _refuse(problems)
    return len(bureaus), len(departments), len(units)


@transaction.atomic
def register_people(rows: Iterable[Row]) -> int:
    """People and one membership a row (a person may stand in several rows); tells how many people.

    角色 is a role's Chinese name; the codes say where: 单位代码 for a unit, else 部门代码, else 业务科室 of the
    region, else 区划代码. A new
    person without 初始密码 cannot sign in until an administrator sets one.
    """
    problems: list[Problem] = []
    people: dict[str, User] = {}
    for line, row in enumerate(_checked(rows, PEOPLE_COLUMNS[:4], problems), 2):
        role = _ROLES.get(row["角色"])
        if role is None:
            problems.append(_fault(line, "角色", row["角色"], "、".join(str(r.label) for r in Role), "没有这个角色。"))
            continue
        try:
            scope = _scope(role, row)
        except (LookupError, models.ObjectDoesNotExist):
            codes = " ".join(row.get(c, "") for c in ("区划代码", "业务科室", "部门代码", "单位代码")).strip()
            problems.append(_fault(line, "机构", codes, "已登记机构的代码", f"找不到{role.label}任职的机构。"))
            continue
        try:
            user = people.get(row["账号"]) or _person(row)
            people[row["账号"]] = user
            membership = {"user": user, "role": role, **dict.fromkeys(_PLACES)} | scope
            if not Membership.objects.filter(**_filter(membership)).exists():
                Membership.objects.create(**membership)
        except ValidationError as error:
            problems += [_fault(line, name, "", "", "；".join(texts)) for name, texts in error.message_dict.items()]
    _refuse(problems)
    return len(people)


def _checked(rows: Iterable[Row], needed: Sequence[str], problems: list[Problem]) -> list[dict[str, str]]:
    """The rows with blanks gone; faults for columns that are missing or empty."""
    kept = []
    for line, raw in enumerate(rows, 2):
        row = {name: (value or "").strip() for name, value in raw.items() if name}
        missing = [name for name in needed if not row.get(name)]
        if missing:
            problems.append(_fault(line, "、".join(missing), "", "必填", f"缺少{'、'.join(missing)}。"))
        kept.append(row)
    _refuse(problems)
    return kept


def _save(model: type[Model], where: dict, **values: object) -> Model:
    found = model._default_manager.filter(**where).first() or model(**where)
    for name, value in values.items():
        if value != "" or found.pk is None:
            setattr(found, name, value)
    found.full_clean()
    found.save()
    return found


def _person(row: Row) -> User:
    user = User.objects.filter(username=row["账号"]).first() or User(username=row["账号"])
    user.full_name, user.email = row["姓名"], row["邮箱"]
    if user.pk is None:
        user.set_password(row.get("初始密码") or None)
    user.full_clean(exclude={"password"})
    user.save()
    return user


def _scope(role: Role, row: Row) -> dict[str, models.Model]:
    allowed = SCOPES[role]
    if "unit" in allowed and row.get("单位代码"):
        return {"unit": Unit.objects.get(**_within(row, "department__"), code=row["单位代码"])}
    if "department" in allowed and row.get("部门代码"):
        return {"department": Department.objects.get(bureau__region_code=row["区划代码"], code=row["部门代码"])}
    if "division" in allowed and row.get("业务科室"):
        return {"division": Division.objects.get(bureau__region_code=row["区划代码"], name=row["业务科室"])}
    if "bureau" in allowed and row.get("区划代码"):
        return {"bureau": Bureau.objects.get(region_code=row["区划代码"])}
    if "" in allowed:
        return {}
    raise LookupError


def _within(row: Row, prefix: str) -> dict[str, str]:
    within = {f"{prefix}bureau__region_code": row["区划代码"]}
    return within | ({f"{prefix}code": row["部门代码"]} if row.get("部门代码") else {})


def _filter(values: Mapping[str, object]) -> dict[str, object]:
    return {
        f"{name}__isnull" if value is None else name: True if value is None else value for name, value in values.items()
    }


def _fault(line: int, column: str, found: str, expected: str, message: str) -> Problem:
    return Problem("REGISTER", "error", message, f"第 {line} 行", column, found, expected, "改正后重新导入。")


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise Refusal("invalid", f"表中有 {len(problems)} 处错误，没有登记任何内容。", problems)
