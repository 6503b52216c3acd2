"""资金安排: a row for each source of money."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from approvals.facts import FUND_SOURCES
from approvals.forms.fields import Money, Styled, StyledRows, in_yuan

SPARE_ROWS = 2


class FundingForm(Styled, forms.Form):
    """One source and its amount, in the unit chosen for the whole form."""

    source = forms.ChoiceField(label=_("资金来源"), required=False)
    amount = Money(label=_("金额"))

    def __init__(self, *args: Any, money_unit: str, other_sources: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.money_unit = money_unit
        # A file may have named a source that is not in the list; it stays as it was written.
        sources = [*FUND_SOURCES, *(source for source in other_sources if source not in FUND_SOURCES)]
        self.fields["source"].choices = [("", "—"), *((source, source) for source in sources)]  # type: ignore[attr-defined]

    def clean_amount(self) -> Decimal | None:
        """In 元."""
        return in_yuan(self.cleaned_data["amount"], self.money_unit)

    def clean(self) -> dict[str, Any]:
        """Source and amount go together."""
        asked = super().clean() or {}
        if asked.get("amount") is not None and not asked.get("source"):
            self.add_error("source", _t("请选择资金来源。"))
        if asked.get("source") and asked.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", _t("请填写金额；没有就填 0 或删去这一行。"))
        return asked


class BaseFundingFormSet(StyledRows):
    """Each source once."""

    def clean(self) -> None:
        """Also tells which row has the source a second time."""
        seen: set[str] = set()
        for form in self.forms:
            source = getattr(form, "cleaned_data", {}).get("source")
            if not source or form.cleaned_data.get("DELETE"):
                continue
            if source in seen:
                form.add_error("source", ValidationError(_t("同一资金来源只能填一行，请合并。")))
            seen.add(source)

    def amounts(self) -> dict[str, Decimal]:
        """Source → 元, in the order of the rows."""
        rows = (form.cleaned_data for form in self.forms)
        return {row["source"]: row["amount"] for row in rows if row.get("source") and not row.get("DELETE")}


FundingFormSet: type[BaseFundingFormSet] = forms.formset_factory(  # type: ignore[assignment]
    FundingForm, formset=BaseFundingFormSet, extra=SPARE_ROWS, can_delete=True, max_num=60, absolute_max=60
)
