from harness.media import announcing
from harness.media.energy import voiced_spans
from harness.protocols.media_streams import FRAME_BYTES, RATE_HZ
from speech.encoding import Encoding
from speech.recording import hear_samples


def heard(sound: bytes) -> list[tuple[str, int | None, bool]]:
    samples = Encoding.MULAW.decode(sound)
    return [(one.text, one.identity, one.verified) for one in hear_samples(samples, RATE_HZ)]


def test_words_of_the_network_can_be_read_and_are_nobodys() -> None:
    text = "One moment, please."
    assert heard(announcing.words(text)) == [(text, None, True)]


def test_a_clip_is_audible_and_says_nothing() -> None:
    sound = announcing.clip()
    assert announcing.length_s(sound) == announcing.CLIP_S
    assert heard(sound) == []
    frames = [sound[at : at + FRAME_BYTES] for at in range(0, len(sound), FRAME_BYTES)]
    assert all(voiced_spans(frames))
