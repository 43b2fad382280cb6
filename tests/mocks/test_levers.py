from __future__ import annotations

import pytest

from kernel.dialogue import Script
from kernel.errors import UsageError
from kernel.fault import FaultOrder
from kernel.units import Duration, Latency, convert
from mocks.brain import Brain
from mocks.levers import Levers
from mocks.providers.llm.openai import PROVIDER as OPENAI
from mocks.providers.stt.deepgram import PROVIDER as DEEPGRAM
from mocks.providers.tts.cartesia import PROVIDER as CARTESIA

from .drive import Drive
from .echo import a_world

STALL = FaultOrder(label="f", kind="stall", target="tts")


def test_applying_twice_is_applying_once() -> None:
    drive = Drive()
    first = drive.levers.apply(STALL, 5)
    assert drive.levers.apply(STALL, 9) == first
    assert drive.levers.faults() == [first]


def test_another_order_of_the_same_label_replaces() -> None:
    drive = Drive()
    drive.levers.apply(STALL, 5)
    drive.apply("stall", after=3)
    (state,) = drive.levers.faults()
    assert state.order.fields == {"after": 3}


def test_a_wrong_order_leaves_the_fault_as_it_is() -> None:
    drive = Drive()
    drive.levers.apply(STALL, 0)
    with pytest.raises(UsageError):
        drive.levers.apply(FaultOrder(label="f", kind="nothing", target="tts"), 0)
    assert drive.levers.faults()[0].order == STALL


def test_healing_what_is_not_there_is_no_error() -> None:
    drive = Drive()
    assert drive.levers.heal("f", 0) is None
    assert drive.levers.heal_all(0) == []


def test_a_fault_heals_by_itself() -> None:
    drive = Drive()
    drive.levers.apply(FaultOrder(label="f", kind="stall", target="tts", heal_after=Duration(2)), 0)
    session = drive.post(b"x")
    drive.run(1999)
    assert drive.texts(session) == []
    drive.run(2)
    assert drive.texts(session) == ["x"]
    assert drive.levers.faults() == []


def test_what_was_healed_by_hand_is_not_healed_again() -> None:
    drive = Drive()
    order = FaultOrder(label="f", kind="stall", target="tts", heal_after=Duration(2))
    drive.levers.apply(order, 0)
    drive.levers.heal("f", 0)
    drive.levers.apply(STALL, 0)
    drive.run(5000)
    assert len(drive.levers.faults()) == 1


def test_a_lease_that_is_not_renewed_heals_everything() -> None:
    drive = Drive()
    drive.levers.apply(STALL, 0)
    drive.levers.lease(2, 0)
    drive.run(1500)
    drive.levers.lease(2, drive.now_ns)
    drive.run(1500)
    assert len(drive.levers.faults()) == 1
    drive.run(1000)
    assert drive.levers.faults() == []


def test_a_script_brings_a_mind_and_a_seed() -> None:
    drive = Drive()
    levers = Levers(drive.service, Brain)
    levers.script(Script(seed=12))
    assert isinstance(drive.world.brain, Brain)
    assert drive.world.seed == 12


def test_latencies_not_named_are_the_defaults() -> None:
    drive = Drive()
    drive.levers.latency({"tts": {"first": "1s"}})
    assert drive.world.latency["tts"].first == Latency(1, 1)
    session = drive.post(b"x")
    drive.run()
    assert drive.times(session) == [1000, 1000]
    with pytest.raises(UsageError, match="unknown stage"):
        drive.levers.latency({"nowhere": {}})


def test_a_provider_that_there_is_not_is_no_target() -> None:
    drive = Drive()
    order = FaultOrder(label="f", kind="stall", target="tts/ehco")
    with pytest.raises(
        UsageError, match=r"(?s)no provider 'ehco' of the stage tts.*there are: echo"
    ):
        drive.levers.apply(order, 0)
    drive.levers.apply(FaultOrder(label="f", kind="stall", target="llm/somebody-elses"), 0)


@pytest.mark.parametrize("kind", ["concurrency", "rate_limit"])
def test_what_a_provider_does_not_have_cannot_be_counted(kind: str) -> None:
    fields = {"limit": 1} if kind == "concurrency" else {"requests": "1/s"}
    for provider, target, remedy in (
        (OPENAI, "llm", "llm has: request; or leave it out"),
        (DEEPGRAM, "stt/deepgram", "stt/deepgram has: socket; or leave it out"),
    ):
        drive = Drive(provider)
        told = {"label": "f", "kind": kind, "target": target}
        order = convert({**told, "fields": {**fields, "of": "context"}}, FaultOrder)
        with pytest.raises(UsageError) as refused:
            drive.levers.apply(order, 0)
        assert refused.value.what == f"of: context counts nothing, {target} has none"
        assert (refused.value.where, refused.value.remedy) == ("fault 'f'", remedy)
        assert drive.levers.faults() == []
    Drive(CARTESIA).apply(kind, of="context", **fields)
    # Another process may serve what this one does not.
    Drive(OPENAI).apply(kind, of="context", **fields)


def test_after_a_reset_all_is_as_at_the_start() -> None:
    drive = Drive(world=a_world(seed=9))
    latency = drive.world.latency
    drive.levers.script(Script(seed=12))
    drive.levers.latency({"tts": {"first": "1s"}})
    drive.levers.reset(0)
    assert drive.world.seed == 9
    assert drive.world.latency == latency


def test_a_reset_heals_and_forgets() -> None:
    drive = Drive()
    drive.levers.apply(STALL, 0)
    drive.levers.lease(5, 0)
    drive.post(b"x")
    drive.levers.reset(0)
    drive.run()
    assert drive.levers.faults() == []
    assert [event.type for event in drive.events] == ["ok"]


def test_health_tells_what_is_live() -> None:
    drive = Drive()
    drive.socket()
    drive.post(b"x y")
    health = drive.levers.health(("tts",), "1.0", "this")
    assert (health.status, health.process) == ("ok", "this")
    assert health.live == {"sockets": 1, "work": 1, "faults": 0}
