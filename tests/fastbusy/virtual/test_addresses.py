"""Only localhost and numeric addresses resolve."""

import socket

import pytest

from fastbusy.virtual.addresses import getaddrinfo, is_wildcard, loopback, unspecified

V4, V6 = socket.AF_INET, socket.AF_INET6


@pytest.mark.parametrize(
    ("host", "family", "flags", "found"),
    [
        ("localhost", 0, 0, (V4, ("127.0.0.1", 80))),
        ("localhost", V6, 0, (V6, ("::1", 80, 0, 0))),
        (b"127.0.0.1", 0, 0, (V4, ("127.0.0.1", 80))),
        ("10.1.2.3", V4, 0, (V4, ("10.1.2.3", 80))),
        ("0:0:0::1", 0, 0, (V6, ("::1", 80, 0, 0))),
        (None, 0, 0, (V4, ("127.0.0.1", 80))),
        (None, 0, socket.AI_PASSIVE, (V4, ("0.0.0.0", 80))),
        ("", V6, socket.AI_PASSIVE, (V6, ("::", 80, 0, 0))),
    ],
)
def test_resolves(
    host: str | bytes | None, family: int, flags: int, found: tuple[int, tuple[object, ...]]
) -> None:
    [(answer, kind, proto, name, address)] = getaddrinfo(host, 80, family, flags=flags)
    assert (answer, address) == found
    assert (kind, proto, name) == (socket.SOCK_STREAM, socket.IPPROTO_TCP, "")


def test_answers_like_the_real_resolver() -> None:
    options = {"family": V4, "type": socket.SOCK_STREAM, "proto": socket.IPPROTO_TCP}
    assert getaddrinfo("127.0.0.1", "8700", **options) == socket.getaddrinfo(
        "127.0.0.1", "8700", **options
    )


@pytest.mark.parametrize(
    ("host", "port", "family", "code"),
    [
        ("api.openai.com", 443, 0, socket.EAI_NONAME),
        ("127.1", 443, 0, socket.EAI_NONAME),
        ("::1", 443, V4, socket.EAI_FAMILY),
        ("127.0.0.1", "https", 0, socket.EAI_SERVICE),
    ],
)
def test_refuses(host: str, port: int | str, family: int, code: int) -> None:
    with pytest.raises(socket.gaierror) as caught:
        getaddrinfo(host, port, family)
    assert caught.value.errno == code
    assert str(port if code == socket.EAI_SERVICE else host) in str(caught.value)


def test_datagrams_resolve_too() -> None:
    assert getaddrinfo("localhost", 5060, type=socket.SOCK_DGRAM)[0][1:3] == (
        socket.SOCK_DGRAM,
        socket.IPPROTO_UDP,
    )


def test_special_addresses() -> None:
    assert loopback(V4) == "127.0.0.1"
    assert unspecified(V6) == ("::", 0, 0, 0)
    assert is_wildcard("0.0.0.0")
    assert not is_wildcard("127.0.0.1")
