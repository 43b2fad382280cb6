"""Callers with manners of their own against the reference agent, whole runs in virtual time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from desk.call import Call as DeskCall
from fastbusy.judging import Judged
from fastbusy.preparing import Options
from fastbusy.rehearsal import rehearse
from harness.analysis.fates import fate_of
from harness.finding import Finding
from kernel.records import Call
from tests.fastbusy.manners import KEYS, manners_scenario

MANNERS = {
    "interrupts": ("", "barge_in: 100%"),
    "interrupts_the_greeting": ("barge_in: true", ""),
    "talks_over": ("talk_over: {times: 2}", ""),
    "nods": ("backchannel: true", ""),
    "is_silent": ("", "silence: 12s"),
    "is_silent_and_leaves": ("", "silence: {for: 8s, then: hang_up}"),
    "leaves_the_greeting": ("hang_up: {during: greeting}", ""),
    "leaves_in_its_words": ("", "hang_up: {during: line, after: 800ms}"),
    "leaves_the_answer": ("hang_up: true", ""),
}
LEAVING = (
    "is_silent_and_leaves",
    "leaves_the_greeting",
    "leaves_in_its_words",
    "leaves_the_answer",
)
BARGING = {"interrupts": MANNERS["interrupts"]}
STOPS = ", barge_in_stop_time: {fewest: 3}"


def rehearsed(folder: Path, scenario: Path) -> Judged:
    return rehearse(Options(str(scenario), agent="reference", out=folder / "run", keep="none"))


def finding(judged: Judged, name: str) -> Finding:
    (found,) = [finding for finding in judged.verdict.checks if finding.name == name]
    return found


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    folder = tmp_path_factory.mktemp("manners")
    scenario = manners_scenario(folder, MANNERS, 2 * (len(MANNERS) + 1), further=KEYS)
    return rehearsed(folder, scenario)


def calls(judged: Judged, dialogue: str) -> list[Call]:
    found = [call for call in judged.history.calls if call.dialogue == dialogue]
    assert len(found) == 2
    return found


def test_everybody_is_served_and_gets_what_it_stays_for(judged: Judged) -> None:
    assert {fate_of(call) for call in judged.history.calls} == {"served"}
    for name in ("no_dropped_calls", "no_dead_air", "task_completed", "script_matched"):
        assert finding(judged, name).outcome == "pass", finding(judged, name).summary
    stayed = 2 * (len(MANNERS) + 1 - len(LEAVING))
    assert finding(judged, "task_completed").measures["calls"] == stayed


def test_every_piece_of_work_is_joined_to_its_call(judged: Judged) -> None:
    assert finding(judged, "attributed").measures["share"] == 1.0


def test_who_is_interrupted_stops_and_answers(judged: Judged) -> None:
    for call in calls(judged, "interrupts"):
        first, second, _ = call.turns
        assert (first.interrupted, second.barge_in) == (True, True)
        assert first.answer_until_at_ns is not None
        assert 0.2e9 < first.answer_until_at_ns - second.from_at_ns < 2e9
        assert not next(heard for heard in call.heard if heard.turn == 1).verified
        assert second.answer.endswith("Anything else?")
    for call in calls(judged, "interrupts_the_greeting"):
        greeting = call.heard[0]
        assert greeting.from_at_ns < call.turns[0].from_at_ns < greeting.until_at_ns


def test_who_is_talked_over_answers_what_was_said_last(judged: Judged) -> None:
    for call in calls(judged, "talks_over"):
        first, again, *_ = call.turns
        assert (first.interrupted, again.repeat, again.barge_in) == (True, 1, False)
        assert again.text == f"{first.text} {first.text}"
        assert again.answer.endswith("are quietest.")


def test_who_nods_is_not_answered(judged: Judged) -> None:
    asides = {event.parent: event for event in judged.history.of_kind("aside")}
    for call in calls(judged, "nods"):
        aside, answer = asides[call.span], call.heard[1]
        assert answer.from_at_ns < aside.at_ns < answer.until_at_ns
        assert answer.verified
        assert [turn.index for turn in call.turns] == [1, 2, 3]


def test_silence_is_kept_and_nothing_is_owed_in_it(judged: Judged) -> None:
    for call in calls(judged, "is_silent"):
        first, second, _ = call.turns
        assert first.answer_until_at_ns is not None
        assert second.from_at_ns - first.answer_until_at_ns >= 12e9


def test_who_leaves_early_has_left_when_it_was_to(judged: Judged) -> None:
    said = {
        dialogue: {(len(call.turns), call.answers) for call in calls(judged, dialogue)}
        for dialogue in LEAVING
    }
    assert said == {
        "is_silent_and_leaves": {(1, 1)},
        "leaves_the_greeting": {(0, 0)},
        "leaves_in_its_words": {(2, 1)},
        "leaves_the_answer": {(1, 1)},
    }
    for call in judged.history.calls:
        assert (call.how == "left_early") is (call.dialogue in LEAVING)


def test_keys_are_answered_as_words_are(judged: Judged) -> None:
    for call in calls(judged, "keys"):
        assert [turn.text for turn in call.turns[1:3]] == [f"{call.facts['code']}#", "1"]
        assert call.answers == 4


def test_an_agent_that_stops_passes_and_one_that_is_deaf_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def finish_first(self: DeskCall) -> None:
        if not self._turn.done():
            await asyncio.wait([self._turn])

    scenario = manners_scenario(tmp_path, BARGING, 4, gates=STOPS)
    fair = rehearsed(tmp_path / "fair", scenario)
    assert finding(fair, "barge_in_stop_time").outcome == "pass"
    assert finding(fair, "barge_in_stop_time").measures["interruptions"] == 4
    monkeypatch.setattr(DeskCall, "_interrupt", finish_first)
    deaf = rehearsed(tmp_path / "deaf", scenario)
    assert finding(deaf, "barge_in_stop_time").outcome == "fail"
    assert finding(deaf, "attributed").measures["share"] == 1.0
    assert {fate_of(call) for call in deaf.history.calls} == {"served"}


def test_who_loses_patience_calls_again(tmp_path: Path) -> None:
    scenario = manners_scenario(tmp_path, {"plain": ("", "")}, 3)
    load = "calls: 3, for: 30s, faults: [mute]"
    text = scenario.read_text().replace("calls: 3, rate: 0.5/s", load)
    persona = "{patience: 3s, redial: {after: 'lognormal(20s, 22s)', times: 2}}"
    scenario.write_text(text + f"callers: [{{dialogue: plain, persona: {persona}}}]\n")
    fault = "{kind: slowdown, target: tts, first: 14s, for: 20s}"
    (tmp_path / "mute.yaml").write_text(f"name: mute\nwhy: Nobody is heard.\nfaults: [{fault}]\n")
    judged = rehearsed(tmp_path, scenario)
    redials = [call for call in judged.history.calls if call.redial_of]
    assert redials
    for again in redials:
        (before,) = [call for call in judged.history.calls if call.span == again.redial_of]
        assert (fate_of(before), fate_of(again)) == ("abandoned", "served")
        assert (again.facts, again.turns[0].text) == (before.facts, before.turns[0].text)
        assert 15e9 < again.dialled_ns - before.ended_ns < 30e9
    delivered = finding(judged, "delivered_load")
    assert delivered.outcome == "pass"
    assert (delivered.measures["dialled"], delivered.measures["redials"]) == (3, len(redials))
    assert sum(judged.verdict.fates.values()) == 3 + len(redials)
    assert finding(judged, "attributed").measures["share"] == 1.0
