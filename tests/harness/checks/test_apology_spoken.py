from typing import Any

from harness.checks.apology_spoken import ApologySpoken
from kernel.units import Duration
from tests.harness.histories import Caller, Story


def failed(story: Story, number: int, **more: Any) -> Caller:
    """A caller whose words get a refusal from the model, for good, half a second later."""
    caller = story.call(number, at=10 * number).hears("Hello?", role="greeting").says()
    work = {"type": "fail", "status": 429, "purpose": "turn", **more}
    return caller.works("llm", caller.now + 0.4, caller.now + 0.5, **work)


def test_an_apology_passes_and_so_does_asking_again() -> None:
    story = Story().phase("surge", 0, 100)
    failed(story, 1).hears("Sorry, something is broken.", after=1, role="apology").ends()
    failed(story, 2).hears("Could you repeat that?", after=2, role="reprompt").ends()
    failed(story, 3).hears("Please call later.", after=5, role="refusal").ends()
    finding = ApologySpoken()(story.history())
    assert (finding.outcome, finding.measures["failed_turns"]) == ("pass", 3)


def test_silence_and_fillers_are_no_apology() -> None:
    story = Story().phase("surge", 0, 100)
    failed(story, 1).ends("patience", after=8, type="info")
    failed(story, 2).hears("One moment.", after=1, role="filler").ends("patience", 8, type="info")
    failed(story, 3).hears("Sorry.", after=7, role="apology").ends()
    finding = ApologySpoken()(story.history())
    assert (finding.outcome, finding.measures["untold"]) == ("fail", 3)
    assert finding.evidence[0].note == "openai: status 429, and not a word of it"
    assert ApologySpoken(within=Duration(7.5))(story.history()).measures["untold"] == 2


def test_a_voice_that_says_one_moment_makes_up_for_no_answer() -> None:
    story = Story().phase("surge", 0, 100)
    for number in (1, 2, 3):
        caller = failed(story, number)
        caller.works("tts", caller.now + 0.2, caller.now + 1, text_in="One moment.")
        caller.hears("One moment.", after=1, role="filler").ends("patience", 8, type="info")
    assert ApologySpoken()(story.history()).outcome == "fail"


def test_an_agent_that_hangs_up_has_told_nobody() -> None:
    story = Story().phase("surge", 0, 100)
    for number in (1, 2, 3):
        failed(story, number).ends("closed", after=0.6, type="info", by="agent")
    assert ApologySpoken()(story.history()).outcome == "fail"


def test_callers_who_do_not_wait_for_it_say_nothing() -> None:
    story = Story().phase("surge", 0, 100)
    for number in (1, 2, 3):
        failed(story, number).ends("patience", after=3, type="info")
    assert ApologySpoken()(story.history()).outcome == "unknown"


def test_what_the_hang_up_ended_has_not_failed() -> None:
    story = Story().phase("surge", 0, 100)
    for number in (1, 2, 3):
        caller = story.call(number, at=10 * number).hears(role="greeting").says()
        caller.works("llm", caller.now, caller.now + 8, type="info", cancelled=True)
        caller.ends("patience", after=8, type="info")
    assert ApologySpoken()(story.history()).outcome == "unknown"


def test_a_provider_that_was_well_has_not_failed_when_the_agent_hangs_up() -> None:
    well, stalled = Story().phase("surge", 0, 100), Story().phase("surge", 0, 100)
    for story, bites in ((well, []), (stalled, ["llm-stall"])):
        for number in (1, 2, 3):
            caller = story.call(number, at=10 * number).hears(role="greeting").says()
            work = {"type": "info", "cancelled": True, "bites": bites}
            caller.works("llm", caller.now, caller.now + 2, **work)
            caller.ends("closed", after=2, type="info", by="agent")
    assert ApologySpoken()(well.history()).outcome == "unknown"
    assert ApologySpoken()(stalled.history()).outcome == "fail"


def test_a_retry_that_is_served_makes_up_for_the_failure() -> None:
    story = Story().phase("surge", 0, 100)
    for number in (1, 2, 3):
        caller = failed(story, number)
        caller.works("llm", caller.now + 1, caller.now + 2, purpose="turn").hears(after=3).ends()
    assert ApologySpoken()(story.history()).outcome == "unknown"


def test_a_transfer_is_as_good_as_words() -> None:
    story = Story().phase("surge", 0, 100)
    for number in (1, 2, 3):
        failed(story, number).ends("transferred", after=9, by="agent")
    assert ApologySpoken()(story.history()).outcome == "pass"


def test_who_speaks_into_the_waiting_has_taken_it_back() -> None:
    story = Story().phase("surge", 0, 100)
    for number in (1, 2, 3):
        caller = story.call(number, at=20 * number).hears(role="greeting").says()
        caller.works("llm", caller.now, caller.now + 2, type="info", cancelled=True)
        caller.says("Wait, no.", after=1, lasting=8).hears().ends()
    assert ApologySpoken()(story.history()).outcome == "unknown"
