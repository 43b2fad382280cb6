from bench.second_opinion.listening import Listened
from bench.second_opinion.missed import completed, missed

from .folders import Json, call, finding, folder, work
from .recordings import Spoken, listened

HELLO: Spoken = ("agent", 0.5, 2, "Hello, how can I help you?")
ASK: Spoken = ("caller", 3, 5, "Are you open on Monday?")
BOOKED: Spoken = ("agent", 6, 8, "You are booked for Monday.")
BYE: Spoken = ("caller", 9, 10, "Thank you, bye.")
TOOL = work("tools-w1", "tools", 6, 6.5, tool="book", arguments='{"name": "Ada"}')
GOOD = listened(11, HELLO, ASK, BOOKED, BYE)


def found(heard: Listened, *checks: Json, phase: str = "phase/baseline") -> list[str]:
    run = folder(call(1, 1, 20, "Ada", phase=phase), TOOL, checks=checks)
    return [each.what for each in missed(run, {"c0001": heard})]


def test_nothing_is_wrong_with_a_good_call() -> None:
    assert found(GOOD) == []


def test_silence_that_no_check_names() -> None:
    late = listened(15, HELLO, ASK, ("agent", 11, 12, "You are booked for Monday."),
                    ("caller", 13, 14, "Bye."))  # fmt: skip
    assert found(late) == ["6.0 s of silence"]
    assert found(late, finding("no_dead_air", "fail", ("c0001", 6.5, "6.0 s of silence"))) == []
    assert found(late, finding("no_dead_air", "fail", ("c0002", 6.5, "6.0 s"))) != []
    many = (("c0002", 6.5, "7.0 s of silence"),) * 10
    assert found(late, finding("no_dead_air", "fail", *many)) == []
    assert found(late, phase="phase/warm_up") == []


def test_an_announced_silence_may_last_longer() -> None:
    wait: Spoken = ("agent", 6, 7, "One moment, please.")
    booked: Spoken = ("agent", 16, 17, "You are booked for Monday.")
    assert found(listened(20, HELLO, ASK, wait, booked, ("caller", 18, 19, "Bye."))) == []


def test_an_end_that_no_check_names() -> None:
    cut = listened(7, HELLO, ASK, ("agent", 6, 7, "You are…"))
    assert found(cut) == ["sounds dropped in the middle of a word"]
    assert found(cut, finding("no_dropped_calls", "fail", ("c0001", 8, "closed by agent"))) == []


def test_who_gave_up_in_a_silence_is_named_by_it() -> None:
    alone = listened(13, HELLO, ASK)
    assert found(alone) == ["8.0 s of silence", "sounds abandoned"]
    assert found(alone, finding("no_dead_air", "fail", ("c0001", 6.5, "8.0 s"))) == []


def test_a_task_that_no_check_names() -> None:
    talk = listened(11, HELLO, ASK, ("agent", 6, 8, "I do not know."), BYE)
    assert found(talk) == ["the caller did not get what it called for"]
    unlucky = finding("task_completed", "fail", ("c0001", 20, "served: never heard 'booked'"))
    assert found(talk, unlucky) == []


def test_a_task_is_done_if_heard_and_booked() -> None:
    run, unbooked = folder(call(1, 1, 20, "Ada"), TOOL), folder(call(1, 1, 20, "Ada"))
    assert completed(run, run.calls["c0001"], GOOD)
    assert not completed(unbooked, run.calls["c0001"], GOOD)
    assert not completed(run, run.calls["c0001"], listened(11, HELLO, ASK, BYE))
