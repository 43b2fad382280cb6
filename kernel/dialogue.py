"""A dialogue as types: what a caller says, what the mock LLM does about it, and when it is done.

Caller, brain and control API share these. Texts hold slots: `{name}` is a fact of the call,
`{result.0}` a part of the last tool result.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from .units import Duration

SLOT = re.compile(r"\{([a-z_][a-z0-9_]*(?:\.[A-Za-z0-9_]+)*)\}")
_CALL = re.compile(r"^([A-Za-z_][\w.-]*)\((.*)\)$", re.DOTALL)
_BETWEEN_COMMAS = re.compile(r"""(?:[^,"']|"[^"]*"|'[^']*'|["'])+""")
_ARGUMENT = re.compile(r"^\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*$", re.DOTALL)


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the caller: the words or the keys, and what some callers do about it.

    say         the words, with slots
    dtmf        keys pressed in place of words, with slots: "123#"
    pause       silence before it, in place of the persona's
    behaviours  kind → its share of the calls or its fields, as they are written
    """

    say: str = ""
    dtmf: str = ""
    pause: Duration | None = None
    behaviours: dict[str, Any] = {}

    @property
    def text(self) -> str:
        """The words, or the keys."""
        return self.say or self.dtmf


class Fact(msgspec.Struct, frozen=True):
    """Something that one caller knows: its kind, how it is said and what a computer calls it.

    kind `date`: said "December 3rd", value "2026-12-03"; for most kinds the two are the same.
    """

    kind: str
    said: str
    value: str


class ToolCall(msgspec.Struct, frozen=True):
    """A tool's name and its arguments, which may hold slots."""

    name: str
    arguments: dict[str, str]

    @classmethod
    def parse(cls, text: str) -> ToolCall:
        """`find_slots(day={when})`. ValueError if it does not look so."""
        match = _CALL.match(text.strip())
        if not match:
            raise ValueError(
                f"{text!r} is no tool call; write for example find_slots(day={{when}})"
            )
        arguments: dict[str, str] = {}
        for part in filter(str.strip, _BETWEEN_COMMAS.findall(match[2])):
            argument = _ARGUMENT.match(part)
            if not argument:
                raise ValueError(f"{part.strip()!r} in {text!r} is not of the form name=value")
            if argument[1] in arguments:
                raise ValueError(f"{argument[1]!r} in {text!r} is given twice; give it once")
            arguments[argument[1]] = argument[2].strip("\"'")
        return cls(match[1], arguments)


class Reply(msgspec.Struct, frozen=True):
    """What the mock LLM does for one line of the caller: speaks, or calls a tool and then speaks.

    say     the words, with slots
    call    a tool of the agent, with arguments that may hold slots
    then    said after the tool has answered; may hold slots of the result
    failed  said in its place if the tool answers an error
    """

    say: str = ""
    call: ToolCall | None = None
    then: str = ""
    failed: str = ""

    @property
    def ends(self) -> tuple[str, ...]:
        """All that the caller may hear in the end; empty where the script has no words."""
        return (self.then, self.failed) if self.call else (self.say,)


class Done(msgspec.Struct, frozen=True):
    """When the task counts as done. What is left out is not asked for.

    tool_ok  a tool that must have answered well
    heard    words that the caller must have heard
    """

    tool_ok: str = ""
    heard: str = ""


class Goal(msgspec.Struct, frozen=True):
    """The part of a dialogue that says when it is done."""

    done: Done = Done()
    also_ok: tuple[str, ...] = ()


class Dialogue(msgspec.Struct, frozen=True):
    """A whole conversation.

    facts    name of the fact → its kind, or a list of choices; every call draws its own
    caller   what the caller says, line by line
    answers  pattern (regular expression, any case) → what the caller says if asked out of order
    replies  number of the caller's line, from 1 → what the mock LLM does about it
    greeting what it says to a request without any words of the caller
    done     when its task counts as done
    also_ok  fates that count as done as well
    """

    name: str
    caller: tuple[Line, ...]
    facts: dict[str, str | tuple[str, ...]] = {}
    answers: dict[str, str] = {}
    replies: dict[int, Reply] = {}
    greeting: str = "Hello, how can I help you?"
    done: Done = Done()
    also_ok: tuple[str, ...] = ()


class SideRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to know a request beside the conversation: a guardrail's, a summary's, a router's.

    All that is given must hold. Such a request never moves the conversation on.

    model   name of the model
    system  words of the system prompt, any case
    json    whether it asks for JSON (`response_format`)
    tools   whether it offers tools
    answer  what it is answered; by default what it seems to expect
    """

    model: str = ""
    system: str = ""
    json: bool | None = None
    tools: bool | None = None
    answer: str = ""


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the brain of a run knows: its dialogues, the seed of its wording, the date from which
    a day without a year is the next one, and what its agent asks beside the conversation."""

    dialogues: tuple[Dialogue, ...] = ()
    seed: int = 0
    today: dt.date = dt.date(2026, 1, 1)
    side_requests: tuple[SideRequest, ...] = ()


def slots(text: str) -> tuple[str, ...]:
    """The names of the slots in a text, in order."""
    return tuple(SLOT.findall(text))


def fill(text: str, values: Mapping[str, Any]) -> str:
    """Put values into the slots. A dotted name walks into mappings and sequences.

    A slot without a value stays as it is written, so that it is seen and heard.
    """

    def value_of(match: re.Match[str]) -> str:
        found: Any = values
        for step in match[1].split("."):
            found = _step(found, step)
            if found is None:
                return match[0]
        return str(found)

    return SLOT.sub(value_of, text)


def _step(found: Any, step: str) -> Any:
    if isinstance(found, Mapping):
        return found.get(step)
    if isinstance(found, (list, tuple)) and step.isdigit() and int(step) < len(found):
        return found[int(step)]
    return None
