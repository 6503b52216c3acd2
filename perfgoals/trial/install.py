"""Make or renew `.venv` from requirements/dev.txt: what `make setup` does.

Runs under the machine's own Python, before anything is installed: standard library only, and started as
a file, not as a module. Does nothing when the environment already is what the lock says.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
LOCK = ROOT / "requirements" / "dev.txt"
STAMP = ENVIRONMENT / ".installed"
LOG = ROOT / "var" / "setup.log"
OLDEST = (3, 11)


class SetupError(Exception):
    """Why there is no environment, and what to do about it."""


def main() -> int:
    try:
        if sys.version_info < OLDEST:
            raise SetupError(
                f"需要 Python 3.11 或更新版本，现为 {sys.version.split()[0]}（{sys.executable}）。"
                + "可指定：make PYTHON=/usr/bin/python3.11 …"
            )
        LOG.parent.mkdir(exist_ok=True)
        with (ROOT / "var" / "setup.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            install()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except PermissionError as error:
        print(f"无权写入 {error.filename}：它属于另一用户（可能曾以 root 运行）。", file=sys.stderr)
        return 1
    return 0


def install() -> None:
    """Raises SetupError when a step fails."""
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted and works():
        return
    print("正在准备运行环境 .venv（首次需要一至三分钟）……", flush=True)
    STAMP.unlink(missing_ok=True)
    LOG.write_text("")
    if not works():
        create()
    pip = (
        [PYTHON, "-m", "pip"]
        if step([PYTHON, "-c", "import pip"])
        else [sys.executable, "-m", "pip", "--python", PYTHON]
    )
    options = ["--require-hashes", "--only-binary", ":all:", "--disable-pip-version-check", "--no-input"]
    if not step([*pip, "install", *options, "-r", LOCK]):
        raise SetupError(f"安装依赖失败（需要能访问 PyPI 或其镜像）。记录见 {LOG}，末尾：\n{last_lines()}")
    # `pytest` typed by itself finds the packages of this checkout, as `python -m pytest` does.
    for packages in ENVIRONMENT.glob("lib/python*/site-packages"):
        (packages / "perfgoals-checkout.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    STAMP.write_text(wanted)


def fingerprint() -> str:
    """Of the lock, the interpreter and the place: an environment cannot be moved."""
    parts = [
        LOCK.read_bytes(),
        sys.version.encode(),
        os.fsencode(sys.executable),
        os.fsencode(ROOT),
        Path(__file__).read_bytes(),
    ]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def works() -> bool:
    """Whether the environment's Python starts, is of this version and believes to be here."""
    question = "import sys; print(sys.version, sys.prefix)"
    try:
        answer = subprocess.run([PYTHON, "-c", question], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.stdout.strip() == f"{sys.version} {ENVIRONMENT}"


def create() -> None:
    """An empty environment. Debian keeps what puts pip into it in a package of its own."""
    if step([sys.executable, "-m", "venv", "--clear", ENVIRONMENT]):
        return
    without_pip = [sys.executable, "-m", "venv", "--clear", "--without-pip", ENVIRONMENT]
    if step(without_pip) and step([sys.executable, "-m", "pip", "--version"]):
        return
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    raise SetupError(
        f"本机的 Python 缺少 venv 或 ensurepip。Debian/Ubuntu：apt install python{version}-venv，然后再试一次。"
    )


def step(command: list) -> bool:
    """Run it with its output in the log; whether it went well."""
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(map(str, command))}\n")
        log.flush()
        return subprocess.run(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, check=False).returncode == 0


def last_lines() -> str:
    return "\n".join("    " + line for line in LOG.read_text("utf-8", "replace").splitlines()[-15:])


if __name__ == "__main__":
    sys.exit(main())
