"""A scanned file in the web: refused, offered to be recognised, and loaded only after a person has compared it."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from approvals.documents import render
from ingest.extract import extract
from ingest.models import Upload
from ingest.scans import can_recognise
from ingest.services import amending, uploads
from perfgoals.errors import Refusal
from tests.approvals.documents.example import approval, project, unit
from tests.factories import City
from tests.ingest.scanned import needs_recognition, page_images, scan


@pytest.mark.skipif(can_recognise(), reason="the libraries are installed")
def test_without_the_libraries_it_is_said_what_is_missing() -> None:
    told = extract(b"%PDF-1.4", "扫描.pdf", recognise=True).problems
    assert [problem.code for problem in told] == ["RECOGNITION_MISSING"]
    assert "requirements/ocr.txt" in told[0].fix


@pytest.mark.ocr
@needs_recognition
@pytest.mark.django_db
@pytest.mark.database
def test_a_scan_is_loaded_only_after_a_person_has_compared_it() -> None:
    city = City()
    content = approval(
        unit(project("堤防养护"), code=city.unit.code, name=city.unit.name),
        department_code=city.department.code,
        department_name=city.department.name,
        approving_body=city.bureau.name,
    )
    file = ContentFile(scan(page_images(render(content, "pdf"))))
    upload = uploads.receive(city.filer, file, "扫描.pdf")
    uploads.read(upload.pk)
    upload.refresh_from_db()
    assert upload.state == Upload.State.FAILED

    # the page offers it, to the uploader
    client = Client()
    client.force_login(city.filer, "django.contrib.auth.backends.ModelBackend")
    assert "OCR" in client.get(upload.get_absolute_url()).content.decode()
    [problem] = upload.problems
    client.post(f"{upload.get_absolute_url()}decide/", {"problem": problem["id"], "choice": "recognise:yes"})
    upload.refresh_from_db()
    assert upload.state == Upload.State.RECEIVED

    uploads.read(upload.pk)
    upload.refresh_from_db()
    assert upload.state == Upload.State.READY
    assert [row.draft["name"] for row in upload.projects.all()] == ["堤防养护"]
    with pytest.raises(Refusal, match="错误"):
        uploads.accept(upload.pk, city.filer, None)

    recognised = next(each for each in upload.problems if each["code"] == "RECOGNISED")
    amending.decide(upload.pk, city.filer, recognised["id"], "compared")
    [declaration] = uploads.accept(upload.pk, city.filer, None)
    assert declaration.project.name == "堤防养护"
    assert upload.amendments.get(choice="compared").by == city.filer
