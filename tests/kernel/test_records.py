import msgspec
import pytest

from kernel.records import Call, FaultWindow, Heard, Turn, Work
from kernel.units import builtins, convert

SECOND = 10**9


def turn(**changes: object) -> Turn:
    plain = {"index": 1, "text": "Hi", "from_at_ns": 0, "until_at_ns": SECOND}
    return convert({**plain, "owed_until_at_ns": 3 * SECOND, **changes}, Turn)


def call(*turns: Turn) -> Call:
    return Call(
        span="c0001",
        number=1,
        phase="baseline",
        warm_up=False,
        due_ns=0,
        dialled_ns=0,
        dialogue="book",
        facts={},
        lines=2,
        type="ok",
        how="completed",
        ended_by="caller",
        ended_ns=9,
        answered_ns=1,
        setup_how="",
        retry_after_s=None,
        turns=turns,
        heard=(),
        media={},
    )


def test_latency_runs_from_the_end_of_speech_to_the_first_voiced_sample() -> None:
    answered = turn(first_sound_at_ns=SECOND * 3 // 2, answer_at_ns=2 * SECOND)
    assert answered.first_sound_ms == 500
    assert answered.answer_ms == 1000


def test_an_answer_that_overlaps_comes_early() -> None:
    assert turn(answer_at_ns=SECOND // 2).answer_ms == -500


def test_what_was_not_heard_has_no_latency() -> None:
    assert turn().answer_ms is None
    assert turn().first_sound_ms is None


def test_sound_at_the_very_start_counts() -> None:
    zero = turn(until_at_ns=0, answer_at_ns=0, first_sound_at_ns=0)
    assert (zero.answer_ms, zero.first_sound_ms) == (0, 0)


def test_a_call_counts_its_answers() -> None:
    assert call(turn(answer_at_ns=5), turn(index=2)).answers == 1
    assert call().answers == 0


@pytest.mark.parametrize(
    ("at_ns", "until_ns", "covered"),
    [(9, 20, False), (10, 20, True), (19, 20, True), (20, 20, False), (10**12, None, True)],
)
def test_a_fault_covers_its_first_moment_and_not_its_last(
    at_ns: int, until_ns: int | None, covered: bool
) -> None:
    window = FaultWindow("l", "stall", "tts", "l", "#888888", from_ns=10, until_ns=until_ns)
    assert window.covers(at_ns) is covered


@pytest.mark.parametrize(
    "record",
    [
        turn(answer="Hello"),
        Heard(1, 2, "Hello", verified=True, identity=3, role="greeting"),
        Work(span="llm-w1", stage="llm", from_at_ns=1, calls=(("book", "{}"),), bites=("x",)),
    ],
)
def test_records_travel(record: object) -> None:
    wire = msgspec.json.encode(builtins(record))
    assert convert(msgspec.json.decode(wire), type(record)) == record


def test_a_sound_is_of_a_known_class() -> None:
    with pytest.raises(msgspec.ValidationError):
        convert({"from_at_ns": 0, "until_at_ns": 1, "sound": "hum"}, Heard)
