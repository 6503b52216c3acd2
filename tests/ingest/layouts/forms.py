"""Tables for tests, drawn with bars: `|` between cells, `<` merged with the left, `^` merged with the one above.

`\\n` inside a cell is a line break. All places and organisations are of the fictional 云溪市.
"""

from ingest.drafts import Extraction
from ingest.extract import interpret
from ingest.grid import Block, Cell, Document, Grid, Paragraph, Span


def table(drawing: str, label: str = "表1", merged: bool = True) -> Grid:
    """A Grid; without `merged` the spans are forgotten, as in text and careless exports."""
    lines = [line for line in drawing.strip("\n").split("\n") if line.strip()]
    raw = [[cell.strip() for cell in line.split("|")] for line in lines]
    rows: list[list[Cell]] = [[None if c in {"", "<", "^"} else c.replace("\\n", "\n") for c in row] for row in raw]
    return Grid(label, list(rows), spans=_spans(raw) if merged else [])


def _spans(raw: list[list[str]]) -> list[Span]:
    spans = []
    for top, row in enumerate(raw):
        for left, cell in enumerate(row):
            if cell in {"<", "^"}:
                continue
            right = left
            while right + 1 < len(row) and row[right + 1] == "<":
                right += 1
            bottom = top
            while bottom + 1 < len(raw) and left < len(raw[bottom + 1]) and raw[bottom + 1][left] == "^":
                bottom += 1
            if right > left or bottom > top:
                spans.append(Span(top, left, bottom, right))
    return spans


def lines(*texts: str) -> list[Block]:
    """Paragraphs."""
    return [Paragraph(text, f"第{number}段") for number, text in enumerate(texts, 1)]


def read(*blocks: Block, format: str = "xlsx") -> Extraction:
    """What the layouts make of these blocks."""
    return interpret(Document(format, list(blocks)), "表.xlsx")


def severe(extraction: Extraction) -> list[str]:
    """Messages of problems that block loading."""
    return [problem.message for problem in extraction.problems if problem.severity == "error"]


def codes(extraction: Extraction) -> set[str]:
    """Codes of all problems."""
    return {problem.code for problem in extraction.problems}


def told(extraction: Extraction) -> str:
    """What was read, a line for each project and indicator; fields that are empty are left out."""
    lines = []
    for project in extraction.projects:
        fields = {
            "部门": project.department,
            "单位": " ".join(filter(None, (project.unit_code, project.unit_name))),
            "编码": project.code,
            "类别": project.category,
            "期限": project.period,
            "总额": project.total,
            "实施期总额": project.multi_year_total,
            "资金": " ".join(f"{source}={amount}" for source, amount in project.funding.items()),
            "用途": project.purpose,
            "目标": project.goal,
            "中期目标": project.long_term_goal,
            "计划": " ".join(f"{point}={part}" for point, part in project.spending_plan.items()),
        }
        lines.append(f"# {project.name} " + " ".join(f"{name}：{text}" for name, text in fields.items() if text))
        for each in project.indicators:
            split = "".join(filter(None, (each.comparator, each.number, each.unit))) or "-"
            more = (each.nature, each.weight, each.description, each.description_custom, each.basis)
            line = [each.level1 or "-", each.level2 or "-", each.name, each.value or "-", split, *filter(None, more)]
            lines.append("  " + " | ".join(line) + (" 个性" if each.custom else ""))
    return "\n".join(lines).replace("\\n", "\n")
