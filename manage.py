#!/usr/bin/env python
"""Django's command line. Settings: `perfgoals.settings.dev` unless DJANGO_SETTINGS_MODULE says otherwise."""

import os
import sys
from pathlib import Path


def _use_environment() -> None:
    """Go on with the Python of .venv when another one was typed."""
    environment = Path(__file__).resolve().parent / ".venv"
    if not environment.exists():
        sys.exit("运行环境尚未建立：请先执行 make setup。")
    if Path(sys.prefix) != environment:
        python = str(environment / "bin" / "python")
        os.execv(python, [python, *sys.argv])  # noqa: S606


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "perfgoals.settings.dev")
    try:
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError:
        _use_environment()
        raise

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
