"""Addresses of the API, below /api/."""

from rest_framework.routers import SimpleRouter

from approvals.api.approvals import ApprovalViewSet, NoticeViewSet, OpinionViewSet
from approvals.api.declarations import DeclarationViewSet, UnitViewSet
from approvals.api.filters import SavedFilterViewSet

router = SimpleRouter()
router.register("declarations", DeclarationViewSet, "api-declaration")
router.register("approvals", ApprovalViewSet, "api-approval")
router.register("opinions", OpinionViewSet, "api-opinion")
router.register("units", UnitViewSet, "api-unit")
router.register("notices", NoticeViewSet, "api-notice")
router.register("filters", SavedFilterViewSet, "api-filter")

urlpatterns = router.urls
