"""The types of a plan."""

from __future__ import annotations

import pytest

from harness.files.grammar import Filled, Secret
from harness.planning.plan import Persona, Target
from harness.planning.reach import Address, ClientCert
from kernel.units import Duration, builtins, convert


def test_a_persona_is_written_in_units() -> None:
    persona = convert({"patience": "6s", "pause": "400ms"}, Persona)
    assert persona == Persona(patience_s=Duration(6), pause_s=Duration(0.4))
    written = {"patience": "6s", "pause": "400ms", "voice": "any", "redial": None}
    assert builtins(persona) == written


def test_a_target_with_a_token_cannot_be_written() -> None:
    with pytest.raises(NotImplementedError):
        builtins(Target(webhook="http://a", auth_token=Secret("hush")))


def test_a_target_knows_what_nobody_is_to_read() -> None:
    header = Filled.of("Bearer one", "Bearer ${A}", ["one"])
    target = Target(
        webhook=Filled.of("http://me:two@a/v", "http://me:${B}@a/v", ["two"]),
        auth_token=Secret("three"),
        client_cert=ClientCert("a.pem", password=Secret("four")),
        headers={"authorization": header},
        parameters={"tenant": Filled("demo")},
    )
    assert set(target.secrets) == {"four", "one", "three", "two", "bWU6dHdv"}
    assert Target().secrets == ()


def test_a_url_is_told_without_secrets_and_with_the_address() -> None:
    assert Target().shown("https://me:hush@a/v?t=hush") == "https://…@a/v?t=…"
    here = Target(connect_to=Address("127.0.0.1", 8443))
    assert here.shown("https://a/v") == "https://a/v (at 127.0.0.1:8443)"
