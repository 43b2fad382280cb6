import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import UsageError
from speech.ear import IDLE, Ear, Symbol
from speech.encoding import Encoding
from speech.mouth import Mouth, Role
from speech.tones import Samples
from speech.voice import VOICES, render

SILENCE = np.zeros(4000, np.int16)
SPOKEN = Mouth(Role.CALLER, 8000).speak("Is it 9 yet?").samples
SOUND = np.concatenate([SILENCE, SPOKEN, SILENCE])


def values(symbols: list[Symbol]) -> list[int]:
    return [symbol.value for symbol in symbols]


def whole(sound: Samples = SOUND, rate_hz: int = 8000) -> list[Symbol]:
    ear = Ear(rate_hz)
    return ear.hear({ear.open(): sound})


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 1500), max_size=40))
def test_chunks_do_not_matter(sizes: list[int]) -> None:
    ear, at = Ear(8000), 0
    stream = ear.open()
    symbols: list[Symbol] = []
    for size in sizes:
        symbols += ear.hear({stream: SOUND[at : at + size]})
        at += size
    symbols += ear.hear({stream: SOUND[at:]})
    assert [symbol[:4] for symbol in symbols] == [symbol[:4] for symbol in whole()]


@pytest.mark.parametrize("offset_n", range(0, 160, 7))
def test_the_place_of_a_sample_does_not_matter(offset_n: int) -> None:
    shifted = np.concatenate([np.zeros(offset_n, np.int16), SOUND])
    assert values(whole(shifted)) == values(whole())


@pytest.mark.parametrize("encoding", Encoding)
def test_sound_may_come_as_bytes_of_any_number(encoding: Encoding) -> None:
    ear = Ear(8000)
    stream = ear.open(encoding)
    data = encoding.encode(SOUND)
    symbols: list[Symbol] = []
    for at in range(0, len(data), 333):
        symbols += ear.hear({stream: data[at : at + 333]})
    assert values(symbols) == values(whole())


def test_sound_may_be_floating_point() -> None:
    assert values(whole((SOUND / 32768).astype(np.float32))) == values(whole())


@pytest.mark.parametrize("gain", [0.03, 0.25, 2.0])
def test_gain_does_not_matter(gain: float) -> None:
    louder = np.clip(SOUND * gain, -32768, 32767).astype(np.int16)
    assert values(whole(louder)) == values(whole())


def test_many_streams_are_heard_like_one_each() -> None:
    texts = ["one", "Two!", "three 3", "four, 4", "fünf"]
    sounds = [
        np.concatenate(
            [np.zeros(place * 777, np.int16), Mouth(Role.AGENT, 16000).speak(text).samples]
        )
        for place, text in enumerate(texts)
    ]
    ear = Ear(16000, capacity=2)
    streams = [ear.open() for _ in texts]
    pace = [160, 320, 500, 7, 1600]
    heard: dict[int, list[Symbol]] = {stream: [] for stream in streams}
    at = [0] * len(texts)
    while any(position < len(sound) for position, sound in zip(at, sounds, strict=True)):
        chunks = {}
        for place, stream in enumerate(streams):
            chunk = sounds[place][at[place] : at[place] + pace[place]]
            at[place] += pace[place]
            if len(chunk):
                chunks[stream] = chunk
        for symbol in ear.hear(chunks):
            heard[symbol.stream].append(symbol)
    for stream, sound in zip(streams, sounds, strict=True):
        alone = whole(sound, 16000)
        assert [each[1:4] for each in heard[stream]] == [each[1:4] for each in alone]


def test_a_closed_stream_leaves_nothing_to_its_successor() -> None:
    ear = Ear(8000, capacity=1)
    stream = ear.open()
    ear.hear({stream: SOUND[: len(SOUND) // 2 + 3]})
    ear.close(stream)
    assert ear.open() == stream
    assert values(ear.hear({stream: SOUND})) == values(whole())


def test_a_stream_that_rests_wakes_up() -> None:
    ear = Ear(8000)
    awake, resting = ear.open(), ear.open()
    ear.hear({awake: SILENCE, resting: SILENCE})
    for _ in range(5):
        ear.hear({awake: SPOKEN[:1600], resting: SILENCE[:1600]})
    symbols = ear.hear({resting: SOUND})
    assert values(symbols) == values(whole())
    after_s = 1.5 + whole()[0].at_s
    assert symbols[0].at_s == pytest.approx(after_s)


def test_times_are_those_of_the_sound() -> None:
    first, *_, idle = whole()
    assert first.at_s == pytest.approx(0.56, abs=0.011)
    assert idle.value == IDLE
    assert idle.at_s == pytest.approx(0.5 + len(SPOKEN) / 8000 - 0.12, abs=0.021)


def test_silence_in_a_symbol_does_not_double_it() -> None:
    cut = 4000 + 5 * 480 + 200
    for pause_n in (200, 1000, 2000):
        held = np.concatenate([SOUND[:cut], np.zeros(pause_n, np.int16), SOUND[cut:]])
        found = [symbol for symbol in whole(held) if symbol.value != IDLE]
        assert found[0].value == 60
        assert {symbol.value for symbol in found} == set(values(whole())) - {IDLE}


def test_a_voice_without_its_tones_is_muffled() -> None:
    ear = Ear(8000)
    clear, muffled, quiet = (ear.open() for _ in range(3))
    letters, ends_n = list("how are you today"), [480 * place for place in range(1, 18)]
    voice = (2400 * render(VOICES["mira"], letters, ends_n, 8000)).astype(np.int16)
    ear.hear({clear: SOUND, muffled: voice, quiet: SILENCE})
    assert [ear.muffled(stream) for stream in (clear, muffled, quiet)] == [False, True, False]


@pytest.mark.parametrize("kind", ["noise", "melody", "hum", "dial"])
def test_other_sounds_say_nothing(kind: str) -> None:
    times = np.arange(8 * 8000) / 8000
    chance = np.random.default_rng(3)
    sound = {
        "noise": chance.normal(0, 0.1, len(times)),
        "melody": 0.2
        * np.sin(2 * np.pi * times * chance.choice([1480, 1660, 2093], 64).repeat(1000)),
        "hum": 0.3 * np.sin(2 * np.pi * 50 * times),
        "dial": 0.2 * np.sin(2 * np.pi * 350 * times) + 0.2 * np.sin(2 * np.pi * 440 * times),
    }[kind]
    assert 60 not in values(whole(sound.astype(np.float32)))
    assert 61 not in values(whole(sound.astype(np.float32)))


@pytest.mark.parametrize("rate_hz", [7900, 22050])
def test_other_rates_are_refused(rate_hz: int) -> None:
    with pytest.raises(UsageError, match=str(rate_hz)):
        Ear(rate_hz)
