"""What a provider's file offers, and how the providers are found: one provider, one file.

A module in `mocks/providers/STAGE/` defines `PROVIDER`. It is pure: requests in, instructions out.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from kernel.actor import Actor
from kernel.fault import Stage, Unit

from . import providers as package
from .wire import UPGRADE, Body, Head, Request, Wire
from .work import Refused
from .world import World

_PARAMETER = re.compile(r"\\\{(\w+)\\\}")


@dataclass(frozen=True)
class Route:
    """One endpoint. `{name}` in the path stands for one segment, found in `Request.params`.

    method    an HTTP method, or `WS`
    open      the actor that answers one request; its first message is `Opened`
    contexts  work on the open socket can be refused: its actor emits such a `Begin` with a name
    """

    method: str
    path: str
    open: Callable[[Request, World], Actor]
    contexts: bool = False

    @property
    def units(self) -> tuple[Unit, ...]:
        """What can be counted and refused here."""
        if self.method != UPGRADE:
            return ("request",)
        return ("socket", "context") if self.contexts else ("socket",)

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(_PARAMETER.sub(r"(?P<\1>[^/]+)", re.escape(self.path)))

    def matches(self, path: str) -> dict[str, str] | None:
        """The path's parameters, None if it is another path."""
        found = self._pattern.fullmatch(path)
        return found.groupdict() if found else None


class Provider(Protocol):
    """A mocked provider. `name` is unique within its stage."""

    name: str
    stage: Stage
    routes: Sequence[Route]

    def recognises(self, request: Request) -> bool:
        """Are these our credentials? Asked where several providers share a path."""
        ...

    def refuse(self, refused: Refused, request: Request) -> Iterable[Wire]:
        """A refusal in this provider's words, place and status.

        `refused.refusal.reason` is one of `rate_limit`, `tokens`, `quota`, `concurrency`,
        `overloaded`, `too_large`, `too_slow`, `malformed`, or a fault's own; what is unknown is
        told by `refusal.status`. `where=None` means the place where this provider says it.
        For `arrival.what` `request` and `socket` the answer starts with a `Head`, with status 101
        where the refusal comes after the upgrade; for `context` it is a frame.
        """
        ...

    def no_route(self, request: Request, status: int, told: str) -> tuple[Head, Body]:
        """The answer, in the shape of this provider's errors, to what none of its routes is for.

        `status` is 404, or 405 if the method alone is wrong; `told` says what to do about it.
        """
        ...


@dataclass(frozen=True)
class Found:
    """The provider and route of a request, which holds the path's parameters."""

    provider: Provider
    route: Route
    request: Request


class Catalogue:
    """All providers of a process."""

    def __init__(self, providers: Iterable[Provider]) -> None:
        self.providers = tuple(sorted(providers, key=lambda one: (one.stage, one.name)))

    @property
    def stages(self) -> tuple[Stage, ...]:
        return tuple(dict.fromkeys(provider.stage for provider in self.providers))

    def units(self, target: str) -> tuple[Unit, ...]:
        """What can be counted at a stage or at one provider of it, `tts` or `tts/cartesia`."""
        stage, _, name = target.partition("/")
        return tuple(
            dict.fromkeys(
                unit
                for provider in self.providers
                if provider.stage == stage and name in ("", provider.name)
                for route in provider.routes
                for unit in route.units
            )
        )

    def serving(self, stages: Collection[Stage] = ()) -> tuple[Provider, ...]:
        """The providers of some stages, all if there are none."""
        return tuple(one for one in self.providers if not stages or one.stage in stages)

    def find(self, request: Request, stages: Collection[Stage] = ()) -> Found | None:
        """Who answers, None if nobody does; `stages` are those that the port serves."""
        found: list[Found] = []
        for provider in self.serving(stages):
            for route in provider.routes:
                params = route.matches(request.path) if route.method == request.method else None
                if params is not None:
                    found.append(Found(provider, route, replace(request, params=params)))
        recognised = (one for one in found if one.provider.recognises(request))
        return next(recognised, found[0] if found else None)


def load_providers(stages: Collection[str] = ()) -> list[Provider]:
    """Every provider there is, or those of some stages."""
    found: list[Provider] = []
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if module.ispkg or module.name.rpartition(".")[2].startswith("_"):
            continue
        provider: Provider | None = getattr(importlib.import_module(module.name), "PROVIDER", None)
        if provider is not None and (not stages or provider.stage in stages):
            found.append(provider)
    return found
