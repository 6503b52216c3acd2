"""The trial on one machine, and every `manage.py` command typed beside it.

While `make run` is running, its addresses are read from var/trial, so that nothing need be set.
DATABASE_URL and REDIS_URL name real servers instead.
"""

from django.core.management.utils import get_random_secret_key

from perfgoals.settings.base import *  # noqa: F403
from perfgoals.settings.base import PERFGOALS_URL, STORAGES, VAR_DIR, env, postgres, shared_cache
from perfgoals.trial import state

# Everything the trial keeps: database, queue, uploads, mail, logs. `make reset` deletes it.
TRIAL_DIR = env.path("PERFGOALS_TRIAL", default=VAR_DIR / "trial")
_running = state.read(TRIAL_DIR)

DEBUG = env.flag("PERFGOALS_DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or state.kept_secret(TRIAL_DIR) or get_random_secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
PERFGOALS_URL = env.http_url("PERFGOALS_URL", default=_running.url if _running else PERFGOALS_URL)

if env.str("DATABASE_URL", default="") or _running:
    _database = env.db_url("DATABASE_URL", default=_running.database_url if _running else "")
    DATABASES = {"default": {"CONN_MAX_AGE": 60} | postgres(_database)}
else:
    DATABASES = {"default": {"ENGINE": "perfgoals.trial.absent", "NAME": "absent"}}

# The name is what the error says when there is no broker.
CELERY_BROKER_URL = env.redis_url(
    "REDIS_URL", default=_running.redis_url if _running else "redis://start-it-with-make-run.invalid:6379/0"
)
CACHES = shared_cache(CELERY_BROKER_URL)

# Static files straight from where they lie: gathering and compressing them takes half a minute.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = None

MEDIA_ROOT = env.path("PERFGOALS_MEDIA", default=TRIAL_DIR / "media")
# Whoever tries the product out wants to see the mail.
PERFGOALS_MAIL_WINDOW = env.whole_number("PERFGOALS_MAIL_WINDOW", default=10)
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = TRIAL_DIR / "mail"
