"""All addresses of the product, gathered from the packages."""

from django.contrib.auth.decorators import login_not_required, login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Answers when the process serves and the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("healthz/", healthz, name="healthz"),
    path("api/", include("approvals.api.urls")),
    path("api/", include("ingest.api.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path(
        "api/docs/",
        login_required(SpectacularSwaggerSplitView.as_view(url_name="api-schema", template_name="api/docs.html")),
        name="api-docs",
    ),
    path("", include("approvals.urls")),
    path("", include("ingest.urls")),
]

handler400 = "perfgoals.api.problems.bad_request"
handler403 = "perfgoals.api.problems.permission_denied"
handler404 = "perfgoals.api.problems.page_not_found"
handler500 = "perfgoals.api.problems.server_error"
