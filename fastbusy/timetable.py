"""Fault profiles carried out by mocks of this process, on their own clock, without a run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from harness.files.reading import read_profile
from harness.planning.plan import PlannedFault
from harness.planning.planning import profile_faults
from kernel.clock import SECOND_NS
from kernel.errors import UsageError
from mocks.serve_shell import Shell

from . import catalogue, shelf

Tell = Callable[[str], None]


def read_timetable(
    names: Sequence[str], *, seed: int, stages: Collection[str] = ()
) -> tuple[PlannedFault, ...]:
    """The faults of profiles, given as names or files; their time starts with the mocks.

    UsageError or FileProblems if one cannot be carried out; `stages` are those that are served,
    all if empty.
    """
    known = catalogue.known()
    profiles = [read_profile(shelf.fault_profile(name), known) for name in names]
    faults = profile_faults(profiles, known.kinds, seed=seed)
    for fault in faults:
        stage = fault.order.target.partition("/")[0]
        if stages and stage not in stages:
            raise UsageError(
                f"the fault {fault.order.label!r} needs {stage}, which is not served",
                where="--profile",
                remedy=f"add {stage} to the stages, or serve all",
            )
    return faults


def schedule(shell: Shell, faults: Sequence[PlannedFault], tell: Tell) -> None:
    """Let each fault be applied and healed when it is due, from now on. `tell` hears of both."""
    zero_ns = shell.clock.now_ns()
    for fault in faults:
        _schedule(shell, fault, zero_ns, tell)
    shell.pump()


def _schedule(shell: Shell, fault: PlannedFault, zero_ns: int, tell: Tell) -> None:
    label = fault.order.label

    def apply(now_ns: int) -> None:
        shell.levers.apply(fault.order, now_ns)
        tell(f"{_seconds(now_ns - zero_ns)}  {fault.name} begins ({label})")

    def heal(now_ns: int) -> None:
        healed = shell.levers.heal(label, now_ns)
        bites = f", it bit {healed.bites} times" if healed else ""
        tell(f"{_seconds(now_ns - zero_ns)}  {fault.name} is healed{bites} ({label})")

    shell.service.at(f"apply {label}", zero_ns + fault.apply_at_ns, apply)
    shell.service.at(f"end of {label}", zero_ns + fault.heal_at_ns, heal)


def _seconds(ns: int) -> str:
    return f"{ns / SECOND_NS:6.1f} s"
