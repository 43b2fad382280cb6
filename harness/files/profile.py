"""A fault profile file as types: which faults bite whom, from when and for how long."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import msgspec

from kernel.errors import brief
from kernel.fault import STAGES, FaultKind, Unit
from kernel.units import Duration, Share

from .grammar import NAME, NAME_REMEDY, Flaw, Grammar, Path, Variant, suggestion


class ProfiledFault(msgspec.Struct, frozen=True, kw_only=True):
    """One fault. The keys of its kind (`requests`, `limit`, …) stand beside these.

    kind    a file of `mocks/faults/`
    target  a stage, optionally a provider of it: `llm` or `llm/openai`
    at      when it begins, from the start of the phase that names the profile
    for     how long it lasts
    share   of callers that it bites, all without it
    label   its name in the run; made from the profile's name without it
    """

    kind: str
    target: str
    at: Duration = Duration(0)
    lasts: Duration = msgspec.field(name="for")
    share: Share | None = None
    label: str = ""
    fields: dict[str, Any]


class FaultProfile(msgspec.Struct, frozen=True):
    """A named timeline of faults.

    name    what the file is called, without .yaml; another one is refused
    why     why anybody would want to see it
    faults  in any order; times decide
    """

    name: str
    why: str
    faults: tuple[ProfiledFault, ...]


def grammar(
    kinds: Mapping[str, FaultKind],
    targets: Collection[str] = STAGES,
    units: Mapping[str, Collection[Unit]] = MappingProxyType({}),
    *,
    called: str = "",
) -> Grammar:
    """How a fault profile is written.

    targets  the stages and providers that have a mock
    units    what a fault can count there, where that is known
    called   the name of its file, if it has one
    """
    types = {name: kind.fields for name, kind in kinds.items()}
    return Grammar(
        variants={
            ProfiledFault: Variant("kind", "fault kind", "fields", types, as_written=True),
        },
        rules={
            ProfiledFault: partial(_fault_flaws, kinds, targets, units),
            FaultProfile: partial(_profile_flaws, called),
        },
    )


def _fault_flaws(
    kinds: Mapping[str, FaultKind],
    targets: Collection[str],
    units: Mapping[str, Collection[Unit]],
    fault: ProfiledFault,
) -> Iterator[Flaw]:
    stages = kinds[fault.kind].targets
    if fault.target not in targets:
        what = f"no mock serves the target {fault.target!r}"
        yield Flaw(("target",), what, suggestion(fault.target, targets, "targets"))
    elif fault.target.split("/")[0] not in stages:
        what = f"{fault.kind} cannot bite {fault.target}"
        yield Flaw(("target",), what, f"it can bite {', '.join(stages)}")
    unit, there = fault.fields.get("of"), units.get(fault.target, ())
    if unit and there and unit not in there:
        what = f"of: {unit} counts nothing, {fault.target} has none"
        yield Flaw(("of",), what, f"{fault.target} has: {', '.join(there)}; or leave it out")
    if fault.lasts <= 0:
        yield Flaw(("for",), f"for: {fault.lasts} is no time", "write how long it lasts: 20s")
    if fault.share == 0.0:
        yield Flaw(("share",), "share: 0% bites nobody", "write a share, or leave it out for all")
    if fault.label and not NAME.match(fault.label):
        yield Flaw(("label",), f"{brief(fault.label)} cannot be a label", NAME_REMEDY)


def _profile_flaws(called: str, profile: FaultProfile) -> Iterator[Flaw]:
    if not NAME.match(profile.name):
        yield Flaw(("name",), f"{brief(profile.name)} cannot name a profile", NAME_REMEDY)
    elif called and profile.name != called:
        # Scenarios name the file, reports the profile; two names would read as two profiles.
        what = f"the profile {brief(profile.name)} stands in a file called {called!r}"
        remedy = f"write name: {called}, or call the file {profile.name}.yaml"
        yield Flaw(("name",), what, remedy)
    if not profile.why.strip():
        yield Flaw(("why",), "why: is empty", "say in a sentence what it shows")
    if not profile.faults:
        yield Flaw(("faults",), "a profile without faults", "add one, or take the profile out")
    seen: set[str] = set()
    for at, fault in enumerate(profile.faults):
        path: Path = ("faults", at, "label")
        if fault.label in seen:
            what = f"a second fault with the label {fault.label!r}"
            yield Flaw(path, what, "give every fault a label of its own")
        seen |= {fault.label} - {""}
