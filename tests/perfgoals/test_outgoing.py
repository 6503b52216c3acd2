"""Posting to addresses people typed in: what is refused, and that nothing leads into our own network."""

import socket

import pytest

from perfgoals import outgoing
from perfgoals.outgoing import AddressRefused, check_address, is_public, post
from tests.receivers import web_server


@pytest.mark.parametrize(
    "url",
    ["", "hook", "ftp://example.org/", "https://", "http://example.org/hook", "https://a:b@example.org/",
     "https://example.org:99999/", "https://exa mple.org/", "https://example.org/\r\nX: y", "https://[::1/", "file:///etc/passwd"],
)  # fmt: skip
def test_addresses_that_are_refused_when_typed(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_address(url)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:10.0.0.1]", "10.0.0.8", "192.168.1.1",
     "169.254.169.254", "[fd00:ec2::254]", "0.0.0.0", "localhost", "LOCALHOST.", "db.localhost",
     "metadata.google.internal"],
)  # fmt: skip
def test_an_inner_address_is_refused_when_typed_unless_the_installation_names_it(host: str, settings) -> None:
    settings.PERFGOALS_WEBHOOK_HOSTS = []
    with pytest.raises(AddressRefused, match="内部网络"):
        check_address(f"https://{host}/hook")
    settings.PERFGOALS_WEBHOOK_HOSTS = [host.strip("[]").lower()]
    check_address(f"https://{host}/hook")


def test_plain_http_goes_to_named_hosts_alone(settings) -> None:
    check_address("https://example.org/hook?key=1")
    settings.PERFGOALS_WEBHOOK_HOSTS = ["example.org"]
    check_address("http://example.org:8080/hook")
    with pytest.raises(AddressRefused, match="https"):
        check_address("http://127.0.0.1/hook")


@pytest.mark.parametrize(
    ("address", "public"),
    [("8.8.8.8", True), ("2001:4860:4860::8888", True), ("10.1.2.3", False), ("192.168.0.9", False),
     ("172.16.0.1", False), ("127.0.0.1", False), ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False),
     ("224.0.0.1", False), ("::1", False), ("fe80::1%eth0", False), ("fd00::1", False), ("::ffff:10.0.0.1", False),
     ("2002:0a00:0001::1", False), ("64:ff9b::0a00:1", False)],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_name_that_leads_inside_is_refused(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when only one of its addresses does; nothing is connected to."""
    settings.PERFGOALS_WEBHOOK_HOSTS = []
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *args, **kwargs: answers)
    with pytest.raises(AddressRefused, match="内部网络"):
        post("https://looks-public.example/", b"", {})
    with pytest.raises(AddressRefused, match="内部网络"):
        post("https://127.0.0.1/", b"", {})


def test_the_address_that_was_looked_at_is_the_one_that_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that answers differently the second time is not asked a second time."""
    with web_server() as receiver:
        port = int(receiver.url.rpartition(":")[2])
        asked: list[str] = []
        real = socket.getaddrinfo

        def once(host: str, *args: object, **kwargs: object) -> object:
            asked.append(host)
            return real("127.0.0.1", port, type=socket.SOCK_STREAM)

        monkeypatch.setattr(outgoing.settings, "PERFGOALS_WEBHOOK_HOSTS", ["hook.example"])
        monkeypatch.setattr(outgoing.socket, "getaddrinfo", once)
        assert post(f"http://hook.example:{port}/a?b=c", b"x", {"X-Y": "z"}).status == 200
        [posted] = receiver.posted
    assert [host for host in asked if host != "127.0.0.1"] == ["hook.example"]
    assert (posted.path, posted.body, posted.headers["x-y"]) == ("/a?b=c", b"x", "z")
    assert posted.headers["host"] == f"hook.example:{port}"


def test_no_redirect_is_followed_and_no_long_answer_read() -> None:
    with web_server() as receiver:
        receiver.answer = lambda posted: (302, b"x" * 100_000)
        answer = post(receiver.url, b"", {})
        assert answer.status == 302
        assert len(answer.body) <= outgoing.LONGEST_ANSWER
        assert len(receiver.posted) == 1


def test_errors_do_not_tell_the_key_of_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(OSError, match="没有应答") as error:
        post(f"http://127.0.0.1:{port}/send?key=geheim", b"", {})
    assert "geheim" not in str(error.value)
