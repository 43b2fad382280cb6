from __future__ import annotations

from typing import Any

import pytest

from speech.mouth import TRAILING_SILENCE_S

from .assemblyai_client import LINE, PLAIN, PRO, Client


def words(turn: dict[str, Any]) -> list[str]:
    return [word["text"] for word in turn["words"]]


def final_words(turn: dict[str, Any]) -> list[str]:
    return [word["text"] for word in turn["words"] if word["word_is_final"]]


def test_partials_come_word_by_word_and_what_is_final_stays() -> None:
    client = Client()
    client.silence(0.5)
    utterance = client.speak(LINE)
    client.silence(1.5)
    told = [turn for _, turn in client.partials]
    assert [len(turn["words"]) for turn in told] == sorted({len(turn["words"]) for turn in told})
    for turn in told:
        assert turn["transcript"] == " ".join(final_words(turn)) == " ".join(words(turn)[:-1])
        assert PLAIN.startswith(" ".join(words(turn)))
        assert (turn["utterance"], turn["turn_order"], turn["turn_is_formatted"]) == ("", 0, False)
    for at_s, turn in client.partials:
        assert at_s >= 0.5 + 0.5
        assert 0.5 + utterance.words[len(turn["words"]) - 1].end_s <= at_s - 0.3


def test_turns_are_counted() -> None:
    client = Client()
    for number, text in enumerate(("First of all.", "And then?", "No."), 1):
        client.speak(text, identity=number)
        client.silence(1.5)
    ends = [(turn["turn_order"], turn["utterance"]) for _, turn in client.ends]
    assert ends == [(0, "First of all."), (1, "And then?"), (2, "No.")]
    assert [work.identity for work in client.work] == [1, 2, 3]
    assert {turn["turn_order"] for _, turn in client.partials} <= {0, 1, 2}


def test_without_a_confident_end_a_turn_waits_for_the_longest_silence() -> None:
    client = Client(end_of_turn_confidence_threshold="1", max_turn_silence="2000")
    utterance = client.speak("That is all.")
    client.silence(3.0)
    ended_s = utterance.duration_s - TRAILING_SILENCE_S
    (paused_at_s, paused) = client.partials[-1]
    assert paused_at_s - ended_s == pytest.approx(0.4 + 0.2, abs=0.08)
    assert (paused["utterance"], words(paused)[-1]) == ("That is all.", "all")
    assert final_words(paused) == ["that", "is"]
    ((at_s, end),) = client.ends
    assert at_s - ended_s == pytest.approx(2.0 + 0.2, abs=0.08)
    assert (end["utterance"], end["transcript"]) == ("", "that is all")


def test_a_short_pause_does_not_end_a_turn_and_a_long_one_does() -> None:
    client = Client(format_turns="true")
    client.mouth.begin(99)
    for text, pause_s in (("Well then,", 0.9), ("let me see.", 2.5)):
        client.play(client.mouth.say(text).samples)
        client.play(client.mouth.pause(pause_s).samples)
    client.play(client.mouth.say("At three.").samples)
    client.play(client.mouth.finish().samples)
    client.silence(1.5)
    ends = [turn["transcript"] for _, turn in client.ends if turn["turn_is_formatted"]]
    assert ends == ["Well then, let me see.", "At three."]
    utterances = [turn["utterance"] for _, turn in client.turns if turn["utterance"]]
    assert utterances[0] == "Well then,"
    assert [work.identity for work in client.work] == [99, 99]


def test_a_pro_model_tells_speech_then_few_partials_then_a_formatted_turn() -> None:
    client = Client(**PRO)
    client.silence(0.5)
    utterance = client.speak(LINE)
    client.silence(1.5)
    (started,) = client.of("SpeechStarted")
    assert started["timestamp"] == pytest.approx(500, abs=50)
    (first_s, first), (second_s, second) = client.partials
    assert first_s >= 0.5 + 0.75
    assert second_s - first_s == pytest.approx(3.0, abs=0.06)
    for turn in (first, second):
        assert LINE.startswith(turn["transcript"])
        assert turn["transcript"] == " ".join(words(turn))
        assert (final_words(turn), turn["end_of_turn_confidence"]) == ([], 0)
    ((at_s, end),) = client.ends
    assert (end["transcript"], end["utterance"]) == (LINE, LINE)
    assert (end["turn_is_formatted"], end["end_of_turn_confidence"]) == (True, 1)
    assert at_s - (0.5 + utterance.duration_s - TRAILING_SILENCE_S) == pytest.approx(0.3, abs=0.08)


def test_a_pro_models_partials_need_not_go_on() -> None:
    client = Client(**PRO, continuous_partials="false", interruption_delay="1500")
    client.speak(LINE)
    client.silence(1.0)
    ((at_s, _),) = client.partials
    assert at_s >= 1.5


def test_a_pro_model_tells_a_pause() -> None:
    client = Client(**PRO, continuous_partials="false", interruption_delay="9000")
    client.mouth.begin(7)
    client.play(client.mouth.say("Well then,").samples)
    client.play(client.mouth.pause(0.8).samples)
    client.play(client.mouth.say("at three.").samples)
    client.play(client.mouth.finish().samples)
    client.silence(1.0)
    ((_, paused),) = client.partials
    assert (paused["transcript"], paused["utterance"]) == ("Well then,", "")
    assert [turn["transcript"] for _, turn in client.ends] == ["Well then, at three."]


def test_language_and_speaker_are_told_if_asked_for() -> None:
    client = Client(language_detection="true", speaker_labels="True")
    client.speak("That is all.")
    client.silence(1.5)
    (_, partial), (_, end) = client.partials[0], client.ends[0]
    assert "language_code" not in partial
    assert (end["language_code"], end["speaker_label"]) == ("en", "A")
