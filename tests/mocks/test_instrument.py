from __future__ import annotations

from mocks.instrument import Instrument

MS = 1_000_000
S = 1_000_000_000


def test_a_sample_tells_of_the_time_since_the_last() -> None:
    instrument = Instrument(0, 0)
    for late_ms in range(100):
        instrument.sent(10 * S, 10 * S + late_ms * MS)
    told = instrument.sample(5 * S, S)
    assert told == {
        "cpu_share": 0.2,
        "late_p99_ms": 99.0,
        "late_max_ms": 99.0,
        "sent": 100,
        "late": 79,
        "over_s": 5.0,
    }
    quiet = instrument.sample(10 * S, S)
    assert (quiet["sent"], quiet["late"], quiet["cpu_share"], quiet["late_max_ms"]) == (0, 0, 0, 0)


def test_early_is_not_late() -> None:
    instrument = Instrument(0, 0)
    instrument.sent(20 * MS, 10 * MS)
    assert instrument.sample(S, 0)["late_max_ms"] == 0
