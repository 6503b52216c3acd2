"""Settings, urls, the Celery application, and the words every other package shares."""

from perfgoals.celery import app as celery_app

__all__ = ["celery_app"]
