import dataclasses
import typing
from dataclasses import dataclass

import msgspec
import pytest

from kernel.fault import (
    HOLD,
    STAGES,
    Arrival,
    FaultKind,
    FaultOrder,
    Hold,
    Output,
    Refusal,
    Stage,
)
from kernel.units import Duration, Share, builtins, convert


def test_the_stages_are_those_of_the_type() -> None:
    assert typing.get_args(Stage) == STAGES


def test_an_order_travels_with_its_units() -> None:
    order = FaultOrder(
        label="llm-burst",
        kind="rate_limit",
        target="llm",
        fields={"requests": "2/s", "burst": 3},
        share=Share(0.25),
        heal_after=Duration(90),
        seed=7,
    )
    plain = builtins(order)
    assert plain["share"] == "25%"
    assert plain["heal_after"] == "90s"
    assert convert(msgspec.json.decode(msgspec.json.encode(plain)), FaultOrder) == order


def test_an_order_leaves_out_what_it_does_not_say() -> None:
    assert builtins(FaultOrder(label="a", kind="stall", target="tts")) == {
        "label": "a",
        "kind": "stall",
        "target": "tts",
    }


@pytest.mark.parametrize("value", [Arrival, Output, Refusal, FaultKind])
def test_what_faults_are_told_and_answer_does_not_change(value: type) -> None:
    assert dataclasses.is_dataclass(value)
    assert value.__dataclass_params__.frozen  # type: ignore[attr-defined]


def test_an_arrival_is_known_by_its_ordinal_unless_told_better() -> None:
    arrival = Arrival("llm", "openai", "/v1/chat/completions", "request", "llm-w1", "17")
    assert (arrival.by, arrival.attempt, arrival.purpose) == ("ordinal", 0, "turn")


def test_refusals_do_not_share_their_details() -> None:
    one, other = Refusal("rate_limit"), Refusal("rate_limit")
    one.detail["limit"] = 2
    assert other.detail == {}


def test_holding_is_neither_refusing_nor_serving() -> None:
    assert isinstance(HOLD, Hold)


def test_a_kind_is_described_by_its_fields() -> None:
    @dataclass
    class Slow:
        """Everything is late."""

        first: Duration

    kind = FaultKind("slow", Slow, "slow", "#888888", Slow.__doc__ or "", ("llm",))
    assert [field.name for field in dataclasses.fields(kind.fields)] == ["first"]
