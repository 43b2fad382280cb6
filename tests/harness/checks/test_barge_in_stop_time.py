"""Agents stop for callers who interrupt them."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checks.barge_in_stop_time import BargeInStopTime
from harness.finding import Finding
from kernel.units import Duration, Share
from tests.harness.histories import Caller, Story

CHECK = BargeInStopTime(fewest=1)


def story() -> Story:
    return Story().phase("baseline", 0, 600)


def interrupts(
    told: Story, stop_s: float, number: int = 1, *, into_s: float = 1.5, **heard: Any
) -> Caller:
    """The agent is audible for so long after the caller began; then it answers."""
    caller = told.call(number, at=number * 20)
    caller.hears(role="greeting", after=0.5).says()
    caller.hears("Let me tell you", lasting=into_s + stop_s, **heard)
    caller.says(after=-stop_s, lasting=2.5, barge_in=True)
    return caller.hears(verified=True).ends()


def judged(*stops_s: float, check: BargeInStopTime = CHECK, **heard: Any) -> Finding:
    told = story()
    for number, stop_s in enumerate(stops_s, 1):
        interrupts(told, stop_s, number, **heard)
    return check(told.history())


def test_the_time_is_from_the_callers_first_sound_to_the_agents_last() -> None:
    finding = judged(0.4, 0.6, 0.8)
    assert finding.outcome == "pass"
    assert finding.measures["stop_p50_s"] == pytest.approx(0.6)
    assert finding.measures["stop_max_s"] == pytest.approx(0.8)
    assert finding.measures["interruptions"] == 3


def test_an_agent_that_talks_on_fails() -> None:
    finding = judged(0.5, 3.0, verified=True)
    assert finding.outcome == "fail"
    assert [evidence.call for evidence in finding.evidence] == ["c0002"]
    assert "talked over for 3.0 s" in finding.evidence[0].note


def test_a_share_may_take_longer() -> None:
    assert judged(*[0.5] * 9, 3.0).outcome == "fail"
    tolerant = BargeInStopTime(fewest=1, tolerated=Share(0.1))
    assert judged(*[0.5] * 9, 3.0, check=tolerant).outcome == "pass"
    assert judged(0.9, check=BargeInStopTime(fewest=1, limit=Duration(0.6))).outcome == "fail"


def test_who_comes_to_its_end_by_itself_in_time_has_shown_nothing() -> None:
    finding = judged(0.5, verified=True)
    assert finding.outcome == "unknown"
    assert "1 where it came to its end" in finding.summary


def test_a_sentence_that_ends_is_no_stop_if_the_next_one_follows() -> None:
    told = story()
    caller = told.call(1, at=10).hears(role="greeting").says()
    caller.hears("Sure.", lasting=1.0, verified=True).says(after=-0.3, lasting=3.0, barge_in=True)
    caller.now -= 2.4
    caller.hears("As I was saying.", after=0.0, lasting=2.2, role="other", verified=True)
    caller.hears("Nine.", after=1.5).ends()
    finding = CHECK(told.history())
    assert finding.outcome == "fail"
    assert finding.measures["stop_max_s"] == pytest.approx(2.8)


@pytest.mark.parametrize(("word", "stop_s"), [("Mhm.", 0.4), ("Okay.", 0.4), ("Nine is", 1.6)])
def test_an_agent_that_only_nods_has_stopped(word: str, stop_s: float) -> None:
    told = story()
    caller = told.call(1, at=10).hears(role="greeting").says()
    caller.hears("Let me tell you", lasting=2.0).says(after=-0.4, lasting=4.0, barge_in=True)
    caller.now -= 3.6
    caller.hears(word, after=0.6, lasting=0.6, role="other")
    caller.now += 2.4
    caller.hears("Nine.").ends()
    finding = CHECK(told.history())
    assert finding.measures["stop_max_s"] == pytest.approx(stop_s)


def test_where_the_agent_is_silent_there_is_nothing_to_stop() -> None:
    told = story()
    told.call(1, at=10).hears(role="greeting").says().hears().says(barge_in=True).hears().ends()
    finding = CHECK(told.history())
    assert finding.outcome == "unknown"
    assert "1 where the agent was not audible any more" in finding.summary


def test_noise_is_no_speech_to_stop() -> None:
    assert judged(3.0, sound="noise", role="other").outcome == "unknown"


def test_a_warm_up_is_left_out_and_stated() -> None:
    told = story()
    caller = told.call(1, at=10).hears("Hello, this is", lasting=4.0, after=0.5, role="greeting")
    caller.says(after=-2.5, barge_in=True).hears().ends()
    assert CHECK(told.history()).outcome == "fail"
    finding = BargeInStopTime(fewest=1, warm_up=Duration(3))(told.history())
    assert finding.outcome == "unknown"
    assert "1 while it was warming up" in finding.summary
    assert BargeInStopTime(fewest=1, warm_up=Duration(1))(told.history()).outcome == "fail"


def test_a_few_tell_nothing() -> None:
    finding = judged(3.0, 3.0, 3.0, 3.0, check=BargeInStopTime())
    assert finding.outcome == "unknown"
    assert judged(*[3.0] * 5, check=BargeInStopTime()).outcome == "fail"


def test_what_overlaps_without_intent_does_not_count() -> None:
    told = story()
    told.call(1, at=10).hears(role="greeting").says().hears(lasting=5).says(after=-3).ends()
    assert CHECK(told.history()).measures == {}
