import numpy as np

from harness.media.energy import FLOOR_DBFS, LOUD_SAMPLES, voiced_spans
from harness.media.playout import SILENCE
from speech.alphabet import Role
from speech.g711 import mulaw_encode
from speech.mouth import Mouth

LOUD = mulaw_encode(np.full(1, 1000, np.int16))
FAINT = mulaw_encode(np.full(1, int(32768 * 10 ** ((FLOOR_DBFS - 3) / 20)), np.int16))


def frame(*parts: tuple[bytes, int]) -> bytes:
    return b"".join(sample * count for sample, count in parts)


def test_nothing_is_heard_in_no_frames() -> None:
    assert voiced_spans([]) == []


def test_spans_are_exact_to_the_sample() -> None:
    frames = [
        SILENCE,
        LOUD * 160,
        frame((b"\xff", 33), (LOUD, 100), (b"\xff", 27)),
        frame((LOUD, 4), (b"\xff", 152), (LOUD, 4)),
    ]
    assert voiced_spans(frames) == [None, (0, 160), (33, 133), (0, 160)]


def test_faint_sound_and_clicks_are_silence() -> None:
    click = frame((b"\xff", 50), (LOUD, LOUD_SAMPLES - 1), (b"\xff", 103))
    assert voiced_spans([FAINT * 160, click[:160].ljust(160, b"\xff")]) == [None, None]


def test_a_voice_is_voiced_from_its_first_to_its_last_frame() -> None:
    utterance = Mouth(Role.AGENT, 8000).speak("Hello there.")
    sound = mulaw_encode(utterance.samples)
    frames = [sound[at : at + 160].ljust(160, b"\xff") for at in range(0, len(sound), 160)]
    spans = voiced_spans(frames)
    assert all(spans[: utterance.voiced_end // 160])
    assert spans[0] is not None
    assert spans[0][0] < 32  # 4 ms
    assert not any(spans[utterance.voiced_end // 160 + 1 :])
