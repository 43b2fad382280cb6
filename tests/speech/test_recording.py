"""Whole ways through mouth and ear, damaged and not; and the vectors that another encoder made."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.alphabet import Role
from speech.impair import Loss, add_noise, lose_frames
from speech.mouth import Mouth
from speech.recording import hear_file, hear_samples, say
from speech.tones import Samples
from speech.voice import VOICES
from speech.wav import write_wav

HERE = Path(__file__).parent
TEXT = "The red one, please: number 4, not 7. Can you hold it until Friday at noon?"
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@pytest.mark.parametrize(
    ("name", "role", "text"),
    [
        (
            "caller_8k_ulawgrade.wav",
            Role.CALLER,
            "Hello, I would like to book a table for two people tomorrow evening at 7.30, please.",
        ),
        (
            "agent_tts_24k.wav",
            Role.AGENT,
            "Your table for two is booked for 7.30 tomorrow. Anything else?",
        ),
    ],
)
def test_vectors_are_heard_without_error(name: str, role: Role, text: str) -> None:
    ((utterance,),) = hear_file(HERE / name)
    assert (utterance.text, utterance.role, utterance.verified) == (text, role, True)
    assert min(utterance.confidences) > 0.9


@settings(max_examples=60, deadline=None)
@given(
    ANY_TEXT, st.sampled_from(Role), st.sampled_from([*VOICES]),
    st.one_of(st.none(), st.integers(0, (1 << 26) - 1)),
)  # fmt: skip
def test_any_text_in_any_voice_is_heard(
    text: str, role: Role, voice: str, identity: int | None
) -> None:
    utterance = say(text, role=role, voice=voice, identity=identity)
    (heard,) = hear_samples(utterance.samples, 8000)
    assert (heard.text, heard.role, heard.identity) == (text, role, identity)
    assert heard.verified


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 1), st.integers(0, 159))
def test_any_cut_leaves_a_right_beginning(share: float, lead_n: int) -> None:
    utterance = say(TEXT)
    cut_n = round(share * utterance.voiced_end)
    lead = np.zeros(lead_n, np.int16)
    heard = hear_samples(np.concatenate([lead, utterance.samples[:cut_n]]), 8000)
    text = heard[0].text if heard else ""
    played = sum(character.end_s * 8000 <= cut_n for character in utterance.characters)
    assert TEXT.startswith(text)
    assert played <= len(text) + 1
    assert len(text) <= played + 1


@settings(max_examples=25, deadline=None)
@given(st.floats(0.05, 0.8))
def test_joining_amid_gives_a_right_rest(share: float) -> None:
    samples = say(TEXT, role=Role.AGENT).samples
    (heard,) = hear_samples(samples[round(share * len(samples)) :], 8000)
    sure = "".join(character.text for character in heard.characters if character.confidence >= 0.5)
    assert TEXT.endswith(sure.split(" ", 1)[-1])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([Loss.ZERO, Loss.DELETE]), st.integers(1, 3))
def test_a_damaged_text_is_never_verified(seed: int, how: Loss, burst: int) -> None:
    chance = np.random.default_rng(seed)
    damaged = lose_frames(say(TEXT).samples, 8000, 0.08, chance, how=how, burst=burst)
    assert all(heard.text == TEXT for heard in hear_samples(damaged, 8000) if heard.verified)


@pytest.mark.parametrize("how", [Loss.ZERO, Loss.DELETE])
def test_wrong_words_are_in_doubt(how: Loss) -> None:
    wrong = [
        word.confidence
        for seed in range(20)
        for heard in hear_samples(
            lose_frames(
                say(TEXT).samples, 8000, 0.08, np.random.default_rng(seed), how=how, burst=3
            ),
            8000,
        )
        for word in heard.words
        if word.text not in TEXT.split()
    ]
    assert len(wrong) > 20
    assert max(wrong) < 0.5


@pytest.mark.parametrize("how", Loss)
def test_three_frames_of_a_hundred_may_be_lost(how: Loss) -> None:
    chance = np.random.default_rng(11)
    samples = lose_frames(say(TEXT).samples, 8000, 0.03, chance, how=how)
    (heard,) = hear_samples(samples, 8000)
    assert heard.text == TEXT


@pytest.mark.parametrize("snr_db", [20, 10])
def test_white_noise_is_no_obstacle(snr_db: float) -> None:
    noisy = add_noise(say(TEXT).samples, snr_db, np.random.default_rng(5))
    (heard,) = hear_samples(noisy, 8000)
    assert (heard.text, heard.verified) == (TEXT, True)


def test_a_stereo_file_is_heard_channel_by_channel(tmp_path: Path) -> None:
    left, right = say("caller here", identity=3).samples, say("agent here", role=Role.AGENT).samples
    length = max(len(left), len(right))
    sides = [np.pad(side, (0, length - len(side))) for side in (left, right)]
    write_wav(tmp_path / "call.wav", np.stack(sides, axis=1), 8000)
    heard = hear_file(tmp_path / "call.wav")
    assert [[each.text for each in side] for side in heard] == [["caller here"], ["agent here"]]


def test_a_file_without_a_sample_holds_nothing(tmp_path: Path) -> None:
    write_wav(tmp_path / "empty.wav", np.zeros(0, np.int16), 8000)
    assert hear_file(tmp_path / "empty.wav") == [[]]


def test_a_rate_that_no_ear_has_is_resampled() -> None:
    samples = Mouth(Role.CALLER, 22050).speak(TEXT).samples
    (heard,) = hear_samples(samples, 22050)
    assert (heard.text, heard.verified) == (TEXT, True)


def test_two_utterances_in_one_recording() -> None:
    mouth = Mouth(Role.CALLER, 8000)
    both: Samples = np.concatenate([mouth.speak("one", 1).samples, mouth.speak("two", 2).samples])
    first, second = hear_samples(both, 8000)
    assert (first.text, first.identity) == ("one", 1)
    assert (second.text, second.identity) == ("two", 2)
    assert first.end_s < second.start_s
