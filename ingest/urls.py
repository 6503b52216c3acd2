"""Pages of uploading, previewing, correcting and choosing."""

from django.urls import path

from ingest.views import amending, approval, downloads, mapping, uploads

urlpatterns = [
    path("uploads/", uploads.index, name="uploads"),
    path("uploads/rows/", uploads.rows, name="uploads-rows"),
    path("uploads/template/", downloads.template, name="upload-template"),
    path("uploads/<int:pk>/", uploads.show, name="upload"),
    path("uploads/<int:pk>/status/", uploads.status, name="upload-status"),
    path("uploads/<int:pk>/recheck/", uploads.recheck, name="upload-recheck"),
    path("uploads/<int:pk>/accept/", uploads.accept, name="upload-accept"),
    path("uploads/<int:pk>/approval/", approval.show, name="upload-approval"),
    path("uploads/<int:pk>/decide/", amending.decide, name="upload-decide"),
    path("uploads/<int:pk>/units/", amending.assign_unit, name="upload-units"),
    path("uploads/<int:pk>/mapping/", mapping.choose, name="upload-mapping"),
    path("uploads/<int:pk>/marked/", downloads.marked, name="upload-marked"),
    path("uploads/<int:pk>/problems.<str:kind>", downloads.problems, name="upload-problems"),
    path("uploads/<int:pk>/heading/<slug:field>/", amending.correct, name="upload-correct-heading"),
    path("uploads/<int:pk>/projects/<int:position>/<slug:field>/", amending.correct, name="upload-correct"),
    path(
        "uploads/<int:pk>/projects/<int:position>/rows/<int:row>/<slug:field>/",
        amending.correct,
        name="upload-correct-indicator",
    ),
]
