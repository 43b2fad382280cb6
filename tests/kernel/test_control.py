import msgspec
import pytest

from kernel.control import (
    PREFIX,
    ClockReading,
    ControlError,
    FaultState,
    Health,
    Journal,
    Lease,
)
from kernel.event import Event
from kernel.fault import FaultOrder
from kernel.units import Duration, Share, builtins, convert


@pytest.mark.parametrize(
    "message",
    [
        Health("ok", ("stt", "llm"), "1.0", {"stt": 3}, "a1"),
        ClockReading(12),
        FaultState(
            FaultOrder(
                label="burst",
                kind="rate_limit",
                target="llm/openai",
                fields={"requests": "2/s"},
                share=Share(0.2),
                heal_after=Duration(1.5),
            ),
            applied_at_ns=5,
            bites=2,
        ),
        Journal((Event(1, "mock.stt", "work", "invoke", "stt-w1"),), next=1, lost=4),
        Lease(10),
        ControlError("no fault 'burst'", "list them with GET faults", "burst"),
    ],
)
def test_what_travels_arrives(message: object) -> None:
    wire = msgspec.json.encode(builtins(message))
    assert convert(msgspec.json.decode(wire), type(message)) == message


def test_a_mock_with_nothing_on_is_still_well() -> None:
    assert convert({"status": "ok", "services": [], "version": "1"}, Health).live == {}


def test_no_provider_has_such_a_path() -> None:
    assert PREFIX.startswith("/_")
