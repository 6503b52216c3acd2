"""Scans: refused until a person asks; recognised, they give the projects of the printed document."""

from collections.abc import Callable
from typing import Any

import pytest

from approvals.documents import render
from ingest.drafts import Extraction
from ingest.extract import extract
from tests.approvals.documents.example import approval, indicator, own_indicator, project, unit
from tests.ingest.readers.making import SAMPLES, needs_samples
from tests.ingest.scanned import needs_recognition, page_images, png, scan, turned

pytestmark = [pytest.mark.ocr, needs_recognition]


@pytest.fixture(scope="module")
def printed() -> bytes:
    """Two units, three projects, five indicators on one page, with text."""
    content = approval(
        unit(project(), project("图书更新", indicator("更新册数", value="≥4200册"), total=None)),
        unit(
            project("校车运营", indicator("班次准点率", value="≥98%"), own_indicator()),
            code="305002",
            name="云川市第二中学",
        ),
    )
    return render(content, "pdf")


@pytest.fixture(scope="module")
def images(printed: bytes) -> list[Any]:
    return page_images(printed)


def said(extraction: Extraction) -> list[tuple]:
    """What a clerk would copy: organisations, projects, money, indicators."""
    return [
        (p.unit_code, p.unit_name, p.name, p.total, [(i.level1, i.name, i.value, i.description) for i in p.indicators])
        for p in extraction.projects
    ]


def codes(extraction: Extraction) -> list[str]:
    return [problem.code for problem in extraction.problems]


def test_a_scan_is_refused_until_somebody_asks(images: list[Any]) -> None:
    assert codes(extract(scan(images), "扫描.pdf")) == ["SCANNED_NO_TEXT"]
    assert codes(extract(png(images[0]), "照片.png")) == ["PICTURE"]


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(scan, id="pdf"),
        pytest.param(lambda images: png(images[0]), id="picture"),
        pytest.param(lambda images: png(turned(images[0], 1.3)), id="askew"),
        pytest.param(lambda images: scan([images[0].transpose(1, 0, 2)[::-1].copy()]), id="on its side"),
    ],
)
def test_recognised_it_gives_what_the_printed_document_gives(
    printed: bytes, images: list[Any], made: Callable[[list[Any]], bytes]
) -> None:
    read = extract(made(images), "扫描件", recognise=True)
    assert said(read) == said(extract(printed, "批复.pdf"))
    assert read.document.approving_body == "云川市财政局"
    assert str(read.document.approval_date) == "2026-01-30"
    told = next(problem for problem in read.problems if problem.code == "RECOGNISED")
    assert told.severity == "error"  # stands in the way until a person has compared it
    assert "可信度" in told.found


def test_pages_with_text_are_read_from_their_text(printed: bytes) -> None:
    read = extract(printed, "批复.pdf", recognise=True)
    assert "RECOGNISED" not in codes(read)


def test_what_is_hardly_legible_is_told_with_its_cell(images: list[Any]) -> None:
    import cv2

    blurred = cv2.GaussianBlur(cv2.resize(images[0], None, fx=0.42, fy=0.42), (3, 3), 0)
    read = extract(png(blurred), "模糊.png", recognise=True)
    unsure = [problem for problem in read.problems if problem.code == "RECOGNISED_UNSURE"]
    assert unsure
    assert all(problem.place.startswith("第1页") for problem in unsure)
    assert all(problem.found for problem in unsure)


def test_noise_is_refused() -> None:
    import numpy as np

    noise = np.random.default_rng(7).integers(0, 255, (600, 800, 3), dtype=np.uint8)
    assert codes(extract(png(noise), "噪声.png", recognise=True)) == ["NOT_LEGIBLE"]


def test_a_damaged_picture_is_refused(images: list[Any]) -> None:
    assert codes(extract(png(images[0])[:400], "坏.png", recognise=True)) == ["DAMAGED_FILE"]


@needs_samples
@pytest.mark.samples
def test_the_scanned_sample_gives_the_projects_of_the_first_pages() -> None:
    whole = extract(SAMPLES / "native/shaoxing-2019-government-services-approval.pdf", "批复.pdf")
    read = extract(SAMPLES / "bad/pdf-no-text-layer.pdf", "扫描.pdf", recognise=True)
    assert [p.name for p in read.projects] == [p.name for p in whole.projects][: len(read.projects)]
    assert [p.total for p in read.projects] == [p.total for p in whole.projects][: len(read.projects)]
    complete = list(zip(read.projects, whole.projects, strict=False))[:-1]
    assert complete
    for scanned, original in complete:
        assert [(i.name, i.value) for i in scanned.indicators] == [(i.name, i.value) for i in original.indicators]
