"""Which answer lets a conversation go on: a guardrail is content, a router stays where it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import naming

_GOOD = frozenset(
    (
        *("safe", "clean", "benign", "ok", "okay", "valid", "compliant", "appropriate"),
        *("acceptable", "relevant", "topic", "allow", "allowed", "approve", "approved"),
        *("pass", "passed", "passes", "success", "complete", "completed", "continue", "proceed"),
    )
)
# As an answer they are good, as part of a question (`transfer_to_human`) they are not.
_GOOD_ANSWERS = _GOOD | {"conversation", "human", "person", "none"}
_SURE = frozenset(["confidence", "certainty"])
_DENIAL = frozenset(["not", "no", "non", "off", "un", "in"])


def is_good(name: str) -> bool:
    """Whether a yes to this is good news: `is_safe`, `OnTopic`; not `unsafe`, `off_topic`."""
    return _is_among(_GOOD, name)


def is_high(name: str) -> bool:
    """Whether a number of this name is good news if it is high, or tells how sure a model is."""
    return is_good(name) or bool(set(naming.words(name)) & _SURE)


def harmless(options: Sequence[Any]) -> Any:
    """The first good one, else the first."""
    return next((one for one in options if _is_among(_GOOD_ANSWERS, str(one))), options[0])


def _is_among(good: frozenset[str], name: str) -> bool:
    words = set(naming.words(name))
    return bool(words & good) and not words & _DENIAL
