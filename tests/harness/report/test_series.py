from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as some

from harness.report.series import POINTS_SHOWN, thinned, window_s, windows
from tests.harness.histories import ns


def test_windows_grow_with_the_run() -> None:
    lengths = [window_s(ns(seconds)) for seconds in (0, 60, 750, 751, 4 * 3600, 10**6)]
    assert lengths == [5, 5, 5, 10, 120, 3600]


def test_percentiles_of_each_window_and_gaps_between_them() -> None:
    samples = [(ns(1), 1.0), (ns(2), 9.0), (ns(4), 2.0), (ns(12), 5.0)]
    first, gap, last = windows(samples, 5)
    assert (first.middle_ns, first.count, first.p50, first.p95) == (ns(2.5), 3, 2.0, 9.0)
    assert (gap.middle_ns, gap.count, gap.p50, gap.p95) == (ns(7.5), 0, None, None)
    assert (last.middle_ns, last.p50, last.p95) == (ns(12.5), 5.0, 5.0)


def test_the_p95_of_many_is_not_the_greatest() -> None:
    (only,) = windows([(0, float(value)) for value in range(1, 101)], 5)
    assert (only.p50, only.p95) == (50.0, 95.0)


def test_no_samples_have_no_windows() -> None:
    assert windows([], 5) == []


@given(some.integers(0, 3 * POINTS_SHOWN))
def test_few_points_are_kept_and_many_thinned_evenly(count: int) -> None:
    shown = thinned(range(count))
    assert len(shown) <= POINTS_SHOWN
    assert count > POINTS_SHOWN or len(shown) == count
    assert len({after - before for before, after in pairwise(shown)}) <= 1
