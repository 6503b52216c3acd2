"""What a person takes away of an upload: his own file with marks, and the list of problems."""

from pathlib import Path

from ingest.models import Amendment, Upload
from ingest.problems import Refused
from ingest.report import Listed, Mark, Marked, mark
from ingest.report.places import WORDS
from ingest.selectors.preview import every_problem
from perfgoals.errors import Refusal


def marked_file(upload: Upload) -> Marked:
    """The user's file with every problem and correction at its cell. Raises Refusal for what cannot be opened."""
    marks = []
    for _, problem in every_problem(upload):
        settled = f"已决定：{problem['decided']['label']}。" if "decided" in problem else ""
        expected = f" 应当是：{problem['expected']}。" if problem["expected"] and problem["severity"] != "info" else ""
        fix = f" {problem['fix']}" if problem["severity"] != "info" else ""
        marks.append(
            Mark(problem["place"], f"{problem['message']}{expected}{fix} {settled}".strip(), problem["severity"])
        )
    for each in upload.amendments.filter(kind=Amendment.Kind.CORRECTION).select_related("by"):
        told = f"{each.label}“{each.found or '（空）'}”已更正为“{each.made or '（空）'}”（{each.by}）"
        marks.append(Mark(each.place, told, "info"))
    try:
        return mark(Path(upload.file.path), upload.name, marks)
    except Refused as refused:
        raise Refusal("invalid", f"这个文件打不开，不能在上面标注。{refused.problem.message}") from refused


def listed(upload: Upload) -> list[Listed]:
    """Every problem once, in the order of the file."""
    lines = []
    for project, problem in every_problem(upload):
        decided = problem.get("decided")
        lines.append(
            Listed(
                WORDS[problem["severity"]],
                problem["place"],
                project.unit_title if project else "",
                str(project) if project else "",
                problem["field"],
                problem["message"],
                problem["found"],
                problem["expected"],
                problem["fix"],
                f"{decided['label']}（{decided['by']}）" if decided else "",
            )
        )
    return lines
