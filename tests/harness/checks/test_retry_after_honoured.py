import pytest

from harness.checks.retry_after_honoured import RetryAfterHonoured
from kernel.units import Share
from tests.harness.histories import Story


def run(*waits: float | None, asked: float = 2.0) -> Story:
    """One call per wait: refused with Retry-After, tried again that much later, or not at all."""
    story = Story().phase("surge", 0, 300)
    for number, wait in enumerate(waits, 1):
        caller = story.call(number, at=number * 10).hears(role="greeting").says()
        caller.hears(after=6).ends()
        at = caller.dialled + 5
        caller.works("llm", at, at + 0.1, type="fail", text_in="hi", retry_after_s=asked)
        if wait is not None:
            caller.works("llm", at + 0.1 + wait, at + 0.5 + wait, text_in="hi")
    return story


def test_waiting_as_long_as_asked_passes() -> None:
    finding = RetryAfterHonoured()(run(2.0, 2.1, 3.0, 9.0, 2.0).history())
    assert finding.outcome == "pass"
    assert finding.measures == {"refusals": 5, "retried": 5, "early": 0}


@pytest.mark.parametrize(("wait", "early"), [(1.86, 0), (1.84, 1)])
def test_the_slack_is_50_ms_and_5_percent(wait: float, early: int) -> None:
    finding = RetryAfterHonoured()(run(wait, 2.1, 2.1, 2.1, 2.1).history())
    assert finding.measures["early"] == early


def test_retrying_at_once_fails_and_names_the_worst_first() -> None:
    finding = RetryAfterHonoured()(run(1.0, 0.1, 2.0, 2.0, 2.0).history())
    assert finding.outcome == "fail"
    assert [found.call for found in finding.evidence] == ["c0002", "c0001"]
    assert finding.evidence[0].note == "openai asked for 2 s, retried after 0.10 s"


def test_a_few_early_ones_warn() -> None:
    finding = RetryAfterHonoured(early=Share(0.2))(run(1.0, 2.0, 2.0, 2.0, 2.0).history())
    assert finding.outcome == "warn"


def test_apologising_instead_of_waiting_longer_than_the_callers_patience_is_right() -> None:
    finding = RetryAfterHonoured()(run(*[None] * 5, asked=30).history())
    assert finding.outcome == "pass"
    assert "5 not at all" in finding.summary


def test_failing_over_at_once_is_right() -> None:
    story = run(*[None] * 5)
    for caller in story.callers:
        at = caller.dialled + 5.2
        caller.works("llm", at, at + 1, text_in="hi", provider="anthropic")
    finding = RetryAfterHonoured()(story.history())
    assert (finding.outcome, finding.measures["retried"]) == ("pass", 0)


def test_the_next_turn_need_not_wait() -> None:
    story = run(*[None] * 5)
    for caller in story.callers:
        caller.works("llm", caller.dialled + 5.5, caller.dialled + 6, text_in="something else")
    assert RetryAfterHonoured()(story.history()).measures["retried"] == 0


def test_other_callers_with_the_same_words_are_not_early_retries() -> None:
    story = Story().phase("surge", 0, 300)
    for number in range(1, 31):
        caller = story.call(number, at=number).says().ends("patience", after=8, type="info")
        caller.works(
            "llm", number + 3, number + 3.1, type="fail", text_in="hello", retry_after_s=30
        )
    finding = RetryAfterHonoured()(story.history())
    assert (finding.outcome, finding.measures["refusals"]) == ("pass", 30)


def test_a_refusal_without_retry_after_asks_for_nothing() -> None:
    story = run(2.0)
    story.callers[0].works("llm", 50, 50.1, type="fail", text_in="x")
    finding = RetryAfterHonoured()(story.history())
    assert finding.outcome == "unknown"
    assert finding.summary.startswith("1 refusals carried Retry-After; at least 5 are needed")


def knocking(*pauses: float, calls: int = 10) -> Story:
    """Calls that are refused a socket, which each asks for again after the pauses."""
    story = Story().phase("surge", 0, 300)
    for number in range(1, calls + 1):
        at = number * 0.2
        caller = story.call(number, at=at).hears(role="greeting").says().ends(after=30)
        caller.works("tts", at, at + 1, text_in="Hello.")
        for attempt in range(len(pauses) + 1):
            told = at + 0.05 + sum(pauses[:attempt])
            story.knock("stt", told, provider="deepgram", retry_after_s=5.0)
    return story


def test_many_calls_that_are_refused_a_socket_once_have_not_retried() -> None:
    finding = RetryAfterHonoured()(knocking(calls=40).history())
    assert (finding.outcome, finding.measures["early_sockets"]) == ("pass", 0)


def test_sockets_that_wait_as_told_pass() -> None:
    assert RetryAfterHonoured()(knocking(5.0, 5.5).history()).outcome == "pass"


def test_five_quick_reconnects_of_every_call_fail() -> None:
    finding = RetryAfterHonoured()(knocking(*[0.1] * 5).history())
    assert finding.outcome == "fail"
    assert finding.measures["refused_sockets"] == 60
    worst = "at least 50 of 60 refused stt/deepgram sockets came back too early"
    assert finding.summary.startswith(worst)
    assert finding.evidence[0].note == (
        "60 stt/deepgram sockets asked for within one Retry-After by 10 calls"
    )


def test_a_habit_shows_though_later_retries_hide_among_many_waiting_calls() -> None:
    story = Story().phase("surge", 0, 300)
    for number in range(1, 101):
        caller = story.call(number, at=number / 2).hears(role="greeting").says().ends(after=30)
        caller.works("tts", caller.dialled, caller.dialled + 1, text_in="Hello.")
        for attempt in range(4):
            story.knock("stt", caller.dialled + 0.1 + attempt / 10, retry_after_s=2.0)
    finding = RetryAfterHonoured()(story.history())
    assert finding.outcome == "fail"
    assert 0 < int(str(finding.measures["early_sockets"])) < 0.05 * 400


def test_few_early_sockets_warn() -> None:
    finding = RetryAfterHonoured()(knocking(0.5, calls=2).knock("stt", 90.0).history())
    assert (finding.outcome, finding.measures["early_sockets"]) == ("unknown", 2)
    story = run(*[2.1] * 6)
    for at in (20, 20.1, 20.2):
        story.knock("stt", at, retry_after_s=5.0)
    assert RetryAfterHonoured()(story.history()).outcome == "warn"


def test_quick_reconnects_of_one_call_alone_name_it() -> None:
    finding = RetryAfterHonoured()(knocking(*[0.1] * 5, calls=1).history())
    assert (finding.outcome, finding.evidence[0].call) == ("fail", "c0001")


def test_sockets_do_not_hide_behind_many_honoured_requests() -> None:
    story = run(*[2.1] * 200)
    for attempt in range(6):
        story.knock("stt", 20 + attempt / 10, retry_after_s=5.0)
    assert RetryAfterHonoured()(story.history()).outcome == "fail"


def test_giving_up_early_in_between_hides_no_early_retry() -> None:
    story = run(*[None] * 5)
    for caller in story.callers:
        at = caller.dialled + 5.3
        caller.works("llm", at, at + 0.4, type="info", cancelled=True, text_in="hi")
        caller.works("llm", at + 2, at + 3, text_in="hi")
    assert RetryAfterHonoured()(story.history()).measures["early"] == 5


def test_going_back_to_the_first_provider_too_early_is_early() -> None:
    story = run(*[0.5] * 5)
    for caller in story.callers:
        at = caller.dialled + 5.2
        caller.works("llm", at, at + 0.2, type="fail", text_in="hi", provider="anthropic")
    assert RetryAfterHonoured()(story.history()).measures["early"] == 5


def test_a_fallback_that_does_not_stream_asks_the_same_provider() -> None:
    story = run(*[None] * 5)
    for caller in story.callers:
        at = caller.dialled + 5.2
        caller.works("llm", at, at + 1, text_in="hi", route="POST /v1/responses", connection="b")
    assert RetryAfterHonoured()(story.history()).measures["early"] == 5


def test_sockets_are_judged_though_too_little_work_is_joined() -> None:
    story = knocking(*[0.1] * 5)
    for index in range(20):
        story.work("llm", 102 + index / 10, 103 + index / 10, purpose="greeting")
    assert RetryAfterHonoured()(story.history()).outcome == "fail"
    calm = knocking()
    calm.work("llm", 102, 103, purpose="greeting")
    finding = RetryAfterHonoured()(calm.history())
    assert finding.outcome == "unknown"
    assert "see the check `attributed`" in finding.summary


@pytest.mark.parametrize(("wait", "outcome"), [(1.6, "pass"), (0.1, "fail")])
def test_greetings_are_judged_though_nobody_knows_whose_they_are(wait: float, outcome: str) -> None:
    story = Story()
    for number in range(1, 7):
        story.call(number, at=0).says().works("stt", 1, 2).ends(after=9)
        for at in (0.5, 0.5 + wait):
            story.work("llm", at, at, "fail", purpose="greeting", retry_after_s=1.5)
    finding = RetryAfterHonoured()(story.history())
    assert finding.outcome == outcome
    early = 6 if outcome == "fail" else 0
    assert f"{early} of 12 refused llm/openai greetings came back too early" in (
        finding.summary.replace("at least ", "")
    )
    assert finding.measures["early_greetings"] == early
