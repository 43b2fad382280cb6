from harness.report.spent import FILLER, REST, Stretch, Wait, awaited, owed
from kernel.records import Heard, Work


def work(stage: str, from_ns: int, until_ns: int | None, **more: object) -> Work:
    return Work(span="w", stage=stage, from_at_ns=from_ns, until_at_ns=until_ns, **more)  # type: ignore[arg-type]


def told(*pieces: Work) -> list[tuple[str, int, int]]:
    """The caller waits from 10 to 50."""
    return [(part.stage, part.from_ns, part.until_ns) for part in owed(10, 50, pieces).spent]


def test_work_is_awaited_until_something_comes_of_it() -> None:
    assert awaited(work("llm", 1, 9, first_at_ns=4)) == Wait(1, 4)
    assert awaited(work("llm", 1, 9)) == Wait(1, 9)
    assert awaited(work("stt", 1, 9, asked_at_ns=7, first_at_ns=2)) == Wait(7, 9)
    assert awaited(work("stt", 1, None, asked_at_ns=7)) is None
    assert awaited(work("tts", 1, None)) is None


def test_a_wait_has_no_gaps() -> None:
    pieces = (
        work("stt", 2, 14, asked_at_ns=9),
        work("llm", 20, 60, first_at_ns=30),
        work("tts", 40, 70, first_at_ns=45),
    )
    assert told(*pieces) == [
        ("stt", 10, 14), (REST, 14, 20), ("llm", 20, 40), ("tts", 40, 45), ("llm", 45, 50),
    ]  # fmt: skip
    assert owed(10, 50, pieces).ms == 40 / 1e6


def test_the_latest_of_what_is_waited_for_counts() -> None:
    llm, tool = work("llm", 10, 50), work("tools", 20, 30)
    assert (
        told(llm, tool) == told(tool, llm) == [("llm", 10, 20), ("tools", 20, 30), ("llm", 30, 50)]
    )


def test_attempts_that_touch_are_one_stretch() -> None:
    assert told(work("llm", 12, 20), work("llm", 20, 50)) == [(REST, 10, 12), ("llm", 12, 50)]


def test_unfinished_work_is_waited_for_to_the_end() -> None:
    assert told(work("tts", 30, None)) == [(REST, 10, 30), ("tts", 30, 50)]


def test_what_goes_on_beside_the_turn_is_not_waited_for() -> None:
    assert told(work("llm", 10, 50, purpose="side"), work("llm", 10, 50, purpose="prewarm")) == []


def test_a_wait_in_which_no_provider_worked_is_not_taken_apart() -> None:
    assert owed(10, 50, [work("stt", 1, 9), work("llm", 60, 70)]) == Wait(10, 50)
    assert Stretch("llm", 1, 2) not in owed(10, 10, [work("llm", 1, 20)]).spent


def test_what_the_agent_says_meanwhile_fills_the_rest() -> None:
    moment = Heard(from_at_ns=15, until_at_ns=45)
    llm = work("llm", 20, 70, first_at_ns=30)
    tts = work("tts", 40, 60, first_at_ns=42)
    parts = owed(10, 50, [tts], [moment]).spent
    assert [(part.stage, part.until_ns) for part in parts] == [
        (REST, 15), (FILLER, 40), ("tts", 42), (FILLER, 45), (REST, 50),
    ]  # fmt: skip
    parts = owed(10, 50, [llm], [moment]).spent
    assert [part.stage for part in parts] == [REST, FILLER, "llm"]
    assert owed(10, 50, [], [moment]) == Wait(10, 50)
