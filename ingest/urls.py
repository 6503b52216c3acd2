"""Pages of uploading and previewing."""

from django.urls import path

from ingest.views import uploads

urlpatterns = [
    path("uploads/", uploads.index, name="uploads"),
    path("uploads/<int:pk>/", uploads.show, name="upload"),
    path("uploads/<int:pk>/status/", uploads.status, name="upload-status"),
    path("uploads/<int:pk>/recheck/", uploads.recheck, name="upload-recheck"),
    path("uploads/<int:pk>/accept/", uploads.accept, name="upload-accept"),
]
