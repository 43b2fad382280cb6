import numpy as np
import pytest

import speech.voice
from speech.voice import VOICES, Voice, render, rendering


def spread(text: str, rate_hz: int = 8000) -> tuple[list[str], list[int]]:
    length_n = round(0.06 * rate_hz)
    return list(text), [length_n * (place + 1) for place in range(len(text))]


TEXT = "what time does the last train leave, and is it 42% cheaper?"


@pytest.mark.parametrize("rate_hz", [8000, 24000])
@pytest.mark.parametrize("voice", VOICES.values(), ids=lambda voice: voice.name)
def test_a_voice_leaves_the_data_band_alone(voice: Voice, rate_hz: int) -> None:
    sound = render(voice, *spread(TEXT, rate_hz), rate_hz)
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    frequency = np.fft.rfftfreq(len(sound), 1 / rate_hz)
    assert power[(frequency > 1400) & (frequency < 3300)].sum() < 1e-3 * power.sum()


def test_rms_is_one_and_length_has_a_fade_to_spare() -> None:
    letters, ends_n = spread(TEXT)
    sound = render(VOICES["mira"], letters, ends_n, 8000)
    assert len(sound) == ends_n[-1] + 40
    assert np.sqrt(np.mean(sound**2)) == pytest.approx(1, abs=0.02)


def test_the_same_piece_sounds_the_same_and_voices_differ() -> None:
    piece = spread(TEXT)
    again = [render(VOICES[name], *piece, 8000) for name in ("otto", "otto", "selma")]
    assert (again[0] == again[1]).all()
    assert not np.allclose(again[0], again[2], atol=0.1)


def test_there_are_voices_of_different_pitch() -> None:
    pitches = {voice.pitch_hz for voice in VOICES.values()}
    assert len(pitches) >= 4
    assert all(105 <= pitch_hz <= 155 for pitch_hz in pitches)


@pytest.mark.parametrize("letters", [", m wrn. 'm", "    ", "mmmmmmmm", "!?!?!?", "漢字かな", "٣½"])
def test_no_run_of_quiet_letters_is_left_quiet(letters: str) -> None:
    sound = render(VOICES["mira"], *spread("a" + letters + "a"), 8000)
    blocks = np.sqrt((sound[: len(sound) // 1600 * 1600].reshape(-1, 1600) ** 2).mean(axis=1))
    assert blocks.min() > 0.05


def test_no_sample_is_above_the_crest_that_a_mix_allows() -> None:
    assert np.abs(render(VOICES["mira"], *spread("a" + "," * 40), 8000)).max() <= 10.5


@pytest.mark.parametrize("rate_hz", [8000, 22050])
def test_stretches_join_without_a_seam(rate_hz: int, monkeypatch: pytest.MonkeyPatch) -> None:
    piece = spread(TEXT, rate_hz)
    sounds = []
    for step_n in (rate_hz // 10, speech.voice.STEP_N, 10**9):
        monkeypatch.setattr(speech.voice, "STEP_N", step_n)
        sounds.append(render(VOICES["pia"], *piece, rate_hz).tobytes())
    assert len(set(sounds)) == 1


def test_no_step_voices_more_than_a_stretch() -> None:
    letters, ends_n = spread(TEXT * 4, 24000)
    steps = rendering(VOICES["mira"], letters, ends_n, 24000)
    count = sum(1 for _ in iter(lambda: next(steps, "done"), "done"))
    assert count >= ends_n[-1] / speech.voice.STEP_N
