"""Anthropic's messages format: requests become questions to the brain, its answers content blocks.

Wire format: docs.anthropic.com/en/api/messages and /en/api/messages-streaming. Tokens are counted
as a quarter of the characters, rounded up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Annotated, Any, Literal

import msgspec

from ...brain import Answer, Asked, Message, ToolCallMade, ToolOffered
from ...chat_completions import tokens

_WORD = re.compile(r"\s*\S+|\s+$")
_FRAGMENT = 12
_TOKEN = 4
# What Pipecat and LiveKit put where the API wants words and there are none.
_PLACEHOLDERS = ("(empty)", ".")
_CHOICES = {"auto": "auto", "any": "required", "none": "none"}

Event = dict[str, Any]


class Block(msgspec.Struct):
    """A content block. Of kinds that say nothing to the mind only `type` is read."""

    type: str
    text: str | None = None
    id: str | None = None
    name: str | None = None
    input: dict[str, Any] | None = None
    tool_use_id: str | None = None
    content: str | list[Block] | dict[str, Any] | None = None
    is_error: bool | None = None


class InputMessage(msgspec.Struct):
    """One message of the history."""

    role: Literal["user", "assistant", "system"]
    content: str | list[Block]

    @property
    def blocks(self) -> Sequence[Block]:
        return _blocks(self.content)

    def ids(self, kind: Literal["tool_use", "tool_result"]) -> dict[str, int]:
        """The tool calls that blocks of a kind make or answer → the block's number."""
        return {
            (block.id if kind == "tool_use" else block.tool_use_id) or "": number
            for number, block in enumerate(self.blocks)
            if block.type == kind
        }


class Tool(msgspec.Struct):
    """A tool that is offered; those that the API runs itself have no schema."""

    name: str
    input_schema: dict[str, Any] | None = None


class ToolChoice(msgspec.Struct):
    type: Literal["auto", "any", "tool", "none"] = "auto"
    name: str | None = None


class OutputConfig(msgspec.Struct):
    format: dict[str, Any] | None = None


class Prompt(msgspec.Struct, kw_only=True):
    """The fields of a request that change the prompt; all others are accepted."""

    model: str
    messages: list[InputMessage]
    system: str | list[Block] | None = None
    tools: list[Tool] | None = None
    tool_choice: ToolChoice | None = None
    output_config: OutputConfig | None = None

    @property
    def asked(self) -> Asked:
        """The request as the brain takes it."""
        choice = self.tool_choice or ToolChoice()
        return Asked(
            messages=tuple(self._messages()),
            tools=tuple(
                ToolOffered(tool.name, tool.input_schema)
                for tool in self.tools or ()
                if tool.input_schema is not None
            ),
            model=self.model,
            response_format=self.output_config.format if self.output_config else None,
            tool_choice=_CHOICES.get(choice.type) or choice.name or "auto",
        )

    def _messages(self) -> Iterator[Message]:
        for block in _blocks(self.system or ""):
            yield Message("system", block.text or "")
        for message in self.messages:
            yield from _told(message)


class MessagesRequest(Prompt, kw_only=True):
    """A request for an answer."""

    max_tokens: Annotated[int, msgspec.Meta(ge=0)]
    stream: bool | None = None


def _blocks(content: str | list[Block] | dict[str, Any] | None) -> Sequence[Block]:
    if isinstance(content, str):
        return [Block("text", content)] if content else []
    return content if isinstance(content, list) else []


def _text(blocks: Sequence[Block]) -> str:
    return " ".join(block.text for block in blocks if block.type == "text" and block.text)


def _told(message: InputMessage) -> Iterator[Message]:
    """What a message is to the brain: tool results are messages of their own, before the words,
    and so are the texts of a user."""
    calls: list[ToolCallMade] = []
    for block in message.blocks:
        if block.type == "tool_result":
            text = _text(_blocks(block.content))
            text = f"Error: {text}" if block.is_error else text
            yield Message("tool", text, tool_call_id=block.tool_use_id or "")
        elif block.type == "tool_use":
            calls.append(ToolCallMade(block.id or "", block.name or "", block.input or {}))
    told = [block for block in message.blocks if block.text not in _PLACEHOLDERS]
    if message.role == "assistant":
        text = _text(told)
        if text or calls:
            yield Message(message.role, text, tuple(calls))
        return
    # Clients make one message of several of the same role.
    for block in told:
        if text := _text([block]):
            yield Message(message.role, text)


def prompt_tokens(asked: Asked) -> int:
    """What the prompt is taken for."""
    said = "".join(message.text for message in asked.messages)
    return tokens(said) + tokens("".join(map(str, asked.tools)))


def objection(messages: Sequence[InputMessage]) -> str | None:
    """Why the API refuses a history, with the place of the mistake; None if it does not."""
    if not messages:
        return "messages: at least one message is required"
    for number, message in enumerate(messages):
        prefills = message is messages[-1] and message.role == "assistant"
        if not message.content and not prefills:
            return f"messages.{number}: only a final assistant message may have empty content"
        if any(block.type == "text" and not block.text for block in message.blocks):
            return "messages: text content blocks must be non-empty"
    return _unpaired(messages)


def _unpaired(messages: Sequence[InputMessage]) -> str | None:
    """Every call must be answered in the next turn, and nothing else; a turn may be cut in two."""
    spoken = [one for one in enumerate(messages) if one[1].role != "system"]
    called: dict[str, int] = {}
    for role, turn in groupby(spoken, lambda one: one[1].role):
        made: dict[str, int] = {}
        for number, message in turn:
            made |= dict.fromkeys(message.ids("tool_use"), number)
            for name, block in message.ids("tool_result").items():
                if called.pop(name, None) is None:
                    place = f"messages.{number}.content.{block}"
                    return f"{place}: `tool_result` without a `tool_use` right before it: {name}"
        if called:
            break
        called = made if role == "assistant" else {}
    if not called:
        return None
    place = f"messages.{next(iter(called.values()))}"
    return f"{place}: `tool_use` without a `tool_result` right after it: {', '.join(called)}"


def cut(answer: Answer, max_tokens: int) -> tuple[Answer, str]:
    """As much of the answer as may be generated, and its stop reason."""
    if not max_tokens or tokens(answer.text) > max_tokens:
        return replace(answer, text=answer.text[: max_tokens * _TOKEN], calls=()), "max_tokens"
    return answer, "tool_use" if answer.calls else "end_turn"


@dataclass(frozen=True)
class Reply:
    """An answer as the API tells it, whole or in pieces."""

    id: str
    model: str
    answer: Answer
    stop_reason: str
    tokens_in: int
    tokens_out: int

    def whole(self) -> Event:
        """The answer at once."""
        usage = {**self._usage(self.tokens_out), "service_tier": "standard"}
        return {**self._message(), "content": self._content(), "usage": usage,
                "stop_reason": self.stop_reason}  # fmt: skip

    def pieces(self) -> Iterator[list[Event]]:
        """The events of the stream; those of a piece are written at once."""
        start = {**self._message(), "usage": self._usage(1)}
        piece: list[Event] = [{"type": "message_start", "message": start}]
        for index, block in enumerate(self._content()):
            content = "text" if block["type"] == "text" else "input"
            empty = {**block, content: type(block[content])()}
            piece.append({"type": "content_block_start", "index": index, "content_block": empty})
            if not index:
                piece.append({"type": "ping"})
            yield piece
            for delta in _deltas(block):
                yield [{"type": "content_block_delta", "index": index, "delta": delta}]
            piece = [{"type": "content_block_stop", "index": index}]
        ended = {"stop_reason": self.stop_reason, "stop_sequence": None}
        used = {"output_tokens": self.tokens_out}
        yield [
            *piece,
            {"type": "message_delta", "delta": ended, "usage": used},
            {"type": "message_stop"},
        ]

    def _message(self) -> Event:
        return {
            "id": self.id,
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
        }

    def _usage(self, tokens_out: int) -> Event:
        return {
            "input_tokens": self.tokens_in,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": tokens_out,
        }

    def _content(self) -> list[Event]:
        text = [{"type": "text", "text": self.answer.text}] if self.answer.text else []
        return text + [
            {"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments}
            for call in self.answer.calls
        ]


def named(answer: Answer) -> Answer:
    """The answer, with ids of its calls as Anthropic's look."""
    calls = (replace(one, id=f"toolu_01{one.id.removeprefix('call_')}") for one in answer.calls)
    return replace(answer, calls=tuple(calls))


def _deltas(block: Event) -> Iterator[Event]:
    if block["type"] == "text":
        for word in _WORD.findall(block["text"]):
            yield {"type": "text_delta", "text": word}
        return
    text = msgspec.json.encode(block["input"]).decode()
    for start in range(-_FRAGMENT, len(text), _FRAGMENT):
        fragment = text[max(0, start) : start + _FRAGMENT]
        yield {"type": "input_json_delta", "partial_json": fragment}


def server_sent(event: Event) -> bytes:
    """One event of a stream."""
    name = str(event["type"]).encode()
    return b"event: %b\ndata: %b\n\n" % (name, msgspec.json.encode(event))
