from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import product
from typing import Any

import pytest

from kernel.dialogue import Script
from kernel.fault import STAGES, Arrival, Refusal, Stage
from kernel.roll import roll
from mocks.brain import Brain
from mocks.provider import Catalogue, Found, Provider, Route, load_providers
from mocks.session import Mute
from mocks.wire import SWITCHING_PROTOCOLS, Body, Close, Head, Request, Wire, json_reply
from mocks.work import Limits, Refused
from mocks.world import World

from .drive import Drive


def mute(request: Request, world: object) -> Mute:
    return Mute()


class Named:
    def __init__(self, name: str, stage: Stage, *routes: Route) -> None:
        self.name, self.stage, self.routes = name, stage, routes

    def recognises(self, request: Request) -> bool:
        return request.header("x-name") == self.name

    def refuse(self, refused: Refused, request: Request) -> Iterable[Wire]:
        return ()

    def no_route(self, request: Request, status: int, told: str) -> tuple[Head, Body]:
        return json_reply(status, {self.name: told})


ONE = Named("one", "llm", Route("GET", "/models", mute), Route("WS", "/talk/{room}", mute))
TWO = Named("two", "tts", Route("GET", "/models", mute), Route("POST", "/say.json", mute))
CATALOGUE = Catalogue([TWO, ONE])


def test_a_path_keeps_its_parameters() -> None:
    found = CATALOGUE.find(Request("WS", "/talk/a%20b"))
    assert isinstance(found, Found)
    assert found.provider is ONE
    assert found.request.params == {"room": "a%20b"}
    assert found.route.name == "WS /talk/{room}"


@pytest.mark.parametrize("path", ["/talk", "/talk/", "/talk/a/b", "/sayXjson", "/models/"])
def test_other_paths_are_other_paths(path: str) -> None:
    assert CATALOGUE.find(Request("WS", path)) is None


def test_another_method_is_another_route() -> None:
    assert CATALOGUE.find(Request("GET", "/say.json")) is None


def test_a_shared_path_is_told_apart_by_the_credentials() -> None:
    def owner(**headers: str) -> object:
        found = CATALOGUE.find(Request("GET", "/models", headers={"x-name": "two", **headers}))
        assert isinstance(found, Found)
        return found.provider

    assert owner() is TWO
    assert owner(**{"x-name": "nobody"}) is ONE


def test_a_port_serves_its_own_stages() -> None:
    found = CATALOGUE.find(Request("GET", "/models"), ["tts"])
    assert isinstance(found, Found)
    assert found.provider is TWO
    assert CATALOGUE.find(Request("POST", "/say.json"), ["llm"]) is None
    assert CATALOGUE.stages == ("llm", "tts")


def test_providers_are_found_by_stage() -> None:
    assert {one.stage for one in load_providers(["tools"])} == {"tools"}
    assert load_providers(["realtime", "nothing"]) == []
    assert {("llm", "openai"), ("tools", "clinic")} <= {(o.stage, o.name) for o in load_providers()}


@pytest.mark.parametrize("provider", load_providers(), ids=lambda one: f"{one.stage}/{one.name}")
def test_every_provider_can_say_no(provider: Provider) -> None:
    assert provider.stage in STAGES
    assert provider.no_route(Request("GET", "/nowhere"), 404, "told")[0].status == 404
    reasons = ("rate_limit", "tokens", "quota", "concurrency", "overloaded", "too_large", "odd")
    for route in provider.routes:
        request = Request(route.method, route.path)
        what = "socket" if request.upgrades else "request"
        for reason in reasons:
            for where in (None, "before", "after", "in_band"):
                arrival = Arrival(provider.stage, provider.name, route.name, what, "s", "i")
                refusal = Refusal(reason, 1.2, where=where)
                wires = list(provider.refuse(Refused("", arrival, refusal, Limits()), request))
                assert isinstance(wires[0], Head)
                accepted = wires[0].status == SWITCHING_PROTOCOLS
                assert accepted == (isinstance(wires[-1], Close)) or wires[0].status >= 400


def dice(*names: object) -> int:
    return int(roll(23, *names) * 1_000_000)


ODD_QUERY = {
    "encoding": ["linear16", "mulaw", "alaw", "opus", ""],
    "sample_rate": ["8000", "16000", "0", "-1", "x", "99999999999999999999", "8000.5"],
    "channels": ["1", "2", "x"],
    "model": ["m", "", "\ud83d"],
    "endpointing": ["false", "300", "x"],
    "utterance_end_ms": ["1000", "x"],
}
ODD_VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 1e308, 10**30, "", "x", "\ud83d", "ctx", [], {}, [[]], {"a": None}),
    *({"container": "raw", "encoding": "pcm_mulaw", "sample_rate": 8000}, {"sample_rate": 3}),
)
ODD_KEYS = (
    *(
        "type",
        "context_id",
        "transcript",
        "continue",
        "cancel",
        "flush",
        "voice",
        "text",
        "model_id",
    ),
    *("output_format", "language", "messages", "model", "channel", "duration", "add_timestamps"),
)
ODD_TYPES = (
    "KeepAlive",
    "Finalize",
    "CloseStream",
    "Configure",
    "Speak",
    "Flush",
    "Clear",
    "Close",
)


def odd_text(*names: object) -> str:
    """A frame that is wrong somewhere, or not JSON at all."""
    value = {
        ODD_KEYS[dice("key", index, *names) % len(ODD_KEYS)]: ODD_VALUES[
            dice("value", index, *names) % len(ODD_VALUES)
        ]
        for index in range(dice("fields", *names) % 6)
    }
    if dice("typed", *names) % 2:
        value["type"] = ODD_TYPES[dice("type", *names) % len(ODD_TYPES)]
    text = json.dumps(value)
    cut = dice("cut", *names) % (4 * len(text))
    return text[:cut] if cut < len(text) else text


@pytest.mark.parametrize("provider", load_providers(), ids=lambda one: f"{one.stage}/{one.name}")
def test_no_provider_trips_over_what_clients_send(provider: Provider) -> None:
    drive = Drive(provider, world=World(Brain(Script())))
    for index, number in product(range(len(provider.routes)), range(60)):
        route, names = provider.routes[index], (index, number)
        query = {
            name: [values[dice(name, *names) % len(values)]]
            for name, values in ODD_QUERY.items()
            if dice("given", name, *names) % 3
        }
        headers = {"authorization": ["Bearer x", "Token x", ""][number % 3], "x-api-key": "x"}
        body = odd_text("body", *names).encode(errors="surrogatepass")
        request = Request(route.method, route.path, query, headers, body)
        session = drive.open(request)
        for frame in range(dice("frames", *names) % 20 if request.upgrades else 0):
            if dice("binary", frame, *names) % 2:
                drive.push(session, bytes(dice("length", frame, *names) % 700))
            else:
                drive.say(session, odd_text(frame, *names))
            drive.run(dice("wait", frame, *names) % 40)
        drive.service.vanish(session, drive.now_ns, code=[None, 1000][number % 2])
    drive.run()
    assert drive.service.bugs == 0
    assert len(drive.service.sessions) == 0
    closed = [event.span for event in drive.events if event.type != "invoke"]
    assert len(set(closed)) == len(closed)
