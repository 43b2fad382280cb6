"""Types and values as a file has them."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from fastbusy.reference.notation import as_written, in_words
from harness.files.grammar import Filled
from harness.planning.plan import Persona
from harness.planning.reach import Address
from kernel.units import Duration, Latency, Ratio, Share


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (str, "text"),
        (Duration | None, "duration: `500ms`, `5m`"),
        (Literal["a", "b"], "`a` or `b`"),
        (tuple[str, ...], "list of text"),
        (dict[str, Filled], "text → text, secrets in it as `${NAME}`"),
        (Address | None, "address: `127.0.0.1:8443`"),
        (tuple[tuple[str, int], ...], "list of [text, whole number]"),
        (dict[str, Persona], "text → [Persona](#persona)"),
        (dict[str, str | tuple[str, ...]], "text → (text or list of text)"),
        (dict[str, Any], "text → anything"),
    ],
)
def test_types(kind: Any, words: str) -> None:
    assert in_words(kind) == words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (4.0, "4"),
        (0, "0"),
        (Duration(0.5), "500ms"),
        (Share(0.2), "20%"),
        (Ratio(1.5), "1.5x baseline"),
        (Latency(0.1, 0.2), "lognormal(100ms, 200ms)"),
        (("a", "b"), "[a, b]"),
        ((), ""),
        (Persona(), ""),
    ],
)
def test_values(value: Any, text: str) -> None:
    assert as_written(value) == text
