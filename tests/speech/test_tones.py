import numpy as np
import pytest

from speech.tones import VOICE_RMS, ToneTable, fade_in, to_samples, tone_table

RATES = [8000, 16000, 24000, 48000]


@pytest.mark.parametrize("rate_hz", RATES)
def test_fades_in_and_out_sum_to_one(rate_hz: int) -> None:
    rise = fade_in(rate_hz)
    assert len(rise) == rate_hz // 200
    assert np.allclose(rise + rise[::-1], 1)


def test_a_tone_that_stays_is_continuous() -> None:
    table = ToneTable(8000, 400)
    sound = np.zeros(5 * 400 + 40, np.int16)
    for place in range(5):
        wave = table.data(9, place * 400)
        sound[place * 400 : place * 400 + len(wave)] += wave
    steady = sound[40 : 40 + 11 * 160].reshape(11, 160)
    assert np.abs(steady - steady[0]).max() <= 2


def test_the_clock_track_is_its_symbols_one_by_one() -> None:
    table = ToneTable(8000, 360)
    track = np.zeros(70 * 360 + 40, np.int16)
    table.add_clock(track, 0, 70, first=2, step=-1)
    single = np.zeros_like(track)
    for place in range(70):
        wave = table.clock((2 - place) % 4, place * 360)
        single[place * 360 : place * 360 + len(wave)] += wave
    assert (track == single).all()


def test_the_chord_is_7_5_db_below_the_voice() -> None:
    table = ToneTable(16000, 960)
    chord = table.data(21, 0).astype(float) + table.clock(3, 0)
    rms = np.sqrt(np.mean(chord[160:-160] ** 2))
    assert 20 * np.log10(rms / VOICE_RMS) == pytest.approx(-7.5, abs=0.1)


def test_tables_are_shared() -> None:
    assert tone_table(8000, 480) is tone_table(8000, 480)


def test_to_samples_clips() -> None:
    assert to_samples(np.array([-40000.0, -0.6, 40000.0])).tolist() == [-32768, -1, 32767]
