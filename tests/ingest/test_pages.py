"""Every address of an upload: who gets what, how many queries, and that no address is forgotten."""

import re
import time
from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from approvals.drafts import IndicatorDraft, ProjectDraft
from approvals.models import Declaration, User
from ingest import urls
from ingest.models import Amendment, Upload, UploadedProject
from ingest.problems import Problem
from ingest.selectors.stored import pack_problem, pack_project
from ingest.services import uploads
from ingest.services.reading import TELL_EVERY, _Reader
from tests.factories import City
from tests.ingest.test_amending import GOOD, lines
from tests.worker import Worker

pytestmark = [pytest.mark.django_db, pytest.mark.database]

PEOPLE = ("department_filer", "filer", "department_reviewer", "finance_reviewer", "approver", "other_approver",
          "auditor", "administrator", "nobody")  # fmt: skip
#                                depf filer rev  fin  app  oapp aud  adm  nobody
SEEN = "200  404  404  200  200  404  200  404  404"
OWN = "200  404  404  403  403  404  403  404  404"
GET = {
    "uploads": "200  200  200  200  200  200  200  200  200",
    "uploads-rows": "200  200  200  200  200  200  200  200  200",
    "upload-template": "200  200  404  404  404  404  404  404  404",
    "upload": SEEN,
    "upload-status": SEEN,
    "upload-recheck": "405  405  405  405  405  405  405  405  405",
    "upload-accept": "405  405  405  405  405  405  405  405  405",
    "upload-decide": "405  405  405  405  405  405  405  405  405",
    "upload-units": "405  405  405  405  405  405  405  405  405",
    "upload-approval": "409  404  404  409  409  404  409  404  404",
    "upload-mapping": OWN,
    "upload-marked": SEEN,
    "upload-problems": SEEN,
    "upload-correct-heading": OWN,
    "upload-correct": OWN,
    "upload-correct-indicator": OWN,
}
#                          what a POST by somebody else gets
POST = {name: OWN for name in GET if name.startswith("upload-correct") or name == "upload-mapping"} | {
    "upload-approval": GET["upload-approval"],
    "upload-decide": OWN, "upload-units": OWN, "upload-accept": OWN, "upload-recheck": OWN,
}  # fmt: skip


@pytest.fixture
def city() -> City:
    return City()


@pytest.fixture
def as_() -> Callable[[User], Client]:
    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


@pytest.fixture
def upload(city: City) -> Upload:
    text = f"批复单位：{city.bureau.name}\n" + lines(city, GOOD)
    made = uploads.receive(city.department_filer, ContentFile(text.encode()), "目标.txt")
    uploads.read(made.pk)
    return Upload.objects.get(pk=made.pk)


@pytest.fixture
def paths(city: City, upload: Upload) -> dict[str, str]:
    more: dict[str, list] = {
        "uploads": [], "uploads-rows": [], "upload-template": [],
        "upload-problems": [upload.pk, "csv"],
        "upload-correct-heading": [upload.pk, "department"],
        "upload-correct": [upload.pk, 1, "total"],
        "upload-correct-indicator": [upload.pk, 1, 0, "value"],
    }  # fmt: skip
    found = {name: reverse(name, args=more.get(name, [upload.pk])) for name in GET}
    found["upload-template"] += f"?unit={city.unit.pk}&year=2027"
    return found


def test_no_address_is_forgotten() -> None:
    assert {pattern.name for pattern in urls.urlpatterns} == set(GET)


@pytest.mark.parametrize("who", PEOPLE)
def test_what_each_person_gets(city: City, paths: dict[str, str], as_, who: str) -> None:
    client = as_(getattr(city, who))
    column = PEOPLE.index(who)
    found = {name: client.get(path).status_code for name, path in paths.items()}
    assert found == {name: int(row.split()[column]) for name, row in GET.items()}


def test_a_post_by_somebody_else_changes_nothing(city: City, upload: Upload, paths: dict[str, str], as_) -> None:
    before = upload.projects.get().draft
    for who in PEOPLE[1:]:
        client = as_(getattr(city, who))
        for name, row in POST.items():
            body = {"value": "1", "fiscal_year": 2027, "positions": "1", "layout": "flat", "column-1": "value"}
            status = client.post(paths[name], body).status_code
            assert status == int(row.split()[PEOPLE.index(who)]), (who, name)
    assert upload.projects.get().draft == before
    assert not Amendment.objects.exists()
    assert not Declaration.objects.exists()


def test_whoever_is_not_signed_in_is_sent_to_the_sign_in_page(paths: dict[str, str], client: Client) -> None:
    for path in paths.values():
        for answer in (client.get(path), client.post(path)):
            assert (answer.status_code, answer["Location"].startswith(reverse("login"))) == (302, True), path


@pytest.mark.parametrize("who", PEOPLE)
def test_the_api_keeps_the_same_rules(city: City, upload: Upload, as_, who: str) -> None:
    client = as_(getattr(city, who))
    column = PEOPLE.index(who)
    base = f"/api/uploads/{upload.pk}/"
    for part in ("", "preview/", "problems/", "amendments/", "mapping/", "marked/"):
        assert client.get(base + part).status_code == int(SEEN.split()[column]), part
    path = f"/api/uploads/template/?unit={city.unit.pk}&year=2027"
    assert client.get(path).status_code == int(GET["upload-template"].split()[column])
    if who != "department_filer":
        bodies = {
            "correct/": {"position": 1, "field": "total", "value": "1"},
            "decide/": {"problem": "0" * 12, "choice": "keep"},
            "mapping/": {"layout": "flat"},
            "accept/": {},
        }
        for part, body in bodies.items():
            status = client.post(base + part, body, "application/json").status_code
            assert status == int(OWN.split()[column]), part


def test_every_page_keeps_to_the_content_security_policy(city: City, paths: dict[str, str], as_) -> None:
    client = as_(city.department_filer)
    for name, path in paths.items():
        answer = client.get(path)
        if not answer["Content-Type"].startswith("text/html"):
            continue
        page = answer.content.decode()
        assert "<style" not in page, name
        assert not re.search(r" (style|onclick|onchange)=", page), name
        assert page.count("<script") == page.count("<script src="), name


def test_downloads_are_kept_not_shown(city: City, paths: dict[str, str], as_) -> None:
    client = as_(city.department_filer)
    for name in ("upload-template", "upload-marked", "upload-problems"):
        assert client.get(paths[name])["Content-Disposition"].startswith("attachment"), name
    assert client.get(paths["upload-problems"].replace("csv", "exe")).status_code == 404
    for query in ("", "?unit=x&year=2027", f"?unit={city.unit.pk}&year=1", f"?unit={city.sister.pk + 99}&year=2027"):
        assert client.get(reverse("upload-template") + query).status_code in (404, 422)


class TestSeveralFiles:
    def test_each_has_its_row_and_the_same_file_is_recognised(self, city: City, as_) -> None:
        client = as_(city.filer)
        content = lines(city, GOOD).encode()
        files = [ContentFile(content, "甲.txt"), ContentFile(content + b"\n", "乙.txt"), ContentFile(content, "丙.txt")]
        answer = client.post("/uploads/", {"file": files})
        assert (answer.status_code, answer["Location"]) == (302, "/uploads/")
        page = client.get("/uploads/").content.decode()
        assert "“丙.txt”与您先前上传的“甲.txt”是同一个文件" in page
        assert page.count("与先前的文件相同") == 1
        assert page.count('hx-trigger="load delay:1s"') == 3
        first = Upload.objects.get(name="甲.txt")
        row = client.get(f"/uploads/rows/?pk={first.pk}&pk=zzz").content.decode()
        assert "hx-get" in row
        uploads.read(first.pk)
        row = client.get(f"/uploads/rows/?pk={first.pk}").content.decode()
        assert "hx-get" not in row
        assert "待确认" in row
        assert client.get(f"/api/uploads/{Upload.objects.get(name='丙.txt').pk}/").json()["same_as"] == first.pk

    def test_one_refused_does_not_stop_the_others(self, city: City, as_, settings) -> None:
        settings.PERFGOALS_MAX_UPLOAD_BYTES = 1000
        files = [ContentFile(b"x" * 2000, "大.txt"), ContentFile(lines(city, GOOD).encode(), "好.txt")]
        answer = as_(city.filer).post("/uploads/", {"file": files})
        assert answer.status_code == 422
        assert "大.txt" in answer.content.decode()
        assert [u.name for u in Upload.objects.all()] == ["好.txt"]


class TestProgress:
    def reader(self, city: City) -> _Reader:
        upload = uploads.receive(city.filer, ContentFile(b"x"), "目标.txt")
        Upload.objects.filter(pk=upload.pk).update(state=Upload.State.READING, attempts=1, leased_until=timezone.now())
        return _Reader(Upload.objects.get(pk=upload.pk))

    def test_it_is_rows_of_all_a_few_times_a_second_and_the_last_is_not_lost(
        self, city: City, django_assert_max_num_queries
    ) -> None:
        reader = self.reader(city)
        begun = time.monotonic()
        with django_assert_max_num_queries(12):
            for done in range(2001):
                reader.heard((done, 2000))
            assert time.monotonic() - begun < 10 * TELL_EVERY
            reader.finish()
        row = Upload.objects.get(pk=reader.upload.pk)
        assert (row.done, row.whole, row.progress) == (2000, 2000, 100)
        assert row.leased_until > timezone.now()

    def test_the_sheets_of_a_workbook_add_up(self, city: City) -> None:
        reader = self.reader(city)
        for sheet in (100, 50, 50):
            for done in (0, sheet // 2, sheet):
                reader.heard((done, sheet))
        reader.finish()
        row = Upload.objects.get(pk=reader.upload.pk)
        assert (row.done, row.whole) == (200, 200)

    def test_it_is_shown(self, city: City, as_) -> None:
        reader = self.reader(city)
        reader.heard((500, 2000))
        reader.finish()
        page = as_(city.filer).get(f"/uploads/{reader.upload.pk}/status/").content.decode()
        assert 'value="25"' in page
        assert "500 / 2,000（25%）" in page

    def test_whoever_lost_the_claim_tells_nothing(self, city: City) -> None:
        reader = self.reader(city)
        Upload.objects.filter(pk=reader.upload.pk).update(attempts=2)
        reader.heard((500, 2000))
        reader.finish()
        assert Upload.objects.get(pk=reader.upload.pk).done == 0

    @pytest.mark.worker
    @pytest.mark.django_db(transaction=True)
    def test_a_worker_tells_how_far_it_is(self, city: City, worker: Worker, as_) -> None:
        rows = [GOOD.replace("堤防养护", f"养护{n}") for n in range(300)]
        upload = uploads.receive(city.filer, ContentFile(lines(city, *rows).encode()), "目标.txt")
        worker.wait_for(lambda: Upload.objects.filter(pk=upload.pk, state=Upload.State.READY).exists(), 60)
        row = Upload.objects.get(pk=upload.pk)
        assert row.done == row.whole > 0
        assert row.progress == 100
        client = as_(city.filer)
        answer = client.post(f"/uploads/{upload.pk}/projects/300/rows/0/value/", {"value": "≥7"})
        assert answer.status_code == 302
        answer = client.post(f"/uploads/{upload.pk}/accept/", {"fiscal_year": "2027", "all": "1"})
        assert answer.status_code == 302
        assert Declaration.objects.count() == 300
        assert Declaration.objects.get(position=300).indicators.get().value == "≥7"


def test_twenty_thousand_projects_open_in_a_second_or_two(city: City, as_, django_assert_max_num_queries) -> None:
    upload = uploads.receive(city.filer, ContentFile(b"x"), "大.txt")
    rows = [IndicatorDraft(level1="产出指标", name=f"指标{n}", value="≥90%", place="S!G7") for n in range(8)]
    packed = pack_project(
        ProjectDraft(name="项目", unit_name=city.unit.name, total=None, indicators=rows, goal="目标" * 50)
    )
    warning = pack_problem(Problem("AMOUNT_BLANK", "warning", "没有金额"), "reading")
    UploadedProject.objects.bulk_create(
        [
            UploadedProject(
                upload=upload, position=n, draft=packed | {"name": f"项目{n}", "total": "10.00"}, unit=city.unit,
                problems=[] if n % 2000 else [warning],
            )
            for n in range(1, 20_001)
        ],
        batch_size=2000,
    )  # fmt: skip
    Upload.objects.filter(pk=upload.pk).update(state=Upload.State.READY, document={}, fiscal_year=2027)
    client = as_(city.filer)
    client.get("/uploads/")
    begun = time.monotonic()
    with django_assert_max_num_queries(16):
        page = client.get(f"/uploads/{upload.pk}/?page=400").content.decode()
    took = time.monotonic() - begun
    assert "20000 个项目，160000 条指标" in page
    assert "200,000.00 元" in page
    assert "导入全部可导入的 20000 个" in page
    with django_assert_max_num_queries(17):
        assert (
            client.get(f"/uploads/{upload.pk}/?level=warnings").content.decode().count('<details class="project') == 10
        )
    begun = time.monotonic()
    assert client.post(f"/uploads/{upload.pk}/projects/7/total/", {"value": "12"}).status_code == 302
    corrected = time.monotonic() - begun
    assert (took < 4, corrected < 6) == (True, True), f"page {took:.2f} s, correction {corrected:.2f} s"
