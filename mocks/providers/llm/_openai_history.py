"""What OpenAI demands of a history: every tool call is answered at once, and nothing else is.

Source: platform.openai.com/docs/guides/function-calling; status and `param` as users of the API
report them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...chat_completions import ChatMessage


class Objection(NamedTuple):
    """Why a history is refused; `param` is the place of the mistake."""

    param: str
    told: str


def objection(messages: Sequence[ChatMessage]) -> Objection | None:
    """None if a model could go on from here."""
    unanswered: dict[str, None] = {}
    for number, message in enumerate(messages):
        place = f"messages.[{number}]"
        if message.role == "tool":
            name = message.tool_call_id or ""
            if name not in unanswered:
                told = f"Invalid parameter: no tool call {name!r} waits here for a tool's answer."
                return Objection(f"{place}.tool_call_id", told)
            del unanswered[name]
            continue
        if unanswered:
            return _unanswered(f"{place}.role", unanswered)
        unanswered = dict.fromkeys(call.id or "" for call in message.tool_calls or ())
    return _unanswered("messages", unanswered) if unanswered else None


def _unanswered(param: str, names: dict[str, None]) -> Objection:
    told = "An answer of role 'tool' must follow for each of 'tool_calls'; there is none for"
    return Objection(param, f"{told}: {', '.join(names)}")
