"""How a letter looks and travels on each channel: mail, webhook, and the robots of 企业微信 and 钉钉."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse

from approvals.models import Channel, Endpoint, Notice, NoticeDelivery
from approvals.topics import topic_of
from perfgoals.outgoing import AddressRefused, post
from perfgoals.signing import dingtalk_sign, signed

# How many notices one letter tells whole; the rest is in the inbox.
MOST_TOLD = 50
# What 企业微信 takes in one message is 4096 bytes; 钉钉 takes more, and nobody reads it.
LONGEST_MESSAGE = 4000
# Characters that a robot would take for a link or for emphasis, as the full-width ones that look like them.
_PLAIN = str.maketrans("[]<>*_`#~|", "［］＜＞＊＿｀＃～｜")


class Undeliverable(Exception):
    """Trying again would not help."""


class NotTaken(Exception):
    """The other side answered, but did not take the message."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes out together. `to` is one of its rows: they share channel and address."""

    number: UUID
    notices: Sequence[Notice]
    to: NoticeDelivery

    @property
    def subject(self) -> str:
        """One line."""
        first = " ".join(self.notices[0].title.split())
        return first if len(self.notices) == 1 else f"{len(self.notices)} 条通知：{first}"


def send(letter: Letter, mail: BaseEmailBackend) -> None:
    """Hand it over. Raises Undeliverable, or any other exception when it may be tried again."""
    if letter.to.channel == Channel.MAIL:
        _send_mail(letter, mail)
        return
    endpoint = letter.to.endpoint
    if endpoint is None or not endpoint.active:
        raise Undeliverable("该机器人或 Webhook 已停用")
    try:
        _SENDERS[endpoint.kind](letter, endpoint)
    except AddressRefused as refused:
        raise Undeliverable(str(refused)) from None


def _link(path: str) -> str:
    return f"{settings.PERFGOALS_URL}{path}" if path else settings.PERFGOALS_URL


def _send_mail(letter: Letter, mail: BaseEmailBackend) -> None:
    recipient = letter.to.recipient
    if recipient is None or not recipient.email or not recipient.is_active:
        raise Undeliverable("收件人没有邮箱或已停用")
    context = {
        "recipient": recipient,
        "notices": [(notice, _link(notice.path)) for notice in letter.notices[:MOST_TOLD]],
        "more": len(letter.notices) - MOST_TOLD,
        "inbox": _link(reverse("notices")),
        "settings": _link(reverse("notice-settings")),
    }
    message = EmailMultiAlternatives(
        subject=f"【绩效目标】{letter.subject}",
        body=render_to_string("approvals/mail/letter.txt", context),
        to=[recipient.email],
        # The same for every attempt, so that a mail sent twice after a crash is shown once.
        headers={
            "Message-ID": f"<{letter.number}@{urlsplit(settings.PERFGOALS_URL).hostname}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(render_to_string("approvals/mail/letter.html", context), "text/html")
    # Open, so that nothing but our mark comes between the server's yes and the next statement.
    mail.open()
    mail.send_messages([message])


def _send_webhook(letter: Letter, endpoint: Endpoint) -> None:
    [notice] = letter.notices
    told = {
        "type": f"notice.{notice.kind}",
        "timestamp": notice.created_at.isoformat(),
        "data": {
            "notice": notice.pk,
            "kind": notice.kind,
            "topic": topic_of(notice.kind).value,
            "title": notice.title,
            "body": notice.body,
            "url": _link(notice.path),
        },
    }
    body = json.dumps(told, ensure_ascii=False).encode()
    _post(endpoint.url, body, signed(endpoint.secret, str(letter.number), int(time.time()), body))


def _send_wecom(letter: Letter, endpoint: Endpoint) -> None:
    _post_robot(endpoint.url, {"msgtype": "markdown", "markdown": {"content": _markdown(letter)}})


def _send_dingtalk(letter: Letter, endpoint: Endpoint) -> None:
    url = endpoint.url
    if endpoint.secret:
        timestamp = int(time.time() * 1000)
        url += f"{'&' if '?' in url else '?'}timestamp={timestamp}&sign={dingtalk_sign(endpoint.secret, timestamp)}"
    told = {"title": f"【绩效目标】{letter.subject}"[:100], "text": _markdown(letter)}
    _post_robot(url, {"msgtype": "markdown", "markdown": told})


def _markdown(letter: Letter) -> str:
    """The notices as robots show them, as many as one message holds."""
    text = "**【绩效目标】**"
    for place, notice in enumerate(letter.notices):
        lines = [f"[{' '.join(notice.title.split()).translate(_PLAIN)}]({_link(notice.path)})"]
        lines += [f"> {line.translate(_PLAIN)}" for line in notice.body.splitlines() if line.strip()]
        block = "\n\n" + "\n".join(lines)
        rest = len(letter.notices) - place
        if len((text + block).encode()) > LONGEST_MESSAGE:
            # A single notice may be longer than a message; its title is not.
            block = f"\n\n{lines[0]}\n" if place == 0 else ""
            rest -= place == 0
            return f"{text}{block}\n\n……另有 {rest} 条，见[通知]({_link(reverse('notices'))})" if rest else text + block
        text += block
    return text


def _post_robot(url: str, told: dict[str, Any]) -> None:
    """Robots answer 200 to everything; whether they took it is in the body."""
    body = _post(url, json.dumps(told, ensure_ascii=False).encode(), {})
    try:
        said = json.loads(body)
        code, why = said["errcode"], said.get("errmsg", "")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotTaken("机器人的应答无法识别，请核对地址") from None
    if code != 0:
        raise NotTaken(f"机器人没有接收（{code}）：{why}")


def _post(url: str, body: bytes, headers: dict[str, str]) -> bytes:
    answer = post(url, body, headers | {"Content-Type": "application/json; charset=utf-8", "User-Agent": "perfgoals"})
    if not 200 <= answer.status < 300:
        raise NotTaken(f"对方应答 HTTP {answer.status}")
    return answer.body


_SENDERS = {
    Channel.WEBHOOK.value: _send_webhook,
    Channel.WECOM.value: _send_wecom,
    Channel.DINGTALK.value: _send_dingtalk,
}
