import pytest

from harness.files.addresses import address_flaw


@pytest.mark.parametrize(
    "url",
    ["http://a/in", "https://a.example:8443/in?x=1", "ws://[::1]:80/", "wss://user:pass@host"],
)
def test_what_can_be_called(url: str) -> None:
    assert not address_flaw(url)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("ws://[::1", "IPv6"),
        ("http://a:99999/", "0-65535"),
        ("http://a:-1/", "Port"),
        ("http://a:http/", "Port"),
        ("http://a:0/", "port 0"),
        ("http:///incoming", "names no host"),
        ("ws:", "names no host"),
        ("http://a b/", "space"),
        ("http://a\n/", "control character"),
    ],
)
def test_what_cannot_be_called(url: str, told: str) -> None:
    assert told in address_flaw(url)
