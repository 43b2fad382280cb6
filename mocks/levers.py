"""What can be changed about a mock while it runs: faults, script, latencies, and forgetting all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kernel.clock import SECOND_NS
from kernel.control import FaultState, Health
from kernel.dialogue import Script
from kernel.errors import UsageError
from kernel.fault import FaultOrder

from .chain import Applied
from .exchange import Exchange
from .latency import latencies
from .service import Service
from .world import Brain


class Levers:
    """Every lever can be pulled twice. What heals a fault late or early heals it once."""

    def __init__(self, service: Service, make_brain: Callable[[Script], Brain]) -> None:
        self._service, self._make_brain = service, make_brain
        self._seed, self._latency = service.world.seed, service.world.latency

    @property
    def exchange(self) -> Exchange:
        """The telephone calls, and what is ordered about them."""
        return self._service.world.exchange

    def faults(self) -> list[FaultState]:
        return [applied.state() for applied in self._service.chain]

    def apply(self, order: FaultOrder, now_ns: int) -> FaultState:
        """Apply a fault; the same label replaces, the same order changes nothing.

        UsageError if the order is wrong; a fault of that label stays as it is then.
        """
        chain = self._service.chain
        there = chain.get(order.label)
        if there is not None and there.order == order:
            return there.state()
        self._check_target(order)
        applied = Applied.of(order, now_ns)
        self._check_unit(applied)
        self.heal(order.label, now_ns)
        chain.add(applied)
        self._service.applied(applied)
        if order.heal_after is not None:

            def heal(at_ns: int) -> None:
                self.heal(order.label, at_ns)

            self._service.at(_heal_key(order.label), now_ns + order.heal_after.ns, heal)
        return applied.state()

    def heal(self, label: str, now_ns: int) -> FaultState | None:
        """Heal a fault; None if there is none of that label."""
        applied = self._service.chain.remove(label)
        if applied is None:
            return None
        self._service.forgo(_heal_key(label))
        self._service.healed(applied, now_ns)
        return applied.state(healed_at_ns=now_ns)

    def heal_all(self, now_ns: int) -> list[FaultState]:
        healed = [self.heal(applied.label, now_ns) for applied in self._service.chain]
        return [state for state in healed if state is not None]

    def lease(self, seconds: float, now_ns: int) -> None:
        """Heal everything in `seconds` unless the lease is renewed before."""
        due_ns = now_ns + round(seconds * SECOND_NS)

        def expire(at_ns: int) -> None:
            self.heal_all(at_ns)

        self._service.at("lease", due_ns, expire)

    def script(self, script: Script) -> None:
        """Another mind for the language models; its seed is that of all latencies too."""
        self._service.world.brain = self._make_brain(script)
        self._service.world.seed = script.seed

    def latency(self, changes: Mapping[str, Mapping[str, Any]]) -> None:
        """Latencies as `{"llm": {"first": "2s"}}`; stages not named get their defaults.

        UsageError if they cannot be read.
        """
        self._service.world.latency = latencies(changes)

    def reset(self, now_ns: int) -> None:
        """As after the start, except for sessions that are open."""
        self.heal_all(now_ns)
        self._service.forgo("lease")
        self.script(Script(seed=self._seed))
        self._service.world.latency = self._latency
        self._service.reset()

    def health(self, services: tuple[str, ...], version: str) -> Health:
        sockets = sum(piece.kind == "socket" for piece in self._service.sessions.pieces())
        work = len(self._service.sessions.pieces()) - sockets
        live = {"sockets": sockets, "work": work, "faults": len(self._service.chain)}
        return Health("ok", services, version, live)

    def _check_target(self, order: FaultOrder) -> None:
        """A mock that does not serve the stage at all takes the order for somebody else's."""
        stage, _, provider = order.target.partition("/")
        found = self._service.catalogue.providers
        served = [one.name for one in found if one.stage == stage]
        if provider and served and provider not in served:
            raise UsageError(
                f"no provider {provider!r} of the stage {stage}",
                where=f"fault {order.label!r}",
                remedy=f"there are: {', '.join(served)}",
            )

    def _check_unit(self, applied: Applied) -> None:
        """What the provider does not have cannot be counted, and the fault would bite nobody."""
        target, unit = applied.order.target, getattr(applied.fault, "of", None)
        units = self._service.catalogue.units(target)
        if unit and units and unit not in units:
            raise UsageError(
                f"of: {unit} counts nothing, {target} has none",
                where=f"fault {applied.label!r}",
                remedy=f"{target} has: {', '.join(units)}; or leave it out",
            )


def _heal_key(label: str) -> str:
    return f"heal {label}"
