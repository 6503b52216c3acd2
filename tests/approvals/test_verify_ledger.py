"""`verify_ledger` finds every kind of change made by SQL behind the triggers' back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from approvals.models import Approval, ApprovalRecord, Declaration, User
from approvals.services import verifying
from approvals.services.ledger import digest_of
from approvals.services.verbs import perform
from approvals.services.verifying import Verification
from approvals.states import State, Verb
from tests.factories import PASSWORD, City, draft

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def approved() -> Declaration:
    city = City()
    city.declaration(State.RETURNED, draft("另一个项目"))
    city.declaration(State.DRAFT, draft("又一个项目"))
    return city.declaration(State.APPROVED)


@contextmanager
def behind_the_back(table: str) -> Iterator[object]:
    """A cursor, with the triggers of a table switched off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


RECORDS = "approvals_approvalrecord"


def found() -> list[str]:
    """Where and what, of all findings."""
    return [f"{each.where}：{each.what}" for each in Verification().findings()]


def only(findings: list[str], *parts: str) -> None:
    assert len(findings) == 1, findings
    assert all(part in findings[0] for part in parts), findings


def row(declaration: Declaration, sequence: int) -> ApprovalRecord:
    return ApprovalRecord.objects.get(declaration=declaration, sequence=sequence)


def test_an_honest_ledger_is_whole(approved: Declaration, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_ledger")
    told = capsys.readouterr().out
    assert "台账完整" in told
    assert f"{ApprovalRecord.objects.count()} 条记录" in told
    assert "3 份申报、1 份批复" in told


def test_the_command_prints_each_finding_and_fails(approved: Declaration, capsys: pytest.CaptureFixture[str]) -> None:
    with behind_the_back(RECORDS) as cursor:
        cursor.execute(f"UPDATE {RECORDS} SET comment = '改过' WHERE id = %s", [row(approved, 2).pk])
    with pytest.raises(CommandError, match="发现 1 处不符") as error:
        call_command("verify_ledger")
    assert error.value.returncode == 1
    told = capsys.readouterr().out
    assert f"链 declaration:{approved.pk} 第 2 条：记录被改动" in told
    assert digest_of(row(approved, 2)) in told


@pytest.mark.parametrize(
    "change",
    [
        "actor_name = '别人'", "at = at - interval '1 day'", "verb = 'return'", "reasons = '[\"other\"]'",
        "snapshot = snapshot || '{\"goal\": \"另一个目标\"}'", "actor_organisation = ''", "round = 7",
        "hash = repeat('0', 64)",
    ],
)  # fmt: skip
def test_a_changed_row(approved: Declaration, change: str) -> None:
    last = ApprovalRecord.objects.filter(declaration=approved).latest("sequence")
    with behind_the_back(RECORDS) as cursor:
        cursor.execute(f"UPDATE {RECORDS} SET {change} WHERE id = %s", [last.pk])
    assert f"链 declaration:{approved.pk} 第 {last.sequence} 条：记录被改动，哈希与内容不符" in found()


def test_a_changed_row_with_its_hash_made_anew(approved: Declaration) -> None:
    record = row(approved, 2)
    record.comment = "同意，理由另附"
    with behind_the_back(RECORDS) as cursor:
        cursor.execute(
            f"UPDATE {RECORDS} SET comment = %s, hash = %s WHERE id = %s",
            [record.comment, digest_of(record), record.pk],
        )
    only(found(), f"链 declaration:{approved.pk} 第 3 条", "接不上")


def test_a_missing_row(approved: Declaration) -> None:
    gone = row(approved, 2)
    with behind_the_back(RECORDS) as cursor:
        cursor.execute(f"DELETE FROM {RECORDS} WHERE id = %s", [gone.pk])
    findings = found()
    assert f"链 declaration:{approved.pk} 第 3 条：前面缺少记录" in findings
    assert any(finding.startswith(f"台账记录 {gone.pk}：") for finding in findings)


def test_a_missing_first_row(approved: Declaration) -> None:
    with behind_the_back(RECORDS) as cursor:
        cursor.execute(f"DELETE FROM {RECORDS} WHERE id = %s", [row(approved, 1).pk])
    assert f"链 declaration:{approved.pk} 第 2 条：前面缺少记录" in found()


def test_an_inserted_row(approved: Declaration) -> None:
    """A row between two others, with a hash of its own that is right."""
    forged = row(approved, 2)
    with behind_the_back(RECORDS) as cursor:
        for sequence in range(approved.records.count(), 1, -1):
            cursor.execute(
                f"UPDATE {RECORDS} SET sequence = sequence + 1 WHERE declaration_id = %s AND sequence = %s",
                [approved.pk, sequence],
            )
    forged.pk, forged.comment = None, "插入"
    forged.hash = digest_of(forged)
    forged.save(force_insert=True)
    findings = found()
    assert f"链 declaration:{approved.pk} 第 3 条：记录被改动，哈希与内容不符" in findings
    assert any(f"链 declaration:{approved.pk} 第 3 条：与前一条接不上" in finding for finding in findings)


def test_two_rows_that_changed_places(approved: Declaration) -> None:
    with behind_the_back(RECORDS) as cursor:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            cursor.execute(
                f"UPDATE {RECORDS} SET sequence = %s WHERE declaration_id = %s AND sequence = %s",
                [new, approved.pk, old],
            )
    findings = found()
    for sequence in (2, 3):
        assert f"链 declaration:{approved.pk} 第 {sequence} 条：记录被改动，哈希与内容不符" in findings
        assert any(f"第 {sequence} 条：与前一条接不上" in finding for finding in findings)


def test_rows_cut_off_at_the_end(approved: Declaration) -> None:
    last = ApprovalRecord.objects.filter(declaration=approved).latest("sequence")
    with behind_the_back(RECORDS) as cursor:
        cursor.execute(f"DELETE FROM {RECORDS} WHERE id = %s", [last.pk])
    findings = found()
    assert any(f"申报 {approved.pk}“{approved.project.name}”：状态与台账最后一条不一致" in each for each in findings)
    assert any("所属批复与台账不一致" in each for each in findings)


def test_a_step_cut_off_that_left_the_state_as_it_was() -> None:
    """Sent again in a second round and returned again: the round tells, where the notices were thrown away, too."""
    city = City()
    declaration = city.declaration(State.RETURNED)
    perform(declaration.pk, Verb.SUBMIT, city.filer)
    perform(declaration.pk, Verb.RETURN, city.department_reviewer, comment="仍须修改")
    with behind_the_back(RECORDS) as cursor:
        cursor.execute(f"DELETE FROM {RECORDS} WHERE sequence > 2")
        cursor.execute("DELETE FROM approvals_noticedelivery")
        cursor.execute("DELETE FROM approvals_notice")
    only(found(), f"申报 {declaration.pk}", "送审轮次与台账最后一条不一致")


def test_a_chain_cut_off_whole(approved: Declaration) -> None:
    with behind_the_back(RECORDS) as cursor:
        cursor.execute(f"DELETE FROM {RECORDS} WHERE declaration_id = %s", [approved.pk])
    told = [each for each in Verification().findings() if each.where.startswith(f"申报 {approved.pk}")]
    assert [(each.found, each.expected) for each in told] == [
        ("已批复（approved）", "待送审（draft）"),
        (f"批复 {approved.approval_id}", "无"),
    ]


def test_a_row_moved_to_another_chain(approved: Declaration) -> None:
    other = Declaration.objects.exclude(records=None).exclude(pk=approved.pk).get()
    record = ApprovalRecord.objects.filter(declaration=approved).latest("sequence")
    record.declaration = other
    with behind_the_back(RECORDS) as cursor:
        cursor.execute(
            f"UPDATE {RECORDS} SET declaration_id = %s, hash = %s WHERE id = %s",
            [other.pk, digest_of(record), record.pk],
        )
    assert f"链 {record.chain} 第 {record.sequence} 条：记录不在所属申报、批复或人员的链上" in found()


@pytest.mark.parametrize("state", [State.PASSED, State.DRAFT])
def test_a_state_changed_behind_the_back(approved: Declaration, state: State) -> None:
    other = Declaration.objects.exclude(records=None).exclude(pk=approved.pk).get()
    with behind_the_back("approvals_declaration") as cursor:
        cursor.execute("UPDATE approvals_declaration SET state = %s WHERE id = %s", [state.value, other.pk])
    [finding] = Verification().findings()
    assert finding.where == f"申报 {other.pk}“另一个项目”"
    assert (finding.found, finding.expected) == (f"{state.label}（{state.value}）", "被退回（returned）")


@pytest.mark.parametrize("spoiled", ["title", "units", "schema"])
def test_an_approval_changed_behind_the_back(approved: Declaration, spoiled: str) -> None:
    approval = Approval.objects.get()
    approval.content[spoiled] = {"title": "另一个标题", "units": "没有", "schema": 99}[spoiled]
    with behind_the_back("approvals_approval") as cursor:
        cursor.execute(
            "UPDATE approvals_approval SET content = %s WHERE id = %s", [json.dumps(approval.content), approval.pk]
        )
    only(found(), f"批复 {approval.pk}“{approval.number}”", "批复内容与内容指纹不符")


def test_an_approval_forged_with_its_fingerprint(approved: Declaration) -> None:
    approval = Approval.objects.get()
    content = approval.content | {"title": "另一个标题"}
    sha = verifying.ApprovalContent.from_json(content).fingerprint()
    with behind_the_back("approvals_approval") as cursor:
        cursor.execute(
            "UPDATE approvals_approval SET content = %s, content_sha256 = %s WHERE id = %s",
            [json.dumps(content), sha, approval.pk],
        )
    only(found(), f"批复 {approval.pk}", "与台账中发出时的指纹不符")


def test_a_number_left_out(approved: Declaration) -> None:
    with behind_the_back("approvals_approval") as cursor:
        cursor.execute("UPDATE approvals_approval SET serial = 3")
    only(found(), "批复文号", "文号有缺")


def test_the_walk_holds_a_few_rows_at_a_time(approved: Declaration, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the ledger, its rows come by a cursor of the server, CHUNK at a time."""
    monkeypatch.setattr(verifying, "CHUNK", 2)
    cursors: list[object] = []

    def note(execute, sql, params, many, context):
        cursors.append(getattr(context["cursor"], "name", None))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert found() == []
    assert len(cursors) == 6
    assert cursors.count(None) == 1  # one value: the moment of the first sign-in


class TestPeople:
    """Sign-ins and downloads."""

    @pytest.fixture
    def approver(self, approved: Declaration, client: Client) -> User:
        assert approved.approval
        user = approved.approval.issued_by
        client.post("/accounts/login/", {"username": user.username, "password": "falsch"})
        client.post("/accounts/login/", {"username": user.username, "password": PASSWORD})
        assert client.get(f"/approvals/{approved.approval_id}/download/xlsx/").status_code == 200
        assert found() == []
        return user

    def last(self, user: User, verb: str) -> ApprovalRecord:
        return ApprovalRecord.objects.filter(chain=f"person:{user.pk}", verb=verb).latest("sequence")

    @pytest.mark.parametrize(
        ("verb", "change"),
        [
            ("sign_in", "at = at - interval '1 hour'"),
            ("sign_in_failed", "verb = 'sign_in'"),
            ("download", 'snapshot = \'{"format": "pdf"}\''),
            ("download", "approval_id = NULL"),
        ],
    )
    def test_a_changed_row(self, approver: User, verb: str, change: str) -> None:
        with behind_the_back(RECORDS) as cursor:
            cursor.execute(f"UPDATE {RECORDS} SET {change} WHERE id = %s", [self.last(approver, verb).pk])
        assert any("记录被改动" in each and f"链 person:{approver.pk} " in each for each in found())

    def test_a_row_taken_out(self, approver: User) -> None:
        with behind_the_back(RECORDS) as cursor:
            cursor.execute(f"DELETE FROM {RECORDS} WHERE id = %s", [self.last(approver, "sign_in").pk])
        assert any("前面缺少记录" in each for each in found())

    def test_all_of_somebodys_rows_taken_out(self, approver: User, client: Client) -> None:
        client.force_login(User.objects.exclude(pk=approver.pk)[0])
        with behind_the_back(RECORDS) as cursor:
            cursor.execute(f"DELETE FROM {RECORDS} WHERE chain = %s", [f"person:{approver.pk}"])
        User.objects.filter(pk=approver.pk).update(last_login=timezone.now())
        only(found(), approver.username, "台账缺了最后一次登录的记录")

    def test_one_put_on_anothers_chain(self, approver: User) -> None:
        record = self.last(approver, "sign_in")
        other = User.objects.exclude(pk=approver.pk)[0]
        with behind_the_back(RECORDS) as cursor:
            cursor.execute(f"UPDATE {RECORDS} SET actor_id = %s WHERE id = %s", [other.pk, record.pk])
        assert any("人员的链上" in each for each in found())
