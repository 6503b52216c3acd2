"""The one door: formats, names of files, text that no file can carry."""

import pytest

from approvals.documents import CONTENT_TYPES, FORMATS, filename, render
from approvals.documents.forms import Form
from approvals.documents.regional import FORMS
from approvals.documents.text import printable
from tests.approvals.documents.example import approval, awkward, project, unit

MAGIC = {"docx": b"PK\x03\x04", "xlsx": b"PK\x03\x04", "pdf": b"%PDF-"}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("format", FORMATS)
def test_every_form_renders_to_every_format(form: Form, format: str) -> None:
    assert render(awkward(), format, form).startswith(MAGIC[format])  # type: ignore[arg-type]
    assert format in CONTENT_TYPES


@pytest.mark.parametrize("format", FORMATS)
def test_an_empty_approval_renders(format: str) -> None:
    assert render(approval(units=()), format).startswith(MAGIC[format])  # type: ignore[arg-type]


@pytest.mark.parametrize("format", FORMATS)
def test_characters_that_no_file_can_carry_do_no_harm(format: str) -> None:
    spoilt = approval(unit(project("甲\x00\x0b\ud800\uffff乙")), title="题\x07目", notes="注\x1b\n解")
    assert render(spoilt, format).startswith(MAGIC[format])  # type: ignore[arg-type]


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="docx、xlsx、pdf"):
        render(approval(), "odt")  # type: ignore[arg-type]


def test_filename_says_number_title_and_department() -> None:
    assert filename(approval(), "pdf") == "云财绩〔2026〕12号 2026年市级部门预算项目绩效目标表批复（云川市教育局）.pdf"
    assert filename(approval(number=None), "docx") == "2026年市级部门预算项目绩效目标表批复（云川市教育局）.docx"


def test_filename_leads_nowhere_and_fits() -> None:
    name = filename(approval(title='../..\\a:b*c?"<d>|\r\n\x00', number="/etc"), "xlsx")
    assert name == "etc ....abcd（云川市教育局）.xlsx"
    assert len(filename(approval(title="长" * 500), "xlsx").encode()) <= 255
    assert filename(approval(title="长" * 500), "xlsx").endswith("长.xlsx")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("甲\r\n乙\r丙\u2028丁\x0b戊", "甲\n乙\n丙\n丁\n戊"),
        ("甲\t乙", "甲\t乙"),
        ("甲\x00乙\ud83d丙\ufffe", "甲\ufffd乙\ufffd丙\ufffd"),
        ("𠮷㐂\u3000", "𠮷㐂\u3000"),
    ],
)
def test_printable(text: str, kept: str) -> None:
    assert printable(text) == kept
