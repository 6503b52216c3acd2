"""Sign-in and password forms, in the looks of the other pages."""

from datetime import timedelta

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _

from approvals.forms.fields import Styled, Text
from approvals.scopes import Scope


class SignInForm(Styled, AuthenticationForm):
    """User name and password; one sentence for every failure, so that names cannot be probed."""

    error_messages = {
        "invalid_login": _("用户名或密码不正确。请检查大小写；连续多次失败会暂时锁定。"),
        "inactive": _("用户名或密码不正确。请检查大小写；连续多次失败会暂时锁定。"),
    }


class ChangePasswordForm(Styled, PasswordChangeForm):
    """The old password once, the new one twice."""


class TokenForm(Styled, forms.Form):
    """A new token of the API: what it is called, what it may be used for, how long."""

    name = Text(label=_("名称"), max_length=60, help_text=_("说明用途，例如“预算系统夜间报送”。台账中会写明。"))
    scopes = forms.MultipleChoiceField(
        label=_("权限范围"), choices=Scope.choices, initial=[Scope.READ], widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        label=_("有效期"),
        coerce=int,
        initial=90,
        choices=[(30, _("30 天")), (90, _("90 天")), (180, _("180 天")), (365, _("一年"))],
    )

    def lasting(self) -> timedelta:
        """For how long."""
        return timedelta(days=self.cleaned_data["days"])
