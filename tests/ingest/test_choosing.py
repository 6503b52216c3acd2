"""Forms that are not understood: what was looked for and found is told, a person explains, the file is read by it."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from approvals.models import Notice
from ingest.extract import extract
from ingest.hints import Hints
from ingest.models import HeaderMapping, Upload
from ingest.services import uploads
from ingest.services.choosing import choose
from perfgoals.errors import Refusal
from tests.factories import City

pytestmark = [pytest.mark.django_db, pytest.mark.database]

STRANGE = (
    "2027年项目绩效目标表\n单位：元\n"
    "谁家的\t干什么\t花多少\t哪一类\t看什么\t到多少\n"
    "{unit}\t清淤\t500.00\t产出指标\t清淤长度\t≥3公里\n"
    "\t\t\t效益指标\t居民投诉\t≤5起\n"
    "{unit}\t巡河\t300.00\t产出指标\t巡河次数\t≥12次\n"
)
COLUMNS = {0: "unit_name", 1: "project_name", 2: "total", 3: "level1", 4: "indicator_name", 5: "value"}


@pytest.fixture
def city() -> City:
    return City()


def text_of(city: City, text: str = STRANGE) -> bytes:
    return text.format(unit=city.unit.name).encode()


def receive(city: City, content: bytes) -> Upload:
    upload = uploads.receive(city.filer, ContentFile(content), "怪表.txt")
    uploads.read(upload.pk)
    return Upload.objects.get(pk=upload.pk)


def again(upload: Upload) -> Upload:
    uploads.read(upload.pk)
    return Upload.objects.get(pk=upload.pk)


def client_of(user) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def hints(upload: Upload, **more) -> Hints:
    table = upload.survey["tables"][0]
    row = next(n for n, cells in enumerate(table["rows"]) if "干什么" in cells)
    return Hints(**({"layout": "flat", "header": (row, row), "columns": COLUMNS} | more))


def test_a_form_that_is_not_understood_waits_for_a_person(city: City) -> None:
    upload = receive(city, text_of(city))
    assert upload.state == Upload.State.NEEDS_CHOICE
    assert not upload.projects.exists()
    assert any(p["expected"] for p in upload.problems)
    with pytest.raises(Refusal):
        uploads.accept(upload.pk, city.filer, None)


def test_explained_it_is_read_with_the_places_of_the_file(city: City) -> None:
    upload = receive(city, text_of(city))
    choose(upload.pk, city.filer, hints(upload))
    upload = again(upload)
    assert upload.state == Upload.State.READY
    drafts = [p.draft for p in upload.projects.all()]
    assert [(d["name"], d["total"], len(d["indicators"])) for d in drafts] == [
        ("清淤", "500.00", 2),
        ("巡河", "300.00", 1),
    ]
    assert [d["place"] for d in drafts] == ["第4行", "第6行"]
    assert upload.amendments.get().kind == "reading"
    assert len(uploads.accept(upload.pk, city.filer, None)) == 2


def test_the_next_file_with_the_same_headers_is_read_by_itself_and_says_so(city: City) -> None:
    upload = receive(city, text_of(city))
    choose(upload.pk, city.filer, hints(upload), remember=True)
    assert HeaderMapping.objects.get().department == city.department
    later = receive(city, text_of(city, STRANGE.replace("清淤", "护岸").replace("2027年项目", "2028年度项目")))
    assert later.state == Upload.State.READY
    assert [p.draft["name"] for p in later.projects.all()] == ["护岸", "巡河"]
    assert "MAPPING_REMEMBERED" in {p["code"] for p in later.problems}


def test_it_is_not_remembered_unless_asked_nor_for_other_departments(city: City) -> None:
    upload = receive(city, text_of(city))
    choose(upload.pk, city.filer, hints(upload))
    assert receive(city, text_of(city, STRANGE + "\n")).state == Upload.State.NEEDS_CHOICE
    choose(upload.pk, city.filer, hints(upload), remember=True) if again(upload) else None
    from approvals.roles import Role
    from tests.factories import person

    stranger = person(Role.FILER, city.other_department)
    other = uploads.receive(stranger, ContentFile(text_of(city)), "怪表.txt")
    uploads.read(other.pk)
    assert Upload.objects.get(pk=other.pk).state == Upload.State.NEEDS_CHOICE


def test_a_table_without_header_keeps_its_places(city: City) -> None:
    content = "".join(STRANGE.format(unit=city.unit.name).splitlines(keepends=True)[3:])
    read = extract(content.encode(), "无表头.txt", hints=Hints("flat", columns=COLUMNS, unit="万元", year=2027))
    assert [p.name for p in read.projects] == ["清淤", "巡河"]
    assert [p.place for p in read.projects] == ["第1行", "第3行"]
    assert [i.place for i in read.projects[0].indicators] == ["第1行 第5列", "第2行 第5列"]
    assert read.projects[0].total == 5_000_000
    assert read.document.fiscal_year == 2027


def test_labels_of_a_card_are_explained() -> None:
    card = (
        "2027年项目绩效目标申报表\n"
        "干什么的名堂\t河道清淤\n谁家\t市河道所\n钱数几何\t500\n"
        "一级指标\t二级指标\t三级指标\t指标值\n产出指标\t数量指标\t清淤长度\t≥3公里\n"
    )
    plain = extract(card.encode(), "卡片.txt")
    assert "河道清淤" not in [p.name for p in plain.projects]
    labels = {"干什么的名堂": "project_name", "谁家": "unit_name", "钱数几何": "total"}
    read = extract(card.encode(), "卡片.txt", hints=Hints("card", labels=labels, unit="万元"))
    assert [(p.name, p.unit_name, p.total) for p in read.projects] == [("河道清淤", "市河道所", 5_000_000)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"columns": {1: "project_name", 4: "indicator_name"}},
        {"columns": COLUMNS | {0: "project_name"}},
        {"columns": COLUMNS | {0: "no_such_field"}},
        {"header": (3, 2)},
        {"header": (0, 99)},
        {"table": 5},
    ],
)
def test_nonsense_is_refused(city: City, wrong: dict) -> None:
    upload = receive(city, text_of(city))
    with pytest.raises(Refusal):
        choose(upload.pk, city.filer, hints(upload, **wrong))
    assert Upload.objects.get(pk=upload.pk).state == Upload.State.NEEDS_CHOICE


def test_the_page(city: City) -> None:
    upload = receive(city, text_of(city))
    client = client_of(city.filer)
    assert "指定各列的含义" in client.get(f"/uploads/{upload.pk}/").content.decode()
    path = f"/uploads/{upload.pk}/mapping/"
    page = client.get(path).content.decode()
    assert "花多少" in page
    assert "要找的表头" in page
    assert "三级指标" in page
    row = hints(upload).header[0] + 1  # type: ignore[index]
    said = {"layout": "flat", "table": 0, "first": row, "last": row, "unit": "元", "year": "2027", "remember": "1"}
    missing = client.post(path, said | {"column-1": "project_name"})
    assert missing.status_code == 422
    assert "还没有指定" in missing.content.decode()
    answer = client.post(path, said | {f"column-{n}": key for n, key in COLUMNS.items()})
    assert answer.status_code == 302
    assert again(upload).projects.count() == 2
    for odd in ({"layout": "x"}, {"layout": "flat", "unit": "斤"}, {"layout": "flat", "year": "99999"}, {}):
        assert client.post(path, odd).status_code == 422
    assert client.get(f"{path}?table=99&first=999&last=-1&no_header=1&layout=zzz").status_code == 200


def test_the_api(city: City) -> None:
    upload = receive(city, text_of(city))
    client = client_of(city.filer)
    path = f"/api/uploads/{upload.pk}/mapping/"
    told = client.get(path).json()
    header = next(n for n, cells in enumerate(told["tables"][0]["rows"]) if "干什么" in cells)
    body = {"layout": "flat", "header": [header, header], "columns": {str(n): k for n, k in COLUMNS.items()}}
    assert client.post(path, body | {"columns": {"x": "value"}}, "application/json").status_code == 400
    assert client.post(path, body, "application/json").status_code == 202
    assert again(upload).state == Upload.State.READY


def test_a_second_reading_is_told_of_again(city: City) -> None:
    upload = receive(city, text_of(city))
    choose(upload.pk, city.filer, hints(upload))
    again(upload)
    told = Notice.objects.filter(recipient=city.filer, kind="upload").order_by("id").values_list("title", flat=True)
    assert [title.partition("”")[2] for title in told] == ["的表头认不全，请指定各列的含义", "已读完，请核对后导入"]
