from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.units import (
    QUANTITIES,
    Duration,
    Latency,
    Rate,
    Ratio,
    Share,
    builtins,
    chance,
    convert,
    decode,
    encode,
)


class Some(msgspec.Struct):
    wait: Duration
    part: Share
    rate: Rate
    times: Ratio
    delay: Latency
    waits: tuple[Duration, ...] = ()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("500ms", 0.5),
        ("2s", 2),
        ("5m", 300),
        ("1h", 3600),
        ("1.5s", 1.5),
        (" 20 ms ", 0.02),
        ("250us", 250e-6),
        ("1ns", 1e-9),
        ("0s", 0),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert Duration.parse(text) == pytest.approx(seconds)
    assert Duration.parse(text).ns == round(seconds * 1e9)


@pytest.mark.parametrize(
    ("kind", "text", "number"),
    [
        (Share, "20%", 0.2),
        (Share, "0%", 0),
        (Share, "100 %", 1),
        (Share, "0.5%", 0.005),
        (Rate, "4/s", 4),
        (Rate, "90/m", 1.5),
        (Rate, "90/min", 1.5),
        (Rate, "1800 / h", 0.5),
        (Ratio, "1.5x", 1.5),
        (Ratio, "2x baseline", 2),
    ],
)
def test_shares_rates_and_ratios(kind: type[Any], text: str, number: float) -> None:
    assert kind.parse(text) == pytest.approx(number)


@pytest.mark.parametrize(
    ("kind", "wrong", "example"),
    [
        (Duration, "500", "500ms"),
        (Duration, 500, "500ms"),
        (Duration, "-1s", "500ms"),
        (Duration, "1e3s", "500ms"),
        (Duration, "1 day", "500ms"),
        (Duration, None, "500ms"),
        (Share, "0.2", "percentage"),
        (Share, "101%", "percentage"),
        (Share, 20, "percentage"),
        (Rate, "4", "4/s"),
        (Rate, "4/day", "4/s"),
        (Rate, True, "4/s"),
        (Ratio, "1.5", "1.5x"),
        (Ratio, "1.5x median", "1.5x"),
        (Ratio, [], "1.5x"),
        (Latency, "300", "500ms"),
        (Latency, 3, "500ms"),
        (Latency, "lognormal(1s)", "lognormal(P50, P95)"),
        (Latency, "lognormal(2s, 1s)", "lognormal(P50, P95)"),
        (Latency, "lognormal(0s, 1s)", "lognormal(P50, P95)"),
        (Latency, "normal(1s, 2s)", "lognormal(P50, P95)"),
        (Latency, "lognormal(1, 2s)", "500ms"),
    ],
)
def test_what_is_wrong_is_shown_with_an_example(kind: Any, wrong: object, example: str) -> None:
    with pytest.raises(ValueError, match="write") as error:
        kind.parse(wrong)
    assert example in str(error.value)


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        (Duration(0.57), "570ms"),
        (Duration(0), "0s"),
        (Duration(1), "1s"),
        (Duration(300), "300s"),
        (Duration(1e-9), "0.000001ms"),
        (Duration(12345678), "12345678s"),
        (Share(0.2), "20%"),
        (Rate(1000000), "1000000/s"),
        (Rate(0.5), "0.5/s"),
        (Ratio(1.5), "1.5x baseline"),
        (Latency(0.3, 0.3), "300ms"),
        (Latency(0.35, 0.8), "lognormal(350ms, 800ms)"),
    ],
)
def test_quantities_print_as_people_write_them(quantity: object, text: str) -> None:
    assert str(quantity) == text


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (Duration, "9" * 400 + "s"),
        (Duration, "1000001h"),
        (Duration, "0.1ns"),
        (Duration, "٣s"),
        (Rate, "9" * 400 + "/s"),
        (Rate, "10001/s"),
        (Rate, "0." + "0" * 300 + "1/s"),
        (Ratio, "9" * 400 + "x"),
        (Share, "٣%"),
        (Latency, "lognormal(1s, 1000001h)"),
    ],
)
def test_what_no_run_could_reach_is_refused_briefly(kind: Any, wrong: str) -> None:
    with pytest.raises(ValueError, match="; write ") as error:
        kind.parse(wrong)
    assert len(str(error.value)) < 160


@pytest.mark.parametrize(
    ("kind", "text"),
    [(Duration, "1000h"), (Duration, "1ns"), (Duration, "0s"), (Rate, "10000/s"), (Rate, "0/s")],
)
def test_the_bounds_themselves_are_within_reach(kind: Any, text: str) -> None:
    kind.parse(text)


@given(st.floats(1e-6, 1e4, allow_nan=False))
def test_what_is_printed_reads_back(number: float) -> None:
    for kind in (Duration, Rate, Ratio):
        assert kind.parse(str(kind(number))) == pytest.approx(number, rel=1e-11)


@given(st.floats(0, 1))
def test_printed_shares_read_back(number: float) -> None:
    assert Share.parse(str(Share(number))) == pytest.approx(number, rel=1e-11, abs=1e-300)


@given(st.floats(1e-6, 100), st.floats(1, 50))
def test_printed_latencies_read_back(p50_s: float, spread: float) -> None:
    back = Latency.parse(str(Latency(p50_s, p50_s * spread)))
    assert (back.p50_s, back.p95_s) == pytest.approx((p50_s, p50_s * spread), rel=1e-11)


def test_latencies_are_values() -> None:
    one = Latency.parse("lognormal(300ms, 1s)")
    assert one == Latency.parse("lognormal(300ms, 1s)")
    assert hash(one) == hash(Latency.parse("lognormal(300ms, 1s)"))
    assert one != Latency.parse("300ms")
    assert one != "lognormal(300ms, 1s)"
    assert repr(one) == "Latency(lognormal(300ms, 1s))"


def test_a_constant_latency_is_always_the_same() -> None:
    assert Latency.parse("300ms").draw_s(1, "any") == pytest.approx(0.3)
    assert Latency.parse("300ms").draw_ns(1, "any") == 300_000_000


def test_a_drawn_latency_has_the_percentiles_it_is_written_with() -> None:
    latency = Latency.parse("lognormal(300ms, 1200ms)")
    drawn = sorted(latency.draw_s(7, "request", n) for n in range(4000))
    assert drawn[2000] == pytest.approx(0.3, rel=0.06)
    assert drawn[3800] == pytest.approx(1.2, rel=0.12)
    assert latency.draw_s(7, "request", 1) == latency.draw_s(7, "request", 1)


def test_a_chance_comes_true_for_its_share_of_names() -> None:
    happened = sum(chance(0.2, 5, "caller", n) for n in range(5000))
    assert 900 < happened < 1100
    assert not any(chance(0.0, 5, n) for n in range(100))
    assert all(chance(1.0, 5, n) for n in range(100))


def test_types_travel_as_the_strings_people_write() -> None:
    plain = {
        "wait": "500ms",
        "part": "20%",
        "rate": "4/s",
        "times": "1.5x baseline",
        "delay": "lognormal(300ms, 1s)",
        "waits": ["1s", "2s"],
    }
    some = convert(plain, Some)
    assert some.waits == (1.0, 2.0)
    assert isinstance(some.part, Share)
    assert builtins(some) == {**plain, "waits": ("1s", "2s")}


def test_a_wrong_quantity_is_refused_with_its_path() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"\$\.waits\[1\]"):
        convert(
            {
                "wait": "1s",
                "part": "1%",
                "rate": "1/s",
                "times": "1x",
                "delay": "1s",
                "waits": ["1s", "2"],
            },
            Some,
        )


def test_only_quantities_are_converted() -> None:
    for kind in QUANTITIES:
        with pytest.raises(ValueError, match="write"):
            decode(kind, "nonsense")
    with pytest.raises(NotImplementedError, match="complex"):
        decode(complex, "1")
    with pytest.raises(NotImplementedError, match="complex"):
        encode(1j)
