"""Web pages, under their own name and under .xls."""

import time

import pytest

from ingest.grid import Paragraph, Span
from ingest.problems import Refused
from ingest.readers import read
from tests.ingest.readers.making import grid_of, padded, paragraphs

TABLE = (
    "<table><caption>云溪市目标</caption>"
    "<tr><td rowspan=2>项目</td><td colspan=2>资金</td></tr>"
    "<tr><td>合计</td><td>其他</td></tr>"
    "<tr><td>古籍<br>修复&nbsp;</td><td> 3.00 </td><td></td></tr></table>"
)


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("gb18030", "gb2312"), ("gbk", "GBK"), ("utf-8", "utf-8"), ("gb18030", None), ("utf-16", None)],
)
def test_declared_gb2312_means_gb18030(encoding: str, declared: str | None) -> None:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if declared else ""
    rare = "" if encoding == "gbk" else "𠮷"
    page = f"<html><head>{meta}</head><body><table><tr><td>云溪市项目目标㎡镕{rare}</td></tr></table></body></html>"
    assert grid_of(page.encode(encoding), "导出.xls").rows == [[f"云溪市项目目标㎡镕{rare}"]]


def test_spans_captions_breaks_and_blanks() -> None:
    document = read(TABLE.encode(), "表.html")
    grid = document.grids[0]
    assert paragraphs(document) == ["云溪市目标"]
    assert padded(grid) == [["项目", "资金", None], [None, "合计", "其他"], ["古籍\n修复", "3.00", None]]
    assert grid.spans == [Span(0, 0, 1, 0), Span(0, 1, 0, 2)]
    assert grid.place(2, 1) == "表1 第3行 第2列"


def test_text_around_tables_in_order_and_hidden_parts_left_out() -> None:
    page = (
        "<html><head><title>标题栏</title><style>td{}</style></head><body><h2>目标</h2><p>第一段<br>第二行"
        f"<p style='display: none'>藏</p>{TABLE}<script>1</script>尾</body></html>"
    )
    blocks = read(page.encode(), "表.html").blocks
    assert blocks[0] == Paragraph("目标", "第1段", 2)
    texts = [block.text for block in blocks if isinstance(block, Paragraph)]
    assert texts == ["目标", "第一段", "第二行", "云溪市目标", "尾"]


def test_nested_table_is_a_grid_of_its_own() -> None:
    page = "<table><tr><td>外<table><tr><td>内</td></tr></table></td></tr></table>"
    assert [grid.rows for grid in read(page.encode(), "套.html").grids] == [[["外"]], [["内"]]]


def test_wild_spans_are_cut_to_what_is_there() -> None:
    page = '<table><tr><td rowspan="99999999" colspan="99999999">甲</td><td>乙</td></tr><tr><td>丙</td></tr></table>'
    grid = grid_of(page.encode(), "大.html")
    assert len(grid.rows) == 2
    assert max(len(line) for line in grid.rows) <= 3


def test_mhtml_with_quoted_printable() -> None:
    body = "<html><body><table><tr><td>云溪</td></tr></table></body></html>".encode("gb18030")
    quoted = "".join(f"={byte:02X}" for byte in body)
    data = (
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"
        "Content-Type: text/html; charset=gb2312\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        f"{quoted}\r\n--x--\r\n"
    )
    assert grid_of(data.encode(), "页.mht").rows == [["云溪"]]


def test_page_without_text_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        read(b"<html><body><table></table></body></html>", "空.html")
    assert caught.value.problem.code == "NO_TABLE"


def test_spans_made_to_fill_memory_are_refused() -> None:
    page = "<table>" + "<tr>" + '<td colspan="1000" rowspan="65534">x</td>' * 3_000 + "</tr></table>"
    began = time.monotonic()
    with pytest.raises(Refused):
        read(page.encode(), "炸.html")
    assert time.monotonic() - began < 2
