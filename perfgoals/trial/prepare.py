"""Bring the database up to date, with the settings of the trial.

`python -m perfgoals.trial.prepare ANSWER [--demo]` writes the demo accounts, as JSON, into the file ANSWER.
"""

import argparse
import json
from pathlib import Path

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.utils.module_loading import import_string


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("answer", type=Path)
    parser.add_argument("--demo", action="store_true")
    options = parser.parse_args()
    django.setup()
    call_command("migrate", interactive=False)
    people = get_user_model().objects
    if options.demo and not people.exists():
        call_command("demo")
    accounts = import_string(settings.PERFGOALS_DEMO_ACCOUNTS)
    present = set(people.filter(username__in=[account[0] for account in accounts]).values_list("username", flat=True))
    answer = json.dumps([account for account in accounts if account[0] in present], ensure_ascii=False)
    options.answer.write_text(answer, encoding="utf-8")


if __name__ == "__main__":
    main()
