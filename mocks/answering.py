"""What LLM providers share: the course of a request, and what it and its answer come to in the
journal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from kernel.actor import Emit, End, Instruction
from kernel.fault import Arrival

from .brain import Answer, Asked, Message
from .chat_completions import arguments, tokens
from .mind.conversation import turns
from .wire import Request, id_of, json_reply
from .work import Admitted, Begin, Closed, Limits, Note, Opened
from .world import World

_DIGITS = 9


class Answering:
    """An endpoint: a request is looked at, admitted, answered."""

    def __init__(self, request: Request, world: World) -> None:
        self._request, self._world = request, world
        self._asked_ns = 0
        self._span = ""  # once it is admitted

    def receive(self, message: Any, now_ns: int) -> Iterable[Instruction]:
        match message:
            case Opened():
                self._asked_ns = now_ns
                return self._turn_away(now_ns) or self._open(now_ns)
            case Admitted():
                self._span = message.arrival.span
                return self._answer(message, now_ns)
            case Closed():
                return self._closed(now_ns)
        return ()

    def _turn_away(self, now_ns: int) -> Iterable[Instruction] | None:
        """The answer to a client that may not ask at all, None to all others."""
        raise NotImplementedError

    def _open(self, now_ns: int) -> Iterable[Instruction]:
        return [Emit(Begin(purpose="prewarm", counted=False))]

    def _answer(self, admitted: Admitted, now_ns: int) -> Iterable[Instruction]:
        raise NotImplementedError

    def _headers(self, limits: Limits, at_ns: int) -> Mapping[str, str]:
        """The headers of every answer."""
        raise NotImplementedError

    def _reply(self, value: Any, limits: Limits, at_ns: int) -> Iterator[Instruction]:
        """A whole answer, and the last one."""
        for wire in json_reply(200, value, self._headers(limits, at_ns)):
            yield Emit(wire, at_ns)
        yield End()

    def _closed(self, now_ns: int) -> Iterable[Instruction]:
        return ()


class Listing(Answering):
    """GET …/models, which clients use to warm a connection up, and …/models/{id}.

    Every model there could be exists; `_names` are those that are listed.
    """

    _names: Sequence[str]

    def _answer(self, admitted: Admitted, now_ns: int) -> Iterable[Instruction]:
        name = self._request.params.get("id")
        value = self._model(name) if name else self._list([*map(self._model, self._names)])
        return self._reply(value, admitted.limits, now_ns)

    def _model(self, name: str) -> dict[str, Any]:
        raise NotImplementedError

    def _list(self, models: Sequence[dict[str, Any]]) -> dict[str, Any]:
        raise NotImplementedError


class Prompted(Answering):
    """An endpoint that takes a prompt; `_open` reads it."""

    _asked: Asked
    _tokens_in = 0

    def _begin(self, purpose: str, *, counted: bool = True) -> Begin:
        messages = self._asked.messages
        data = {
            **request_data(messages), "model": self._asked.model, "tokens_in": self._tokens_in,
        }  # fmt: skip
        retry = self._request.header("x-stainless-retry-count")[:_DIGITS]
        if retry.isdecimal():
            data["attempt_header"] = int(retry)
        heard = [one.text for one in messages if one.role in ("user", "tool")]
        return Begin(
            identity=id_of("", self._asked.model, *heard),
            by="conversation",
            tokens=self._tokens_in,
            purpose=purpose,
            counted=counted,
            data=data,
        )


class Conversing(Prompted):
    """An endpoint that answers in words and tool calls, streamed or whole."""

    _thought: Answer

    def __init__(self, request: Request, world: World) -> None:
        super().__init__(request, world)
        self._spoken: list[tuple[int, str]] = []  # when a piece goes out, and its words

    def _think(self, arrival: Arrival) -> Answer:
        """The answer; one that is asked for again may be worded anew."""
        if arrival.attempt:
            self._thought = self._world.brain.answer(self._asked, arrival.attempt)
        return self._thought

    def _due_ns(self, arrival: Arrival, head_ns: int) -> Iterator[int]:
        """When each piece of a stream goes out, as fast as the mock is at the beginning."""
        gaps_ns = self._world.latency[arrival.stage].gaps_ns(self._world.seed, arrival)
        return accumulate(gaps_ns, initial=head_ns)

    def _closed(self, now_ns: int) -> Iterator[Instruction]:
        """The client broke off: what it was told is what had been sent until then."""
        sent = "".join(text for at_ns, text in self._spoken if at_ns <= now_ns)
        yield Emit(Note("", {"text_out": sent}))


def request_data(messages: Sequence[Message]) -> dict[str, Any]:
    """What the journal says of a request; the fields are those of `kernel.records.Work`."""
    calls = [call for message in messages for call in message.tool_calls]
    known = [message.text for message in messages if message.role == "user"]
    known += [str(value) for call in calls for value in call.arguments.values()]
    said = [message.text for message in messages if message.role == "assistant" and message.text]
    return {
        # What the user said last, whatever the agent has put behind it.
        "text_in": turns(messages)[-1].heard.replace("\n", " "),
        "history": "\n".join(known),
        "said": "\n".join(said),
        "ids": [call.id for call in calls],
    }


def journalled(answer: Answer) -> tuple[Note, int]:
    """What the journal says of an answer, and how many tokens it takes."""
    calls = [(one.name, arguments(one)) for one in answer.calls]
    tokens_out = tokens(answer.text + "".join(name + text for name, text in calls))
    data = {"text_out": answer.spoken or answer.text, "calls": calls, "tokens_out": tokens_out,
            "given_ids": [one.id for one in answer.calls],
            "dialogue": answer.dialogue, "line": answer.line,
            "off_script": answer.off_script}  # fmt: skip
    return Note("", {name: value for name, value in data.items() if value}), tokens_out
