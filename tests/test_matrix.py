"""State × verb × role, written out whole: what each person may do with a declaration in each state.

`yes`    allowed
`-`      refused, and nothing changes
`major`  refused until the project is a major one 重点项目, then allowed
`open`   allowed until the filing window 申报时段 has closed, then refused
`late`   refused until the filing window has closed, then allowed
`issue`  refused as a step of its own; happens only when an approval is issued

Every cell is exercised through the door, through the page and through the API. The columns cover the
relations too: own unit, other unit of the department, other department, other region.
"""

# ruff: noqa: E501  (a row of the matrix is one line)
from contextlib import suppress
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from approvals.drafts import Grounds
from approvals.judgement import ASKS_FOR_FORM, GRADE_OF
from approvals.models import Amendment, ApprovalRecord, Declaration, Deputyship, Notice, Review, ReviewNote, User
from approvals.models.edges import edges, verbs_for
from approvals.roles import Role
from approvals.selectors.declarations import sees, visible_to
from approvals.selectors.people import actor_of
from approvals.services.issuing import issue
from approvals.services.verbs import perform
from approvals.services.versions import open_adjustment
from approvals.states import EDITABLE, State, Verb
from perfgoals.errors import Refusal
from tests.factories import City, DepartmentFactory, UnitFactory, UserFactory, WindowFactory, given, person

pytestmark = [pytest.mark.django_db, pytest.mark.database]

PEOPLE = (
    "filer", "department_filer", "sister_filer",
    "department_reviewer", "other_department_reviewer",
    "finance_reviewer", "approver", "other_finance_reviewer", "other_approver",
    "auditor", "administrator", "superuser", "nobody", "division_reviewer", "other_division_reviewer",
    "deputy", "other_filer", "foreign_filer", "foreign_reviewer",
)  # fmt: skip

# 1 filer of the unit  2 filer of its department  3 filer of a sister unit
# 4 reviewer of the department  5 of another department
# 6 finance reviewer  7 approver  8 finance reviewer of another region  9 approver of another region
# 10 auditor  11 administrator  12 superuser  13 somebody without any role
# 14 finance reviewer of the department's division  15 of another division of the bureau
# 16 who stands in for 4 as his deputy  17 filer of another department  18 filer, 19 department's reviewer of another region
#
# The relation of who asks to whose it is:
#   own unit 1   its department 2 4 16   other unit of the department 3   other department 5 17   other division 15
#   the whole bureau or the department's division 6 7 14   other region 8 9 18 19   beside the procedure 10 11 12 13
#
#                                  1     2     3     4     5     6     7     8     9     10    11    12    13    14    15    16    17    18    19
MATRIX = """
draft           submit             open  open  -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
draft           permit_late        -     -     -     late  -     -     -     -     -     -     -     -     -     -     -     late  -     -     -
draft           withdraw           -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
draft           take_up            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
draft           endorse            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
draft           pass               -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
draft           amend              -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
draft           confirm            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
draft           decline            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
draft           return             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
draft           return_department  -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
draft           reject             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
draft           recall             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
draft           mark_major         -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
draft           unmark_major       -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
draft           approve            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
draft           supersede          -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
submitted       submit             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
submitted       permit_late        -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
submitted       withdraw           yes   yes   -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
submitted       take_up            -     -     -     yes   -     -     -     -     -     -     -     -     -     -     -     yes   -     -     -
submitted       endorse            -     -     -     yes   -     -     -     -     -     -     -     -     -     -     -     yes   -     -     -
submitted       pass               -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
submitted       amend              -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
submitted       confirm            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
submitted       decline            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
submitted       return             -     -     -     yes   -     -     -     -     -     -     -     -     -     -     -     yes   -     -     -
submitted       return_department  -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
submitted       reject             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
submitted       recall             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
submitted       mark_major         -     -     -     -     -     yes   -     -     -     -     -     -     -     yes   -     -     -     -     -
submitted       unmark_major       -     -     -     -     -     major -     -     -     -     -     -     -     major -     -     -     -     -
submitted       approve            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
submitted       supersede          -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
finance_review  submit             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
finance_review  permit_late        -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
finance_review  withdraw           -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
finance_review  take_up            -     -     -     -     -     yes   -     -     -     -     -     -     -     yes   -     -     -     -     -
finance_review  endorse            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
finance_review  pass               -     -     -     -     -     yes   -     -     -     -     -     -     -     yes   -     -     -     -     -
finance_review  amend              -     -     -     -     -     yes   -     -     -     -     -     -     -     yes   -     -     -     -     -
finance_review  confirm            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
finance_review  decline            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
finance_review  return             -     -     -     -     -     yes   -     -     -     -     -     -     -     yes   -     -     -     -     -
finance_review  return_department  -     -     -     -     -     yes   -     -     -     -     -     -     -     yes   -     -     -     -     -
finance_review  reject             -     -     -     -     -     yes   -     -     -     -     -     -     -     yes   -     -     -     -     -
finance_review  recall             -     -     -     yes   -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
finance_review  mark_major         -     -     -     -     -     yes   -     -     -     -     -     -     -     yes   -     -     -     -     -
finance_review  unmark_major       -     -     -     -     -     major -     -     -     -     -     -     -     major -     -     -     -     -
finance_review  approve            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
finance_review  supersede          -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
amending        submit             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
amending        permit_late        -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
amending        withdraw           -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
amending        take_up            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
amending        endorse            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
amending        pass               -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
amending        amend              -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
amending        confirm            yes   yes   -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
amending        decline            yes   yes   -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
amending        return             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
amending        return_department  -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
amending        reject             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
amending        recall             -     -     -     -     -     yes   -     -     -     -     -     -     -     -     -     -     -     -     -
amending        mark_major         -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
amending        unmark_major       -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
amending        approve            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
amending        supersede          -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
passed          submit             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
passed          permit_late        -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
passed          withdraw           -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
passed          take_up            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
passed          endorse            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
passed          pass               -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
passed          amend              -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
passed          confirm            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
passed          decline            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
passed          return             -     -     -     -     -     -     yes   -     -     -     -     -     -     -     -     -     -     -     -
passed          return_department  -     -     -     -     -     -     yes   -     -     -     -     -     -     -     -     -     -     -     -
passed          reject             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
passed          recall             -     -     -     -     -     yes   -     -     -     -     -     -     -     -     -     -     -     -     -
passed          mark_major         -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
passed          unmark_major       -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
passed          approve            -     -     -     -     -     -     issue -     -     -     -     -     -     -     -     -     -     -     -
passed          supersede          -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
approved        submit             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
approved        permit_late        -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
approved        withdraw           -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
approved        take_up            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
approved        endorse            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
approved        pass               -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
approved        amend              -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
approved        confirm            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
approved        decline            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
approved        return             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
approved        return_department  -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
approved        reject             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
approved        recall             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
approved        mark_major         -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
approved        unmark_major       -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
approved        approve            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
approved        supersede          -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
returned        submit             yes   yes   -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
returned        permit_late        -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
returned        withdraw           -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
returned        take_up            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
returned        endorse            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
returned        pass               -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
returned        amend              -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
returned        confirm            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
returned        decline            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
returned        return             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
returned        return_department  -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
returned        reject             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
returned        recall             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
returned        mark_major         -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
returned        unmark_major       -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
returned        approve            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
returned        supersede          -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
withdrawn       submit             open  open  -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
withdrawn       permit_late        -     -     -     late  -     -     -     -     -     -     -     -     -     -     -     late  -     -     -
withdrawn       withdraw           -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
withdrawn       take_up            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
withdrawn       endorse            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
withdrawn       pass               -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
withdrawn       amend              -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
withdrawn       confirm            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
withdrawn       decline            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
withdrawn       return             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
withdrawn       return_department  -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
withdrawn       reject             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
withdrawn       recall             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
withdrawn       mark_major         -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
withdrawn       unmark_major       -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
withdrawn       approve            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
withdrawn       supersede          -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
rejected        submit             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
rejected        permit_late        -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
rejected        withdraw           -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
rejected        take_up            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
rejected        endorse            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
rejected        pass               -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
rejected        amend              -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
rejected        confirm            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
rejected        decline            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
rejected        return             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
rejected        return_department  -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
rejected        reject             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
rejected        recall             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
rejected        mark_major         -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
rejected        unmark_major       -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
rejected        approve            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
rejected        supersede          -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
superseded      submit             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
superseded      permit_late        -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
superseded      withdraw           -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
superseded      take_up            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
superseded      endorse            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
superseded      pass               -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
superseded      amend              -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
superseded      confirm            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
superseded      decline            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
superseded      return             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
superseded      return_department  -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
superseded      reject             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
superseded      recall             -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
superseded      mark_major         -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
superseded      unmark_major       -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
superseded      approve            -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
superseded      supersede          -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
"""

CELLS = {
    (State(state), Verb(verb)): dict(zip(PEOPLE, cells, strict=True))
    for state, verb, *cells in (line.split() for line in MATRIX.strip().splitlines())
}


def test_the_matrix_is_whole() -> None:
    assert set(CELLS) == {(state, verb) for state in State for verb in Verb}


def test_every_edge_of_the_machine_is_in_the_matrix_and_no_other() -> None:
    open_cells = {cell for cell, people in CELLS.items() if set(people.values()) != {"-"}}
    assert open_cells == {cell for cell, edge in edges().items() if edge.verb != Verb.SUPERSEDE}


_WRITTEN = (ApprovalRecord, Notice, Review, ReviewNote, Amendment)
_STANDING = f"""
SELECT state, revision, round, {", ".join(f"(SELECT count(*) FROM {m._meta.db_table})" for m in _WRITTEN)}
FROM approvals_declaration WHERE id = %s
"""


class Stage:
    """A city with one declaration in a state, and everybody who might try something."""

    def __init__(self, state: State) -> None:
        self.city = City()
        self.city.superuser = UserFactory(is_superuser=True, is_staff=True)
        self._more_people(self.city)
        if state == State.SUPERSEDED:
            self.declaration = self._superseded()
        else:
            self.declaration = self.city.declaration(state)
        assert self.declaration.state == state
        # Signed in once: what an attempt does, signing in included, is taken back.
        self.browsers = {self.person(name).pk: signed_in(self.person(name)) for name in PEOPLE}

    def _more_people(self, city: City) -> None:
        """A deputy of the department's reviewer; people of another department and of another region."""
        city.deputy = UserFactory()
        today = timezone.localdate()
        held = city.department_reviewer.memberships.get()
        Deputyship.objects.create(membership=held, deputy=city.deputy, valid_from=today, valid_to=today)
        foreign = DepartmentFactory(bureau=city.other_bureau)
        city.other_filer = person(Role.FILER, UnitFactory(department=city.other_department))
        city.foreign_filer = person(Role.FILER, UnitFactory(department=foreign))
        city.foreign_reviewer = person(Role.DEPARTMENT_REVIEWER, foreign)

    def _superseded(self) -> Declaration:
        """An approved version whose successor was approved too."""
        first = self.city.declaration(State.APPROVED)
        second = open_adjustment(first.pk, self.city.filer, Grounds("上级追加任务"))
        self.city.take_to(second, State.PASSED)
        issue(self.city.approver, first.department_id, first.fiscal_year, [second.pk], date(2027, 6, 1))
        return Declaration.objects.get(pk=first.pk)

    def person(self, name: str) -> User:
        return getattr(self.city, name)

    def standing(self) -> tuple:
        """All that a refused step must leave as it was."""
        with connection.cursor() as cursor:
            cursor.execute(_STANDING, [self.declaration.pk])
            return cursor.fetchone()


def signed_in(who: User) -> Client:
    """A browser of this person."""
    client = Client()
    client.force_login(who, "django.contrib.auth.backends.ModelBackend")
    return client


def undone(attempt):
    """Run an attempt and take back whatever it did."""
    with transaction.atomic():
        result = attempt()
        transaction.set_rollback(True)
    return result


CHANNELS = ("door", "page", "api")


def form_of(verb: Verb) -> dict[str, str]:
    """What the page sends beside comment and revision."""
    asked = {"comment": "意见"}
    if verb in ASKS_FOR_FORM:
        asked["grade"] = GRADE_OF[verb].value
    if verb == Verb.AMEND:
        asked |= {"amendments-TOTAL_FORMS": "1", "amendments-INITIAL_FORMS": "0"}
        asked |= {"amendments-0-anchor": "goal", "amendments-0-after": "河道行洪能力恢复到设计标准。"}
    return asked


def json_of(verb: Verb) -> dict[str, Any]:
    """The same through the API."""
    asked: dict[str, Any] = {"comment": "意见"}
    if verb in ASKS_FOR_FORM:
        asked["review"] = {"grade": GRADE_OF[verb].value}
    if verb == Verb.AMEND:
        asked["amendments"] = [{"anchor": "goal", "after": "河道行洪能力恢复到设计标准。"}]
    return asked


# What a cell is tried under: as it is, a major project, the filing window closed.
PLAIN, MAJOR, CLOSED = "plain", "major", "closed"
ALLOWED = {"yes": {PLAIN, CLOSED}, "major": {MAJOR}, "open": {PLAIN}, "late": {CLOSED}}


def conditions_of(state: State, verb: Verb, expected: str) -> tuple[str, ...]:
    """What one cell is tried under."""
    if state in EDITABLE and verb in (Verb.SUBMIT, Verb.PERMIT_LATE):
        return PLAIN, CLOSED
    return (PLAIN, MAJOR) if expected == "major" else (PLAIN,)


def bring_about(condition: str, stage: Stage) -> None:
    """Until it is taken back."""
    Declaration.objects.filter(pk=stage.declaration.pk).update(major=condition == MAJOR)
    if condition == CLOSED:
        WindowFactory(bureau=stage.city.bureau, closed=True)


def try_it(channel: str, stage: Stage, who: User, verb: Verb, condition: str = PLAIN) -> bool:
    """Whether the step was taken."""
    pk = stage.declaration.pk
    bring_about(condition, stage)
    if channel == "door":
        with suppress(Refusal):
            perform(pk, verb, who, comment="意见", **given(verb))
    else:
        client = stage.browsers[who.pk]
        if channel == "page":
            data = form_of(verb) | {"seen": stage.declaration.revision}
            response = client.post(f"/declarations/{pk}/{verb}/", data)
            assert response.status_code in (302, 403, 404, 409), (verb, response.status_code)
        else:
            response = client.post(f"/api/declarations/{pk}/verbs/{verb}/", json_of(verb), "application/json")
            assert response.status_code in (200, 403, 404, 409), response.content
    return Declaration.objects.get(pk=pk).revision != stage.declaration.revision


def tried(channel: str, stage: Stage, name: str, verb: Verb, condition: str) -> tuple:
    """How everything stands after an attempt, before it is taken back; a step that was taken is another revision."""
    moved = try_it(channel, stage, stage.person(name), verb, condition)
    left = stage.standing()
    assert moved == (left[1] != stage.declaration.revision)
    return left


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("state", list(State))
def test_every_cell(state: State, channel: str) -> None:
    stage = Stage(state)
    before = stage.standing()
    wrong = []
    for verb in Verb:
        for name, expected in CELLS[state, verb].items():
            for condition in conditions_of(state, verb, expected):
                left = undone(partial(tried, channel, stage, name, verb, condition))
                allowed = condition in ALLOWED.get(expected, ())
                if (left != before) != allowed:
                    wrong.append((verb, name, condition, "refused" if allowed else left, expected))
    assert stage.standing() == before
    assert wrong == []


@pytest.mark.parametrize("state", list(State))
def test_the_target_is_the_edge_s(state: State) -> None:
    stage = Stage(state)
    for verb in Verb:
        for name, expected in CELLS[state, verb].items():
            if expected in ("yes", "open", "late"):

                def attempt(name: str = name, verb: Verb = verb, expected: str = expected) -> Declaration:
                    bring_about(CLOSED if expected == "late" else PLAIN, stage)
                    return perform(stage.declaration.pk, verb, stage.person(name), "意见", **given(verb))

                assert undone(attempt).state == edges()[state, verb].target


@pytest.mark.parametrize("state", list(State))
def test_buttons_are_the_allowed_cells(state: State) -> None:
    stage = Stage(state)

    def shown(condition: str, name: str) -> set[Verb]:
        bring_about(condition, stage)
        declaration = Declaration.objects.get(pk=stage.declaration.pk)
        return {edge.verb for edge in verbs_for(declaration, actor_of(stage.person(name)))}

    for condition in (PLAIN, MAJOR, CLOSED):
        gone = Verb.MARK_MAJOR if condition == MAJOR else Verb.UNMARK_MAJOR
        for name in PEOPLE:
            cells = {verb: CELLS[state, verb][name] for verb in Verb}
            allowed = {verb for verb, cell in cells.items() if cell in ("yes", "major")}
            allowed |= {verb for verb, cell in cells.items() if cell == ("late" if condition == CLOSED else "open")}
            assert undone(lambda c=condition, n=name: shown(c, n)) == allowed - {gone}, (condition, name)


@pytest.mark.parametrize("state", list(State))
def test_who_sees_it_in_lists_is_who_may_ask_the_door_about_it(state: State) -> None:
    stage = Stage(state)
    seeing = {name for name in PEOPLE if sees(actor_of(stage.person(name)), stage.declaration)}
    listed = {
        name for name in PEOPLE if visible_to(actor_of(stage.person(name))).filter(pk=stage.declaration.pk).exists()
    }
    assert seeing == listed
    assert {"filer", "department_filer", "department_reviewer", "auditor"} <= seeing
    assert not seeing & {
        "sister_filer", "other_filer", "other_department_reviewer", "other_division_reviewer", "foreign_filer",
        "foreign_reviewer", "other_finance_reviewer", "other_approver", "administrator", "nobody",
    }  # fmt: skip
    assert ("finance_reviewer" in seeing) == (state != State.DRAFT), "drafts are the unit's own"


@pytest.mark.parametrize("state", list(State))
def test_issuing_is_open_to_the_issue_cells_alone(state: State) -> None:
    stage = Stage(state)
    declaration = stage.declaration
    for name, expected in CELLS[state, Verb.APPROVE].items():

        def attempt(name: str = name) -> str:
            with suppress(Refusal):
                issue(
                    stage.person(name),
                    declaration.department_id,
                    declaration.fiscal_year,
                    [declaration.pk],
                    date(2027, 2, 1),
                )
            return Declaration.objects.get(pk=declaration.pk).state

        reached = undone(attempt)
        assert (reached == State.APPROVED) == (expected == "issue" or state == State.APPROVED), name
