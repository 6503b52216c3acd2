"""People and their memberships."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from approvals.admin.site import Managed, is_administrator, is_auditor, site
from approvals.models import Deputyship, Membership, User
from approvals.roles import Role
from approvals.services import deputising
from approvals.views.common import user_of

_NEVER_DECIDE = _("系统管理员不参与审批，不能给自己授予经办、审核或批复的角色。")
_OUTSIDE_PROCEDURE = (Role.ADMINISTRATOR, Role.AUDITOR)


class MembershipForm(forms.ModelForm):
    """One membership; an administrator does not make himself a reviewer."""

    asking: User

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        user = asked.get("user") or getattr(self.instance, "user", None)
        if user == self.asking and asked.get("role") and asked["role"] not in _OUTSIDE_PROCEDURE:
            raise ValidationError(_NEVER_DECIDE)
        return asked


class MembershipInline(admin.TabularInline):
    """Memberships on the person's page."""

    model = Membership
    form = MembershipForm
    extra = 1
    autocomplete_fields = ["bureau", "division", "department", "unit"]

    def get_formset(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> Any:
        asking = type("AskedForm", (self.form,), {"asking": request.user})
        rows = super().get_formset(request, obj, form=asking, **kwargs)
        for name in self.autocomplete_fields:
            # Organisations have pages of their own; four buttons beside each box only take room.
            if isinstance(
                widget := getattr(rows.form.base_fields.get(name), "widget", None), RelatedFieldWidgetWrapper
            ):
                widget.can_add_related = widget.can_change_related = False
                widget.can_delete_related = widget.can_view_related = False
        return rows

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_administrator(request) or is_auditor(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_administrator(request)


@admin.register(User, site=site)
class PersonAdmin(Managed, UserAdmin):
    """用户. What a person may do follows from memberships; there are no groups and no flags to set here."""

    bureau_paths = (
        "memberships__bureau",
        "memberships__division__bureau",
        "memberships__department__bureau",
        "memberships__unit__department__bureau",
    )
    list_display = ["username", "full_name", "email", "roles", "is_active", "last_login"]
    list_filter = ["is_active", "memberships__role"]
    search_fields = ["username", "full_name", "email"]
    ordering = ["username"]
    filter_horizontal = ()
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = (
        (None, {"fields": ("username", "password", "full_name", "email", "is_active")}),
        (_("登录"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "full_name", "email", "password1", "password2")}),
    )
    inlines = [MembershipInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return (
            super()
            .get_queryset(request)
            .prefetch_related(
                "memberships__bureau", "memberships__division", "memberships__department", "memberships__unit"
            )
        )

    @admin.display(description=_("任职"))
    def roles(self, user: User) -> str:
        """Roles with their organisations."""
        return "；".join(
            f"{membership.get_role_display()} {membership.organisation or ''}".strip()
            for membership in user.memberships.all()
        )

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A superuser's name and password are for superusers."""
        if isinstance(obj, User) and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_change_permission(request, obj) and obj != request.user


@admin.register(Membership, site=site)
class MembershipAdmin(Managed):
    """任职."""

    form = MembershipForm
    bureau_paths = ("bureau", "division__bureau", "department__bureau", "unit__department__bureau")
    list_display = ["user", "role", "bureau", "division", "department", "unit", "valid_from", "valid_to"]
    list_filter = [
        "role",
        ("bureau", admin.RelatedOnlyFieldListFilter),
        ("department", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["user", "bureau", "division", "department", "unit"]
    search_fields = ["user__username", "user__full_name", "unit__name", "department__name", "bureau__name"]
    autocomplete_fields = ["user", "bureau", "division", "department", "unit"]

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        asking = type("AskedForm", (self.form,), {"asking": request.user})
        return super().get_form(request, obj, change, form=asking, **kwargs)


class DeputyshipForm(forms.ModelForm):
    """One deputy; an administrator does not make himself one."""

    asking: User

    def clean_deputy(self) -> User:
        deputy: User = self.cleaned_data["deputy"]
        if deputy == self.asking:
            raise ValidationError(_NEVER_DECIDE)
        return deputy


@admin.register(Deputyship, site=site)
class DeputyshipAdmin(Managed):
    """代理."""

    form = DeputyshipForm
    fields = ["membership", "deputy", "valid_from", "valid_to", "reason"]
    bureau_paths = tuple(f"membership__{path}" for path in MembershipAdmin.bureau_paths)
    list_display = ["deputy", "membership", "valid_from", "valid_to", "reason", "named_by"]
    list_select_related = [
        "deputy", "named_by", "membership__user", "membership__bureau", "membership__division",
        "membership__department", "membership__unit",
    ]  # fmt: skip
    search_fields = ["deputy__username", "deputy__full_name", "membership__user__full_name"]
    autocomplete_fields = ["membership", "deputy"]
    date_hierarchy = "valid_to"

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        asking = type("AskedForm", (self.form,), {"asking": request.user})
        return super().get_form(request, obj, change, form=asking, **kwargs)

    def save_model(self, request: HttpRequest, obj: Deputyship, form: forms.ModelForm, change: bool) -> None:
        """Both are told, and it stands on the ledger, as when the holder names his deputy himself."""
        if change:
            super().save_model(request, obj, form, change)
        else:
            deputising.keep(obj, user_of(request))
