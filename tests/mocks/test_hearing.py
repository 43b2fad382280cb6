from __future__ import annotations

import numpy as np
import pytest

from kernel.errors import UsageError
from mocks.hearing import Hearing, hearable
from speech.encoding import Encoding
from speech.mouth import Mouth, Role
from speech.transcript import Ended, Heard


def spoken(text: str, rate_hz: int, encoding: Encoding, role: Role = Role.CALLER) -> bytes:
    samples = Mouth(role, rate_hz).speak(text).samples
    return encoding.encode(np.concatenate([samples, np.zeros(rate_hz // 5, np.int16)]))


def hear_all(hearing: Hearing[str], sounds: dict[str, bytes], chunk: int) -> dict[str, str]:
    texts: dict[str, str] = {}
    for start in range(0, max(map(len, sounds.values())), chunk):
        for owner, sound in sounds.items():
            if piece := sound[start : start + chunk]:
                assert hearing.feed(owner, piece)
        for owner, heard in hearing.tick():
            said = "".join(one.text for one in heard.events if isinstance(one, Heard))
            texts[owner] = texts.get(owner, "") + said
            if any(isinstance(one, Ended) and one.verified for one in heard.events):
                texts[owner] += "."
    return texts


def test_streams_of_all_rates_and_encodings_are_heard_apart() -> None:
    hearing: Hearing[str] = Hearing()
    hearing.open("a", 8000, Encoding.MULAW)
    hearing.open("b", 8000, Encoding.MULAW)
    hearing.open("c", 16000, Encoding.LINEAR16)
    assert len(hearing) == 3
    sounds = {
        "a": spoken("one two", 8000, Encoding.MULAW),
        "b": spoken("three", 8000, Encoding.MULAW),
        "c": spoken("four", 16000, Encoding.LINEAR16),
    }
    assert hear_all(hearing, sounds, 333) == {"a": "one two.", "b": "three.", "c": "four."}


def test_the_agent_s_own_voice_is_an_echo() -> None:
    hearing: Hearing[str] = Hearing()
    hearing.open("a", 8000, Encoding.MULAW)
    sound = spoken("hello", 8000, Encoding.MULAW, Role.AGENT)
    assert hear_all(hearing, {"a": sound}, 160).get("a", "").strip(".") == ""


def test_the_length_of_the_sound_is_known_at_once() -> None:
    hearing: Hearing[str] = Hearing()
    hearing.open("a", 8000, Encoding.LINEAR16)
    hearing.feed("a", bytes(1600))
    assert hearing.audio_s("a") == 0.1
    hearing.open("a", 8000, Encoding.MULAW)
    assert hearing.audio_s("a") == 0


def test_who_does_not_listen_hears_nothing() -> None:
    hearing: Hearing[str] = Hearing()
    hearing.open("a", 8000, Encoding.MULAW)
    hearing.close("a")
    hearing.close("a")
    assert not hearing.feed("a", bytes(160))
    assert hearing.audio_s("a") == 0
    assert hearing.tick() == []
    assert len(hearing) == 0


def test_speech_without_its_data_band_is_noticed_once() -> None:
    rate_hz = 16000
    spectrum = np.fft.rfft(Mouth(Role.CALLER, rate_hz).speak("can anybody hear me at all").samples)
    spectrum[np.fft.rfftfreq(2 * len(spectrum) - 2, 1 / rate_hz)[: len(spectrum)] > 1350] = 0
    dull = np.fft.irfft(spectrum).astype(np.int16)
    hearing: Hearing[str] = Hearing()
    hearing.open("a", rate_hz, Encoding.LINEAR16)
    told = []
    for start in range(0, len(dull), 320):
        hearing.feed("a", Encoding.LINEAR16.encode(dull[start : start + 320]))
        told += [heard.muffled for _, heard in hearing.tick()]
    assert told == [True]


@pytest.mark.parametrize(
    ("rate_hz", "heard"), [(8000, True), (24000, True), (48000, True), (22050, False), (0, False)]
)
def test_some_rates_cannot_be_heard(rate_hz: int, heard: bool) -> None:
    assert hearable(rate_hz) is heard
    if not heard:
        with pytest.raises(UsageError):
            Hearing[str]().open("a", rate_hz, Encoding.MULAW)
