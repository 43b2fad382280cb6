"""What a conversation tells of facts beside the caller's words: summaries and earlier tool calls.

Agents shorten their history: then a fact stands only in what the mind itself made of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kernel.dialogue import SLOT, Dialogue

from . import naming
from .conversation import Message, ToolCallMade
from .toolcall import kind_of

_HEAD = 200  # characters; a summary says at its start what it is


def summaries(messages: Sequence[Message]) -> list[str]:
    """What stands for a part of the history that is gone, or is to be made such.

    The first message is the author's, whatever it says.
    """
    return [
        message.text
        for message in messages[1:]
        if message.role != "tool" and "summar" in message.text[:_HEAD].lower()
    ]


def facts_in(dialogue: Dialogue, calls: Iterable[ToolCallMade]) -> Mapping[str, str]:
    """Slot → the value that a tool was called with; the latest call wins.

    Only arguments count that are one fact and nothing else in the script.
    """
    found: dict[str, str] = {}
    for call in calls:
        for reply in dialogue.replies.values():
            if reply.call and naming.closest(reply.call.name, [call.name]):
                for name, template in reply.call.arguments.items():
                    slot = SLOT.fullmatch(template)
                    given = _argument(name, call) if slot and slot[1] in dialogue.facts else None
                    if slot and given:
                        found[slot[1]] = given
    return found


def _argument(name: str, call: ToolCallMade) -> str | None:
    """The argument of this name, of one like it, or of the only one of its kind."""
    property = naming.closest(name, call.arguments)
    if property is None and (kind := kind_of(name)):
        alike = [one for one in call.arguments if kind_of(one) == kind]
        property = alike[0] if len(alike) == 1 else None
    value = call.arguments.get(property) if property else None
    return value if isinstance(value, str) else None
