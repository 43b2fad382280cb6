import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.analysis.statistics import change, needed, of_all, percentile, times


def test_how_many_times_its_limit_a_figure_is() -> None:
    assert times(3, 2) == 1.5
    assert times(3, 0) is None


def test_a_percentile_needs_three_samples_beyond_it() -> None:
    assert (needed(0.5), needed(0.95), needed(0.99)) == (6, 60, 300)
    assert percentile(range(59), 0.95) is None
    assert percentile(range(1, 61), 0.95) == 57
    assert percentile(range(299), 0.99) is None
    assert percentile(range(1, 301), 0.99) == 297


@given(st.lists(st.floats(0, 1e6), min_size=60, max_size=200))
def test_p95_is_a_sample_with_at_most_a_twentieth_above_it(samples: list[float]) -> None:
    found = percentile(samples, 0.95)
    assert found in samples
    assert sum(sample > found for sample in samples) <= len(samples) / 20


def test_the_interval_of_a_change_holds_the_truth_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(1)
    held = 0
    for seed in range(200):
        before = generator.lognormal(6, 0.5, 300).tolist()
        after = (1.5 * generator.lognormal(6, 0.5, 300)).tolist()
        found = change(before, after, 0.95, seed)
        assert found is not None
        held += found.low <= 1.5 <= found.high
    assert 180 <= held <= 200


def test_the_interval_is_that_of_resampling_by_hand() -> None:
    generator = np.random.default_rng(2)
    before, after = generator.lognormal(6, 0.5, 100), generator.lognormal(6.3, 0.5, 100)
    found = change(before.tolist(), after.tolist(), 0.95)
    draws = [
        np.percentile(generator.choice(after, 100), 95, method="inverted_cdf")
        / np.percentile(generator.choice(before, 100), 95, method="inverted_cdf")
        for _ in range(4000)
    ]
    assert found is not None
    low, high = np.percentile(draws, (2.5, 97.5))
    assert found.low == pytest.approx(low, rel=0.05)
    assert found.high == pytest.approx(high, rel=0.05)


def test_the_same_seed_gives_the_same_interval() -> None:
    before, after = list(range(100, 200)), list(range(300, 400))
    assert change(before, after, 0.95, seed=1) == change(before, after, 0.95, seed=1)


def test_a_clear_and_noticeable_change_is_surely_above() -> None:
    found = change([1000.0] * 60, [2500.0] * 60, 0.95)
    assert found is not None
    assert found.surely_above(2.0)
    assert not found.surely_above(2.5)


def test_a_change_that_nobody_notices_is_never_above() -> None:
    found = change([100.0] * 60, [290.0] * 60, 0.95)
    assert found is not None
    assert found.ratio == pytest.approx(2.9)
    assert not found.surely_above(2.0)
    assert not found.likely_above(2.0)


def test_a_change_that_may_be_chance_is_likely_but_not_surely_above() -> None:
    after = [1000.0] * 56 + [3000.0] * 4
    found = change([1000.0] * 60, after, 0.95)
    assert found is not None
    assert found.likely_above(2.0)
    assert not found.surely_above(2.0)


def test_too_few_samples_on_either_side_are_no_change() -> None:
    assert change([1.0] * 59, [1.0] * 60, 0.95) is None
    assert change([1.0] * 60, [1.0] * 59, 0.95) is None


def test_no_failure_among_n_shows_what_it_shows() -> None:
    assert of_all(0, 60) == "0 of 60 (below 0.05)"
    assert of_all(0, 4) == "0 of 4 (below 0.75)"
    assert [of_all(0, 2), of_all(0, 3)] == ["0 of 2", "0 of 3"]
    assert of_all(3, 40) == "3 of 40"
    assert of_all(0, 0) == "0 of 0"
