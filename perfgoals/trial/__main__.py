"""`python -m perfgoals.trial run` and `… reset`: what `make run` and `make reset` do."""

import argparse
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from perfgoals.trial import state
from perfgoals.trial.engines import see_out
from perfgoals.trial.processes import TrialError
from perfgoals.trial.product import ROOT, Trial, trial

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOP_SECONDS = 60


class Stop(BaseException):
    """Somebody wants it to end."""


def main() -> int:
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace", line_buffering=True)  # type: ignore[union-attr]
    parser = argparse.ArgumentParser(prog="python -m perfgoals.trial")
    parser.add_argument("verb", choices=["run", "reset"])
    folder = _folder()
    try:
        return run(folder) if parser.parse_args().verb == "run" else reset(folder)
    except TrialError as error:
        print(error, file=sys.stderr)
        return 1


def _folder() -> Path:
    return Path(os.environ.get("PERFGOALS_TRIAL") or Path(os.environ.get("PERFGOALS_VAR") or ROOT / "var") / "trial")


def run(folder: Path) -> int:
    """Run until Ctrl-C, SIGTERM or SIGHUP (status 0); raises TrialError when something ends by itself."""
    port = _port(os.environ.get("PORT") or "8000")
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup asks not to be ended by SIGHUP
            signal.signal(number, _stop)
    print("perfgoals 正在启动……")
    database, broker = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    try:
        with trial(folder, port, say=_say, database_url=database, redis_url=broker) as product:
            _welcome(product)
            try:
                product.watch()
            finally:
                _ignore_signals()
                print("正在停止……")
    except Stop:
        print("已全部停止。")
    return 0


def _stop(number: int, frame: FrameType | None) -> None:
    _ignore_signals()  # a second Ctrl-C must not disturb the tidying up
    raise Stop


def _ignore_signals() -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 <= int(text) <= 65535:
        return int(text)
    raise TrialError(f"PORT 应为 0 至 65535 的整数，现为 {text!r}。例：PORT=8001 make run")


def _say(text: str) -> None:
    print("  " + text)


def _welcome(product: Trial) -> None:
    print(f"\n  地址  {product.url}/")
    if product.accounts:
        print("\n  演示账号（用户名 / 密码）")
        for name, password, who in product.accounts:
            print(f"    {name} / {password}  {who}")
    print(f"\n  日志  {product.folder / 'log'}\n  邮件  {product.mail}\n\n  按 Ctrl-C 停止。\n")


def reset(folder: Path) -> int:
    """End what runs from `folder`, then delete all it keeps. Real servers named by address are not touched."""
    running = state.read(folder)
    if running:
        os.kill(running.pid, signal.SIGTERM)
        print("正在停止运行中的试用系统……")
        deadline = time.monotonic() + STOP_SECONDS
        while state.read(folder) and time.monotonic() < deadline:
            time.sleep(0.1)
    if not folder.exists():
        print("没有试用数据。")
        return 0
    with state.lock(folder, seconds=STOP_SECONDS if running else 0):
        see_out(folder)
        try:
            shutil.rmtree(folder)
        except PermissionError as error:
            raise TrialError(f"无权删除 {error.filename}：它属于另一用户（可能曾以 root 运行）。") from error
    print(f"已删除 {folder}。下次 make run 重新开始。")
    return 0


if __name__ == "__main__":
    sys.exit(main())
