"""Clients that give up early, speculate, hedge, fail over, reconnect: what counts as a retry."""

from typing import Any

import pytest

from harness.analysis.logical import Requests, requests
from tests.harness.histories import Caller, Story


def caller(**more: Any) -> Caller:
    return Story().call(1, at=0, **more).hears(role="greeting").says(lasting=1).hears(after=20)


def asked(who: Caller) -> Requests:
    who.ends(after=60)
    return requests(who.story.history())


def attempts(who: Caller) -> list[int]:
    return [len(logical.attempts) for logical in asked(who).logical]


def gives_up(who: Caller, stage: str, at: float, until: float, **data: Any) -> None:
    who.works(stage, at, until, type="info", cancelled=True, **data)


STAGES = {
    "llm": {"text_in": "Tuesday"},
    "tts": {"text_in": "One moment."},
    "tools": {"tool": "find", "arguments": "{}"},
}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("pause", [0.0, 0.1])
def test_a_storm_of_short_timeouts_does_not_hide(stage: str, pause: float) -> None:
    who = caller()
    for index in range(50):
        at = 5 + index * (0.2 + pause)
        gives_up(who, stage, at, at + 0.2, bites=["stall"], **STAGES[stage])
    found = asked(who)
    assert [len(logical.attempts) for logical in found.logical] == [50]
    assert found.apart == {}


def test_a_storm_whose_answers_began_and_were_slow_does_not_hide() -> None:
    who = caller()
    for index in range(9):
        at = 5 + index
        gives_up(who, "llm", at, at + 0.9, first_at=at + 0.1, bites=["slow"], text_in="Tuesday")
    assert attempts(who) == [9]


def test_a_storm_that_is_served_at_last() -> None:
    who = caller()
    for index in range(9):
        gives_up(who, "llm", 5 + index / 2, 5.5 + index / 2, text_in="Tuesday")
    who.works("llm", 9.5, 10, text_in="Tuesday")
    assert attempts(who) == [10]


def test_hanging_up_ends_a_storm_and_hides_none_of_it() -> None:
    who = Story().call(1, at=0).says().ends("patience", after=8, type="info")
    for index in range(20):
        gives_up(who, "llm", who.now - 2 + index / 10, who.now - 1.9 + index / 10, text_in="a")
    (logical,) = requests(who.story.history()).logical
    assert len(logical.attempts) == 20


def test_the_same_words_asked_once_more_when_the_turn_is_confirmed_are_no_retry() -> None:
    who = caller()
    gives_up(who, "llm", 5, 5.4, first_at=5.2, text_in="Tuesday")
    who.works("llm", 5.4, 6, text_in="Tuesday")
    found = asked(who)
    assert [len(logical.attempts) for logical in found.logical] == [1]
    assert found.apart == {"taken_back": 1}


def test_a_confirmed_turn_that_the_caller_then_interrupts_is_no_retry() -> None:
    who = Story().call(1, at=0).says(lasting=1).says(after=5)
    gives_up(who, "llm", 2, 2.4, text_in="Tuesday")
    gives_up(who, "llm", 2.4, 7, text_in="Tuesday")
    found = asked(who)
    assert (found.logical, found.apart) == ([], {"taken_back": 2})


def test_words_that_grow_with_the_transcript_are_no_retries() -> None:
    who = caller()
    for index, words in enumerate(("On", "On Tuesday", "On Tuesday at", "On Tuesday at three")):
        gives_up(who, "llm", 5 + index / 2, 5.4 + index / 2, text_in=words)
    who.works("llm", 7, 8, text_in="On Tuesday at three please")
    found = asked(who)
    assert [len(logical.attempts) for logical in found.logical] == [1]
    assert found.apart == {"taken_back": 4}


def test_a_preemptive_generation_that_was_refused_and_is_asked_again_was_tried_twice() -> None:
    who = caller()
    who.works("llm", 5, 5.1, type="fail", status=429, text_in="Tuesday")
    who.works("llm", 5.4, 6, text_in="Tuesday")
    assert attempts(who) == [2]


def test_what_is_given_up_after_a_refusal_is_no_preemptive_generation() -> None:
    who = caller()
    who.works("llm", 5, 5.1, type="fail", status=429, retry_after_s=3.0, text_in="Tuesday")
    gives_up(who, "llm", 5.2, 5.7, text_in="Tuesday")
    who.works("llm", 8.2, 9, text_in="Tuesday")
    assert attempts(who) == [3]


def test_a_tool_is_not_called_preemptively() -> None:
    who = caller()
    gives_up(who, "tools", 5, 5.4, tool="find", arguments="{}")
    who.works("tools", 5.4, 6, tool="find", arguments="{}")
    assert attempts(who) == [2]


def test_the_same_words_long_after_a_cancellation_are_asked_anew() -> None:
    who = caller()
    for at in (5, 30, 55):
        gives_up(who, "llm", at, at + 0.4, text_in="Tuesday")
    assert asked(who) == Requests([], {"taken_back": 3})


def test_the_hedge_that_lost_is_no_attempt() -> None:
    who = caller()
    gives_up(who, "llm", 5, 5.7, text_in="Tuesday")
    who.works("llm", 5.3, 7, first_at=5.6, text_in="Tuesday")
    found = asked(who)
    assert [len(logical.attempts) for logical in found.logical] == [1]
    assert found.apart == {"taken_back": 1}


def test_what_a_hedge_has_served_is_not_retried_by_the_next_request() -> None:
    who = caller()
    who.works("tts", 5, 5.5, type="fail", status=429, text_in="One moment.")
    who.works("tts", 5.3, 7, text_in="One moment.")
    who.works("tts", 9, 9.5, text_in="One moment.")
    assert attempts(who) == [1, 1]


def test_a_hedged_retry_is_one_retry_and_one_hedge() -> None:
    who = caller()
    for at in (5, 6, 7):
        for more in (0, 0.02):
            who.works("llm", at + more, at + more + 0.1, type="fail", text_in="Tuesday")
    found = asked(who)
    assert [len(logical.attempts) for logical in found.logical] == [3]
    assert found.apart == {"parallel": 3}


def test_hedges_that_are_given_up_one_after_the_other_are_a_storm() -> None:
    who = caller()
    for index in range(40):
        gives_up(who, "llm", 5 + index * 0.3, 5.5 + index * 0.3, bites=["stall"], text_in="a")
    (logical,) = asked(who).logical
    assert len(logical.attempts) >= 20


def test_a_retry_beside_one_that_hangs_is_still_a_retry() -> None:
    who = caller()
    who.works("llm", 5, 40, type="info", text_in="Tuesday")
    for index in range(30):
        at = 5.5 + index / 5
        who.works("llm", at, at + 0.05, type="fail", status=503, text_in="Tuesday")
    found = asked(who)
    assert [len(logical.attempts) for logical in found.logical] == [30]


def test_who_tries_again_without_hanging_up_is_not_hedging() -> None:
    who = caller()
    for index in range(20):
        who.works("llm", 5 + index / 2, 30, bites=["stall"], first_at=29, text_in="Tuesday")
    found = asked(who)
    assert [len(logical.attempts) for logical in found.logical] == [19]
    assert found.apart == {"parallel": 1}


def test_many_at_once_are_a_fan_out() -> None:
    who = caller()
    for index in range(5):
        who.works("llm", 5 + index / 100, 7, text_in="Tuesday")
    found = asked(who)
    assert [len(logical.attempts) for logical in found.logical] == [1]
    assert found.apart == {"parallel": 4}


def test_failing_over_to_and_fro_is_a_storm_at_both_providers() -> None:
    who = caller()
    for index in range(20):
        provider = ("openai", "anthropic")[index % 2]
        at = 5 + index / 10
        who.works("llm", at, at + 0.05, type="fail", text_in="Tuesday", provider=provider)
    assert attempts(who) == [10, 10]


def test_another_connection_and_another_endpoint_are_the_same_request() -> None:
    who = caller()
    for index in range(5):
        place = {"connection": f"tcp{index}", "route": ("WS /tts", "POST /bytes")[index % 2]}
        who.works("tts", 5 + index, 5.1 + index, type="fail", text_in="Sure.", **place)
    assert attempts(who) == [5]


def test_a_retry_with_more_of_the_text_is_a_retry() -> None:
    who = caller()
    who.works("tts", 5, 5.1, type="fail", text_in="Sure.")
    who.works("tts", 5.2, 5.3, type="fail", text_in="Sure. Which day?")
    who.works("tts", 5.4, 5.5, type="fail", text_in="Sure. Which day? Or time?")
    who.works("tts", 5.6, 5.7, text_in="Surely not.")
    assert attempts(who) == [3, 1]


def test_a_sentence_after_a_sentence_is_none() -> None:
    who = caller()
    for index, text in enumerate(("Sure.", "Which day?", "Sure.")):
        who.works("tts", 5 + index, 5.5 + index, text_in=text)
    assert attempts(who) == [1, 1, 1]
