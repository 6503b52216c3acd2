"""From a file to drafts: gate and reader, then the layouts, then what the whole document says.

`extract` never raises for what is in a file: what cannot be read becomes a problem.
"""

import gc
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from ingest.drafts import Extraction
from ingest.grid import Block, Document, Grid, Paragraph
from ingest.hints import Hints
from ingest.layouts.bare import with_bare_tables
from ingest.layouts.base import MIN_SCORE, NO_MATCH, TIE, Layout, Match
from ingest.layouts.card import CardLayout
from ingest.layouts.columns import texts_of
from ingest.layouts.department_goals import departments_of, read_department_goals
from ingest.layouts.flat import FlatLayout
from ingest.layouts.heading import HeadingReader, is_department_goal_title, is_other_stage_title, is_title
from ingest.layouts.inner_header import with_header_above
from ingest.layouts.results import columns_of_result, forms_after_results
from ingest.layouts.split import pieces
from ingest.layouts.vertical import unfold
from ingest.problems import Problem, Refused, report
from ingest.readers import Progress, read

# Finds what was said of a form of this kind before.
Guide = Callable[[Document], Hints | None]

LAYOUTS: tuple[Layout, ...] = (FlatLayout(), CardLayout())
# Rows of a table without header in which a title may stand.
_TITLE_ROWS = 12
_OWN_OFFICE = re.compile(r"[(（]?(?:机关)?(?:本级|本部)[)）]?$")


@dataclass(slots=True)
class _Part:
    """Tables one layout reads together, with the lines before and between them.

    overall  a list of whole departments 部门整体绩效目标, one row or more for each
    """

    layout: Layout
    match: Match
    blocks: list[Block] = field(default_factory=list)
    overall: bool = False


def extract(
    source: bytes | Path,
    name: str,
    *,
    layout: str | None = None,
    progress: Progress | None = None,
    hints: Hints | Guide | None = None,
    recognise: bool = False,
) -> Extraction:
    """Read the forms of one file.

    `name` is the user's name for the file; `layout` forces one of LAYOUTS by its name; `hints` is what a person said
    of the form, or a function that finds it when it sees the document. With `recognise` the text of scans and pictures
    is recognised, and said to be so.
    """
    with _uncollected():
        try:
            document = read(
                source, name, max_bytes=settings.PERFGOALS_MAX_UPLOAD_BYTES, progress=progress, recognise=recognise
            )
        except Refused as refused:
            return Extraction(problems=[refused.problem])
        except OSError as error:
            return Extraction(problems=[_unreadable(name, error)])
        document = with_bare_tables(unfold(document))
        if callable(hints):
            hints = hints(document)
        return interpret(document, name, layout=layout, hints=hints)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of reference cycles: a reading makes hardly any, and all it holds would be walked in vain
    again and again, the more often the larger the file."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def interpret(document: Document, name: str, *, layout: str | None = None, hints: Hints | None = None) -> Extraction:
    """Find the forms in a document and read them. Never raises."""
    hints = hints or Hints()
    layout = layout or hints.layout
    document = hints.apply(document)
    layouts = [each for each in LAYOUTS if layout in (None, each.name)]
    if hints.columns:
        # a person has said what the columns are
        document.problems = [each for each in document.problems if each.code != "HEADER_WIDTHS"]
    else:
        document = Document(document.format, list(_blocks(document)), document.problems, document.sha256)
    parts, skipped = _parts(document, layouts)
    result = Extraction(department_goals=read_department_goals(document), problems=list(document.problems))
    if not parts and not result.department_goals:
        other = [problem for problem in skipped if problem.code == "OTHER_STAGE"]
        result.problems += [*other, _nothing_found(document, name, layouts, bool(other))]
        return result
    heading = HeadingReader()
    _read_heading(document, parts, heading)
    result.document = heading.document
    if parts:
        best = max(parts, key=lambda part: part.match.score)
        result.document.layout = best.layout.name
        result.document.layout_score = best.match.score
    for part in parts:
        read = part.layout.read(Document(document.format, part.blocks), hints.unit)
        _join(result, departments_of(read) if part.overall else read)
    result.problems += skipped
    told = heading.finish(result.projects)
    if hints.year:
        result.document.fiscal_year = hints.year
    else:
        result.problems += told
    _fill_organisations(result, heading)
    if result.refused:
        result.problems.append(_nothing_found(document, name, layouts))
    return result


def _parts(document: Document, layouts: list[Layout]) -> tuple[list[_Part], list[Problem]]:
    """Give each table to the layout that understands it best; a table without header goes on with the one before."""
    parts: list[_Part] = []
    problems: list[Problem] = []
    waiting: list[Block] = []
    left = document.blocks[::-1]
    while left:
        block = left.pop()
        waiting.append(block)
        if isinstance(block, Paragraph):
            continue
        if title := _other_stage(waiting) or columns_of_result(block):
            waiting.remove(block)
            problems.append(report("OTHER_STAGE", block.place(0), found=title))
            if rest := forms_after_results(block):
                left.append(rest)
            continue
        here = Document(document.format, waiting)
        ranked = sorted(((each.score(here), each) for each in layouts), key=lambda pair: -pair[0].score)
        match, best = ranked[0] if ranked else (NO_MATCH, None)
        if best is not None and match.score >= MIN_SCORE:
            if len(ranked) > 1 and match.score - ranked[1][0].score < TIE:
                told = "、".join(f"{each.label}（{told.score:.2f}）" for told, each in ranked[:2])
                problems.append(report("LAYOUT_UNCLEAR", block.place(0), f"{told} 一样像", expected="一种版式"))
            overall = best.name == "flat" and _is_overall(waiting, match)
            if parts and parts[-1].layout is best and parts[-1].overall == overall:
                parts[-1].blocks += waiting
                parts[-1].match = max(parts[-1].match, match, key=lambda each: each.score)
            else:
                parts.append(_Part(best, match, waiting, overall))
            waiting = []
        elif parts and parts[-1].layout.continues(here):
            parts[-1].blocks += waiting
            waiting = []
        else:
            waiting.remove(block)
            if any(texts_of(row) for row in block.rows[:_TITLE_ROWS]):
                problems.append(report("TABLE_SKIPPED", block.place(0), match.reason, found=block.label))
    return parts, problems


def _blocks(document: Document) -> Iterator[Block]:
    """The blocks of the document, sheets with lists and forms cut between them."""
    for block in document.blocks:
        if isinstance(block, Grid):
            yield from pieces(with_header_above(block))
        else:
            yield block


def _other_stage(blocks: list[Block]) -> str:
    """The title over a table when it is one of self-evaluation or monitoring; "" when it is none."""
    title = ""
    for block in blocks:
        lines = [block.text] if isinstance(block, Paragraph) else _title_lines(block)
        for line in lines:
            if is_other_stage_title(line):
                title = line
            elif is_title(line):
                title = ""
    return title


def _is_overall(blocks: list[Block], match: Match) -> bool:
    """Whether a list is of whole departments: the title right over it says so, and it has no column of projects."""
    titles = [
        line
        for block in blocks
        for line in ([block.text] if isinstance(block, Paragraph) else _title_lines(block, len(block.rows)))
        if is_title(line) or is_department_goal_title(line)
    ]
    return bool(titles) and is_department_goal_title(titles[-1]) and "项目名称" not in match.found


def _title_lines(grid: Grid, most: int = _TITLE_ROWS) -> Iterator[str]:
    for row in grid.rows[:most]:
        filled = texts_of(row)
        if len(filled) > 2:
            return
        yield from (text for _, text in filled)


def _read_heading(document: Document, parts: list[_Part], heading: HeadingReader) -> None:
    """Lines before the first form, and titles anywhere."""
    first = next((block for part in parts for block in part.blocks if isinstance(block, Grid)), None)
    before = True
    for block in document.blocks:
        if isinstance(block, Paragraph):
            if before or is_title(block.text):
                heading.line(block.text)
        else:
            for text in _title_lines(block):
                heading.line(text)
            before = before and block is not first


def _join(result: Extraction, part: Extraction) -> None:
    result.projects += part.projects
    result.department_goals += part.department_goals
    result.problems += part.problems
    ours, theirs = result.document, part.document
    for name in ("department", "department_code", "money_unit", "fiscal_year"):
        if getattr(ours, name) is None:
            setattr(ours, name, getattr(theirs, name))


def _fill_organisations(result: Extraction, heading: HeadingReader) -> None:
    """What the heading says of department and unit holds for projects that say nothing themselves."""
    if result.document.department is None:
        _infer_department(result)
    for project in [*result.projects, *result.department_goals]:
        if project.department is None:
            project.department = result.document.department
        if project.unit_name is None and project.unit_code is None:
            project.unit_name = None if project.department_goal else heading.unit_name
    missing = [project for project in result.projects if project.unit_name is None]
    if missing:
        told = f"共 {len(missing)} 个项目，第一个是“{missing[0].name}”"
        result.problems.append(report("UNIT_MISSING", missing[0].place, told, field="单位名称", expected="单位名称"))


def _infer_department(result: Extraction) -> None:
    """`某局本级` is the department's own office: the department is 某局, for units whose codes begin alike."""
    if any(project.department for project in result.projects):
        return
    offices = {p.unit_name: p for p in result.projects if p.unit_name and _OWN_OFFICE.search(p.unit_name)}
    codes = {(project.unit_code or "")[:3] for project in result.projects}
    if len(offices) != 1 or len(codes) != 1:
        return
    name, project = next(iter(offices.items()))
    result.document.department = _OWN_OFFICE.sub("", name)
    told = f"“{name}”的部门读作“{result.document.department}”"
    found = result.document.department
    result.problems.append(report("DEPARTMENT_INFERRED", project.place, told, field="部门名称", found=found))


def _nothing_found(document: Document, name: str, layouts: list[Layout], other_stage: bool = False) -> Problem:
    """Why nothing was read: no table at all, another kind of form, no header, or one that says too little."""
    grids = [grid for grid in document.grids if grid.rows]
    if other_stage:
        told = "文件里只有绩效自评或监控表"
        place = grids[0].place(0) if grids else name
        return report("NO_FORM", place, told, found="绩效自评或监控表", expected="绩效目标表")
    if not grids:
        return report("NO_FORM", name, "文件里没有表格", found="只有文字", expected="含绩效目标表的文件")
    matches = [(layout.score(Document(document.format, [grid])), grid) for grid in grids for layout in layouts]
    match, grid = max(matches, key=lambda pair: pair[0].score)
    titles = [text for each in grids for row in each.rows[:_TITLE_ROWS] for _, text in texts_of(row) if is_title(text)]
    titles += [b.text for b in document.blocks if isinstance(b, Paragraph) and is_title(b.text)]
    if match.score >= MIN_SCORE:
        told = "表格里没有填写项目名称，是空白表"
        return report("NO_FORM", grid.place(0), told, field="项目名称", found="空白表", expected="已填写的绩效目标表")
    if match.score > 0:
        found = "、".join(match.found) or "没有认出任何表头"
        wanted = "、".join(match.wanted)
        told = f"需要 {wanted}，表头中只认出 {found}"
        return report("LAYOUT_UNCLEAR", grid.place(0), told, field="表头", found=found, expected=wanted)
    if titles and not all(is_department_goal_title(title) for title in titles):
        told = "有标题，但没有表头行（项目名称、三级指标、指标值等）"
        return report(
            "HEADER_NOT_FOUND",
            grid.place(0),
            told,
            field="表头",
            found=titles[0],
            expected="项目名称、三级指标、指标值",
        )
    told = "各表中都没有项目名称、三级指标、指标值等表头"
    return report("NO_FORM", grid.place(0), told, field="表头", found=grid.label, expected="项目名称、三级指标、指标值")


def _unreadable(name: str, error: OSError) -> Problem:
    missing = isinstance(error, FileNotFoundError)
    found = "文件不存在" if missing else f"文件无法打开（{error.strerror or error}）"
    message = f"{name}：{found}。请检查路径和文件名。"
    code = "FILE_NOT_FOUND" if missing else "FILE_UNREADABLE"
    return Problem(code, "error", message, place=name, found=found, expected="可以读取的文件", fix="请检查路径和文件名")
