"""The pages of an upload: whose files are shown, how many queries they take, several files at once."""

import time
from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from approvals.drafts import IndicatorDraft, ProjectDraft
from approvals.models import Declaration, User
from ingest.models import Upload, UploadedProject
from ingest.problems import Problem
from ingest.selectors.stored import pack_problem, pack_project
from ingest.services import uploads
from ingest.services.reading import TELL_EVERY, _Reader
from tests.factories import City
from tests.ingest.test_amending import GOOD, lines
from tests.worker import Worker

pytestmark = [pytest.mark.django_db, pytest.mark.database]


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


def test_the_files_of_a_department_are_not_each_others(city: City, upload: Upload, as_) -> None:
    """Rows are asked for by number: none is given that is not in one's own list."""
    rows = f"{reverse('uploads-rows')}?pk={upload.pk}"
    assert "目标.txt" in as_(city.department_filer).get(rows).content.decode()
    for who in ("filer", "department_reviewer", "other_approver", "other_division_reviewer", "nobody"):
        assert "目标.txt" not in as_(getattr(city, who)).get(rows).content.decode(), who


def test_downloads_are_kept_not_shown(city: City, upload: Upload, as_) -> None:
    client = as_(city.department_filer)
    template = f"{reverse('upload-template')}?unit={city.unit.pk}&year=2027"
    marked, csv, exe = (
        reverse(f"upload-{name}", args=[upload.pk, *more])
        for name, *more in (["marked"], ["problems", "csv"], ["problems", "exe"])
    )
    for path in (template, marked, csv):
        assert client.get(path)["Content-Disposition"].startswith("attachment"), path
    assert client.get(exe).status_code == 404
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
