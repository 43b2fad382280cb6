"""What the mocks can do, handed to the harness, which must not import them."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cache

from harness.files.reading import Known
from harness.gates import known_checks
from kernel.fault import STAGES, FaultKind, Stage, Unit
from mocks.chain import fault_kinds as kinds_of_mocks
from mocks.provider import Catalogue, load_providers
from speech.voice import VOICES


@cache
def stages() -> tuple[Stage, ...]:
    """The stages that have at least one provider."""
    served = {provider.stage for provider in load_providers()}
    return tuple(stage for stage in STAGES if stage in served)


@cache
def targets() -> tuple[str, ...]:
    """What a fault may aim at: a stage, or one provider of it."""
    providers = sorted(f"{provider.stage}/{provider.name}" for provider in load_providers())
    return (*stages(), *providers)


@cache
def units() -> Mapping[str, tuple[Unit, ...]]:
    """What a fault can count at each of the `targets`."""
    providers = Catalogue(load_providers())
    return {target: providers.units(target) for target in targets()}


@cache
def tools() -> Mapping[str, tuple[str, ...]]:
    """The tools that mocks serve, each with the arguments that it takes."""
    served = (getattr(provider, "tools", {}) for provider in load_providers())
    return {name: takes for each in served for name, takes in each.items()}


@cache
def fault_kinds() -> Mapping[str, FaultKind]:
    """Every fault kind by the name of its file."""
    return {
        name: FaultKind(
            name=name,
            fields=kind,
            label=vars(kind)["label"],
            colour=vars(kind)["colour"],
            doc=inspect.cleandoc(kind.__doc__ or ""),
            targets=stages(),
        )
        for name, kind in sorted(kinds_of_mocks().items())
    }


def voices() -> tuple[str, ...]:
    """The names of the voices that callers speak in."""
    return tuple(VOICES)


def known() -> Known:
    """All that a scenario may name."""
    return Known(fault_kinds(), known_checks(), targets(), units())
