"""The Celery application is the one everybody talks to, in every thread."""

import threading
from importlib import import_module

from celery import current_app
from django.apps import apps
from django.utils.module_loading import module_has_submodule

from perfgoals.celery import app


def test_a_thread_of_the_web_server_sends_to_our_broker() -> None:
    seen = []
    thread = threading.Thread(target=lambda: seen.append((current_app.main, current_app.conf.broker_url)))
    thread.start()
    thread.join()
    assert seen == [(app.main, app.conf.broker_url)]
    assert seen[0][0] == "perfgoals"


def test_what_the_beat_asks_for_is_known_to_the_worker() -> None:
    for package in apps.get_app_configs():
        if module_has_submodule(package.module, "tasks"):
            import_module(f"{package.name}.tasks")
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)
