from dataclasses import dataclass, field

from harness.callers.listening import Listening
from harness.callers.messages import SoundBegan, SpeechBegan, Utterance

MS = 1_000_000


@dataclass
class Spoken:
    text: str = ""
    verified: bool = False
    identity: int | None = None
    confidences: list[float] = field(default_factory=list)

    def grow(self, text: str, confidence: float = 1.0) -> None:
        self.text += text
        self.confidences += [confidence] * len(text)


class Ears:
    """A listening driven frame by frame, in milliseconds."""

    def __init__(self) -> None:
        self.listening = Listening()
        self.messages: list[SoundBegan | SpeechBegan | Utterance] = []

    def sound(self, from_ms: int, until_ms: int) -> None:
        for at_ms in range(from_ms, until_ms, 20):
            end_ms = min(at_ms + 20, until_ms)
            self.messages += self.listening.voiced(at_ms * MS, end_ms * MS)

    def quiet(self, from_ms: int, until_ms: int) -> None:
        for at_ms in range(from_ms, until_ms, 20):
            if self.listening.sounding:
                self.messages += self.listening.quiet((at_ms + 20) * MS)

    def start(self, at_ms: int, text: str = "") -> Spoken:
        spoken = Spoken()
        spoken.grow(text)
        self.messages += self.listening.started(at_ms * MS, spoken)
        return spoken

    @property
    def utterances(self) -> list[Utterance]:
        return [message for message in self.messages if isinstance(message, Utterance)]


def test_an_utterance_that_ends_verified_is_told_after_its_silence() -> None:
    ears = Ears()
    ears.sound(105, 300)
    spoken = ears.start(110)
    ears.sound(300, 1000)
    spoken.grow("Hello.", 0.9)
    spoken.identity, spoken.verified = 7, True
    ears.quiet(1000, 1100)
    assert ears.messages == [SoundBegan(105 * MS), SpeechBegan(105 * MS)]
    ears.quiet(1100, 1120)
    assert ears.utterances == [Utterance(105 * MS, 1000 * MS, "Hello.", True, 7, "speech", 0.9)]
    assert not ears.listening.sounding


def test_a_gap_inside_an_utterance_is_no_end() -> None:
    ears = Ears()
    ears.sound(0, 500)
    spoken = ears.start(0, "One. ")
    ears.quiet(500, 2400)
    ears.sound(2400, 3000)
    spoken.grow("Two.")
    spoken.verified = True
    ears.quiet(3000, 3200)
    (utterance,) = ears.utterances
    assert (utterance.from_at_ns, utterance.until_at_ns) == (0, 3000 * MS)
    assert utterance.text == "One. Two."


def test_what_is_cut_is_told_after_two_seconds() -> None:
    ears = Ears()
    ears.sound(0, 500)
    ears.start(0, "Hel")
    ears.quiet(500, 2480)
    assert ears.utterances == []
    ears.quiet(2480, 2500)
    assert ears.utterances == [Utterance(0, 500 * MS, "Hel", verified=False)]


def test_what_goes_on_after_a_long_gap_is_told_in_two_parts() -> None:
    ears = Ears()
    ears.sound(0, 500)
    spoken = ears.start(0, "One moment. ")
    ears.quiet(500, 8000)
    ears.sound(8000, 9000)
    spoken.grow("It is nine.", 0.8)
    ears.messages += ears.listening.grew()
    spoken.verified = True
    ears.quiet(9000, 9200)
    first, second = ears.utterances
    assert (first.text, first.verified) == ("One moment.", False)
    assert second == Utterance(8000 * MS, 9000 * MS, "It is nine.", True, confidence=0.8)
    assert ears.messages.count(SpeechBegan(8000 * MS)) == 1


def test_sound_without_words_is_noise() -> None:
    ears = Ears()
    ears.sound(0, 500)
    ears.quiet(500, 3000)
    assert ears.utterances == [Utterance(0, 500 * MS, sound="noise")]


def test_long_noise_before_speech_is_told_apart_from_it() -> None:
    ears = Ears()
    ears.sound(0, 2200)
    spoken = ears.start(2000, "Hi.")
    ears.sound(2200, 3000)
    spoken.verified = True
    ears.quiet(3000, 3200)
    noise, speech = ears.utterances
    assert (noise.sound, noise.until_at_ns) == ("noise", 2000 * MS)
    assert (speech.sound, speech.from_at_ns, speech.until_at_ns) == ("speech", 2000 * MS, 3000 * MS)


def test_a_start_cuts_off_what_was_being_said() -> None:
    ears = Ears()
    ears.sound(0, 1200)
    ears.start(0, "I have ni")
    spoken = ears.start(1000)
    ears.sound(1200, 2000)
    spoken.grow("Sorry?")
    spoken.verified = True
    ears.quiet(2000, 2200)
    first, second = ears.utterances
    assert (first.text, first.verified, first.until_at_ns) == ("I have ni", False, 1000 * MS)
    assert (second.text, second.verified, second.from_at_ns) == ("Sorry?", True, 1000 * MS)


def test_the_next_utterance_may_follow_before_the_silence_is_over() -> None:
    ears = Ears()
    ears.sound(0, 500)
    ears.start(0, "One.").verified = True
    ears.sound(600, 1000)
    assert [utterance.text for utterance in ears.utterances] == ["One."]
    ears.start(600, "Two.").verified = True
    ears.quiet(1000, 1200)
    assert [utterance.text for utterance in ears.utterances] == ["One.", "Two."]


def test_a_start_is_heard_even_below_the_floor() -> None:
    ears = Ears()
    ears.start(100, "psst")
    assert ears.messages == [SoundBegan(100 * MS), SpeechBegan(100 * MS)]
    ears.quiet(100, 2200)
    assert ears.utterances[0].text == "psst"


def test_flush_tells_what_is_open_and_nothing_else() -> None:
    ears = Ears()
    assert list(ears.listening.flush()) == []
    ears.sound(0, 500)
    ears.start(0, "Goo")
    (utterance,) = ears.listening.flush()
    assert (utterance.text, utterance.until_at_ns) == ("Goo", 500 * MS)
    assert list(ears.listening.flush()) == []


def test_more_text_of_what_was_told_opens_nothing() -> None:
    ears = Ears()
    ears.sound(0, 100)
    ears.start(0, "Hi.").verified = True
    ears.quiet(100, 300)
    assert list(ears.listening.grew()) == []


def test_what_is_no_speech_may_be_a_recording_that_is_known() -> None:
    asked: list[tuple[int, int]] = []

    def recognise(from_ns: int, until_ns: int) -> str | None:
        asked.append((from_ns // MS, until_ns // MS))
        return "refusal" if from_ns < 5000 * MS else None

    ears = Ears()
    ears.listening = Listening(recognise)
    ears.sound(100, 2000)
    ears.quiet(2000, 5000)
    ears.sound(6000, 7000)
    ears.quiet(7000, 10_000)
    spoken = ears.start(11_000, "Hello.")
    ears.sound(11_000, 12_000)
    spoken.verified = True
    ears.quiet(12_000, 13_000)
    assert [(one.sound, one.clip) for one in ears.utterances] == [
        ("clip", "refusal"),
        ("noise", ""),
        ("speech", ""),
    ]
    assert asked == [(100, 2000), (6000, 7000)]


def test_what_was_cut_off_was_over_when_the_sound_broke_off() -> None:
    ears = Ears()
    ears.sound(0, 800)
    ears.start(0, "I have ni")
    ears.quiet(800, 1600)
    ears.sound(1600, 1680)
    spoken = ears.start(1620)
    ears.sound(1680, 2000)
    spoken.grow("Sorry?")
    spoken.verified = True
    ears.quiet(2000, 2200)
    first, second = ears.utterances
    assert (first.text, first.verified, first.until_at_ns) == ("I have ni", False, 800 * MS)
    assert (second.text, second.from_at_ns, second.until_at_ns) == ("Sorry?", 1600 * MS, 2000 * MS)


def test_a_break_long_before_the_next_start_is_part_of_what_was_said() -> None:
    ears = Ears()
    ears.sound(0, 400)
    ears.start(0, "I have. ")
    ears.quiet(400, 600)
    ears.sound(600, 1600)
    ears.start(1500)
    (first,) = ears.utterances
    assert first.until_at_ns == 1500 * MS


def test_what_is_open_can_be_looked_at() -> None:
    ears = Ears()
    ears.sound(0, 400)
    spoken = ears.start(0, "I have")
    *_, began = ears.messages
    assert isinstance(began, SpeechBegan)
    assert began.speech is not None
    assert (began.speech.so_far, began.speech.voiced_until_ns) == ("I have", 400 * MS)
    ears.sound(400, 600)
    spoken.grow(" nine")
    assert (began.speech.so_far, began.speech.voiced_until_ns) == ("I have nine", 600 * MS)
