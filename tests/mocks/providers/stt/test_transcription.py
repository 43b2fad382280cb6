"""Long utterances are final in segments; the rest of the results is in `test_deepgram`."""

from __future__ import annotations

from itertools import pairwise

import pytest

from .deepgram_client import Client, transcript

TALE = (
    "Well, I have been a patient of yours for many years, and my daughter told me that the doctor "
    "does not work on Mondays any more, so I would like to know on which day of the week I could "
    "come in the afternoon, because in the morning I am at work."
)


def test_a_long_utterance_is_final_in_segments_as_it_goes() -> None:
    client = Client()
    client.silence(2.0)
    client.speak(TALE, identity=12)
    client.silence(1.0)
    finals = [(at_s, one) for at_s, one in client.results if one["is_final"]]
    assert len(finals) >= 3
    assert [one["speech_final"] for _, one in finals] == [False] * (len(finals) - 1) + [True]
    assert {one["from_finalize"] for _, one in finals} == {False}
    assert " ".join(transcript(one) for _, one in finals) == TALE
    for (earlier_s, _), (later_s, _) in pairwise(finals[:-1]):
        assert 4 <= later_s - earlier_s <= 7
    (work,) = client.work
    assert (work.text_out, work.identity) == (TALE, 12)


def test_segments_follow_each_other_and_hold_their_words() -> None:
    client = Client()
    client.silence(2.0)
    client.speak(TALE)
    client.silence(1.0)
    finals = [one for _, one in client.results if one["is_final"]]
    assert finals[0]["start"] == 0.0
    for one, later in pairwise(finals):
        assert one["start"] + one["duration"] == pytest.approx(later["start"], abs=0.002)
    for one in finals:
        for word in one["channel"]["alternatives"][0]["words"]:
            assert one["start"] - 0.002 <= word["start"]
            assert word["end"] <= one["start"] + one["duration"] + 0.002


def test_interims_begin_anew_after_each_segment() -> None:
    client = Client()
    client.speak(TALE)
    client.silence(1.0)
    told = ""
    for _, one in client.results:
        text = transcript(one)
        assert TALE.startswith(f"{told} {text}".strip())
        if one["is_final"]:
            told = f"{told} {text}".strip()
    assert told == TALE


def test_segments_come_without_interims_too() -> None:
    client = Client(interim_results="false")
    client.speak(TALE)
    client.silence(1.0)
    assert client.interims == []
    assert len(client.finals) >= 3
    assert " ".join(text for _, text in client.finals) == TALE


def test_a_long_silence_is_no_segment() -> None:
    client = Client()
    client.silence(12.0)
    client.speak("That is all.")
    client.silence(1.0)
    assert [text for _, text in client.finals] == ["That is all."]


def test_a_finalize_takes_what_no_segment_has_told() -> None:
    client = Client(endpointing="5000", final_s=0.05)
    client.speak(TALE)
    client.silence(0.2)
    client.tell("Finalize")
    client.silence(1.0)
    assert " ".join(text for _, text in client.finals) == TALE
    *_, last = [one for _, one in client.results if one["is_final"]]
    assert (last["from_finalize"], last["speech_final"]) == (True, True)
