"""Sign-ins and downloads on the ledger: each person's on his own chain, and nobody waits for anybody."""

import csv
import io
import threading
from datetime import timedelta

import openpyxl
import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from approvals.models import Approval, ApprovalRecord, User
from approvals.services import ledger, witnessing
from approvals.services.locks import lock_approval, lock_person
from approvals.states import State
from tests.factories import PASSWORD, City, UserFactory, draft, person

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LIST = "admin:approvals_approvalrecord_changelist"


@pytest.fixture
def city(db: None) -> City:
    return City()


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def rows(user: User | None) -> list[ApprovalRecord]:
    return list(ApprovalRecord.objects.filter(chain=f"person:{user.pk if user else 0}").order_by("sequence"))


class TestSignIns:
    def try_it(self, client: Client, username: str, password: str) -> None:
        client.post("/accounts/login/", {"username": username, "password": password}, REMOTE_ADDR="203.0.113.7")

    def test_those_that_go_well_and_those_that_fail(self, city: City, client: Client) -> None:
        self.try_it(client, city.filer.username, "geheim-und-falsch")
        self.try_it(client, city.filer.username, PASSWORD)
        failed, signed_in = rows(city.filer)
        assert (failed.verb, signed_in.verb) == ("sign_in_failed", "sign_in")
        assert signed_in.actor_organisation == city.unit.name
        assert signed_in.snapshot == failed.snapshot == {"address": "203.0.113.7"}
        assert signed_in.previous_hash == failed.hash

    def test_what_was_typed_is_kept_nowhere(self, city: City, client: Client) -> None:
        """Neither a password, nor a name nobody has: that may be a password as well."""
        self.try_it(client, city.filer.username, "geheim-und-falsch")
        self.try_it(client, "mein-passwort-2027", "x")
        [unknown] = rows(None)
        assert (unknown.actor, unknown.actor_username, unknown.actor_name) == (None, "", "")
        text = str(list(ApprovalRecord.objects.values()))
        assert "geheim" not in text
        assert "mein-passwort" not in text


class TestDownloads:
    def test_are_on_the_persons_chain(self, city: City) -> None:
        approval = city.declaration(State.APPROVED).approval
        assert approval
        before = ApprovalRecord.objects.filter(chain=f"approval:{approval.pk}").count()
        client = browser(city.filer)
        path = f"/approvals/{approval.pk}/download/xlsx/"
        client.head(path)
        assert client.get(path).status_code == 200
        assert browser(city.nobody).get(path).status_code == 404
        assert client.get(f"/api/approvals/{approval.pk}/document/docx/").status_code == 200
        assert [(r.verb, r.approval_id, r.snapshot.get("format")) for r in rows(city.filer)] == [
            ("sign_in", None, None),
            ("download", approval.pk, "xlsx"),
            ("download", approval.pk, "docx"),
        ]
        assert [r.verb for r in rows(city.nobody)] == ["sign_in"]
        assert ApprovalRecord.objects.filter(chain=f"approval:{approval.pk}").count() == before


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_a_download_waits_neither_for_another_nor_for_a_step(self, city: City) -> None:
        """Somebody holds the approval and another person's chain: this person's download goes on."""
        approval = city.declaration(State.APPROVED).approval
        assert approval
        held, over = threading.Event(), threading.Event()

        def hold() -> None:
            with transaction.atomic():
                lock_approval(approval.pk)
                lock_person(city.approver.pk)
                held.set()
                over.wait(20)
            connection.close()

        thread = threading.Thread(target=hold)
        thread.start()
        assert held.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
            try:
                witnessing.downloaded(city.filer, approval, "pdf")
            finally:
                cursor.execute("SET lock_timeout = 0")
                over.set()
                thread.join()
        assert [r.verb for r in rows(city.filer)] == ["download"]

    def test_one_persons_downloads_make_one_chain(self, city: City) -> None:
        city.declaration(State.APPROVED)
        approval, faults = Approval.objects.get(), []

        def take() -> None:
            try:
                witnessing.downloaded(city.filer, approval, "pdf")
            except Exception as error:
                faults.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=take) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not faults
        chain = rows(city.filer)
        assert [r.sequence for r in chain] == list(range(1, 9))
        assert [r.previous_hash for r in chain[1:]] == [r.hash for r in chain[:-1]]
        assert all(r.hash == ledger.digest_of(r) for r in chain)


class TestAuditView:
    def shown(self, user: User, query: dict) -> set[str]:
        found = browser(user).get(reverse(LIST), query).context["cl"].queryset
        return set(found.values_list("verb", flat=True))

    def test_is_narrowed_by_person_organisation_project_verb_and_time(self, city: City) -> None:
        city.declaration(State.APPROVED)
        admin = city.administrator
        assert self.shown(admin, {}) >= {"submit", "endorse", "pass", "approve", "issue", "sign_in"}
        assert self.shown(admin, {"person": city.finance_reviewer.username}) == {"pass"}
        assert self.shown(admin, {"person": city.finance_reviewer.full_name, "verb": "submit"}) == set()
        assert self.shown(admin, {"organisation": city.department.name, "verb": "endorse"}) == {"endorse"}
        assert self.shown(admin, {"organisation": city.other_department.name}) == set()
        assert self.shown(admin, {"project": "清淤 河道"}) == {"submit", "endorse", "pass", "approve"}
        assert self.shown(admin, {"project": Approval.objects.get().number}) == {"approve", "issue"}
        assert self.shown(admin, {"at__year": "1999"}) == set()
        assert self.shown(admin, {"person": "\x00"}) >= {"submit"}

    def test_boxes_keep_what_else_is_asked(self, city: City) -> None:
        page = browser(city.administrator).get(reverse(LIST), {"verb": "sign_in", "person": "abc"}).content.decode()
        assert '<input type="hidden" name="verb" value="sign_in">' in page
        assert 'name="person" value="abc" aria-label="办理人"' in page

    def test_an_auditor_sees_his_regions_people(self, city: City) -> None:
        browser(city.filer)
        browser(city.other_approver)
        seen = browser(city.auditor).get(reverse(LIST)).context["cl"].queryset
        people = set(seen.filter(verb="sign_in").values_list("actor", flat=True))
        assert people == {city.filer.pk, city.auditor.pk}


class TestExport:
    def take(self, user: User, format: str, **query: str) -> bytes:
        answer = browser(user).get(reverse("admin:approvals_approvalrecord_export", args=[format]), query)
        assert answer.status_code == 200
        assert answer.streaming
        return b"".join(answer.streaming_content)

    @pytest.fixture
    def told(self, city: City) -> None:
        """A comment and a project that a spreadsheet would take for formulas."""
        declaration = city.declaration(State.SUBMITTED, draft("@SUM(A1)"))
        ledger.append([ledger.Entry(verb="return", declaration=declaration, comment='=HYPERLINK("x")')], city.approver)
        ledger.append([ledger.Entry(verb="return", declaration=declaration, comment="＝1+1")], city.approver)

    def test_csv(self, city: City, told: None) -> None:
        text = self.take(city.administrator, "csv", project="SUM").decode("utf-8-sig")
        head, *lines = csv.reader(io.StringIO(text))
        found = [dict(zip(head, line, strict=True)) for line in lines]
        assert [line["动作"] for line in found] == ["送审", "退回", "退回"]
        assert {line["项目或批复"] for line in found} == {"'@SUM(A1)"}
        assert [line["意见"] for line in found] == ["按要求办理", '\'=HYPERLINK("x")', "'＝1+1"]
        assert found[0]["办理人"] == city.filer.full_name
        assert found[0]["部门"] == city.department.name

    def test_xlsx(self, city: City, told: None) -> None:
        sheet = openpyxl.load_workbook(io.BytesIO(self.take(city.administrator, "xlsx", project="SUM"))).active
        head, *lines = sheet.iter_rows()
        found = [{h.value: cell for h, cell in zip(head, line, strict=True)} for line in lines]
        assert [line["意见"].value for line in found] == ["按要求办理", '=HYPERLINK("x")', "＝1+1"]
        assert {cell.data_type for line in found for cell in line.values()} <= {"s", "n"}
        assert all(cell.data_type == "s" for line in found for cell in line.values() if cell.value)

    def test_that_it_was_taken_is_on_the_ledger(self, city: City, told: None) -> None:
        self.take(city.administrator, "csv", verb="return")
        record = rows(city.administrator)[-1]
        assert record.verb == "export"
        assert record.snapshot == {"format": "csv", "rows": 2, "filters": {"verb": ["return"]}}

    def test_an_auditor_takes_his_region_alone(self, city: City, told: None) -> None:
        other = person("auditor", city.other_bureau)
        text = self.take(other, "csv").decode("utf-8-sig")
        assert "SUM" not in text
        assert "SUM" in self.take(city.auditor, "csv").decode("utf-8-sig")

    def test_nobody_else_takes_it(self, city: City) -> None:
        path = reverse("admin:approvals_approvalrecord_export", args=["csv"])
        for user in (city.filer, city.approver, UserFactory(is_staff=True)):
            assert browser(user).get(path, follow=True).status_code == 403
        assert browser(city.administrator).get(path.replace("csv", "pdf")).status_code == 404
        assert browser(city.administrator).post(path).status_code == 404
        assert not ApprovalRecord.objects.filter(verb="export").exists()

    def test_rows_of_long_ago_are_found_by_time(self, city: City, told: None) -> None:
        year = (timezone.localdate() - timedelta(days=800)).year
        assert self.take(city.administrator, "csv", at__year=str(year)).decode("utf-8-sig").count("\n") == 1
