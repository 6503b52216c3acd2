"""Files that go with a declaration: kept while it is with its unit, seen by whoever sees it, told on the ledger."""

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from approvals.models import Attachment, Declaration
from approvals.services.filing import discard
from approvals.services.verbs import perform
from approvals.states import State, Verb
from tests.factories import City

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def paper(name: str = "预算调整文件.pdf", content: bytes = b"%PDF-1.7 paper") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def add(client, declaration: Declaration, *files: SimpleUploadedFile):
    return client.post(reverse("declaration-attach", args=[declaration.pk]), {"file": list(files or (paper(),))})


def test_the_unit_adds_files_and_whoever_sees_the_declaration_gets_them(city: City, as_) -> None:
    made = city.file()[0]
    assert add(as_(city.filer), made, paper(), paper("测算.xlsx", b"numbers")).status_code == 302
    perform(made.pk, Verb.SUBMIT, city.filer)
    file = made.attachments.get(name="预算调整文件.pdf")
    path = reverse("declaration-attachment", args=[made.pk, file.pk])
    page = as_(city.department_reviewer).get(reverse("declaration", args=[made.pk])).content.decode()
    assert path in page
    answer = as_(city.department_reviewer).get(path)
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 paper"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    for stranger in (city.sister_filer, city.other_department_reviewer, city.other_approver, city.nobody):
        assert as_(stranger).get(path).status_code == 404


def test_what_it_was_sent_with_stands_on_the_ledger(city: City, as_) -> None:
    made = city.file()[0]
    add(as_(city.filer), made)
    perform(made.pk, Verb.SUBMIT, city.filer)
    file = made.attachments.get()
    record = made.records.get(verb="submit")
    assert file.name in record.comment
    assert file.sha256[:16] in record.comment


def test_once_sent_files_are_neither_added_nor_taken_away(city: City, as_) -> None:
    made = city.file()[0]
    client = as_(city.filer)
    add(client, made)
    file = made.attachments.get()
    perform(made.pk, Verb.SUBMIT, city.filer)
    assert add(client, made, paper("又一份.pdf", b"more")).status_code == 409
    assert client.post(reverse("declaration-detach", args=[made.pk, file.pk])).status_code == 409
    with pytest.raises(IntegrityError, match="not with its unit"), transaction.atomic():
        Attachment.objects.filter(pk=file.pk).update(name="改名.pdf")
    assert [each.name for each in made.attachments.all()] == [file.name]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([paper("木马.exe", b"MZ")], "不能上传"),
        ([paper("空.pdf", b"")], "是空的"),
        ([paper(), paper("换个名字.pdf")], "相同"),
        ([], "没有选择文件"),
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_is_kept(city: City, as_, files, told: str) -> None:
    made = city.file()[0]
    client = as_(city.filer)
    answer = client.post(reverse("declaration-attach", args=[made.pk]), {"file": files})
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not made.attachments.exists()


def test_a_file_that_is_taken_away_is_gone_from_the_disk(city: City, as_, django_capture_on_commit_callbacks) -> None:
    made = city.file()[0]
    client = as_(city.filer)
    add(client, made, paper(), paper("测算.xlsx", b"numbers"))
    first, second = made.attachments.all()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("declaration-detach", args=[made.pk, first.pk]))
    assert not default_storage.exists(first.file.name)
    assert default_storage.exists(second.file.name)
    with django_capture_on_commit_callbacks(execute=True):
        discard(made.pk, city.filer)
    assert not default_storage.exists(second.file.name)


def test_a_file_of_another_declaration_is_not_found(city: City, as_) -> None:
    one, other = city.file(), city.declaration(State.DRAFT)
    client = as_(city.filer)
    add(client, one[0])
    file = one[0].attachments.get()
    assert client.get(reverse("declaration-attachment", args=[other.pk, file.pk])).status_code == 404
    assert client.post(reverse("declaration-detach", args=[other.pk, file.pk])).status_code == 404
