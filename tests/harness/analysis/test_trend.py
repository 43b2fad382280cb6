import math

from harness.analysis.trend import trend


def test_a_line_has_its_slope() -> None:
    found = trend([[(float(at), 5 + 2.0 * at) for at in range(40)]])
    assert found is not None
    assert (found.per_s, found.low_per_s) == (2, 2)


def test_an_outlier_does_not_move_it() -> None:
    points = [(float(at), 3.0 * at) for at in range(40)]
    points[39] = (39.0, 1e6)
    found = trend([points])
    assert found is not None
    assert found.per_s == 3


def test_noise_has_no_sure_slope() -> None:
    found = trend([[(float(at), float(at * 7919 % 101)) for at in range(100)]])
    assert found is not None
    assert found.low_per_s < 0 < found.low_per_s + 2


def test_series_are_compared_with_themselves_only() -> None:
    early = [(float(at), 1.0) for at in range(20)]
    late = [(float(at), 9.0) for at in range(20, 40)]
    found = trend([early, late])
    assert found is not None
    assert found.per_s == 0


def test_long_series_are_thinned_out() -> None:
    found = trend([[(float(at), 2.0 * at) for at in range(20_000)]])
    assert found is not None
    assert found.per_s == 2


def test_too_few_points_say_nothing() -> None:
    assert trend([]) is None
    assert trend([[(1.0, 2.0)], []]) is None
    assert trend([[(1.0, 2.0), (1.0, 3.0)]]) is None
    two = trend([[(1.0, 2.0), (2.0, 3.0)]])
    assert two is not None
    assert two.low_per_s == -math.inf
