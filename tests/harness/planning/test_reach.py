"""The parts of a target."""

from __future__ import annotations

import pytest

from harness.files.grammar import Filled
from harness.planning.reach import Address, ClientCert, DialOut


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


def test_an_agent_is_told_to_call_a_number() -> None:
    dial_out = DialOut(Filled("/dialout"))
    assert dial_out.told("+2", "+1", {}) == {"to_number": "+2", "from_number": "+1"}


def test_the_body_is_whatever_the_agent_wants() -> None:
    body = {"a": {"to": "{to}"}, "b": ["{name}", 7, None], "c": "{nobody}"}
    dial_out = DialOut(Filled("/dialout"), body)
    assert dial_out.slots == ("to", "name", "nobody")
    assert dial_out.told("+2", "+1", {"name": "Ada", "to": "no"}) == {
        "a": {"to": "+2"}, "b": ["Ada", 7, None], "c": "{nobody}",
    }  # fmt: skip


def test_its_url_may_be_relative_to_the_webhook() -> None:
    webhook = Filled.of("http://me:hush@a/in", "http://me:${KEY}@a/in", ["hush"])
    url = DialOut(Filled("/dialout")).beside(webhook).url
    assert (url, url.written, url.secrets) == (
        "http://me:hush@a/dialout", "http://me:${KEY}@a/dialout", ("hush",),
    )  # fmt: skip
    assert DialOut(Filled("http://b/call")).beside(webhook).url == "http://b/call"
