"""Finding transports by the scheme of the agent's address; each is one file of this folder."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from kernel.clock import Clock

from .. import transports as package
from ..planning.plan import Target
from .link import Network, Transport


@cache
def transports() -> Mapping[str, type[Transport]]:
    """Scheme → the class, in whatever file, that lists it under `schemes`."""
    found: dict[str, type[Transport]] = {}
    for module in pkgutil.iter_modules(package.__path__):
        path = f"{package.__name__}.{module.name}"
        for kind in vars(import_module(path)).values():
            if isinstance(kind, type) and kind.__module__ == path:
                found |= dict.fromkeys(vars(kind).get("schemes", ()), kind)
    return found


def scheme_of(address: str) -> str:
    """`https://a.example/voice` → `https`; `sip:me@here` → `sip`; empty if there is none."""
    return address.partition(":")[0].lower() if ":" in address else ""


def transport_for(
    target: Target, clock: Clock, *, seed: int = 0, network: Network | None = None
) -> Transport:
    """What dials this target; to be used as an async context. KeyError if nothing can."""
    return transports()[scheme_of(target.webhook)](target, clock, seed=seed, network=network)
