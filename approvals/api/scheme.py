"""How the schema tells of tokens. Apart from `access`, which REST framework imports before its own views."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension

from approvals.api.access import TokenAuthentication, scopes_of


class TokenScheme(OpenApiAuthenticationExtension):
    """An HTTP bearer token; what the schema names beside the scheme are the scopes."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """With where to get one."""
        return {"type": "http", "scheme": "bearer", "description": str(_("页面“接口令牌”中建立的令牌"))}

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        """With the scopes that open the operation: any one of them."""
        return {self.name: [scope.value for scope in scopes_of(auto_schema.view, auto_schema.method)]}
