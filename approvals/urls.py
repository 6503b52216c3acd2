"""Pages of the procedure, sign-in, and the admin site."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from approvals.admin import site
from approvals.views import (
    accounts,
    approvals,
    attachments,
    batch,
    declarations,
    deputies,
    filing,
    filters,
    home,
    notices,
    verification,
    versions,
)

urlpatterns = [
    path("accounts/login/", accounts.SignIn.as_view(), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("accounts/password/", accounts.ChangePassword.as_view(), name="password_change"),
    path("admin/", site.urls),
    path("", home.home, name="home"),
    path("declarations/", declarations.index, name="declarations"),
    path("declarations/new/", filing.new, name="declaration-new"),
    path("declarations/filters/", filters.save, name="filters-save"),
    path("declarations/filters/<int:pk>/", filters.change, name="filter-change"),
    path("declarations/batch/", batch.batch, name="declarations-batch"),
    path("declarations/<int:pk>/", declarations.show, name="declaration"),
    path("declarations/<int:pk>/edit/", filing.edit, name="declaration-edit"),
    path("declarations/<int:pk>/discard/", filing.discard, name="declaration-discard"),
    path("declarations/<int:pk>/adjust/", versions.adjust, name="declaration-adjust"),
    path("declarations/<int:pk>/attachments/", attachments.add, name="declaration-attach"),
    path("declarations/<int:pk>/attachments/<int:attachment>/", attachments.download, name="declaration-attachment"),
    path("declarations/<int:pk>/attachments/<int:attachment>/remove/", attachments.remove, name="declaration-detach"),
    path("declarations/<int:pk>/history/", versions.history, name="declaration-history"),
    path("declarations/<int:pk>/<slug:verb>/", declarations.step, name="declaration-step"),
    path("deputies/", deputies.index, name="deputies"),
    path("deputies/<int:pk>/end/", deputies.end, name="deputy-end"),
    path("approvals/", approvals.index, name="approvals"),
    path("approvals/new/<int:department>/<int:year>/", approvals.new, name="approval-new"),
    path("approvals/<int:pk>/", approvals.show, name="approval"),
    path("approvals/<int:pk>/transmit/", approvals.pass_on, name="approval-transmit"),
    path("approvals/<int:pk>/download/<slug:format>/", approvals.download, name="approval-download"),
    path("approvals/<int:pk>/original/", approvals.original, name="approval-original"),
    path("verify/", verification.ask, name="verification"),
    path("verify/<str:code>/", verification.result, name="verification-result"),
    path("notices/", notices.index, name="notices"),
    path("notices/read/", notices.read_all, name="notices-read"),
    path("notices/settings/", notices.settings, name="notice-settings"),
    path("notices/endpoints/new/", notices.new_endpoint, name="notice-endpoint-new"),
    path("notices/endpoints/<int:pk>/remove/", notices.remove_endpoint, name="notice-endpoint-remove"),
    path("notices/<int:pk>/", notices.open_notice, name="notice"),
]
