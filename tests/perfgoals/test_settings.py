"""Settings: nonsense stops the start with its name; the trial's commands need nothing set."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import RequestFactory, override_settings

from perfgoals.proxy import client_address

ROOT = Path(__file__).resolve().parents[2]

COMPLETE = {
    "SECRET_KEY": "k3y-of-an-example-0123456789-abcdefghijklmnopqrstuvwxyz-XYZ",
    "ALLOWED_HOSTS": "perf.example.gov.cn",
    "PERFGOALS_URL": "https://perf.example.gov.cn",
    "DATABASE_URL": "postgresql://perfgoals:secret@db.example:5432/perfgoals",
    "REDIS_URL": "redis://:secret@queue.example:6379/0",
    "EMAIL_URL": "smtp+tls://perf:secret@mail.example:587",
    "DEFAULT_FROM_EMAIL": "perf@example.gov.cn",
    "PERFGOALS_MEDIA": "/srv/perfgoals/media",
}


def prod(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> dict:
    """The names of the settings of an installation with `changes` to a complete environment; None leaves one out."""
    for name, value in (COMPLETE | changes).items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    return runpy.run_module("perfgoals.settings.prod")


def test_complete_environment_is_a_safe_installation(monkeypatch: pytest.MonkeyPatch):
    settings = prod(monkeypatch)
    assert settings["DEBUG"] is False
    assert settings["DATABASES"]["default"]["HOST"] == "db.example"
    assert settings["CELERY_BROKER_URL"] == "redis://:secret@queue.example:6379/0"
    assert settings["EMAIL_HOST"] == "mail.example"
    assert settings["EMAIL_USE_TLS"] is True
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://perf.example.gov.cn"]
    assert "SECURE_PROXY_SSL_HEADER" not in settings, "a header anybody can send is not believed unasked"
    assert prod(monkeypatch, PERFGOALS_BEHIND_PROXY="yes")["SECURE_PROXY_SSL_HEADER"]


def test_what_the_database_url_asks_for_is_added_to_what_every_connection_has(monkeypatch: pytest.MonkeyPatch):
    plain = prod(monkeypatch)["DATABASES"]["default"]["OPTIONS"]
    assert plain == {"server_side_binding": True, "prepare_threshold": 3}
    url = COMPLETE["DATABASE_URL"] + "?sslmode=verify-full"
    assert prod(monkeypatch, DATABASE_URL=url)["DATABASES"]["default"]["OPTIONS"] == plain | {"sslmode": "verify-full"}


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_nothing_may_be_missing(monkeypatch: pytest.MonkeyPatch, name: str):
    with pytest.raises(ImproperlyConfigured, match=name):
        prod(monkeypatch, **{name: None})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 60),
        ("SECRET_KEY", "django-insecure-" + COMPLETE["SECRET_KEY"]),
        ("ALLOWED_HOSTS", ""),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "other.example"),
        ("PERFGOALS_URL", "perf.example.gov.cn"),
        ("PERFGOALS_URL", "http://perf.example.gov.cn"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "sqlite:///db.sqlite3"),
        ("DATABASE_URL", "mysql://a:b@c/d"),
        ("REDIS_URL", ""),
        ("REDIS_URL", "amqp://queue.example"),
        ("EMAIL_URL", ""),
        ("EMAIL_URL", "consolemail://"),
        ("EMAIL_URL", "smtp://"),
        ("EMAIL_URL", "pigeon://roof"),
        ("PERFGOALS_MEDIA", ""),
        ("PERFGOALS_BEHIND_PROXY", "perhaps"),
        ("SECURE_HSTS_SECONDS", "soon"),
    ],
)
def test_nonsense_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    with pytest.raises(ImproperlyConfigured, match=name):
        prod(monkeypatch, **{name: value})


@pytest.mark.parametrize(
    ("broker", "cache"),
    [
        ("redis://:p@queue.example:6379/0", "redis://:p@queue.example:6379/8"),
        ("rediss://queue.example", "rediss://queue.example/8"),
        ("redis://queue.example/12", "redis://queue.example/4"),
        ("redis+socket:///run/redis.sock?virtual_host=1", "unix:///run/redis.sock?db=9"),
    ],
)
def test_the_cache_lies_beside_the_queue_and_not_in_it(monkeypatch: pytest.MonkeyPatch, broker: str, cache: str):
    assert prod(monkeypatch, REDIS_URL=broker)["CACHES"]["default"]["LOCATION"] == cache
    assert (
        prod(monkeypatch, REDIS_URL=broker, CACHE_URL="redis://c/1")["CACHES"]["default"]["LOCATION"] == "redis://c/1"
    )


def test_subdomain_pattern_may_contain_the_host(monkeypatch: pytest.MonkeyPatch):
    assert prod(monkeypatch, ALLOWED_HOSTS=".example.gov.cn")["ALLOWED_HOSTS"] == [".example.gov.cn"]


def manage(*arguments: str, **env: str) -> subprocess.CompletedProcess:
    """`manage.py` in a process of its own, without what the tests have put into the environment."""
    hidden = {*COMPLETE, "DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE"}
    clean = {name: value for name, value in os.environ.items() if name not in hidden}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=clean | env, capture_output=True, text=True, timeout=120, check=False)


def test_deployment_check_has_nothing_to_say():
    done = manage(
        *("check", "--deploy", "--fail-level", "WARNING"), DJANGO_SETTINGS_MODULE="perfgoals.settings.prod", **COMPLETE
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_commands_without_need_of_a_database_work_when_nothing_runs(tmp_path: Path):
    for command in (["check"], ["makemigrations", "--check", "--dry-run"]):
        done = manage(*command, PERFGOALS_TRIAL=str(tmp_path))
        assert done.returncode == 0, done.stdout + done.stderr


def test_commands_in_need_of_a_database_say_how_to_start_it(tmp_path: Path):
    done = manage("migrate", PERFGOALS_TRIAL=str(tmp_path))
    assert done.returncode == 1
    assert "make run" in done.stderr
    assert "Traceback" not in done.stderr


def test_other_engines_are_refused_in_the_trial_too(tmp_path: Path):
    done = manage("check", PERFGOALS_TRIAL=str(tmp_path), DATABASE_URL="sqlite:///x")
    assert done.returncode != 0
    assert "DATABASE_URL must name a PostgreSQL server" in done.stderr


def test_address_behind_a_proxy_is_the_one_the_proxy_saw():
    requests = RequestFactory()
    forged = requests.get("/", HTTP_X_FORWARDED_FOR="1.2.3.4, 10.0.0.9", REMOTE_ADDR="10.0.0.1")
    assert client_address(forged) == "10.0.0.9"
    assert client_address(requests.get("/", REMOTE_ADDR="10.0.0.1")) == "10.0.0.1"


def test_every_static_file_a_template_names_exists(tmp_path: Path):
    """The storage of an installation refuses a page that names a missing file; the trial's would not notice."""
    names = set()
    for template in [*ROOT.glob("templates/**/*.html"), *ROOT.glob("*/templates/**/*.html")]:
        names |= set(re.findall(r"""{%\s*static\s+["']([^"']+)["']""", template.read_text("utf-8")))
    assert names, "no template names a static file"
    backend = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    with override_settings(STATIC_ROOT=tmp_path, STORAGES={"staticfiles": backend}):
        call_command("collectstatic", interactive=False, verbosity=0)
        storage = ManifestStaticFilesStorage(location=tmp_path, base_url="/static/")
        assert {name for name in names if not storage.exists(storage.stored_name(name))} == set()


def test_mail_window_and_hosts_of_webhooks(monkeypatch: pytest.MonkeyPatch):
    def base(**given: str) -> dict:
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        return runpy.run_module("perfgoals.settings.base")

    assert base()["PERFGOALS_MAIL_WINDOW"] == 600
    assert base()["PERFGOALS_WEBHOOK_HOSTS"] == []
    assert base(PERFGOALS_WEBHOOK_HOSTS="oa.example.gov.cn,10.0.0.8")["PERFGOALS_WEBHOOK_HOSTS"] == [
        "oa.example.gov.cn",
        "10.0.0.8",
    ]
    assert base(PERFGOALS_MAIL_WINDOW="0")["PERFGOALS_MAIL_WINDOW"] == 0
    for nonsense in ("-1", "ten minutes"):
        with pytest.raises(ImproperlyConfigured, match="PERFGOALS_MAIL_WINDOW"):
            base(PERFGOALS_MAIL_WINDOW=nonsense)
