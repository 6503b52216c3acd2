"""Typed reading of the environment, over django-environ, with errors that name the variable."""

import logging
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured


class Environment(environ.Env):
    """django-environ with a few more types; nonsense raises ImproperlyConfigured with the name."""

    def path(self, var: str, default: Any = environ.Env.NOTSET) -> Path:
        """A folder or file, made absolute."""
        text = str(self.str(var, default=default))
        if not text.strip():
            raise ImproperlyConfigured(f"{var} must be the path of a folder or file, found nothing")
        return Path(text).expanduser().resolve()

    def whole_number(self, var: str, default: int) -> int:
        """A whole number, 0 or more."""
        try:
            number = self.int(var, default=default)
        except ValueError:
            number = -1
        if number < 0:
            raise ImproperlyConfigured(f"{var} must be a whole number, 0 or more, found {self.str(var)!r}")
        return number

    def positive_int(self, var: str, default: int) -> int:
        """A whole number above zero."""
        try:
            number = self.int(var, default=default)
        except ValueError:
            number = 0
        if number <= 0:
            raise ImproperlyConfigured(f"{var} must be a whole number above 0, found {self.str(var)!r}")
        return number

    def flag(self, var: str, default: bool) -> bool:
        """true/false, yes/no, on/off, 1/0 and nothing else."""
        text = self.str(var, default=str(default)).strip().lower()
        if text in {"true", "yes", "on", "1"}:
            return True
        if text in {"false", "no", "off", "0"}:
            return False
        raise ImproperlyConfigured(f"{var} must be true or false, found {text!r}")

    def http_url(self, var: str, default: Any = environ.Env.NOTSET) -> str:
        """The http(s) address of this installation, without a slash at its end."""
        text = self.str(var, default=default).rstrip("/")
        parts = urlsplit(text)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise ImproperlyConfigured(f"{var} must be an address such as https://host, found {text!r}")
        return text

    def mail_server(self, var: str) -> dict[str, Any]:
        """Django's `EMAIL_*` settings for a mail server: smtp://, smtp+tls:// or smtp+ssl://."""
        text = self.str(var)
        parts = urlsplit(text)
        if parts.scheme not in {"smtp", "smtps", "smtp+tls", "smtp+ssl"} or not parts.hostname:
            raise ImproperlyConfigured(
                f"{var} must name a mail server, such as smtp+tls://user:password@host:587, found {text!r}"
            )
        return self.email_url_config(text)

    def redis_url(self, var: str, default: Any = environ.Env.NOTSET) -> str:
        """A broker that speaks the Redis protocol: redis://, rediss:// or redis+socket://."""
        text = self.str(var, default=default)
        if urlsplit(text).scheme not in {"redis", "rediss", "redis+socket"}:
            raise ImproperlyConfigured(f"{var} must be a redis:// address, found {text!r}")
        return text

    def log_level(self, var: str, default: str) -> str:
        """The name of a logging level."""
        text = self.str(var, default=default).upper()
        if text not in logging.getLevelNamesMapping():
            raise ImproperlyConfigured(f"{var} must be DEBUG, INFO, WARNING or ERROR, found {text!r}")
        return text


def beside(broker_url: str) -> str:
    """Another database of the broker's server, for the cache: eight further on, of the sixteen there are.

    Celery's `redis+socket://` is `unix://` everywhere else. Emptying the cache must not empty the queue.
    """
    parts = urlsplit(broker_url)
    if parts.scheme == "redis+socket":
        number = int(dict(parse_qsl(parts.query)).get("virtual_host", "0").strip("/") or 0)
        return f"unix://{parts.path}?db={(number + 8) % 16}"
    return parts._replace(path=f"/{(int(parts.path.strip('/') or 0) + 8) % 16}").geturl()


env = Environment()
