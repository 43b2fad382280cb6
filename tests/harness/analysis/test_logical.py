from typing import Any

from harness.analysis.logical import Requests, requests
from tests.harness.histories import Caller, Story


def caller(**more: Any) -> Caller:
    return Story().call(1, at=0, **more).hears(role="greeting").says(lasting=1).hears(after=20)


def asked(who: Caller) -> Requests:
    who.ends(after=60)
    return requests(who.story.history())


def attempts(who: Caller) -> list[int]:
    return [len(logical.attempts) for logical in asked(who).logical]


def test_what_follows_a_failure_with_the_same_words_is_a_retry() -> None:
    who = caller()
    who.works("llm", 5, 5.1, type="fail", status=429, text_in="Tuesday")
    who.works("llm", 6, 6.1, type="fail", status=429, text_in="tuesday.")
    who.works("llm", 8, 8.9, text_in="Tuesday")
    (logical,) = asked(who).logical
    assert (logical.call, logical.stage, logical.provider) == ("c0001", "llm", "openai")
    assert len(logical.attempts) == 3


def test_the_next_turn_and_the_next_tool_round_are_no_retries() -> None:
    who = caller()
    who.works("llm", 5, 5.1, type="fail", text_in="Tuesday")
    who.works("llm", 6, 6.1, text_in="Wednesday")
    who.works("llm", 7, 7.1, text_in="Wednesday", history="slots 2026-12-03")
    assert attempts(who) == [1, 1, 1]


def test_another_provider_is_no_retry() -> None:
    who = caller()
    who.works("llm", 5, 5.1, type="fail", text_in="Tuesday")
    who.works("llm", 5.2, 6, text_in="Tuesday", provider="anthropic")
    assert attempts(who) == [1, 1]


def test_another_model_is_no_retry() -> None:
    who = caller()
    who.works("llm", 5, 5.1, type="fail", text_in="Tuesday", model="gpt-4.1")
    who.works("llm", 5.2, 6, text_in="Tuesday", model="gpt-4.1-mini")
    assert attempts(who) == [1, 1]


def test_thirty_calls_that_ask_the_same_once_are_thirty_requests() -> None:
    story = Story()
    for number in range(1, 31):
        one = story.call(number, at=number).says().ends("patience", after=8, type="info")
        one.works("llm", number + 3, number + 3.1, type="fail", status=429, text_in="hello")
    found = requests(story.history()).logical
    assert [len(logical.attempts) for logical in found] == [1] * 30


def test_saying_the_same_again_after_success_is_a_new_request() -> None:
    who = caller()
    who.works("tts", 5, 5.5, text_in="One moment.")
    who.works("tts", 9, 9.5, text_in="One moment.")
    assert attempts(who) == [1, 1]


def test_the_same_apology_in_the_next_turn_is_no_retry() -> None:
    who = Story().call(1, at=0).hears(role="greeting")
    for _ in range(3):
        who.says().hears("Sorry.", after=2, role="apology")
        at = who.now - 3
        who.works("tts", at, at + 0.1, type="fail", status=429, text_in="Sorry.")
        who.works("tools", at, at + 0.1, type="fail", tool="find", arguments="{}", status=503)
    assert attempts(who) == [1] * 6


def test_two_at_once_are_parallel_and_no_retry() -> None:
    who = caller()
    who.works("llm", 5, 9, text_in="Tuesday")
    who.works("llm", 5.5, 9, text_in="Tuesday")
    found = asked(who)
    assert [len(logical.attempts) for logical in found.logical] == [1]
    assert found.apart == {"parallel": 1}


def test_what_began_before_the_failure_is_parallel_and_what_began_after_it_a_retry() -> None:
    who = caller()
    who.works("llm", 5, 9, type="fail", text_in="Tuesday")
    who.works("llm", 5.5, 8, type="fail", text_in="Tuesday")
    who.works("llm", 9.5, 10, text_in="Tuesday")
    found = asked(who)
    assert [len(logical.attempts) for logical in found.logical] == [2]
    assert found.apart == {"parallel": 1}


def test_prewarming_and_side_requests_are_apart() -> None:
    who = caller()
    who.works("llm", 1, 1.1, purpose="prewarm")
    who.works("llm", 5, 6, purpose="side", text_in="Tuesday")
    who.works("llm", 5, 6, text_in="Tuesday")
    found = asked(who)
    assert len(found.logical) == 1
    assert found.apart == {"prewarm": 1, "side": 1}


def test_a_stall_that_was_cut_is_a_failure() -> None:
    who = caller()
    who.works("llm", 5, 13, type="info", text_in="Tuesday")
    who.works("llm", 13, 14, text_in="Tuesday")
    assert attempts(who) == [2]


def test_a_clients_timeout_looks_like_a_cancellation_and_is_a_failure() -> None:
    who = caller()
    who.works("llm", 5, 13, type="info", text_in="Tuesday", cancelled=True)
    who.works("llm", 13, 14, text_in="Tuesday")
    assert attempts(who) == [2]


def test_a_stall_in_mid_stream_given_up_is_a_failure() -> None:
    who = caller()
    who.works("tts", 5, 13, type="info", text_in="a", cancelled=True, first_at=5.2, bites=["f"])
    who.works("tts", 13, 14, text_in="a")
    assert attempts(who) == [2]


def test_a_preemptive_generation_is_taken_back() -> None:
    who = caller()
    who.works("llm", 5, 5.3, type="info", text_in="Tuesday", cancelled=True)
    who.works("llm", 5.3, 6, text_in="Tuesday")
    found = asked(who)
    assert [len(logical.attempts) for logical in found.logical] == [1]
    assert found.apart == {"taken_back": 1}


def test_an_answer_cut_while_it_was_streaming_is_taken_back() -> None:
    who = caller()
    who.works("llm", 5, 9, type="info", text_in="Tuesday", cancelled=True, first_at=5.4)
    assert asked(who).apart == {"taken_back": 1}


def test_barge_in_takes_back_what_was_waiting() -> None:
    who = Story().call(1, at=0).says(lasting=1).says(after=5)
    who.works("llm", 2, 7, type="info", cancelled=True)
    assert asked(who).apart == {"taken_back": 1}


def test_a_socket_closed_for_a_barge_in_takes_back_what_was_spoken_on_it() -> None:
    who = Story().call(1, at=0).says(lasting=1).says(after=5)
    who.works("tts", 2, 7, type="info", text_in="a", first_at=3)
    assert asked(who).apart == {"taken_back": 1}


def test_hanging_up_takes_back_what_was_waiting() -> None:
    who = Story().call(1, at=0).says().ends("patience", after=8, type="info")
    who.works("llm", 3, 10.9, type="info", cancelled=True)
    assert requests(who.story.history()).apart == {"taken_back": 1}


def test_work_of_no_known_call_and_of_hearing_counts_nowhere() -> None:
    who = caller()
    who.works("stt", 5, 6)
    who.story.work("llm", 5, 6)
    assert asked(who) == Requests([], {})


def test_an_unfinished_attempt_is_neither_served_nor_failed() -> None:
    who = caller()
    who.works("llm", 5, None, text_in="Tuesday")
    who.works("llm", 30, 31, text_in="Tuesday")
    found = asked(who)
    assert [len(logical.attempts) for logical in found.logical] == [1]
    assert found.apart == {"parallel": 1}


def test_requests_are_in_order_of_time() -> None:
    who = caller()
    who.works("tts", 7, 8, text_in="late")
    who.works("llm", 5, 6, text_in="early")
    assert [logical.stage for logical in asked(who).logical] == ["llm", "tts"]
