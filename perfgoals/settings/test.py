"""Tests: real engines, whose addresses `tests/engines.py` puts into the environment beforehand."""

from perfgoals.settings.base import *  # noqa: F403
from perfgoals.settings.base import MEDIA_ROOT, STORAGES, env, postgres, shared_cache

SECRET_KEY = "for tests and nothing else"  # noqa: S105
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
# Tests ask faster than people do; those of the limit set one.
PERFGOALS_API_RATE = 1_000_000
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Without an address (mypy reads these settings too) nothing can be connected to, but all can be imported.
if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": postgres(env.db_url("DATABASE_URL"))}
else:
    DATABASES = {"default": {"ENGINE": "perfgoals.trial.absent", "NAME": "absent"}}
CELERY_BROKER_URL = env.redis_url("REDIS_URL", default="redis://run-it-by-pytest.invalid:6379/0")
CACHES = shared_cache(CELERY_BROKER_URL)

# In one process mail is kept in memory; from a worker process it comes as files in this folder.
if env.str("PERFGOALS_TEST_MAIL", default=""):
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = env.path("PERFGOALS_TEST_MAIL")
if env.str("EMAIL_URL", default=""):
    globals().update(env.mail_server("EMAIL_URL"))
# Most tests look at a mail as soon as it is caused; those of the window set one.
PERFGOALS_MAIL_WINDOW = env.whole_number("PERFGOALS_MAIL_WINDOW", default=0)
PERFGOALS_WEBHOOK_HOSTS = ["127.0.0.1"]

MEDIA_ROOT = env.path("PERFGOALS_MEDIA", default=MEDIA_ROOT.parent / "test" / "media")
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
