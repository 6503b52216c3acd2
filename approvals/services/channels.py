"""通知设置: what a person chooses to hear of, and by which way."""

from collections.abc import Collection, Mapping

from django.db import transaction

from approvals.models import Endpoint, NoticeSettings, User
from approvals.topics import Topic
from perfgoals.errors import Refusal

MOST_OF_ONES_OWN = 5
_NO_ENDPOINT = "没有找到这个机器人或 Webhook。"


def by_mail(user: User) -> list[str]:
    """The topics that come by mail."""
    kept = NoticeSettings.objects.filter(user=user).first()
    return [topic for topic in Topic.values if kept is None or topic not in kept.mail_off]


@transaction.atomic
def choose(user: User, by_mail: Collection[str], by_endpoint: Mapping[int, Collection[str]]) -> None:
    """Keep which topics come by mail and which go to each of the person's own endpoints; the inbox has them all.

    Endpoints that are not named stay as they are. Raises Refusal, changing nothing, when one is another's.
    """
    own = list(user.endpoints.filter(pk__in=by_endpoint))
    if len(own) < len(by_endpoint):
        raise Refusal("not_found", _NO_ENDPOINT)
    off = [topic for topic in Topic.values if topic not in by_mail]
    NoticeSettings.objects.update_or_create(user=user, defaults={"mail_off": off})
    for endpoint in own:
        endpoint.topics = [topic for topic in Topic.values if topic in by_endpoint[endpoint.pk]]
        endpoint.save(update_fields=["topics"])


@transaction.atomic
def register(user: User, endpoint: Endpoint) -> Endpoint:
    """An endpoint of one's own. Raises Refusal when the person has as many as there may be."""
    User.objects.select_for_update().get(pk=user.pk)
    if user.endpoints.count() >= MOST_OF_ONES_OWN:
        raise Refusal("invalid", f"每人最多登记 {MOST_OF_ONES_OWN} 个，请先删除不用的。")
    endpoint.user = user
    endpoint.save()
    return endpoint


def remove(user: User, endpoint_id: int) -> None:
    """Forget an endpoint of one's own, and what was still to be sent there. Raises Refusal for another's."""
    deleted, _rows = user.endpoints.filter(pk=endpoint_id).delete()
    if not deleted:
        raise Refusal("not_found", _NO_ENDPOINT)
