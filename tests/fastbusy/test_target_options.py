"""What the command line says of the agent, and what it comes to."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from fastbusy.target_options import Aim, aim_of, arguments, filled_option, overlaid
from harness.files.grammar import Filled
from harness.planning.plan import Target
from harness.planning.reach import Address, ClientCert
from kernel.errors import UsageError

WORDS = (
    *("--stream-url", "wss://me:hush@a/ws", "--signed-as", "https://b/v"),
    *("--connect-to", "127.0.0.1:8443", "--ca", "ca.pem"),
    *("--client-cert", "me.pem", "--client-key", "me.key"),
    *("--parameter", "tenant=demo", "--parameter", "line=a=b"),
)
HEADER = ("--header", "Authorization: Bearer ${TOKEN}")


def aim(*words: str) -> Aim:
    parser = argparse.ArgumentParser()
    arguments(parser)
    return aim_of(parser.parse_args(words))


def test_nothing_said_changes_nothing() -> None:
    target = Target(webhook=Filled("http://a/v"), ca="ca.pem", parameters={"a": Filled("b")})
    assert aim() == Aim()
    assert aim().words == []
    assert overlaid(target, aim(), {}) == target


def test_every_option_has_its_place() -> None:
    target = Target(headers={"x-env": Filled("staging")}, parameters={"tenant": Filled("mine")})
    found = overlaid(target, aim(*WORDS, *HEADER), {"TOKEN": "hush-hush"})
    assert found == Target(
        stream=Filled("wss://me:hush@a/ws"),
        signed_as=Filled("https://b/v"),
        connect_to=Address("127.0.0.1", 8443),
        ca="ca.pem",
        client_cert=ClientCert("me.pem", "me.key"),
        headers={"x-env": Filled("staging"), "Authorization": Filled("Bearer hush-hush")},
        parameters={"tenant": Filled("demo"), "line": Filled("a=b")},
    )
    assert found.secrets == ("hush-hush", "hush", "bWU6aHVzaA==")


def test_what_was_said_can_be_said_again_without_secrets() -> None:
    said = aim(*WORDS, *HEADER)
    assert aim(*said.words).options[1:] == said.options[1:]
    assert said.words[:2] == ["--stream-url", "wss://…@a/ws"]
    assert said.words[12:14] == list(HEADER)
    assert aim("--parameter", "api_key=hush").words == ["--parameter", "api_key=…"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            {"connect_to": "voice.example"},
            "--connect-to: 'voice.example' is no address\n"
            "  → write host:port, such as 127.0.0.1:8443",
        ),
        (
            {"headers": ["hush"]},
            "--header: a name and a value are wanted\n  → write 'NAME: VALUE'",
        ),
        (
            {"parameters": ["=demo"]},
            "--parameter: a name and a value are wanted\n  → write NAME=VALUE",
        ),
        (
            {"headers": ["Authorization: ${GONE}"]},
            "--header: the environment has no GONE\n  → set it: export GONE=…",
        ),
        (
            {"client_key": "me.key"},
            "--client-key: me.key: a key without its certificate\n"
            "  → name the certificate with --client-cert",
        ),
    ],
)
def test_what_cannot_be_read_is_told(said: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        overlaid(Target(), Aim(**said), {})
    assert str(caught.value) == told


def test_all_that_cannot_be_read_is_told_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        overlaid(Target(), Aim(headers=["a", "b: ${GONE}"], connect_to="here"), {})
    assert str(caught.value) == (
        "--header: a name and a value are wanted\n  → write 'NAME: VALUE'\n"
        "--header: the environment has no GONE\n  → set it: export GONE=…\n"
        "--connect-to: 'here' is no address\n"
        "  → write host:port, such as 127.0.0.1:8443"
    )


def test_an_option_may_hold_a_secret() -> None:
    found = filled_option("--agent", "https://me:${PASS}@a/v", {"PASS": "hush"})
    assert (found, found.secrets) == ("https://me:hush@a/v", ("hush",))
    with pytest.raises(UsageError, match="--agent: PASS is empty in the environment"):
        filled_option("--agent", "https://me:${PASS}@a/v", {"PASS": ""})
