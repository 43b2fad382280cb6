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
    assert [up.peak(ns(at), ns(until)) for at, until in [(0, 1), (1, 3), (5, 7), (7, 9)]] == [
        1, 2, 3, 2,
    ]  # fmt: skip
