"""The types of a plan."""

from __future__ import annotations

import pytest

from harness.files.grammar import Secret
from harness.planning.plan import Persona, Target
from kernel.units import Duration, builtins, convert


def test_a_persona_is_written_in_units() -> None:
    persona = convert({"patience": "6s", "pause": "400ms"}, Persona)
    assert persona == Persona(patience_s=Duration(6), pause_s=Duration(0.4))
    written = {"patience": "6s", "pause": "400ms", "voice": "any", "redial": None}
    assert builtins(persona) == written


def test_a_target_with_a_token_cannot_be_written() -> None:
    with pytest.raises(NotImplementedError):
        builtins(Target(webhook="http://a", auth_token=Secret("hush")))
