"""A real installation. Everything that differs comes from the environment (docs/operations.md).

A value that is missing or makes no sense stops the start with the variable's name and what was expected.
"""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from perfgoals.settings.base import *  # noqa: F403
from perfgoals.settings.base import env, postgres, shared_cache

DEBUG = False

SECRET_KEY = env.str("SECRET_KEY")
if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10 or SECRET_KEY.startswith("django-insecure-"):
    raise ImproperlyConfigured("SECRET_KEY must be random and at least 50 characters long")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

PERFGOALS_URL = env.http_url("PERFGOALS_URL")
_url = urlsplit(PERFGOALS_URL)
if _url.scheme != "https":
    raise ImproperlyConfigured(f"PERFGOALS_URL must begin with https://, found {PERFGOALS_URL!r}")
CSRF_TRUSTED_ORIGINS = [f"https://{_url.netloc}"]

ALLOWED_HOSTS = [host for host in env.list("ALLOWED_HOSTS") if host]
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts of this installation, separated by commas, without *")
if not any(host in {_url.hostname, "." + (_url.hostname or "").partition(".")[2]} for host in ALLOWED_HOSTS):
    raise ImproperlyConfigured(f"ALLOWED_HOSTS must contain {_url.hostname}, the host of PERFGOALS_URL")

DATABASES = {"default": {"CONN_MAX_AGE": 60} | postgres(env.db_url("DATABASE_URL"))}
CELERY_BROKER_URL = env.redis_url("REDIS_URL")
CACHES = shared_cache(CELERY_BROKER_URL)

globals().update(env.mail_server("EMAIL_URL"))
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

MEDIA_ROOT = env.path("PERFGOALS_MEDIA")

# TLS ends here or at a proxy that sets X-Forwarded-Proto and X-Forwarded-For itself, whatever the client sends.
if env.flag("PERFGOALS_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    AXES_CLIENT_IP_CALLABLE = "perfgoals.proxy.client_address"
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz/$"]  # asked by the machine itself, without TLS
SECURE_HSTS_SECONDS = env.positive_int("SECURE_HSTS_SECONDS", default=365 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
