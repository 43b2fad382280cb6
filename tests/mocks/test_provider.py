from __future__ import annotations

from collections.abc import Iterable

import pytest

from kernel.fault import STAGES, Arrival, Refusal, Stage
from mocks.provider import Catalogue, Found, NotFound, Provider, Route, load_providers
from mocks.session import Mute
from mocks.wire import SWITCHING_PROTOCOLS, Close, Head, Request, Wire
from mocks.work import Limits, Refused


def mute(request: Request, world: object) -> Mute:
    return Mute()


class Named:
    def __init__(self, name: str, stage: Stage, *routes: Route) -> None:
        self.name, self.stage, self.routes = name, stage, routes

    def recognises(self, request: Request) -> bool:
        return request.header("x-name") == self.name

    def refuse(self, refused: Refused, request: Request) -> Iterable[Wire]:
        return ()


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
    assert CATALOGUE.find(Request("WS", path)) == NotFound()


def test_a_wrong_method_is_told_the_right_ones() -> None:
    assert CATALOGUE.find(Request("GET", "/say.json")) == NotFound(("POST",))


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
    assert CATALOGUE.find(Request("POST", "/say.json"), ["llm"]) == NotFound()
    assert CATALOGUE.stages == ("llm", "tts")


def test_providers_are_found_by_stage() -> None:
    assert {one.stage for one in load_providers(["tools"])} == {"tools"}
    assert load_providers(["telephony", "nothing"]) == []
    assert {("llm", "openai"), ("tools", "clinic")} <= {(o.stage, o.name) for o in load_providers()}


@pytest.mark.parametrize("provider", load_providers(), ids=lambda one: f"{one.stage}/{one.name}")
def test_every_provider_can_say_no(provider: Provider) -> None:
    assert provider.stage in STAGES
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
