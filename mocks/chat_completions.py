"""The chat completions format, which OpenAI made and many providers speak.

Requests become questions to the brain, its answers become messages and chunks of a stream. Tokens
are counted as a quarter of the characters, rounded up.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from .brain import Answer, Asked, Message, ToolCallMade, ToolOffered

_WORD = re.compile(r"\s*\S+|\s+$")
_FRAGMENT = 12
_PLACE = re.compile(r"`\$\.?([^`]*)`$")
_MISSING = re.compile(r"required field `(\w+)`")


class Function(msgspec.Struct):
    """A function as it is offered (`parameters`) or as it was called (`arguments`, JSON)."""

    name: str
    arguments: str | None = None
    parameters: dict[str, Any] | None = None


class Tool(msgspec.Struct):
    """A tool that is offered, or a call of one."""

    function: Function | None = None
    id: str | None = None


class ChatMessage(msgspec.Struct):
    """One message of the history; its content is a text or parts of many kinds."""

    role: str
    content: str | list[dict[str, Any]] | None = None
    tool_calls: list[Tool] | None = None
    tool_call_id: str | None = None
    name: str | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(str(part["text"]) for part in self.content if "text" in part)
        return self.content or ""


class ChatRequest(msgspec.Struct):
    """The fields of a request that change the answer; all others are accepted."""

    model: str
    messages: list[ChatMessage]
    stream: bool | None = None
    stream_options: dict[str, Any] | None = None
    tools: list[Tool] | None = None
    tool_choice: str | dict[str, Any] | None = None
    response_format: dict[str, Any] | None = None

    @property
    def wants_usage(self) -> bool:
        return bool((self.stream_options or {}).get("include_usage"))

    @property
    def tokens(self) -> int:
        """What the prompt is taken for."""
        said = "".join(message.text for message in self.messages)
        offered = "".join(str(tool.function) for tool in self.tools or ())
        return tokens(said) + tokens(offered)

    @property
    def asked(self) -> Asked:
        """The request as the brain takes it."""
        choice = self.tool_choice
        if isinstance(choice, dict):
            function = choice.get("function")
            choice = str(function.get("name")) if isinstance(function, dict) else "auto"
        form = self.response_format
        return Asked(
            messages=tuple(_message(message) for message in self.messages),
            tools=tuple(
                ToolOffered(tool.function.name, tool.function.parameters or {})
                for tool in self.tools or ()
                if tool.function
            ),
            model=self.model,
            response_format=form if form and form.get("type") != "text" else None,
            tool_choice=choice or "auto",
        )


def _message(message: ChatMessage) -> Message:
    calls = [
        ToolCallMade(tool.id or "", tool.function.name, _arguments(tool.function.arguments))
        for tool in message.tool_calls or ()
        if tool.function
    ]
    return Message(
        message.role,
        message.text,
        tuple(calls),
        message.tool_call_id or "",
        message.name or "",
    )


def _arguments(text: str | None) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(text or "{}")
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def tokens(text: str) -> int:
    """How many tokens a text is taken for."""
    return math.ceil(len(text) / 4)


def usage(tokens_in: int, tokens_out: int) -> dict[str, Any]:
    return {
        "prompt_tokens": tokens_in,
        "completion_tokens": tokens_out,
        "total_tokens": tokens_in + tokens_out,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


@dataclass(frozen=True)
class Frame:
    """What an answer says of itself, whole or in every chunk."""

    id: str
    created_s: int
    model: str

    def whole(self, answer: Answer, used: Mapping[str, Any]) -> dict[str, Any]:
        """The answer at once."""
        text = answer.text or None
        message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
        if answer.calls:
            message["tool_calls"] = [
                {"id": call.id, "type": "function", "function": {
                    "name": call.name, "arguments": arguments(call)}}
                for call in answer.calls
            ]  # fmt: skip
        choice = {"index": 0, "message": message, "logprobs": None,
                  "finish_reason": _finish(answer)}  # fmt: skip
        return {**self._head("chat.completion"), "choices": [choice], "usage": used}

    def chunk(self, answer: Answer, delta: Mapping[str, Any], usage_follows: bool) -> Any:
        """One of the `deltas`; the empty one says why the answer ends."""
        reason = None if delta else _finish(answer)
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        chunk = {**self._chunk_head, "choices": [choice]}
        return {**chunk, "usage": None} if usage_follows else chunk

    def events(self, answer: Answer, usage_follows: bool) -> Iterator[tuple[bytes, str]]:
        """The chunks as they are sent, each with its words."""
        silent = server_sent(self.chunk(answer, {"content": ""}, usage_follows))
        # Quotes inside of a JSON string are escaped, so no other place looks like this one.
        before, after = silent.split(b'{"content":""}')
        for delta in deltas(answer):
            words = delta.get("content") or ""
            if words and len(delta) == 1:
                said = msgspec.json.encode(words)
                yield b'%b{"content":%b}%b' % (before, said, after), words
            else:
                yield server_sent(self.chunk(answer, delta, usage_follows)), words

    def last(self, used: Mapping[str, Any]) -> dict[str, Any]:
        """The chunk without choices that tells the usage."""
        return {**self._chunk_head, "choices": [], "usage": used}

    @cached_property
    def _chunk_head(self) -> Mapping[str, Any]:
        return self._head("chat.completion.chunk")

    def _head(self, kind: str) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": kind,
            "created": self.created_s,
            "model": self.model,
            "service_tier": "default",
            "system_fingerprint": None,
        }


def server_sent(value: Any) -> bytes:
    """One event of a stream."""
    return b"data: %b\n\n" % msgspec.json.encode(value)


def _finish(answer: Answer) -> str:
    return "tool_calls" if answer.calls else "stop"


def arguments(call: ToolCallMade) -> str:
    """The arguments of a call as JSON text."""
    return msgspec.json.encode(call.arguments).decode()


def deltas(answer: Answer) -> Iterator[dict[str, Any]]:
    """The parts of a streamed message; the last one is empty."""
    role = {"role": "assistant", "content": "" if answer.text or not answer.calls else None}
    if not answer.calls or answer.text:
        yield {**role, "refusal": None}
    for word in _WORD.findall(answer.text):
        yield {"content": word}
    for index, call in enumerate(answer.calls):
        function = {"name": call.name, "arguments": ""}
        head = {"index": index, "id": call.id, "type": "function", "function": function}
        yield {**({} if index or answer.text else role), "tool_calls": [head]}
        text = arguments(call)
        for start in range(0, len(text), _FRAGMENT):
            piece = {"arguments": text[start : start + _FRAGMENT]}
            yield {"tool_calls": [{"index": index, "function": piece}]}
    yield {}


def field_of(error: msgspec.ValidationError) -> str | None:
    """The field that a request is wrong in, as `messages[0].role`."""
    missing, place = _MISSING.search(str(error)), _PLACE.search(str(error))
    parts = [place[1]] if place and place[1] else []
    return ".".join([*parts, missing[1]] if missing else parts) or None
