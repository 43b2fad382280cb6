"""Symbols of an utterance as an undamaged ear would report them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

import pytest

from speech.alphabet import END, IDENTITY, Role, spell_text
from speech.crc import crc_symbols
from speech.identity import identity_digits
from speech.tracker import Symbol

Spoken = Callable[..., list[Symbol]]


@pytest.fixture(scope="session")
def spoken() -> Spoken:
    def build(
        text: str,
        role: Role = Role.CALLER,
        *,
        identity: int | None = None,
        clock: int = 0,
        at_s: float = 0.0,
    ) -> list[Symbol]:
        """One symbol each 60 ms; an identity comes after START."""
        values = [role.start, *chain.from_iterable(spell_text(text))]
        own = [] if identity is None else [IDENTITY, *identity_digits(identity)]
        values = [values[0], *own, *values[1:], END, *crc_symbols(values)]
        return [
            Symbol(
                0, at_s + 0.06 * (place + 1), value, (clock + role.value * place) % 4, 0.97, True
            )
            for place, value in enumerate(values)
        ]

    return build
