"""通知设置: topics by channels, and an endpoint of one's own."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from approvals.forms.fields import Styled
from approvals.models import Endpoint, User
from approvals.topics import Topic

MAIL = "mail"


class ChannelsForm(forms.Form):
    """One column a channel, one row a topic. `user` with his settings and endpoints."""

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.endpoints = list(user.endpoints.all())
        kept = getattr(user, "notice_settings", None)
        off = kept.mail_off if kept else []
        self._add(MAIL, _("邮件"), [topic for topic in Topic.values if topic not in off])
        for endpoint in self.endpoints:
            self._add(f"endpoint-{endpoint.pk}", endpoint.name, endpoint.topics)

    def _add(self, name: str, label: Any, chosen: list[str]) -> None:
        self.fields[name] = forms.MultipleChoiceField(
            label=label, required=False, choices=Topic.choices, initial=chosen
        )

    def columns(self) -> list[forms.BoundField]:
        """The channels there are."""
        return list(self)

    def rows(self) -> list[tuple[str, list[tuple[forms.BoundField, str, bool]]]]:
        """Each topic's label, and for each channel its field, the topic's value and whether it is chosen."""
        return [
            (str(label), [(column, value, value in (column.value() or ())) for column in self])
            for value, label in Topic.choices
        ]

    def by_endpoint(self) -> dict[int, list[str]]:
        """Endpoint id → topics."""
        return {endpoint.pk: self.cleaned_data[f"endpoint-{endpoint.pk}"] for endpoint in self.endpoints}


class EndpointForm(Styled, forms.ModelForm):
    """An endpoint of one's own."""

    class Meta:
        model = Endpoint
        fields = ["name", "kind", "url", "secret"]
        widgets = {"url": forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"})}
