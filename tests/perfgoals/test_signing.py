"""Signatures, against examples from outside: the standard's own, and a second way of working them out."""

import base64
import hashlib
import hmac
from urllib.parse import unquote_plus

import pytest

from perfgoals.signing import dingtalk_sign, is_secret, new_secret, signed


def test_webhooks_are_signed_as_the_standard_has_it() -> None:
    """The example of the specification's reference libraries."""
    headers = signed(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_new_secrets_differ_and_hold() -> None:
    assert is_secret(new_secret())
    assert new_secret() != new_secret()


@pytest.mark.parametrize("text", ["", "geheim", "whsec_", "whsec_kurz", "whsec_!!!!", "whsec_密"])
def test_what_is_no_secret(text: str) -> None:
    assert not is_secret(text)


def test_dingtalk() -> None:
    secret, timestamp = "SEC0f1e2d3c", 1700000000123
    mac = hmac.new(secret.encode(), digestmod=hashlib.sha256)
    mac.update(b"1700000000123\n")
    mac.update(secret.encode())
    assert base64.b64decode(unquote_plus(dingtalk_sign(secret, timestamp))) == mac.digest()
    assert not set("+/=") & set(dingtalk_sign(secret, timestamp))
