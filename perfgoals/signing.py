"""Signatures by which a receiver of webhooks, or 钉钉, knows who posted.

Webhooks are signed as "Standard Webhooks" (standardwebhooks.com) has it, for which there are ready receivers in every
language: HMAC-SHA256 over `id.timestamp.body`. A receiver refuses a timestamp more than five minutes from its own
clock, and an id it has had before: a recorded message cannot be played again.
"""

import base64
import binascii
import hmac
import secrets
from urllib.parse import quote_plus

PREFIX = "whsec_"
# The standard asks for 24 bytes at least.
SHORTEST_KEY = 24


def new_secret() -> str:
    """A secret for a webhook."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def is_secret(text: str) -> bool:
    """Whether webhooks can be signed with it."""
    try:
        return text.startswith(PREFIX) and len(_key(text)) >= SHORTEST_KEY
    except (binascii.Error, ValueError):
        return False


def signed(secret: str, number: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of one attempt. `number` is the same for every attempt; `timestamp` in seconds."""
    digest = hmac.digest(_key(secret), f"{number}.{timestamp}.".encode() + body, "sha256")
    return {
        "webhook-id": number,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def dingtalk_sign(secret: str, timestamp: int) -> str:
    """加签: HMAC-SHA256 over `timestamp\\nsecret`, ready for the address. `timestamp` in milliseconds."""
    digest = hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), "sha256")
    return quote_plus(base64.b64encode(digest))


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
