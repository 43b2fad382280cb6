from harness.media.lateness import Lateness, Sample

MS = 1_000_000


def test_a_sample_tells_what_was_late() -> None:
    lateness = Lateness()
    for late_ms in range(100):
        lateness.add(late_ms * MS // 4)
    assert lateness.sample() == Sample(100, 19, 24.75, 24.75)


def test_a_sample_begins_anew() -> None:
    lateness = Lateness()
    lateness.add(MS)
    lateness.sample()
    assert lateness.sample() == Sample(0, 0, 0.0, 0.0)


def test_one_outlier_in_a_thousand_is_no_p99() -> None:
    lateness = Lateness()
    for _ in range(999):
        lateness.add(MS)
    lateness.add(500 * MS)
    sample = lateness.sample()
    assert (sample.late, sample.late_p99_ms, sample.late_max_ms) == (1, 1.0, 500.0)
