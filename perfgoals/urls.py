"""All addresses of the product, gathered from the packages."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.authtoken.views import obtain_auth_token


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Answers when the process serves and the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("healthz/", healthz, name="healthz"),
    path("api/", include("approvals.api.urls")),
    path("api/", include("ingest.api")),
    path("api/token/", login_not_required(obtain_auth_token), name="api-token"),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="api-schema"), name="api-docs"),
    path("", include("approvals.urls")),
    path("", include("ingest.urls")),
]
