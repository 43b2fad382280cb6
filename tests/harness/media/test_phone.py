import itertools

from harness.callers.messages import Say, SoundBegan, SpeechBegan, Utterance
from harness.callers.talking import Talking
from harness.media.clips import NO_CLIPS, Clips
from harness.media.energy import voiced_spans
from harness.media.phone import FED_SILENCE_FRAMES, Phone
from harness.media.playout import FRAME_NS, SAMPLE_NS, SILENCE
from speech.alphabet import Role
from speech.breath import BREATH_S
from speech.ear import Ear
from speech.encoding import Encoding
from speech.fingerprint import probe
from speech.g711 import mulaw_encode
from speech.mouth import Mouth
from tests.speech.recorded import recorded

MS = 1_000_000


class Wire:
    """A link that keeps what is sent, and plays what it is given."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.to_play: list[bytes] = []
        self.began_ns = -1
        self.pressed: list[tuple[int, str]] = []  # after how many frames, which key

    def begin(self, from_ns: int) -> None:
        self.began_ns = from_ns

    def send(self, frame: bytes) -> bool:
        self.sent.append(frame)
        return len(self.sent) < 3

    def press(self, key: str) -> None:
        self.pressed.append((len(self.sent), key))

    def take(self, until_ns: int) -> bytes:
        return self.to_play.pop(0) if self.to_play else SILENCE


def phone(wire: Wire, overs: list[str] | None = None, clips: Clips = NO_CLIPS) -> Phone:
    caller = Talking(["Hi."], {}, patience_s=8, pause_s=0.6)
    over = overs if overs is not None else []
    made = Phone(
        1, "mira", wire, caller, lambda _report, _at: None, lambda: over.append("over"), clips
    )  # type: ignore[arg-type]
    made.begin(1000 * MS, 0)
    return made


def said(one: Phone, wire: Wire, say: Say) -> tuple[bytes, int, int]:
    """Four seconds from words on that are said now, their first voiced sample, the one after the
    last."""
    zero_ns = one.due_ns - FRAME_NS
    began = one.say(say)
    sent = len(wire.sent)
    for _ in range(200):
        one.turn(0)
    first, end = ((at - zero_ns) // SAMPLE_NS for at in (began.from_at_ns, began.until_at_ns))
    return b"".join(wire.sent[sent:]), first, end


def test_words_become_frames_of_which_the_last_voiced_sample_ends_one() -> None:
    wire = Wire()
    sound, first, end = said(phone(wire), wire, Say("Hello.", 1))
    assert {len(frame) for frame in wire.sent} == {160}
    assert end % 160 == 0
    assert set(sound[first:end]) != {0xFF}
    assert set(sound[:first]) == {0xFF}
    behind = [sound[at : at + 160] for at in range(end, len(sound), 160)]
    assert not any(voiced_spans(behind))
    breath_frames = round(BREATH_S * 50)
    assert SILENCE not in behind[: breath_frames - 1]
    assert set(behind[breath_frames:]) == {SILENCE}


def test_words_are_made_in_steps_once_and_said_from_the_next_frame_on() -> None:
    text = "Hello, this is a caller with more to say than one step makes."
    wire = Wire()
    one = phone(wire)
    assert not one.prepare()  # nothing is planned
    one.turn(0)
    one.plan(Say(text, 1))
    steps = 1
    while one.prepare():
        steps += 1
    assert steps > 3
    one.plan(Say(text, 1))
    assert not one.prepare()
    assert said(one, wire, Say(text, 1)) == said(phone(other := Wire()), other, Say(text, 1))
    assert not one.prepare()  # they are said
    assert wire.began_ns == 1000 * MS


def test_words_whose_sound_is_not_made_yet_are_said_all_the_same() -> None:
    wire, other = Wire(), Wire()
    one = phone(wire)
    one.plan(Say("This will never be said.", 1))
    one.prepare()
    one.plan(Say("Hello.", 1))
    one.prepare()
    assert said(one, wire, Say("Hello.", 1)) == said(phone(other), other, Say("Hello.", 1))


def test_it_counts_and_records_both_sides() -> None:
    wire = Wire()
    wire.to_play = [b"\x00" * 160]
    one = phone(wire)
    assert one.turn(3 * MS) == (b"\x00" * 160, True)
    assert one.turn(1 * MS) == (SILENCE, True)
    assert one.turn(0)[1] is False
    assert (one.sent, one.late_max_ns) == (3, 3 * MS)
    assert one.said == SILENCE * 3
    assert one.heard == b"\x00" * 160 + SILENCE * 2


def test_a_long_silence_is_not_fed_to_the_ear() -> None:
    one = phone(Wire())
    fed = [one.to_hear(SILENCE) for _ in range(FED_SILENCE_FRAMES + 3)]
    assert fed == [True] * FED_SILENCE_FRAMES + [False] * 3
    assert one.to_hear(b"\x00" * 160)
    assert one.to_hear(SILENCE)


def test_times_of_speech_are_right_after_a_silence_that_was_not_fed() -> None:
    one, ear = phone(Wire()), Ear(8000)
    stream = ear.open(Encoding.MULAW)
    sound = mulaw_encode(Mouth(Role.AGENT, 8000).speak("Hello there.", 7).samples)
    sound += SILENCE * 10
    frames = [SILENCE] * 100 + [sound[at : at + 160] for at in range(0, len(sound) - 159, 160)]
    noticed = []
    for number, frame in enumerate(frames):
        frame_ns = 1000 * MS + number * FRAME_NS
        span = (0, 160) if frame != SILENCE else None
        noticed += list(one.notice_energy(frame_ns, span))
        if one.to_hear(frame):
            for symbol in ear.hear({stream: frame}):
                noticed += list(one.notice_symbol(symbol))
    sounding, speaking, utterance = noticed
    assert sounding == SoundBegan(3000 * MS)
    assert speaking == SpeechBegan(3000 * MS)
    assert isinstance(utterance, Utterance)
    assert (utterance.text, utterance.verified, utterance.identity) == ("Hello there.", True, 7)


def test_an_echo_of_ones_own_voice_is_no_speech() -> None:
    one, ear = phone(Wire()), Ear(8000)
    stream = ear.open(Encoding.MULAW)
    sound = mulaw_encode(Mouth(Role.CALLER, 8000).speak("Hello there.", 7).samples)
    noticed = []
    for number in range(len(sound) // 160 + 120):
        frame = sound[number * 160 : number * 160 + 160].ljust(160, b"\xff")
        span = (0, 160) if frame != SILENCE else None
        noticed += list(one.notice_energy(number * FRAME_NS, span))
        for symbol in ear.hear({stream: frame}):
            noticed += list(one.notice_symbol(symbol))
    assert [type(message) for message in noticed] == [SoundBegan, Utterance]
    assert noticed[-1].sound == "noise"  # type: ignore[union-attr]


def test_it_ends_once() -> None:
    overs: list[str] = []
    one = phone(Wire(), overs)
    one.end()
    one.end()
    assert one.over
    assert overs == ["over"]


def test_a_recording_that_is_known_is_told_by_what_was_played() -> None:
    wire, told = Wire(), []
    clip = mulaw_encode(recorded(1, 2.0))
    sound = SILENCE * 50 + clip
    wire.to_play = [sound[at : at + 160] for at in range(0, len(sound), 160)]
    one = phone(wire, clips=Clips([(probe(recorded(1, 2.0)), "refusal")]))
    for _ in range(400):
        frame_ns = one.due_ns - FRAME_NS
        played, _ = one.turn(0)
        (span,) = voiced_spans([played])
        told += one.notice_energy(frame_ns, span)
    (utterance,) = (message for message in told if isinstance(message, Utterance))
    assert (utterance.sound, utterance.clip) == ("clip", "refusal")
    assert utterance.from_at_ns >= (1000 + 50 * 20) * MS


def test_keys_are_pressed_one_by_one_with_the_frames() -> None:
    wire = Wire()
    one = phone(wire)
    began = one.say(Say("12#", 2, keys=True))
    assert began.from_at_ns == one.due_ns
    for _ in range(70):
        one.turn(0)
    assert [key for _, key in wire.pressed] == ["1", "2", "#"]
    frames = [frame for frame, _ in wire.pressed]
    assert frames[0] == 1
    assert all(10 <= later - at <= 28 for at, later in itertools.pairwise(frames))
    last_ns = 1000 * MS + frames[-1] * FRAME_NS
    assert last_ns - FRAME_NS < began.until_at_ns <= last_ns
    assert set(wire.sent) == {SILENCE}


def test_an_aside_says_so() -> None:
    assert phone(Wire()).say(Say("mhm", 1, aside=True)).aside
    assert not phone(Wire()).say(Say("Hi.", 1)).aside
