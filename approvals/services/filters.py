"""Keeping filters of one's own."""

from django.db import transaction

from approvals.models import SavedFilter, User
from perfgoals.errors import Refusal

MOST = 30


@transaction.atomic
def save_filter(user: User, name: str, query: str, is_default: bool = False) -> SavedFilter:
    """Keep a query under a name; one of the same name is replaced, and there is one default.

    Raises Refusal when there is nothing to keep, or too much is kept already.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    mine = SavedFilter.objects.filter(user=user)
    if not query:
        raise Refusal("invalid", "没有筛选条件可以保存。请先选择年度、部门、状态等条件。")
    if not mine.filter(name=name).exists() and mine.count() >= MOST:
        raise Refusal("invalid", f"最多保存 {MOST} 个常用筛选，请先删除不用的。")
    if is_default:
        mine.filter(is_default=True).update(is_default=False)
    saved, _made = mine.update_or_create(user=user, name=name, defaults={"query": query, "is_default": is_default})
    return saved


@transaction.atomic
def make_default(user: User, filter_id: int, is_default: bool) -> None:
    """The list opens with this one, or with everything. Raises Refusal for another's."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    mine = SavedFilter.objects.filter(user=user)
    mine.filter(is_default=True).update(is_default=False)
    if not mine.filter(pk=filter_id).update(is_default=is_default):
        raise Refusal("not_found", "没有找到这个常用筛选。")


def remove_filter(user: User, filter_id: int) -> None:
    """Forget one. Raises Refusal for another's."""
    deleted, _rows = SavedFilter.objects.filter(user=user, pk=filter_id).delete()
    if not deleted:
        raise Refusal("not_found", "没有找到这个常用筛选。")
