from __future__ import annotations

import numpy as np
import pytest

from speech.breath import BREATH_DBFS, BREATH_S, breath, breathing_out
from speech.ear import Ear
from speech.events import Ended, Heard, Started
from speech.mouth import Mouth, Role
from speech.tones import Samples
from speech.transcript import Transcript

RATE_HZ = 8000
TEXTS = ["a", "ab", "abc", "abcd", "On May 3rd, please.", "No, that is all. Goodbye."]


def rms_dbfs(samples: Samples) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(samples.astype(np.float64) ** 2)) / 32768))


@pytest.mark.parametrize("rate_hz", [8000, 16000, 24000])
def test_it_is_softer_than_any_voice_and_fades_to_nothing(rate_hz: int) -> None:
    sound = breath(rate_hz)
    half, tenth = len(sound) // 2, len(sound) // 10
    assert len(sound) == BREATH_S * rate_hz
    assert rms_dbfs(sound[:half]) == pytest.approx(BREATH_DBFS, abs=0.5)
    assert rms_dbfs(sound[-tenth:]) < BREATH_DBFS - 6
    assert abs(int(sound[-1])) <= 1
    assert abs(sound.astype(int)).max() < 32768 * 10 ** (-46 / 20)


def test_words_stay_as_they_are_and_nothing_is_cut_off() -> None:
    said = Mouth(Role.CALLER, RATE_HZ).speak("Is it 9 yet?")
    heard = breathing_out(said)
    end = said.voiced_end
    assert (heard[:end] == said.samples[:end]).all()
    assert len(heard) == max(len(said.samples), end + len(breath(RATE_HZ)))
    assert (heard[end : end + len(breath(RATE_HZ))] == breath(RATE_HZ)).all()


def test_an_ear_hears_the_same_words_with_it() -> None:
    """Also where the next START has the tone of the clock that the last END had."""
    pause = np.zeros(RATE_HZ // 2, np.int16)
    mouth = Mouth(Role.CALLER, RATE_HZ)
    sounds = [part for text in TEXTS for part in (breathing_out(mouth.speak(text, 3)), pause)]
    ear, transcript = Ear(RATE_HZ), Transcript()
    events = [
        event
        for symbol in ear.hear({ear.open(): np.concatenate(sounds)})
        for event in transcript.add(symbol)
    ]
    assert sum(isinstance(event, Started) for event in events) == len(TEXTS)
    assert [event.verified for event in events if isinstance(event, Ended)] == [True] * len(TEXTS)
    assert "".join(event.text for event in events if isinstance(event, Heard)) == "".join(TEXTS)
