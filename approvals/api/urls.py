"""Addresses of the API, below /api/."""

from rest_framework.routers import SimpleRouter

from approvals.api.approvals import ApprovalViewSet, OpinionViewSet
from approvals.api.declarations import DeclarationViewSet, UnitViewSet
from approvals.api.deputies import DeputyshipViewSet
from approvals.api.filters import SavedFilterViewSet
from approvals.api.notices import EndpointViewSet, NoticeViewSet
from approvals.api.packages import PackageViewSet

router = SimpleRouter()
router.register("declarations", DeclarationViewSet, "api-declaration")
router.register("approvals", ApprovalViewSet, "api-approval")
router.register("opinions", OpinionViewSet, "api-opinion")
router.register("units", UnitViewSet, "api-unit")
router.register("notices", NoticeViewSet, "api-notice")
router.register("endpoints", EndpointViewSet, "api-endpoint")
router.register("deputies", DeputyshipViewSet, "api-deputy")
router.register("packages", PackageViewSet, "api-package")
router.register("filters", SavedFilterViewSet, "api-filter")

urlpatterns = router.urls
