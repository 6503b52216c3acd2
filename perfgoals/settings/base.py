"""Settings every installation shares. Values that differ come from the environment, typed.

`dev` (trial on one machine), `test` and `prod` import this module and add what is theirs.
A variable that is present but makes no sense stops the start with its name and what was expected.
"""

from pathlib import Path
from typing import Any

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from perfgoals.settings.environment import beside, env

BASE_DIR = Path(__file__).resolve().parents[2]

# Everything written at run time in a trial or a test: git-ignored.
VAR_DIR = env.path("PERFGOALS_VAR", default=BASE_DIR / "var")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_fsm",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "csp",
    "approvals",
    "ingest",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Every page asks for a signed-in person unless its view says @login_not_required.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "perfgoals.urls"
WSGI_APPLICATION = "perfgoals.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# One engine: PostgreSQL. Which one is for dev, test and prod to say.
# A connection keeps the plans of statements it has seen three times: who somebody is, and whom a step concerns, take
# ten times as long to plan as to answer.
DATABASE_OPTIONS: dict[str, Any] = {
    "ATOMIC_REQUESTS": False,
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {"server_side_binding": True, "prepare_threshold": 3},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "approvals.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_VERBOSE = False  # no greeting at every start
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "registration/locked_out.html"

LANGUAGE_CODE = "zh-hans"
# One language until there is a whole catalogue of another: half a translation reads worse than none.
LANGUAGES = [("zh-hans", _("简体中文"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT: Path | None = env.path("PERFGOALS_STATIC", default=VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env.path("PERFGOALS_MEDIA", default=VAR_DIR / "media")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CELERY_TASK_IGNORE_RESULT = True  # results live in our own tables
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "deliver-notices": {"task": "approvals.deliver_notices", "schedule": 30.0},
    "weekly-digest": {"task": "approvals.weekly_digest", "schedule": crontab(hour=8, minute=0, day_of_week="mon")},
    "remind-of-deadlines": {"task": "approvals.remind_of_deadlines", "schedule": crontab(hour=8, minute=30)},
    "forget-old-answers": {"task": "approvals.forget_old_answers", "schedule": 3600.0},
    "sweep-uploads": {"task": "ingest.sweep_uploads", "schedule": 10.0},
}

# Mail: SMTP by EMAIL_URL (smtp+tls://user:password@host:port); the trial writes files.
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="perfgoals@localhost")

# The address people use, for links in mail.
PERFGOALS_URL = env.http_url("PERFGOALS_URL", default="http://127.0.0.1:8000")
# How long events for one person are collected before they go out as one mail, in seconds.
PERFGOALS_MAIL_WINDOW = env.whole_number("PERFGOALS_MAIL_WINDOW", default=600)
# Hosts to which webhooks and robots may be posted in plain http and inside a private network.
PERFGOALS_WEBHOOK_HOSTS = [host for host in env.list("PERFGOALS_WEBHOOK_HOSTS", default=[]) if host]
# The largest file that may be uploaded, in bytes.
PERFGOALS_MAX_UPLOAD_BYTES = env.positive_int("PERFGOALS_MAX_UPLOAD_BYTES", default=50 * 1024 * 1024)
# Public sample documents, used by tests where the folder is there.
PERFGOALS_SAMPLES = env.path("PERFGOALS_SAMPLES", default=BASE_DIR.parent / "shared" / "samples")

# The people of the demonstration, (username, password, who) each; the trial shows them.
PERFGOALS_DEMO_ACCOUNTS = "approvals.demo.ACCOUNTS"

DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a declaration with many indicators is one form
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# Requests to the API a person may make in a minute, over all processes and all of his tokens.
PERFGOALS_API_RATE = env.positive_int("PERFGOALS_API_RATE", default=600)

REST_FRAMEWORK = {
    # Tokens first: it is they who say how to sign in when nobody has (401).
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "approvals.api.access.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated", "approvals.api.access.InScope"],
    "DEFAULT_THROTTLE_CLASSES": ["perfgoals.api.throttling.Rate"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "perfgoals.api.paging.Pages",
    "DEFAULT_SCHEMA_CLASS": "perfgoals.api.schema.ApiSchema",
    "EXCEPTION_HANDLER": "perfgoals.api.problems.problem_json",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "项目绩效目标接口",
    "DESCRIPTION": _(
        "申报、审核、批复和文件导入。页面能做的，接口都能做，规则相同。\n\n"
        "登录：`Authorization: Bearer 令牌`，令牌在页面“接口令牌”中建立；权限范围只能缩小本人的权限。\n\n"
        "列表按 `cursor` 翻页。改写和办理带 `If-Match`，以免覆盖他人的修改；"
        "新建、办理、上传带 `Idempotency-Key`，断线后可以放心重发。\n\n"
        "错误一律为 `application/problem+json`，`code` 供程序判断，`detail`、`problems`、`fields` 说明如何改正。"
    ),
    "VERSION": "1.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "COMPONENT_SPLIT_REQUEST": True,
    # Docstrings are for whoever reads the code; what the schema says is written for whoever calls us.
    "DISABLE_DOCSTRING_DESCRIPTIONS": True,
    # Several fields are called `state` and `kind`; without names of ours they get a number in the schema.
    "ENUM_NAME_OVERRIDES": {
        "DeclarationState": "approvals.states.State",
        "DeclarationKind": "approvals.models.declaration.Kind",
        "UploadState": "ingest.models.upload.Upload.State",
        "NoticeTopic": "approvals.topics.Topic",
        "EndpointKind": "approvals.models.notice.Endpoint.KINDS",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "/static/app/icon.svg",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "list", "displayRequestDuration": True},
}

_SELF = ["'self'"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": _SELF,
        "img-src": ["'self'", "data:"],
        "style-src": _SELF,
        "script-src": _SELF,
        "frame-ancestors": ["'none'"],
        "form-action": _SELF,
        "base-uri": _SELF,
        "object-src": ["'none'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.log_level("PERFGOALS_LOG_LEVEL", default="INFO")},
}


def shared_cache(broker_url: str) -> dict:
    """The cache all processes share: `CACHE_URL`, or another database of the broker's server."""
    location = env.redis_url("CACHE_URL", default="") if env.str("CACHE_URL", default="") else beside(broker_url)
    return {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": location}}


def postgres(url: dict) -> dict:
    """Django's database settings for `url`; raises ImproperlyConfigured for any engine but PostgreSQL."""
    if url.get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured(
            "DATABASE_URL must name a PostgreSQL server (postgresql://user:password@host:5432/name): "
            "the product runs on PostgreSQL and on nothing else."
        )
    return DATABASE_OPTIONS | url | {"OPTIONS": DATABASE_OPTIONS["OPTIONS"] | url.get("OPTIONS", {})}
