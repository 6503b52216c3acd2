"""Sign-in and password forms, in the looks of the other pages."""

from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _

from approvals.forms.fields import Styled


class SignInForm(Styled, AuthenticationForm):
    """User name and password; one sentence for every failure, so that names cannot be probed."""

    error_messages = {
        "invalid_login": _("用户名或密码不正确。请检查大小写；连续多次失败会暂时锁定。"),
        "inactive": _("用户名或密码不正确。请检查大小写；连续多次失败会暂时锁定。"),
    }


class ChangePasswordForm(Styled, PasswordChangeForm):
    """The old password once, the new one twice."""
