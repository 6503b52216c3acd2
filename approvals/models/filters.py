"""常用筛选: what a person narrows the list of declarations by again and again."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from approvals.models.person import User


class SavedFilter(models.Model):
    """A name for a query of the list; nobody else sees it.

    query  as it stands in the address, `year=2027&bucket=to_review`
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_filters", verbose_name=_("用户"))
    name = models.CharField(_("名称"), max_length=40)
    query = models.CharField(_("筛选条件"), max_length=1000)
    is_default = models.BooleanField(_("默认"), default=False)

    class Meta:
        verbose_name = _("常用筛选")
        verbose_name_plural = _("常用筛选")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="filter_name_once"),
            models.UniqueConstraint(fields=["user"], condition=Q(is_default=True), name="filter_one_default"),
        ]

    def __str__(self) -> str:
        return self.name
