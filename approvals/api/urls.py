"""Addresses of the API, below /api/."""

from rest_framework.routers import SimpleRouter

from approvals.api.views import ApprovalViewSet, DeclarationViewSet, NoticeViewSet

router = SimpleRouter()
router.register("declarations", DeclarationViewSet, "api-declaration")
router.register("approvals", ApprovalViewSet, "api-approval")
router.register("notices", NoticeViewSet, "api-notice")

urlpatterns = router.urls
