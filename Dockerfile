# The image of a real installation: web, worker and beat run from it (compose.yaml).
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=perfgoals.settings.prod \
    PERFGOALS_STATIC=/srv/perfgoals/static \
    PERFGOALS_MEDIA=/srv/perfgoals/media

WORKDIR /srv/perfgoals/code
COPY requirements/prod.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/prod.txt
COPY manage.py ./
COPY perfgoals perfgoals
COPY approvals approvals
COPY ingest ingest
COPY templates templates
COPY static static

# Static files are part of the image. The settings want all their values; these are for this step alone.
RUN SECRET_KEY=only-for-collectstatic-0123456789-abcdefghijklmnopqrstuvwxyz \
    ALLOWED_HOSTS=build.example PERFGOALS_URL=https://build.example \
    DATABASE_URL=postgresql://build@build.example/build REDIS_URL=redis://build.example \
    EMAIL_URL=smtp://build.example DEFAULT_FROM_EMAIL=build@build.example \
    python manage.py collectstatic --no-input \
 && useradd --system --no-create-home perfgoals \
 && install -d -o perfgoals -g perfgoals "$PERFGOALS_MEDIA" /var/lib/perfgoals-beat

USER perfgoals
EXPOSE 8000
CMD ["gunicorn", "perfgoals.wsgi", "--bind", "0.0.0.0:8000", "--workers", "4", "--threads", "4", \
     "--timeout", "120", "--no-control-socket", "--worker-tmp-dir", "/dev/shm", "--access-logfile", "-"]
