"""Naming a deputy 代理 for a membership of one's own."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from approvals.forms.fields import Styled
from approvals.models import Membership, User


class DeputyForm(Styled, forms.Form):
    """Which membership, who, from when to when; whether he may is for the service to say."""

    membership = forms.TypedChoiceField(label=_("哪项任职"), coerce=int)
    deputy = forms.TypedChoiceField(label=_("代理人"), coerce=int)
    valid_from = forms.DateField(label=_("开始日期"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    valid_to = forms.DateField(
        label=_("结束日期"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("当天仍有效。"),
    )
    reason = forms.CharField(label=_("原因"), required=False, max_length=200, help_text=_("例如休假、出差。"))

    def __init__(self, memberships: list[Membership], people: list[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["membership"].choices = [  # type: ignore[attr-defined]
            (each.pk, f"{each.get_role_display()}　{each.organisation}") for each in memberships
        ]
        self.fields["deputy"].choices = [  # type: ignore[attr-defined]
            ("", _("请选择")),
            *((each.pk, f"{each.full_name}（{each.username}）") for each in people),
        ]
        self.fields["valid_from"].initial = timezone.localdate()
