"""Units that are not registered under the name in the file: one answer for all projects printed under it."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from approvals.roles import Role
from ingest.models import Upload
from ingest.services import uploads
from ingest.services.assigning import assign_unit
from perfgoals.errors import Refusal
from tests.factories import City, UnitFactory, person

pytestmark = [pytest.mark.django_db, pytest.mark.database]

HEADER = "单位名称\t项目名称\t总计\t一级指标\t三级指标\t指标值\t计量单位\n"


@pytest.fixture
def city() -> City:
    return City()


def read(city: City, *rows: str, who=None) -> Upload:
    head = f"部门名称：{city.department.name}\n2027年项目绩效目标表\n（单位：元）\n{HEADER}"
    text = head + "".join(f"{row}\t500.00\t产出指标\t养护长度\t≥3\t公里\n" for row in rows)
    upload = uploads.receive(who or city.department_filer, ContentFile(text.encode()), "目标.txt")
    uploads.read(upload.pk)
    return Upload.objects.get(pk=upload.pk)


def test_one_answer_holds_for_all_projects_of_that_name_and_is_kept(city: City) -> None:
    upload = read(city, "河管一所\t甲", "河管一所\t乙", "别的所\t丙", f"{city.unit.name}\t丁")
    assert upload.projects.filter(unit=None).count() == 3
    assert assign_unit(upload.pk, city.department_filer, "", "河管一所", city.sister.pk) == 2
    assert [project.unit for project in upload.projects.all()] == [city.sister, city.sister, None, city.unit]
    kept = upload.amendments.order_by("position")
    assert [(each.position, each.field, each.made, each.by) for each in kept] == [
        (n, "unit_code", city.sister.code, city.department_filer) for n in (1, 2)
    ]
    uploads.accept(upload.pk, city.department_filer, [1, 2])
    assert upload.projects.get(position=1).declaration.unit == city.sister


def test_the_number_of_statements_does_not_grow_with_the_projects(city: City, django_assert_max_num_queries) -> None:
    few, many = (read(city, *(f"河管一所\t项目{n}" for n in range(count))) for count in (2, 60))
    counts = []
    for upload in (few, many):
        with django_assert_max_num_queries(60) as queries:
            assign_unit(upload.pk, city.department_filer, "", "河管一所", city.sister.pk)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_only_units_the_person_files_for(city: City) -> None:
    upload = read(city, "河管一所\t甲", who=city.filer)
    other = UnitFactory(department=city.other_department)
    for unit in (city.sister, other):
        with pytest.raises(Refusal, match="经办人"):
            assign_unit(upload.pk, city.filer, "", "河管一所", unit.pk)
    with pytest.raises(Refusal):
        assign_unit(upload.pk, city.department_filer, "", "河管一所", city.unit.pk)
    assert upload.projects.get().unit is None


def test_a_file_without_any_unit_is_of_the_one_unit_its_uploader_files_for(city: City) -> None:
    lone = person(Role.FILER, city.sister)
    upload = read(city, "\t甲", "\t乙", who=lone)
    assert [project.unit for project in upload.projects.all()] == [city.sister, city.sister]


def test_the_page_asks_with_the_likeliest_unit_first(city: City, client) -> None:
    alike = UnitFactory(department=city.department, name="市河道管理一所")
    upload = read(city, "河道管理1所\t甲", "河道管理1所\t乙")
    client.force_login(city.department_filer, "django.contrib.auth.backends.ModelBackend")
    page = client.get(upload.get_absolute_url()).content.decode()
    assert "写明“河道管理1所”的 2 个项目" in page
    offered = page[page.index('name="unit"') :]
    assert offered.index(f'value="{alike.pk}"') < offered.index(f'value="{city.sister.pk}"')
    answer = client.post(reverse("upload-units", args=[upload.pk]), {"name": "河道管理1所", "unit": alike.pk})
    assert answer.status_code == 302
    assert "写明" not in client.get(upload.get_absolute_url()).content.decode()
    assert upload.projects.filter(unit=alike).count() == 2
