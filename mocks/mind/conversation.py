"""What an LLM is asked and answers, whoever the provider is, and the turns of a conversation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Literal

from .results import given_up, late, runs

Purpose = Literal["turn", "greeting", "side"]


@dataclass(frozen=True, slots=True)
class ToolCallMade:
    """A call of a tool, as it stands in an answer and comes back in the history."""

    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the history.

    role          `system`, `developer`, `user`, `assistant` or `tool`
    tool_calls    of an assistant's message
    tool_call_id  of a tool's message: the call that it answers; `name` the tool's
    """

    role: str
    text: str
    tool_calls: tuple[ToolCallMade, ...] = ()
    tool_call_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class ToolOffered:
    """A tool that the request offers; `parameters` is a JSON schema."""

    name: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request.

    response_format  None for plain text, else as in OpenAI's API: `json_schema` or `json_object`
    tool_choice      `auto`, `none`, `required`, or the name of the tool that must be called
    """

    messages: tuple[Message, ...]
    tools: tuple[ToolOffered, ...] = ()
    model: str = ""
    response_format: Mapping[str, Any] | None = None
    tool_choice: str = "auto"

    @property
    def instructions(self) -> str:
        """All that the agent's author wrote: the messages of the system."""
        return "\n".join(
            message.text for message in self.messages if message.role in ("system", "developer")
        )

    @property
    def digest(self) -> str:
        """The same for the same messages, whatever else the request says."""
        parts = (
            (message.role, message.text, [(call.id, call.name) for call in message.tool_calls])
            for message in self.messages
        )
        return blake2b(repr(list(parts)).encode(errors="replace"), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model answers.

    spoken      the words in it that are to be spoken, where `text` is JSON that holds them
    line        number of the caller's line that it answers, from 1; None off the script
    dialogue    the dialogue of that line
    off_script  nothing in the script tells what to answer
    """

    text: str = ""
    calls: tuple[ToolCallMade, ...] = ()
    purpose: Purpose = "turn"
    spoken: str = ""
    line: int | None = None
    dialogue: str = ""
    off_script: bool = False


@dataclass(slots=True)
class Turn:
    """What a user said in a row, and what the assistant did about it.

    heard     a line for each message
    results   call id → what the tool answered
    running   ids of calls whose tool is still at work
    answered  the assistant spoke last
    """

    heard: str = ""
    calls: list[ToolCallMade] = field(default_factory=list)
    results: dict[str, str] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)
    said: str = ""
    rounds: int = 0
    answered: bool = False


def turns(messages: Iterable[Message]) -> Sequence[Turn]:
    """The turns of a history, one at least; only spoken words of the assistant end one.

    The first turn hears nothing if the assistant speaks first.
    """
    found = [Turn()]
    for message in messages:
        turn = found[-1]
        if message.role != "assistant" and (news := late(message.text)):
            _arrive(found, *news)
        elif message.role == "user" and message.text.strip() and not _is_instruction(message):
            if turn.said:
                turn = Turn()
                found.append(turn)
            turn.heard = f"{turn.heard}\n{message.text.strip()}".strip()
            turn.answered = False
        elif message.role == "assistant":
            turn.calls.extend(message.tool_calls)
            turn.rounds += bool(message.tool_calls)
            turn.said = f"{turn.said} {message.text.strip()}".strip()
            turn.answered = not message.tool_calls
        elif message.role == "tool":
            last = turn.calls[-1].id if turn.calls else ""
            _arrive(found, message.tool_call_id or last, message.text)
    return found


def _is_instruction(message: Message) -> bool:
    """LiveKit wraps the author's words so for APIs whose system prompt only stands at the start."""
    return message.text.lstrip().startswith("<instructions>")


def _arrive(turns: Sequence[Turn], call: str, text: str) -> None:
    """What a tool tells belongs to the turn that called it, the last one if none did."""
    turn = next(
        (one for one in reversed(turns) if any(call == made.id for made in one.calls)), turns[-1]
    )
    turn.running.discard(call)
    if runs(text):
        turn.running.add(call)
    elif not given_up(text):
        turn.results[call] = text
    turns[-1].answered = False
