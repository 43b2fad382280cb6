from hypothesis import given
from hypothesis import strategies as st

from harness.media.playout import FRAME_NS, QUEUE_LIMIT_S, SAMPLE_NS, SILENCE, Playout
from harness.protocols.media_streams import FRAME_BYTES, RATE_HZ

MS = 1_000_000


def frame(value: int) -> bytes:
    return bytes([value]) * FRAME_BYTES


def take(playout: Playout, frames: int, after: int = 0) -> list[bytes]:
    """The frames from number `after` on."""
    return [playout.take((after + n + 1) * FRAME_NS) for n in range(frames)]


def test_silence_is_played_where_nothing_is_queued() -> None:
    playout = Playout(0)
    assert playout.take(FRAME_NS) is SILENCE


def test_a_burst_is_played_at_real_time() -> None:
    playout = Playout(0)
    for value in range(3):
        playout.push(frame(value), 0)
    assert take(playout, 4) == [frame(0), frame(1), frame(2), SILENCE]


def test_sound_of_any_length_is_played_whole() -> None:
    playout = Playout(0)
    sound = bytes(n % 251 for n in range(1000))
    for start in range(0, 1000, 333):
        playout.push(sound[start : start + 333], 0)
    played = b"".join(take(playout, 7))
    assert played[:1000] == sound
    assert set(played[1000:]) == {0xFF}


def test_sound_starts_at_the_sample_at_which_it_arrives() -> None:
    playout = Playout(0)
    playout.push(frame(7), 5 * MS)
    first, second = take(playout, 2)
    assert first == SILENCE[:40] + frame(7)[40:]
    assert second == frame(7)[:40] + SILENCE[40:]


def test_what_comes_late_leaves_a_gap_and_what_comes_early_waits() -> None:
    playout = Playout(0)
    playout.push(frame(1), 0)
    playout.push(frame(2), 25 * MS)
    playout.push(frame(3), 26 * MS)
    played = b"".join(take(playout, 4))
    assert played == frame(1) + SILENCE[:40] + frame(2) + frame(3) + SILENCE[40:]


def test_time_counts_from_the_streams_start() -> None:
    playout = Playout(1000 * MS)
    playout.push(frame(1), 990 * MS)  # before the first frame began
    assert playout.take(1000 * MS + FRAME_NS) == frame(1)


def test_a_mark_returns_when_all_before_it_was_played() -> None:
    playout = Playout(0)
    playout.push(frame(1) * 2, 0)
    playout.mark("a")
    playout.push(frame(2), 0)
    playout.mark("b")
    assert playout.returned_marks(2 * FRAME_NS - SAMPLE_NS) == []
    assert playout.returned_marks(2 * FRAME_NS) == ["a"]
    assert playout.returned_marks(9 * FRAME_NS) == ["b"]
    assert playout.returned_marks(9 * FRAME_NS) == []


def test_a_mark_behind_nothing_returns_at_once() -> None:
    playout = Playout(0)
    playout.mark("a")
    assert playout.returned_marks(0) == ["a"]


def test_clear_empties_and_returns_every_mark() -> None:
    playout = Playout(0)
    playout.push(frame(1) * 10, 0)
    playout.mark("a")
    playout.mark("b")
    assert take(playout, 1) == [frame(1)]
    playout.clear(30 * MS)
    assert playout.returned_marks(30 * MS) == ["a", "b"]
    assert take(playout, 2, after=1) == [frame(1)[:80] + SILENCE[80:], SILENCE]
    assert playout.clears == 1


def test_dropping_leaves_nothing_and_is_no_clear() -> None:
    playout = Playout(0)
    playout.push(b"\x01" * 1600, 0)
    playout.mark("late")
    playout.take(20 * MS)
    playout.drop(20 * MS)
    assert playout.take(40 * MS) is SILENCE
    assert (playout.returned_marks(400 * MS), playout.clears) == ([], 0)


def test_sound_after_a_clear_is_played_from_its_arrival() -> None:
    playout = Playout(0)
    playout.push(frame(1) * 10, 0)
    playout.clear(10 * MS)
    playout.push(frame(2), 10 * MS)
    assert take(playout, 2) == [
        frame(1)[:80] + frame(2)[:80],
        frame(2)[80:] + SILENCE[80:],
    ]


def test_clear_never_takes_back_what_was_taken() -> None:
    playout = Playout(0)
    playout.push(frame(1) * 3, 0)
    assert playout.take(FRAME_NS) == frame(1)
    playout.clear(0)  # told late of an early clear
    playout.push(frame(2), 0)
    assert take(playout, 1, after=1) == [frame(2)]


def test_the_queue_is_bounded() -> None:
    playout = Playout(0)
    playout.push(b"\x00" * (QUEUE_LIMIT_S * RATE_HZ), 0)
    playout.push(b"\x00", 0)
    assert playout.dropped_bytes == 1
    assert playout.queued_s == QUEUE_LIMIT_S


@given(
    st.lists(st.tuples(st.integers(0, 60), st.binary(min_size=1, max_size=500)), max_size=20),
)
def test_all_that_arrives_is_played_once_in_order(arrivals: list[tuple[int, bytes]]) -> None:
    playout = Playout(0)
    played, now_ms = b"", 0
    queue = list(arrivals)
    for number in range(200):
        until_ms = 20 * (number + 1)
        while queue and now_ms + queue[0][0] <= until_ms:
            gap_ms, sound = queue.pop(0)
            now_ms += gap_ms
            playout.push(sound.replace(b"\xff", b"\x00"), now_ms * MS)
        played += playout.take(until_ms * MS)
    heard = played.replace(b"\xff", b"")
    sent = b"".join(sound.replace(b"\xff", b"\x00") for _, sound in arrivals)
    assert heard == sent[: len(heard)]
    assert queue or heard == sent
