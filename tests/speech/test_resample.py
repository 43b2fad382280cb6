import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.resample import Resampler, resample
from speech.tones import Samples

RATES = [8000, 16000, 24000, 48000]


def tone(frequency_hz: float, rate_hz: int, seconds: float = 0.2) -> Samples:
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    return np.rint(8000 * np.sin(2 * np.pi * frequency_hz * times)).astype(np.int16)


@pytest.mark.parametrize("from_hz", RATES)
@pytest.mark.parametrize("to_hz", RATES)
def test_tones_of_the_data_band_pass_unchanged_and_unshifted(from_hz: int, to_hz: int) -> None:
    for frequency_hz in (200, 1450, 3200):
        got = resample(tone(frequency_hz, from_hz), from_hz, to_hz)
        wanted = tone(frequency_hz, to_hz)
        assert len(got) == len(wanted)
        inner = slice(len(wanted) // 4, -len(wanted) // 4)
        assert np.abs(got[inner].astype(int) - wanted[inner]).max() < 80


@pytest.mark.parametrize("from_hz", [16000, 24000, 48000])
def test_what_8_khz_cannot_hold_is_removed(from_hz: int) -> None:
    assert np.abs(resample(tone(5000, from_hz), from_hz, 8000)[100:-100]).max() < 40


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(RATES), st.sampled_from([*RATES, 22050]), st.lists(st.integers(0, 700)),
)  # fmt: skip
def test_chunks_do_not_matter(from_hz: int, to_hz: int, sizes: list[int]) -> None:
    sound = tone(1000, from_hz, 0.1)
    resampler = Resampler(from_hz, to_hz)
    parts, at = [], 0
    for size in sizes:
        parts.append(resampler.feed(sound[at : at + size]))
        at += size
    parts += [resampler.feed(sound[at:]), resampler.flush()]
    whole = resample(sound, from_hz, to_hz)
    assert np.abs(np.concatenate(parts).astype(int) - whole).max() <= 1


def test_delay_is_what_a_stream_holds_back() -> None:
    resampler = Resampler(8000, 16000)
    given_n = len(resampler.feed(tone(1000, 8000, 0.1)))
    assert given_n == pytest.approx(1600 - resampler.delay_s * 16000, abs=4)
    assert Resampler(8000, 8000).delay_s == 0
