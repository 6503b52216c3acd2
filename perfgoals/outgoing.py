"""Posting to addresses that people have typed in, without becoming a way into our own network.

Only https, only public addresses, no redirects; hosts named in `PERFGOALS_WEBHOOK_HOSTS` may be spoken to in plain
http and may lie in a private network. The name is looked up once and the connection goes to the very address that was
looked at, so that a name server cannot answer differently the second time.
"""

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import urllib3
from django.conf import settings

TIMEOUT = urllib3.Timeout(connect=5, read=10)
# Of an answer no more is of interest than what went wrong.
LONGEST_ANSWER = 4096
_INNER = "{host} 指向内部网络地址，不向其发送。确需使用的，请系统管理员写入 PERFGOALS_WEBHOOK_HOSTS。"


class AddressRefused(Exception):
    """Nothing is posted there; the sentence says why, for whoever typed the address."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the HTTP status and the beginning of the body."""

    status: int
    body: bytes


def check_address(url: str) -> None:
    """Raises AddressRefused for an address that is none, not https where it must be, or plainly an inner one.

    Looks up no name: where a name leads is seen when something is posted there.
    """
    host = _parts(url).hostname or ""
    if host not in settings.PERFGOALS_WEBHOOK_HOSTS and _is_inner(host):
        raise AddressRefused(_INNER.format(host=host))


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """POST once, following nothing. Raises AddressRefused, or OSError when nobody answers as HTTP wants it."""
    parts = _parts(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    address = _address(host, port)
    pool: urllib3.HTTPConnectionPool
    if parts.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(
            address, port, timeout=TIMEOUT, server_hostname=host, assert_hostname=host, cert_reqs="CERT_REQUIRED"
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, port, timeout=TIMEOUT)
    try:
        with pool:
            response = pool.urlopen(
                "POST",
                parts._replace(scheme="", netloc="", fragment="").geturl() or "/",
                body=body,
                headers={**headers, "Host": parts.netloc},
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            answer = Answer(response.status, response.read1(LONGEST_ANSWER) or b"")
            response.close()
            return answer
    except urllib3.exceptions.HTTPError as error:
        # The text of urllib3's errors may hold the address with its key.
        raise ConnectionError(f"{host} 没有应答（{type(error).__name__}）") from None


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if (
        parts.scheme not in ("http", "https")
        or not host
        or port == 0
        or not url.isascii()
        or any(c <= " " for c in url)
    ):
        raise AddressRefused("地址须是完整的网址，例如 https://example.org/hook。")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("地址中不能带用户名和密码。")
    if parts.scheme != "https" and host not in settings.PERFGOALS_WEBHOOK_HOSTS:
        raise AddressRefused(f"地址须以 https:// 开头；{host} 不在允许使用 http 的主机之列。")
    return parts


def _address(host: str, port: int) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ConnectionError(f"找不到主机 {host}") from None
    addresses = [str(entry[4][0]) for entry in found]
    if host not in settings.PERFGOALS_WEBHOOK_HOSTS and not all(is_public(address) for address in addresses):
        raise AddressRefused(_INNER.format(host=host))
    return addresses[0]


def _is_inner(host: str) -> bool:
    """Whether a host as it is written is an address of an inner network, in any of the ways of writing one."""
    name = host.rstrip(".")
    if name == "localhost" or name.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return False
    return not all(is_public(str(entry[4][0])) for entry in found)


def is_public(address: str) -> bool:
    """Whether an IP address lies in the public network."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    if inner is not None:
        return is_public(str(inner))
    # Some multicast and translated (NAT64) addresses count as global, too.
    return ip.is_global and not ip.is_multicast and not ip.is_reserved
