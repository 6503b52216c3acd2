"""The Celery application is the one everybody talks to, in every thread."""

import threading

from celery import current_app

from perfgoals.celery import app


def test_a_thread_of_the_web_server_sends_to_our_broker() -> None:
    seen = []
    thread = threading.Thread(target=lambda: seen.append((current_app.main, current_app.conf.broker_url)))
    thread.start()
    thread.join()
    assert seen == [(app.main, app.conf.broker_url)]
    assert seen[0][0] == "perfgoals"
