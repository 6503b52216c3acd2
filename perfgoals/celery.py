"""The Celery application. Broker and schedule come from Django's settings (`CELERY_*`).

Which settings is for DJANGO_SETTINGS_MODULE to say: a default here would follow every import of the package.
"""

from celery import Celery

app = Celery("perfgoals")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# The current app is a matter of each thread; threads of a web server that never asked have this one.
app.set_default()
