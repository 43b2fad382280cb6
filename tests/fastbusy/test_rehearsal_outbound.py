"""Calls that the agent places: whole runs in virtual time against the reference agent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from desk.dialling import Dialler
from fastbusy.judging import Judged, read_history
from fastbusy.preparing import Options
from fastbusy.rehearsal import rehearse
from harness.analysis.fates import fate_of
from kernel.errors import NotWired
from kernel.event import Event
from tests.fastbusy.small import small_scenario

AGENT = "webhook: reference, dial_out: {url: /dialout, within: 3s}"
Order = Mapping[str, str]


def outbound(folder: Path, agent: str = AGENT) -> Judged:
    scenario = small_scenario(folder)
    text = scenario.read_text().replace("samples: 3}", "samples: 3, no_stray_orders: 0}")
    scenario.write_text(f"{text}agent: {{{agent}}}\n")
    return rehearse(Options(str(scenario), out=folder / "run", keep="none"))


def outcome(judged: Judged, check: str) -> str:
    (found,) = [finding for finding in judged.verdict.checks if finding.name == check]
    return found.outcome


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    return outbound(tmp_path_factory.mktemp("outbound"))


def test_everybody_is_called_and_served(judged: Judged) -> None:
    assert judged.verdict.verdict == "pass", judged.first_line
    assert judged.verdict.fates["served"] == 3
    assert outcome(judged, "script_matched") == outcome(judged, "attributed") == "pass"
    (preflight,) = judged.history.of_kind("preflight")
    assert (preflight.type, preflight.data["without"]) == ("ok", [])


def test_a_call_has_the_name_that_its_order_was_answered_with(judged: Judged) -> None:
    calls = {call.sid: call.span for call in judged.history.calls}
    orders = [work for work in judged.history.work if work.tool == "calls.create"]
    assert {judged.history.joins[work.span] for work in orders if work.call in calls} == {
        (span, "sid") for span in calls.values()
    }


def test_who_is_called_says_hello_and_is_greeted(judged: Judged) -> None:
    hellos = {
        event.parent: event.data["until_at_ns"]
        for event in judged.history.of_kind("aside")
        if event.data["text"] == "Hello?"
    }
    for call in judged.history.calls:
        greeting = call.heard[0]
        assert greeting.role == "greeting"
        assert call.turns[0].from_at_ns > greeting.until_at_ns > hellos[call.span]


def test_the_same_again(judged: Judged, tmp_path: Path) -> None:
    def events(folder: Path) -> list[Event]:
        # CPU is the one thing that is measured and not simulated.
        return [event for event in read_history(folder).events if event.kind != "instrument"]

    assert events(outbound(tmp_path).folder) == events(judged.folder)


def test_an_agent_that_is_full_refuses_the_task(tmp_path: Path) -> None:
    found = outbound(tmp_path, f"{AGENT}, limit: 1")
    fates = {fate: count for fate, count in found.verdict.fates.items() if count}
    assert fates == {"served": 1, "refused_politely": 2}
    refused = [call for call in found.history.calls if fate_of(call) == "refused_politely"]
    assert {(call.how, call.retry_after_s) for call in refused} == {("dial_out_503", 10.0)}
    assert outcome(found, "explicit_refusal") == outcome(found, "exact_shed") == "pass"


def test_an_order_whose_answer_comes_late_is_carried_out_once(judged: Judged) -> None:
    found = rehearse(Options("outbound", out=judged.folder.parent / "late", keep="none"))
    bitten = [work for work in found.history.work if work.tool == "calls.create" and work.bites]
    assert len(bitten) > 10
    assert found.verdict.fates["served"] == len(found.history.calls)
    assert found.history.of_kind("order") == []
    assert found.verdict.verdict == "pass", found.verdict.reason


def dials(monkeypatch: pytest.MonkeyPatch, changed: Callable[[int, Order], list[Order]]) -> None:
    """The agent orders what `changed` makes of the nth order, which counts from 0."""
    place, count = Dialler.place, iter(range(100))

    async def place_changed(self: Dialler, order: Order, deadline: float) -> str:
        sid = "CA0"
        for each in changed(next(count), order):
            sid = await place(self, each, deadline)
        return sid

    monkeypatch.setattr(Dialler, "place", place_changed)


def test_who_is_called_twice_is_on_the_telephone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dials(monkeypatch, lambda number, order: [order] * (2 if number == 2 else 1))
    found = outbound(tmp_path)
    assert found.verdict.fates["served"] == 3
    (stray,) = found.history.of_kind("order")
    assert stray.data["status"] == "busy"
    assert outcome(found, "no_stray_orders") == "fail"
    assert found.verdict.verdict == "fail"


def test_a_call_to_somebody_else_reaches_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dials(monkeypatch, lambda number, order: [{**order, "To": "+4930901820"} if number else order])
    found = outbound(tmp_path)
    assert found.verdict.fates["refused_abruptly"] == 3
    assert {call.how for call in found.history.calls} == {"no_order"}
    statuses = [event.data["status"] for event in found.history.of_kind("order")]
    assert statuses == ["failed"] * 3
    assert outcome(found, "explicit_refusal") == "fail"


def test_a_call_that_is_never_ordered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dials(monkeypatch, lambda number, order: [order] if number != 1 else [])
    found = outbound(tmp_path)
    fates = {fate: count for fate, count in found.verdict.fates.items() if count}
    assert fates == {"served": 2, "refused_abruptly": 1}


def test_an_agent_that_never_orders_is_not_wired(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dials(monkeypatch, lambda *_: [])
    with pytest.raises(NotWired, match=r"no_order: .* took the task") as caught:
        outbound(tmp_path)
    assert "dial_out of the agent" in str(caught.value)


def test_an_agent_without_such_a_route_is_not_wired(tmp_path: Path) -> None:
    with pytest.raises(NotWired, match="dial_out_404"):
        outbound(tmp_path, "webhook: reference, dial_out: /nowhere")
