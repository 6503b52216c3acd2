"""LibreOffice as the reader of last resort: old Word formats, RTF and ODT become .docx.

It runs headless with a profile folder of its own (two can run at once, and nothing of the user's settings is
touched), with limits of time and memory, without network and without macros.
"""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from ingest.gate import KINDS, Passed
from ingest.grid import Document
from ingest.problems import Problem, Refused
from ingest.readers import Progress, docx
from ingest.refusals import refuse_damaged

TIME_LIMIT = 60
MEMORY_LIMIT = 2 * 1024 * 1024 * 1024
_ENDINGS = {"doc": ".doc", "odt": ".odt", "rtf": ".rtf"}


def read(passed: Passed, progress: Progress) -> Document:
    """Reader of the kinds that only LibreOffice knows."""
    return convert_and_read(passed, progress)


def convert_and_read(passed: Passed, progress: Progress) -> Document:
    """Convert to .docx and read that. Raises Refused with advice where LibreOffice is missing or fails."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise Refused.because(
            "CONVERTER_MISSING",
            passed.name,
            f"这是{KINDS[passed.kind]}，其内部格式本系统不能直接读取，服务器上也没有安装 LibreOffice",
            "docx 或 xlsx 格式的文件",
            "请用 Word 或 WPS 打开，另存为 docx 后上传；或请系统管理员安装 LibreOffice",
        )
    converted = _convert(program, passed)
    document = docx.read(replace(passed, data=converted, kind="docx"), progress)
    document.format = passed.kind
    document.problems.append(
        Problem(
            code="CONVERTED",
            severity="info",
            place=passed.name,
            found=KINDS[passed.kind],
            expected="docx",
            message=f"{passed.name}：已由 LibreOffice 转换为 docx 后读取，请核对各单元格内容。",
            fix="如有出入，请用 Word 或 WPS 另存为 docx 后重新上传",
        )
    )
    return document


def _convert(program: str, passed: Passed) -> bytes:
    with tempfile.TemporaryDirectory(prefix="perfgoals-office-") as folder:
        source = Path(folder) / f"source{_ENDINGS[passed.kind]}"
        source.write_bytes(passed.data)
        command = [
            program,
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--norestore",
            "--nolockcheck",
            "--convert-to",
            "docx:MS Word 2007 XML",
            "--outdir",
            f"{folder}/out",
            str(source),
        ]
        _run(command, folder, passed.name)
        result = Path(folder) / "out" / "source.docx"
        if not result.exists():
            raise refuse_damaged(passed.name, "LibreOffice 也无法打开")
        return result.read_bytes()


def _run(command: list[str], folder: str, name: str) -> None:
    environment = {"HOME": folder, "PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"}
    process = subprocess.Popen(  # noqa: S603 - the command is ours, the user's file is only an argument
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_limit,  # noqa: PLW1509 - set between fork and exec, nothing of ours runs there
    )
    try:
        process.wait(TIME_LIMIT)
    except subprocess.TimeoutExpired as error:
        raise Refused.because(
            "TOO_SLOW",
            name,
            f"用 LibreOffice 转换超过 {TIME_LIMIT} 秒仍未完成",
            "docx 或 xlsx 格式的文件",
            "请用 Word 或 WPS 打开，另存为 docx 后上传",
        ) from error
    finally:
        # The program starts helpers: end the whole group.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
