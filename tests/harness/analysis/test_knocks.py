import pytest

from harness.analysis.knocks import Knocks, knocks
from tests.harness.histories import Story

SLACK = (0.05, 0.05)


def story(calls: int = 10, every: float = 1.0) -> Story:
    """Calls of a bit more than 30 s that have no socket, after one that had one for all of it."""
    story = Story().phase("surge", 0, 300).fault("429", "stt", at=0, until=200)
    early = story.call(99, at=-60).says().ends(after=9)
    story.socket("s99", "stt", -60, early.now)
    early.works("stt", -58, -57, socket="s99")
    for number in range(1, calls + 1):
        story.call(number, at=number * every).hears(role="greeting", after=1).says().ends(after=25)
    return story


def only(story: Story) -> Knocks:
    (found,) = knocks(story.history())
    return found


def surplus(story: Story) -> int:
    return sum(run.surplus for run in only(story).too_early(*SLACK))


def test_many_calls_that_knock_once_are_one_attempt_each() -> None:
    told = story(30)
    for caller in told.callers[1:]:
        told.knock("stt", caller.dialled + 0.1, retry_after_s=5.0)
    found = only(told)
    assert (found.what, len(found.sockets), len(found.needs)) == ("stt/stt socket", 30, 30)
    assert (found.per_need, surplus(told)) == (1.0, 0)


def test_many_calls_at_one_instant_are_one_attempt_each() -> None:
    told = story(30, every=0.0)
    for caller in told.callers[1:]:
        told.knock("stt", caller.dialled + 0.1, retry_after_s=5.0)
    assert (only(told).per_need, surplus(told)) == (1.0, 0)


@pytest.mark.parametrize("calls", [1, 10])
def test_quick_retries_are_seen_though_nobody_knows_whose_they_are(calls: int) -> None:
    told = story(calls)
    for caller in told.callers[1:]:
        for attempt in range(6):
            told.knock("stt", caller.dialled + 0.1 + attempt / 20, retry_after_s=5.0)
    assert only(told).per_need == 6.0
    assert surplus(told) >= 3 * calls


def test_retries_that_wait_as_long_as_they_are_told_are_none_too_early() -> None:
    told = story(10)
    for caller in told.callers[1:]:
        for attempt in range(3):
            told.knock("stt", caller.dialled + 0.1 + attempt * 2.01, retry_after_s=2.0)
    assert (only(told).per_need, surplus(told)) == (3.0, 0)


def test_a_call_that_has_a_socket_is_no_suspect() -> None:
    told = story(0)
    for number in range(1, 41):
        caller = told.call(number, at=0).hears(role="greeting").says().ends(after=90)
        told.socket(f"s{number}", "stt", 0.1, 90)
        caller.works("stt", 1, 2, socket=f"s{number}")
    told.call(41, at=20).says().ends(after=30)
    for attempt in range(20):
        told.knock("stt", 20.1 + attempt / 10, retry_after_s=9.0)
    found = only(told)
    assert list(found.suspects.items()) == [("c0041", 20_100_000_000)]
    assert (found.per_need, surplus(told)) == (20.0, 19)


def test_who_is_served_in_the_end_needed_one_attempt_more() -> None:
    told = story(0)
    caller = told.call(1, at=0).says().ends(after=30)
    told.knock("stt", 0.1).knock("stt", 0.5).socket("s1", "stt", 1.0, 30)
    caller.works("stt", 2, 3, socket="s1")
    assert only(told).per_need == 3.0


def test_failing_over_is_no_second_attempt() -> None:
    told = Story()
    caller = told.call(1, at=0).says().ends(after=30)
    told.knock("stt", 0.1, retry_after_s=9.0).socket("s1", "stt", 0.3, 30, provider="other")
    caller.works("stt", 2, 3, socket="s1")
    assert (only(told).per_need, surplus(told)) == (1.0, 0)


def test_a_socket_that_is_lost_is_needed_again() -> None:
    told = story(0)
    caller = told.call(1, at=0).says(lasting=1).ends(after=30)
    told.socket("s1", "stt", 0.1, 10, type="info").knock("stt", 10).knock("stt", 10.5)
    caller.works("stt", 2, 3, socket="s1")
    assert [need.from_ns for need in only(told).needs] == [10_000_000_000]
    assert only(told).per_need == 2.0


def test_a_socket_for_every_turn_is_needed_in_every_turn() -> None:
    told = Story()
    caller = told.call(1, at=0)
    for _ in range(5):
        caller.says()
        told.knock("tts", caller.now + 0.5, retry_after_s=30.0)
        caller.hears("Sorry.", role="apology")
    caller.ends()
    assert (only(told).per_need, surplus(told)) == (1.0, 0)


def test_agents_that_need_two_sockets_for_a_call_may_knock_twice() -> None:
    told = story(10, every=0.0)
    for caller in told.callers[1:6]:
        for side in "ab":
            span = f"{caller.span}{side}"
            told.socket(span, "stt", 0.1, 20)
            caller.works("stt", 1, 2, socket=span)
    for _ in told.callers[6:]:
        told.knock("stt", 0.1, retry_after_s=5.0).knock("stt", 0.1, retry_after_s=5.0)
    found = only(told)
    assert (found.at_once, found.per_need, surplus(told)) == (2, 1.0, 0)


def test_where_nobody_lacks_a_socket_everybody_is_suspected() -> None:
    told = story(0)
    for number in (1, 2):
        caller = told.call(number, at=0).hears(role="greeting").ends(after=30)
        told.socket(f"s{number}", "stt", -1, 40)
        caller.works("stt", 1, 2, socket=f"s{number}")
    told.knock("stt", 20.0, provider="other", retry_after_s=5.0)
    assert len(only(told).needs) == 2


def test_a_call_may_still_be_behind_a_knock_just_after_its_end() -> None:
    told = story(1)
    ended = told.callers[1].now
    told.knock("stt", ended + 10)
    assert list(only(told).suspects) == ["c0001"]
    later = story(1).knock("stt", ended + 20)
    assert (list(only(later).suspects), only(later).per_need) == ([], 1.0)


@pytest.mark.parametrize(("new", "telling"), [(4, False), (5, True)])
def test_what_shows_a_habit_is_half_of_the_calls_being_new(new: int, telling: bool) -> None:
    told = story(5, every=0.0)
    for number in range(10, 10 + new):
        told.call(number, at=10).hears(role="greeting", after=1).says().ends(after=25)
    told.knock("stt", 10.1, retry_after_s=9.0)
    *_, run = only(told).too_early(*SLACK)
    assert run.telling is telling


def test_a_pool_that_is_filled_before_any_call_proves_nothing() -> None:
    told = story(1)
    for index in range(8):
        told.knock("stt", -30 + index / 10, retry_after_s=9.0)
    assert surplus(told) == 0


def test_given_up_before_it_opened_is_in_vain_as_well() -> None:
    told = story(1).socket("s1", "stt", 1.1, 1.6, type="info", how="unopened")
    told.socket("s2", "stt", 1.7, 1.9, type="info", how="abandoned")
    assert [socket.span for socket in only(told).sockets] == ["s1"]


def test_only_the_faults_provider_and_time_count() -> None:
    told = story(3).knock("stt", 1).knock("stt", 250)
    fault, other = told.history().faults[0], Story().fault("x", "stt/other", 0, 300).history()
    assert [len(only(told).during(one).sockets) for one in (fault, other.faults[0])] == [1, 0]


def test_waits_of_different_length_end_with_the_shortest() -> None:
    told = story(1)
    for at, wait in ((1.0, 9.0), (2.0, 1.0), (3.5, 1.0)):
        told.knock("stt", at, retry_after_s=wait)
    runs = [len(run.sockets) for run in only(told).too_early(*SLACK)]
    assert [length for length in runs if length] == [2, 1]


def test_a_run_without_refused_sockets_has_no_knocks() -> None:
    assert knocks(story(3).socket("s1", "stt", 1, 9).history()) == []
