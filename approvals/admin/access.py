"""Tokens of the API: whose there are, and an end to any of them."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from approvals.admin.site import Looking, Scoped, is_administrator, site
from approvals.models import ApiToken
from approvals.services.tokens import revoke
from approvals.views.common import user_of


@admin.register(ApiToken, site=site)
class TokenAdmin(Looking, Scoped):
    """接口令牌. Their persons make them; nobody can read one again."""

    bureau_paths = (
        "user__memberships__bureau",
        "user__memberships__department__bureau",
        "user__memberships__unit__department__bureau",
    )
    list_display = ["user", "name", "words", "hint", "created_at", "last_used_at", "expires_at", "revoked_at"]
    list_filter = ["revoked_at", "expires_at"]
    list_select_related = ["user"]
    search_fields = ["name", "hint", "user__username", "user__full_name"]
    actions = ["end"]

    @admin.display(description=_("权限范围"))
    def words(self, token: ApiToken) -> str:
        """In words."""
        return "、".join(token.scope_words)

    def has_end_permission(self, request: HttpRequest) -> bool:
        """Auditors change nothing."""
        return is_administrator(request)

    @admin.action(description=_("撤销所选令牌"), permissions=["end"])
    def end(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        """They open nothing from now on."""
        count = revoke(list(tokens.values_list("pk", flat=True)), user_of(request), anybodys=True)
        self.message_user(request, _t("已撤销 %(count)d 个令牌。") % {"count": count}, messages.SUCCESS)
