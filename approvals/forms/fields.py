"""Fields and looks that several forms share."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from perfgoals.money import format_amount, parse_amount
from perfgoals.text import tidy

_LARGEST = Decimal(10) ** 16
_TROUBLES = {
    "negative": _("金额不能是负数。"),
    "chinese_numeral": _("请用阿拉伯数字填写金额。"),
    "rounded": _("金额最多精确到分（0.01 元），请核对数字和单位。"),
}


class Styled:
    """Tabler's classes on every widget of a form."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            style(field.widget)


def style(widget: forms.Widget) -> None:
    """The class that Tabler draws this kind of widget with."""
    match widget:
        case forms.CheckboxSelectMultiple() | forms.RadioSelect() | forms.CheckboxInput():
            name = "form-check-input"
        case forms.Select():
            name = "form-select"
        case _:
            name = "form-control"
    widget.attrs["class"] = f"{widget.attrs.get('class', '')} {name}".strip()


class StyledRows(forms.BaseFormSet):
    """The same for the fields a formset adds to its rows."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        for name in ("DELETE", "ORDER"):
            if name in form.fields:
                style(form.fields[name].widget)


class Text(forms.CharField):
    """Text as typed, without blanks at its ends and characters that print nothing; line ends all alike."""

    def to_python(self, value: Any) -> str:
        return tidy(super().to_python(value) or "")


class LongText(Text):
    """Several lines."""

    def __init__(self, *, rows: int = 3, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class Money(forms.CharField):
    """An amount as people type it; `in_yuan` reads it once the unit is known."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            max_length=40,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "text-end", "autocomplete": "off"}),
            **kwargs,
        )


def in_yuan(typed: str, unit: str) -> Decimal | None:
    """`12.5`, `1,200`, `3万元` in 元; None for nothing. Raises ValidationError that says what to write."""
    if not typed.strip():
        return None
    amount = parse_amount(typed, unit)
    if amount.value is None or amount.trouble in _TROUBLES:
        sentence = _TROUBLES.get(amount.trouble or "") or _("“%(typed)s”不是金额，请填写数字，例如 120000 或 12万元。")
        raise ValidationError(sentence % {"typed": typed[:20]} if "%(" in sentence else sentence)
    if amount.value >= _LARGEST:
        raise ValidationError(_("金额大得不合常理，请核对数字和单位。"))
    return amount.value


def typed_amount(value: Decimal | None) -> str:
    """An amount in 元 as the form shows it for editing."""
    return "" if value is None else format_amount(value, group=False)
