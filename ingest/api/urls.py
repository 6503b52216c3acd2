"""Addresses of uploads, below /api/."""

from rest_framework.routers import SimpleRouter

from ingest.api.views import UploadViewSet

router = SimpleRouter()
router.register("uploads", UploadViewSet, "api-upload")
urlpatterns = router.urls
