"""A provider for tests: says back what it is told, over HTTP and over a socket with contexts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from kernel.actor import Actor, Emit, End, Instruction
from kernel.fault import Stage
from mocks.provider import Route
from mocks.wire import Binary, Body, Close, Head, Request, Text, Wire, json_reply
from mocks.work import Admitted, Begin, Cancel, Closed, Finish, Opened, Paced, Refused
from mocks.world import World

STEP_NS = 10_000_000


class EchoRequest:
    """Answers a POST with its body, word by word."""

    def __init__(self, request: Request, world: World) -> None:
        self.request, self.world = request, world

    def receive(self, message: Any, now_ns: int) -> Iterator[Instruction]:
        if isinstance(message, Opened):
            yield Emit(Begin(identity=self.request.body.decode(), by="conversation"))
        elif isinstance(message, Admitted):
            due_ns = now_ns + self.world.first_ns(message.arrival)
            yield Emit(Head(200, {"Content-Type": "text/plain"}), due_ns)
            yield Emit(Paced(self._words(due_ns)), due_ns)
            yield End()

    def _words(self, due_ns: int) -> Iterator[tuple[Wire, int]]:
        for index, word in enumerate(self.request.body.split()):
            if word == b"unspeakable":
                raise ValueError(word)
            yield Body(word), due_ns + index * STEP_NS


class EchoSocket:
    """Frames `{"context", "say"}` are echoed word by word; `{"context", "cancel"}` stops it."""

    def __init__(self, request: Request, world: World) -> None:
        self.said: dict[str, str] = {}

    def receive(self, message: Any, now_ns: int) -> Iterable[Instruction]:
        match message:
            case Opened():
                return [Emit(Begin(counted=False))]
            case Admitted(""):
                return [Emit(Head(101))]
            case Admitted(work):
                return list(self._speak(work, now_ns))
            case Text(data):
                return self._told(json.loads(data))
            case Binary(data):
                return [Emit(Binary(data))]
            case Refused() | Closed():
                return []
        return []

    def _told(self, told: dict[str, str]) -> list[Instruction]:
        if "close" in told:
            return [Emit(Close(1000, told["close"]))]
        work = told["context"]
        if "cancel" in told:
            return [Emit(Cancel(work))]
        self.said[work] = told["say"]
        return [Emit(Begin(work, data={"text_in": told["say"]}))]

    def _speak(self, work: str, now_ns: int) -> Iterator[Instruction]:
        words = self.said[work].split()
        for index, word in enumerate(words):
            yield Emit(Text(f"{work}: {word}", work), now_ns + (index + 1) * STEP_NS)
        done_ns = now_ns + len(words) * STEP_NS
        yield Emit(Finish(work, data={"text_out": self.said[work]}), done_ns)


class Echo:
    name = "echo"
    stage: Stage = "tts"
    routes = (
        Route("POST", "/echo", EchoRequest),
        Route("WS", "/echo/{room}", EchoSocket, contexts=True),
    )

    def recognises(self, request: Request) -> bool:
        return request.header("x-echo") == "yes"

    def refuse(self, refused: Refused, request: Request) -> Iterable[Wire]:
        refusal, status = refused.refusal, refused.refusal.status or 429
        if refused.arrival.what == "context":
            return [Text(f"{refused.work}: {refusal.reason}", refused.work)]
        if refused.arrival.what == "socket" and refusal.where == "after":
            return [Head(101), Close(1008, refusal.reason)]
        return json_reply(status, {"no": refusal.reason})

    def no_route(self, request: Request, status: int, told: str) -> tuple[Head, Body]:
        return json_reply(status, {"no": told})


ECHO = Echo()


def a_world(**changes: Any) -> World:
    """A world without delays of its own."""
    from mocks.latency import StageLatency

    return World(brain=None, latency={"tts": StageLatency()}, **changes)  # type: ignore[arg-type]


_: type[Actor] = EchoRequest
