"""The parts of a target."""

from __future__ import annotations

import pytest

from harness.planning.reach import Address, ClientCert


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8443", Address("127.0.0.1", 8443)),
        ("agent.internal:443", Address("agent.internal", 443)),
        ("[::1]:8443", Address("::1", 8443)),
    ],
)
def test_an_address_is_a_host_and_a_port(text: str, address: Address) -> None:
    assert Address.parse(text) == address
    assert str(address) == text


@pytest.mark.parametrize(
    "text",
    ["", "8443", "here", "here:", ":8443", "here:http", "here:0", "here:65536", "::1:8443",
     "https://here:8443", "me@here:8443", "here:8443/voice", "here 8443"],
)  # fmt: skip
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="is no address; write host:port"):
        Address.parse(text)


def test_a_certificate_may_bring_its_key() -> None:
    assert ClientCert("both.pem").key_file == "both.pem"
    assert ClientCert("one.pem", "other.pem").key_file == "other.pem"
