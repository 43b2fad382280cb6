from __future__ import annotations

import pytest

from speech.mouth import TRAILING_SILENCE_S

from .assemblyai_client import LINE, PLAIN, Client


def test_turns_are_formatted_if_asked_for() -> None:
    client = Client()
    client.speak(LINE)
    client.silence(1.5)
    assert [turn["transcript"] for _, turn in client.ends] == [PLAIN]


def test_a_configuration_is_updated_in_mid_session() -> None:
    client = Client(end_of_turn_confidence_threshold="1", max_turn_silence="9000")
    utterance = client.speak("That is all.")
    client.silence(0.2)
    client.tell("UpdateConfiguration", max_turn_silence=1000, format_turns=True, prompt="ignored")
    client.silence(2.0)
    (at_s, _), (_, formatted) = client.ends
    ended_s = utterance.duration_s - TRAILING_SILENCE_S
    assert at_s - ended_s == pytest.approx(1.0 + 0.2, abs=0.08)
    assert formatted["transcript"] == "That is all."


def test_an_older_name_of_a_parameter_is_understood() -> None:
    client = Client(min_end_of_turn_silence_when_confident="1000")
    utterance = client.speak("That is all.")
    client.silence(2.0)
    ((at_s, _),) = client.ends
    ended_s = utterance.duration_s - TRAILING_SILENCE_S
    assert at_s - ended_s == pytest.approx(1.0 + 0.2, abs=0.08)


def test_a_session_may_end_for_want_of_sound_and_word() -> None:
    client = Client(inactivity_timeout="5")
    client.silence(4.0)
    client.run(3_000)
    client.tell("KeepAlive")
    client.run(4_900)
    assert [one["type"] for one in client.messages] == ["Begin"]
    client.run(100)
    assert client.close.code == 3005


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"sample_rate": ""}, "sample_rate"),
        ({"sample_rate": "4000"}, "sample_rate"),
        ({"sample_rate": "eight"}, "sample_rate"),
        ({"encoding": "opus"}, "encoding"),
        ({"max_turn_silence": "-1"}, "max_turn_silence"),
        ({"format_turns": "perhaps"}, "format_turns"),
        ({"inactivity_timeout": "1"}, "inactivity_timeout"),
    ],
)
def test_what_cannot_be_heard_is_refused_after_the_upgrade(
    changed: dict[str, str], told: str
) -> None:
    client = Client(**changed)
    head, *_ = client.to(client.number)
    assert head.status == 101
    (error,) = client.messages
    assert (error["error_code"], client.close.code) == (3006, 3006)
    assert told in error["error"]
    assert client.closing("socket")[0].type == "fail"
