import pytest

from harness.checks.stage_isolation import StageIsolation
from tests.harness.histories import Story


def run(reconnects: int = 0, target: str = "llm", per_turn: bool = False) -> Story:
    """Ten calls before a fault and ten in it, which need so many more sockets each."""
    story = Story().phase("baseline", 0, 100).phase("trouble", 100, 200)
    story.fault("429", target, at=100, until=190)
    sockets = 0
    for number in range(20):
        at = 10.0 * number + 0.5
        caller = story.call(number + 1, at).talks(3).ends()
        starts = [at + 4 * turn for turn in range(3)] if per_turn else [at]
        starts += [at + 3 + more for more in range(reconnects if at > 100 else 0)]
        for start in starts:
            sockets += 1
            story.socket(f"stt-s{sockets}", "stt", start, caller.now)
            caller.works("stt", start + 0.1, start + 1, socket=f"stt-s{sockets}")
    return story


def test_one_socket_for_a_call_passes() -> None:
    finding = StageIsolation()(run().history())
    assert (finding.outcome, finding.measures["sockets"]) == ("pass", 10)


def test_reconnecting_for_another_providers_sake_fails() -> None:
    finding = StageIsolation()(run(reconnects=1).history())
    assert (finding.outcome, finding.measures["sockets_beyond_need"]) == ("fail", 9)
    assert (finding.evidence[0].call, finding.evidence[0].note) == (
        "c0011",
        "another socket: stt-s12",
    )


def test_a_socket_for_each_turn_passes() -> None:
    assert StageIsolation()(run(per_turn=True).history()).outcome == "pass"


@pytest.mark.parametrize("target", ["stt", "stt/deepgram"])
def test_transcriptions_own_trouble_is_not_judged(target: str) -> None:
    assert StageIsolation()(run(reconnects=5, target=target).history()).outcome == "unknown"


def test_trouble_of_both_at_once_is_not_judged() -> None:
    for at, outcome in ((150, "unknown"), (193, "fail")):
        story = run(reconnects=5).fault("drop", "stt", at=at, until=at + 2)
        assert StageIsolation()(story.history()).outcome == outcome


def test_an_agent_without_sockets_is_unknown() -> None:
    story = Story().phase("baseline", 0, 100).fault("429", "llm", at=100, until=190)
    for number in range(20):
        story.call(number + 1, 10.0 * number).talks(3).ends()
    assert StageIsolation()(story.history()).outcome == "unknown"
