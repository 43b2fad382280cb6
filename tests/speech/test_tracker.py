import numpy as np
import pytest

from speech.chord import data_tones
from speech.spectrum import Spectrum
from speech.tracker import IDLE, Symbol, Tracks, advance, count_unclear, in_doubt


def chord(value: int, clock: int, hops: int = 6, share: float = 0.95) -> Spectrum:
    """The spectrum of one stream that hears a chord."""
    clocks = np.full((hops, 4, 1), (1 - share) / 3, np.float32)
    clocks[:, clock] = share
    data = np.full((hops, 32, 1), (1 - share) / 7, np.float32)
    data[:, [tone - 4 for tone in data_tones(value)]] = share
    clarity = np.full((hops, 1), share, np.float32)
    return Spectrum(clocks, data, clarity)


def noise(hops: int) -> Spectrum:
    return Spectrum(
        np.full((hops, 4, 1), 0.25, np.float32),
        np.full((hops, 32, 1), 0.125, np.float32),
        np.full((hops, 1), 0.3, np.float32),
    )


def silent() -> Tracks:
    return Tracks.silent(np.zeros((3, 72, 1), np.float32))


def heard(*spectra: Spectrum, tracks: Tracks | None = None) -> list[Symbol]:
    tracks = silent() if tracks is None else tracks
    return [symbol for spectrum in spectra for symbol in advance(tracks, spectrum, [7])]


def test_chords_become_symbols_and_silence_becomes_idle() -> None:
    symbols = heard(chord(12, 0), chord(12, 1), chord(63, 2), noise(12))
    assert [symbol.value for symbol in symbols] == [12, 12, 63, IDLE]
    assert [symbol.clock for symbol in symbols] == [0, 1, 2, 2]
    assert all(symbol.stream == 7 for symbol in symbols)
    assert all(symbol.strong and symbol.confidence > 0.9 for symbol in symbols)


def test_symbols_end_when_they_end() -> None:
    *symbols, idle = heard(*(chord(5, place % 4) for place in range(5)), noise(12))
    ends_s = [0.06 * (place + 1) for place in range(5)]
    assert [symbol.at_s for symbol in symbols[:4]] == pytest.approx(ends_s[:4], abs=0.021)
    assert idle.at_s == pytest.approx(0.3, abs=0.03)


def test_noise_is_no_symbol() -> None:
    assert heard(noise(500)) == []


def test_a_clock_that_skips_needs_more_evidence() -> None:
    tracks = silent()
    heard(chord(1, 0), tracks=tracks)
    assert heard(chord(1, 2, hops=1, share=0.8), tracks=tracks) == []
    assert [symbol.clock for symbol in heard(chord(1, 2), tracks=tracks)] == [0]


def test_a_dim_chord_is_weak() -> None:
    first, *_ = heard(chord(9, 0), chord(30, 1, hops=1, share=0.6), noise(12))
    assert first.strong
    (dim, _) = heard(chord(9, 0, hops=8, share=0.55), chord(9, 1, hops=8, share=0.55), noise(20))[
        -2:
    ]
    assert dim.confidence < 0.95


def test_one_lost_group_of_tones_does_not_lose_the_symbol() -> None:
    spectrum = chord(44, 0, hops=8)
    spectrum.data[:, 8:16] = 0.125
    (symbol, *_) = heard(spectrum, chord(2, 1))
    assert symbol.value == 44


def test_some_streams_are_views_or_copies() -> None:
    tracks = Tracks.silent(np.zeros((3, 72, 4), np.float32))
    tracks[1:3].hops += 5
    assert tracks.hops.tolist() == [0, 5, 5, 0]
    some = tracks[np.array([0, 3])]
    some.hops += 2
    assert tracks.hops.tolist() == [0, 5, 5, 0]
    tracks[np.array([0, 3])] = some
    assert tracks.hops.tolist() == [2, 5, 5, 2]
    assert tracks.joined(some).hops.tolist() == [2, 5, 5, 2, 2, 2]


def doubt(tracks: Tracks, spectrum: Spectrum, voiced: bool) -> None:
    doubtful = in_doubt(tracks, spectrum.clarity)
    count_unclear(tracks, doubtful, spectrum.clarity, np.full(spectrum.clarity.shape, voiced))


def test_a_voice_without_chords_is_muffled() -> None:
    tracks = silent()
    doubt(tracks, noise(29), voiced=True)
    assert not tracks.muffled[0]
    doubt(tracks, noise(1), voiced=True)
    assert tracks.muffled[0]
    doubt(tracks, noise(100), voiced=False)
    assert tracks.muffled[0]
    doubt(tracks, chord(1, 0, hops=40), voiced=True)
    assert not tracks.muffled[0]


def test_a_clear_chord_is_in_no_doubt() -> None:
    tracks = silent()
    assert not len(in_doubt(tracks, chord(1, 0).clarity))
    doubt(tracks, noise(2), voiced=True)
    assert len(in_doubt(tracks, chord(1, 0).clarity))


def test_tracks_rest_until_something_sounds() -> None:
    tracks = silent()
    assert tracks.at_rest.all()
    heard(chord(1, 0), tracks=tracks)
    assert not tracks.at_rest.any()
