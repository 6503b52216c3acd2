"""All addresses of the product, gathered from the packages."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.contrib.auth.decorators import login_not_required


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Answers when the process serves and the database answers."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [path("healthz/", healthz, name="healthz")]
