"""Signing in and out, and one's own password."""

from django.contrib import messages
from django.contrib.auth import views
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from approvals.forms.accounts import ChangePasswordForm, SignInForm


class SignIn(views.LoginView):
    """The one sign-in page, of the admin site too. django-axes counts the failures."""

    authentication_form = SignInForm
    redirect_authenticated_user = True


class ChangePassword(views.PasswordChangeView):
    """A new password for oneself; other sessions end."""

    form_class = ChangePasswordForm
    success_url = reverse_lazy("home")

    def form_valid(self, form: ChangePasswordForm) -> HttpResponse:  # type: ignore[override]
        messages.success(self.request, _("密码已修改。"))
        return super().form_valid(form)
