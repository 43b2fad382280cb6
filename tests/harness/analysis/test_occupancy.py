from harness.analysis.occupancy import Occupancy
from tests.harness.histories import Story, ns


def test_counts_the_calls_that_are_up() -> None:
    story = Story()
    for number, (at, lasting) in enumerate([(0, 10), (2, 10), (4, 2)], 1):
        story.call(number, at).ends(after=lasting)
    calls = story.history().calls
    up = Occupancy(calls)
    assert [up.at(ns(at)) for at in (0, 1, 3, 5, 6, 11, 12)] == [0, 1, 2, 3, 2, 1, 0]
    assert Occupancy(calls, lingers_ns=ns(2)).at(ns(7)) == 3
    assert up.most(0, ns(20)) == 3
    assert up.most(0, ns(4)) == 2
    assert up.most(ns(5), ns(20)) == 0


def test_while_the_agent_decided_others_may_have_come() -> None:
    story = Story()
    story.call(1, at=0).ends(after=10)
    story.call(2, at=5.1).ends(after=10)
    calls = story.history().calls
    abrupt = story.call(3, at=5, answered=False).ends("reject", 0.2, type="fail")
    assert Occupancy(calls).around(story.history().calls[2]) == 2
    abrupt.dialled = 5.15
    assert Occupancy(calls).around(story.history().calls[2]) == 2
    spoken = Story()
    spoken.call(3, at=5).hears("Full.", after=0.05, role="refusal").ends("reject", type="fail")
    assert Occupancy(calls).around(spoken.history().calls[0]) == 1
