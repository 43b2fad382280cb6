"""The plan of a run: every call, phase and fault with its due time, before the first dial.

Instants are nanoseconds from the start of the run. The same scenario, profiles and seed give the
same plan; `plan.json` is these types.
"""

from __future__ import annotations

from typing import Any

import msgspec

from kernel.dialogue import Dialogue, Fact, Script
from kernel.fault import FaultOrder
from kernel.units import Duration

from ..callers.redial import PlannedRedial, Redial
from ..files.grammar import Secret


class Persona(msgspec.Struct, frozen=True):
    """How a caller behaves; in files `{patience: 8s, pause: 600ms, voice: any}`.

    patience_s   hangs up after so long without hearing anything while an answer is owed, and after
                 ten times as long of words that do not end
    pause_s      between the end of the agent's turn and the caller's next words
    voice        one of the voices by name, or any
    redial       calls again after it has lost patience
    """

    patience_s: Duration = msgspec.field(default=Duration(8), name="patience")
    pause_s: Duration = msgspec.field(default=Duration(0.6), name="pause")
    voice: str = "any"
    redial: Redial | None = None


class PlannedBehaviour(msgspec.Struct, frozen=True):
    """What a caller does about one of its lines, numbered from 1. `written` is what stands beside
    the line under the name of its kind, a file of `harness/callers/behaviours/`."""

    line: int
    kind: str
    written: Any = True


class PlannedCall(msgspec.Struct, frozen=True, kw_only=True):
    """One caller: when it dials, what it knows and says. `span` is its name in the history.

    lines       what it says, slots filled, in order; unique by plan through a fact in the first
    keyed       numbers of the lines that are pressed on the keypad, not spoken
    pauses      number of a line → seconds of silence before it, in place of the persona's pause
    behaviours  what it does beside saying its lines
    redials     when it would call again
    redial_of   span of the planned call that it gave up before
    """

    span: str
    number: int
    due_ns: int
    phase: str
    dialogue: str
    facts: dict[str, Fact]
    lines: tuple[str, ...]
    answers: dict[str, str] = {}
    persona: Persona = Persona()
    voice: str
    from_number: str
    keyed: tuple[int, ...] = ()
    pauses: dict[int, float] = {}
    behaviours: tuple[PlannedBehaviour, ...] = ()
    redials: tuple[PlannedRedial, ...] = ()
    redial_of: str = ""


class PlannedPhase(msgspec.Struct, frozen=True):
    name: str
    index: int
    warm_up: bool
    from_ns: int
    until_ns: int


class PlannedFault(msgspec.Struct, frozen=True):
    """An order with its times. `name` and `colour` are for people and plots."""

    order: FaultOrder
    name: str
    colour: str
    apply_at_ns: int
    heal_at_ns: int


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach the agent under test. Secrets are resolved from the environment, never written.

    webhook    URL that Twilio would post to; in a scenario also the name of a sample agent
    fallback_url  where Twilio goes if the webhook fails; may be relative to it
    status_callback  URL that Twilio tells when a call is over
    signed_as  URL to sign in place of the webhook's, where a proxy changes it
    auth_token what Twilio would sign with; unsigned without it
    parameters custom parameters of the stream
    limit      admitted calls at most, None = unknown
    """

    webhook: str = ""
    fallback_url: str = ""
    status_callback: str = ""
    signed_as: str = ""
    auth_token: Secret = Secret()
    parameters: dict[str, str] = {}
    limit: int | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that will happen, and the gates it will be judged by.

    gates      check name → its limit or fields as written under `gate:`
    latency    stage → `first`, `between` → latency of its mocks, as the mocks read them
    drain_s    how long after the last phase running calls may take
    """

    scenario: str
    why: str
    seed: int
    phases: tuple[PlannedPhase, ...]
    calls: tuple[PlannedCall, ...]
    faults: tuple[PlannedFault, ...]
    script: Script
    dialogues: dict[str, Dialogue]
    gates: dict[str, Any] = {}
    latency: dict[str, dict[str, str]] = {}
    drain_s: float = 60.0
    profiles: tuple[str, ...] = ()
