"""Addresses of the API, below /api/."""

from rest_framework.routers import SimpleRouter

from approvals.api.filters import SavedFilterViewSet
from approvals.api.views import ApprovalViewSet, DeclarationViewSet, NoticeViewSet, OpinionViewSet

router = SimpleRouter()
router.register("declarations", DeclarationViewSet, "api-declaration")
router.register("approvals", ApprovalViewSet, "api-approval")
router.register("opinions", OpinionViewSet, "api-opinion")
router.register("notices", NoticeViewSet, "api-notice")
router.register("filters", SavedFilterViewSet, "api-filter")

urlpatterns = router.urls
