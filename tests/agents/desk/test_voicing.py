from desk.voicing import Voicing

SILENCE, HISS, SPEECH = b"\xff" * 160, b"\xef\x6f" * 80, b"\x90\x10" * 80
HALF_SECOND, THREE_SECONDS = 25, 150


def missed(*frames: bytes, after_s: float = 2.5) -> bool:
    voicing = Voicing()
    for frame in frames:
        voicing.hear(frame)
    return voicing.missed(after_s)


def test_speech_and_then_silence_is_missed() -> None:
    assert missed(SILENCE, *[SPEECH] * HALF_SECOND, *[SILENCE] * THREE_SECONDS)


def test_not_before_the_caller_has_waited() -> None:
    assert not missed(SILENCE, *[SPEECH] * HALF_SECOND, *[SILENCE] * HALF_SECOND)


def test_a_click_is_no_speech() -> None:
    assert not missed(SILENCE, *[SPEECH] * 3, *[SILENCE] * THREE_SECONDS)


def test_steady_noise_is_no_speech() -> None:
    assert not missed(*[HISS] * THREE_SECONDS, *[SILENCE] * THREE_SECONDS)


def test_speech_is_louder_than_steady_noise() -> None:
    assert missed(*[HISS] * 50, *[SPEECH] * HALF_SECOND, *[HISS] * THREE_SECONDS)


def test_a_transcript_settles_it() -> None:
    voicing = Voicing()
    for frame in [SILENCE] + [SPEECH] * HALF_SECOND + [SILENCE] * THREE_SECONDS:
        voicing.hear(frame)
    voicing.understood()
    assert not voicing.missed(0)
