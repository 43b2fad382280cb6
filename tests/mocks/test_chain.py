from __future__ import annotations

import dataclasses
import re
from dataclasses import replace

import pytest

from kernel.errors import UsageError
from kernel.fault import Arrival, FaultOrder
from kernel.units import Share
from mocks.chain import Applied, Chain, fault_kinds, make_fault
from mocks.work import Limit, Limits

ARRIVAL = Arrival("llm", "openai", "POST /x", "request", "llm-w1", "who")
PLAN = Limits(Limit(10, 9, 1.0), Limit(100, 90, 1.0))


def order(kind: str = "stall", target: str = "llm", **more: object) -> FaultOrder:
    return FaultOrder(label="f", kind=kind, target=target, **more)  # type: ignore[arg-type]


def test_kinds_are_found_by_their_files() -> None:
    kinds = fault_kinds()
    assert {"slowdown", "rate_limit", "concurrency", "stall"} <= set(kinds)
    colours = [kind.colour for kind in kinds.values()]  # type: ignore[attr-defined]
    assert len(set(colours)) == len(colours)
    for name, kind in kinds.items():
        assert re.fullmatch(r"#[0-9a-f]{6}", kind.colour)  # type: ignore[attr-defined]
        assert f"kind: {name}" in (kind.__doc__ or "")
        assert all(one.init for one in dataclasses.fields(kind))


def test_fields_are_read_with_their_units() -> None:
    fault = make_fault(order("slowdown", fields={"first": "lognormal(1s, 2s)"}))
    assert str(fault.first) == "lognormal(1s, 2s)"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (order("slowdwn"), "unknown fault kind 'slowdwn'.*did you mean 'slowdown'"),
        (order("stall", fields={"aftr": 1}), "stall has no field 'aftr'.*did you mean 'after'"),
        (order("stall", target="lmm"), "unknown target 'lmm'.*llm/openai"),
        (order("slowdown", fields={"first": "3"}), "'3' is not a duration.*first"),
        (order("stall", fields={"after": -1}), "after -1 is negative"),
        (order("concurrency"), "missing required field `limit`"),
    ],
)
def test_wrong_orders_are_refused_with_a_remedy(wrong: FaultOrder, told: str) -> None:
    with pytest.raises(UsageError, match=f"(?s)fault 'f'.*{told}"):
        make_fault(wrong)


def test_a_fault_concerns_its_stage_its_provider_and_its_share() -> None:
    assert Applied.of(order(), 0).concerns(ARRIVAL)
    assert Applied.of(order(target="llm/openai"), 0).concerns(ARRIVAL)
    assert not Applied.of(order(target="llm/other"), 0).concerns(ARRIVAL)
    assert not Applied.of(order(target="tts"), 0).concerns(ARRIVAL)
    assert not Applied.of(order(share=Share(0)), 0).concerns(ARRIVAL)


def test_a_share_takes_about_that_many_and_a_retry_is_drawn_anew() -> None:
    applied = Applied.of(order(share=Share(0.3), seed=4), 0)
    taken = [applied.concerns(replace(ARRIVAL, identity=f"call {n}")) for n in range(1000)]
    assert 250 < sum(taken) < 350
    attempts = [applied.concerns(replace(ARRIVAL, attempt=n)) for n in range(50)]
    assert len(set(attempts)) == 2


def test_rolls_have_the_fault_s_own_name() -> None:
    here, there = Applied.of(order(), 0), Applied.of(order(seed=1), 0)
    assert here.roll(ARRIVAL)("x") == Applied.of(order(), 9).roll(ARRIVAL)("x")
    assert here.roll(ARRIVAL)("x") != there.roll(ARRIVAL)("x")


def test_bites_count_outputs_and_identities() -> None:
    applied = Applied.of(order(), 7)
    for identity in ("a", "b", "a"):
        applied.bite(replace(ARRIVAL, identity=identity))
    state = applied.state(healed_at_ns=9)
    assert (state.bites, state.identities, state.applied_at_ns, state.healed_at_ns) == (3, 2, 7, 9)


def test_limits_are_those_of_a_fault_or_of_the_plan() -> None:
    chain = Chain()
    assert chain.limits(ARRIVAL, PLAN, 0) == PLAN
    chain.add(Applied.of(order("rate_limit", fields={"requests": "2/s"}), 0))
    limits = chain.limits(ARRIVAL, PLAN, 0)
    assert limits.tokens == PLAN.tokens
    assert limits.requests == Limit(120, 2, 0.0)
    assert chain.limits(replace(ARRIVAL, stage="tts"), PLAN, 0) == PLAN


def test_a_chain_keeps_the_order_of_application() -> None:
    chain = Chain()
    for label in ("b", "a", "c"):
        chain.add(Applied.of(FaultOrder(label=label, kind="stall", target="llm"), 0))
    assert [one.label for one in chain] == ["b", "a", "c"]
    assert chain.remove("a") is not None
    assert chain.remove("a") is None
    assert chain.get("a") is None
    assert [one.label for one in chain.concerning(ARRIVAL)] == ["b", "c"]
    assert len(chain) == 2
