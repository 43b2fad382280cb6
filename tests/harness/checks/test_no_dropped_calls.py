from harness.checks.no_dropped_calls import NoDroppedCalls
from tests.harness.histories import Story


def run() -> Story:
    story = Story().phase("warm_up", 0, 10, warm_up=True).phase("surge", 10, 90)
    story.call(1, at=11).talks().ends()
    return story


def test_nobody_dropped_passes_with_what_it_shows() -> None:
    finding = NoDroppedCalls()(run().history())
    assert finding.outcome == "pass"
    assert finding.summary == "0 of 1 answered calls were dropped"


def test_a_cut_in_mid_conversation_fails() -> None:
    story = run()
    story.call(2, at=12).talks(2).ends("closed", type="info", by="agent")
    finding = NoDroppedCalls()(story.history())
    assert finding.outcome == "fail"
    assert finding.evidence[0].call == "c0002"
    assert finding.evidence[0].note == "closed by agent"
    assert NoDroppedCalls(at_most=1)(story.history()).outcome == "pass"


def test_refusals_patience_and_our_own_cuts_are_no_drops() -> None:
    story = run()
    story.call(2, at=12).hears("We are busy.", role="refusal").ends("spoken_refusal", type="fail")
    story.call(3, at=12).talks(1).says().ends("patience", after=8, type="info")
    story.call(4, at=12).talks(1).ends("cut", type="info", by="us")
    story.call(5, at=2).talks(1).ends("closed", type="info", by="agent")
    finding = NoDroppedCalls()(story.history())
    assert (finding.outcome, finding.measures["answered"]) == ("pass", 4)


def test_no_answered_call_is_unknown() -> None:
    story = Story()
    story.call(1, at=1, answered=False).ends("reject", type="fail")
    assert NoDroppedCalls()(story.history()).outcome == "unknown"
