from harness.checks.no_orphans import NoOrphans
from tests.harness.histories import Story


def run(ends: float = 100) -> Story:
    """Two calls, one after the other, over at about 12 and 32; the run ends at 100."""
    story = Story().phase("baseline", 0, 20)
    story.call(1, at=0).talks(2).ends().works("llm", 3, 4)
    story.call(2, at=20).talks(2).ends().works("llm", 23, 24)
    return story.ends(ends)


def test_all_done_passes() -> None:
    finding = NoOrphans()(run().history())
    assert (finding.outcome, finding.measures["ended_calls"]) == ("pass", 2)


def test_work_long_after_the_call_fails() -> None:
    story = run()
    story.callers[0].works("tts", 5, 40)
    finding = NoOrphans()(story.history())
    assert (finding.outcome, finding.measures["orphans"]) == ("fail", 1)
    assert finding.evidence[0].call == "c0001"
    assert "tts" in finding.evidence[0].note
    assert NoOrphans(at_most=1)(story.history()).outcome == "pass"


def test_unfinished_and_late_work_is_orphaned() -> None:
    story = run()
    story.callers[0].works("llm", 5, None)
    story.callers[1].works("llm", 46, 48)
    assert NoOrphans()(story.history()).measures["orphans"] == 2


def test_a_while_is_allowed() -> None:
    story = run()
    story.callers[0].works("tts", 5, story.callers[0].now + 14)
    assert NoOrphans()(story.history()).outcome == "pass"


def test_what_the_journal_does_not_reach_is_not_judged() -> None:
    story = run(ends=40)
    story.callers[1].works("llm", 25, None)
    assert NoOrphans()(story.history()).outcome == "pass"
    assert NoOrphans()(run(ends=33).history()).measures["ended_calls"] == 1


def test_a_warm_pool_passes() -> None:
    story = run().socket("tts-s1", "tts", 1)
    for caller in story.callers:
        caller.works("tts", caller.dialled + 2, caller.dialled + 3, socket="tts-s1")
    finding = NoOrphans()(story.history())
    assert (finding.outcome, finding.measures["tts_sockets_left"]) == ("pass", 1)


def test_a_pool_smaller_than_it_may_be_makes_up_for_no_orphan() -> None:
    story = run().socket("tts-s1", "tts", 1)
    story.call(3, at=20).talks(2).ends()
    story.callers[0].works("tts", 2, 3, socket="tts-s1")
    story.callers[0].works("llm", 2, 50)
    assert NoOrphans()(story.history()).outcome == "fail"


def test_prewarmed_sockets_and_those_in_use_pass() -> None:
    story = run(ends=40)
    for index in range(9):
        story.socket(f"tts-s{index}", "tts", 0)
    story.socket("stt-s1", "stt", 20)
    story.callers[1].works("stt", 21, 22, socket="stt-s1")
    story.socket("stt-s2", "stt", 20)
    story.callers[1].works("stt", 23, 24, socket="stt-s2")
    assert NoOrphans()(story.history()).outcome == "pass"


def test_sockets_that_pile_up_call_after_call_fail() -> None:
    story = run()
    for index, caller in enumerate(story.callers):
        story.socket(f"stt-s{index}", "stt", caller.dialled)
        caller.works("stt", caller.dialled, caller.dialled + 3, socket=f"stt-s{index}")
    finding = NoOrphans()(story.history())
    assert (finding.outcome, finding.measures["leaked_sockets"]) == ("fail", 1)
    assert "1 stt sockets were left open beyond a pool for 1 calls" in finding.summary


def test_closed_sockets_do_not_count() -> None:
    story = run()
    for index, caller in enumerate(story.callers):
        story.socket(f"stt-s{index}", "stt", caller.dialled, until=90)
        caller.works("stt", caller.dialled, caller.dialled + 3, socket=f"stt-s{index}")
    assert NoOrphans()(story.history()).outcome == "pass"


def test_a_history_that_ends_with_the_calls_cannot_tell() -> None:
    story = Story()
    caller = story.call(1, at=0).talks(2).ends().works("llm", 3, 4)
    assert NoOrphans()(story.ends(20).history()).outcome == "pass"
    caller.works("llm", 5, None)
    finding = NoOrphans()(story.history())
    assert finding.outcome == "unknown"
    assert "longer drain" in finding.summary


def test_no_calls_are_unknown() -> None:
    story = Story().phase("warm_up", 0, 20, warm_up=True)
    story.call(1, at=0).talks(2).ends().works("llm", 3, 4)
    assert NoOrphans()(story.history()).outcome == "unknown"
