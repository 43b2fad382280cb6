from collections.abc import Sequence

from harness.checks.backoff_grows import BackoffGrows
from tests.harness.histories import Story


def run(waits: Sequence[float], calls: int = 6, retry_after: float | None = None) -> Story:
    story = Story().phase("surge", 0, 300)
    for number in range(1, calls + 1):
        caller = story.call(number, at=number).says()
        at = caller.now
        for wait in [*waits, 0.0]:
            caller.works("llm", at, at + 0.1, type="fail", status=429, text_in="hello",
                         retry_after_s=retry_after)  # fmt: skip
            at += 0.1 + wait
        caller.ends("patience", after=30, type="info")
    return story


def test_longer_and_longer_passes() -> None:
    finding = BackoffGrows()(run([0.5, 1, 2]).history())
    assert (finding.outcome, finding.measures["requests"]) == ("pass", 6)


def test_jitter_may_shorten_a_wait() -> None:
    assert BackoffGrows()(run([0.5, 0.3, 1.5]).history()).outcome == "pass"


def test_always_the_same_fails() -> None:
    finding = BackoffGrows()(run([0.5, 0.5, 0.5]).history())
    assert finding.outcome == "fail"
    assert finding.evidence[0].note == "4 attempts, 0.50 s and at last 0.50 s apart"


def test_never_waiting_at_all_fails() -> None:
    assert BackoffGrows()(run([0, 0, 0]).history()).outcome == "fail"


def test_a_long_wait_need_not_grow() -> None:
    assert BackoffGrows()(run([5, 5, 5]).history()).outcome == "pass"


def test_what_the_provider_asked_for_says_nothing() -> None:
    assert BackoffGrows()(run([2, 2, 2], retry_after=2).history()).outcome == "unknown"
    assert BackoffGrows()(run([0.1] * 3, retry_after=2).history()).outcome == "fail"


def test_who_gives_up_sooner_has_nothing_to_let_grow() -> None:
    finding = BackoffGrows()(run([0.5, 0.5]).history())
    assert (finding.outcome, finding.measures["requests"]) == ("pass", 0)
    assert BackoffGrows()(run([0.5, 0.5], calls=4).history()).outcome == "unknown"


def test_who_is_served_sooner_has_shown_nothing() -> None:
    story = Story().phase("surge", 0, 300)
    for number in range(1, 7):
        caller = story.call(number, at=number).says()
        for wait, type in ((0, "fail"), (0.5, "fail"), (1, "ok")):
            at = caller.now + wait
            caller.works("llm", at, at + 0.1, type=type, text_in="hello")
        caller.hears(after=2).ends()
    assert BackoffGrows()(story.history()).outcome == "unknown"
