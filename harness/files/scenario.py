"""A scenario file as types: who calls, what they say, how many come when, and what must hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from typing import Any, ClassVar, Protocol

import msgspec

from kernel.dialogue import Dialogue, Line, Reply, SideRequest
from kernel.errors import brief
from kernel.fault import Stage
from kernel.roll import LARGEST_SEED, SEED_REMEDY
from kernel.units import Latency, Share

from ..callers.behaviour import kinds
from ..planning.plan import Persona, Target
from ..planning.shapes import Shape, shapes
from .dialogues import dialogue_flaws, line_flaws, side_request_flaws
from .grammar import (
    LONGEST_NAME,
    NAME,
    NAME_REMEDY,
    Beside,
    Flaw,
    Grammar,
    Named,
    Path,
    Variant,
    suggestion,
)

SAMPLES = ("reference",)


class Group(msgspec.Struct, frozen=True):
    """One kind of caller.

    dialogue  the name of what it says
    share     its part of all calls; equal parts if none has one
    persona   how it behaves
    """

    dialogue: str
    share: Share | None = None
    persona: Persona = Persona()


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """One phase of the load. The keys of its shape (`rate`, `for`, …) stand beside these.

    phase     its name; baseline and warm_up mean something to checks
    arrivals  the load shape: a file of `harness/arrivals/`
    faults    fault profiles whose time starts with this phase
    warm_up   left out of all statistics; by itself if the phase is called warm_up
    """

    name: str = msgspec.field(name="phase")
    arrivals: str = "constant"
    shape: Shape
    faults: tuple[str, ...] = ()
    warm_up: bool | None = None

    @property
    def warms_up(self) -> bool:
        return self.name == "warm_up" if self.warm_up is None else self.warm_up


class StageLatency(msgspec.Struct, frozen=True):
    """How slow the mocks of one stage are when nothing is wrong.

    first    from being asked to the first output
    between  from one output to the next
    """

    first: Latency | None = None
    between: Latency | None = None


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """The whole file.

    name      what its run folders are called after
    why       what it shows, in a sentence
    agent     whom to call: `reference`, `flawed:FLAW`, a webhook's URL, or keys; the command line
              may say it instead
    callers   shares of the calls; without them all dialogues get equal parts
    dialogues name → what is said
    side_requests  how to know what the agent asks the LLM beside the conversation
    load      the phases, one after the other
    gate      check → its limit or its fields; or a plain list of checks
    latency   stage → `first` and `between` of its mocks
    seed      repeats plan, callers and every decision by chance; the command line may set another
    profiles  fault profiles beside those that phases name
    """

    name: str
    why: str
    agent: Target | None = None
    callers: tuple[Group, ...] = ()
    dialogues: dict[str, Dialogue]
    side_requests: tuple[SideRequest, ...] = ()
    load: tuple[Phase, ...]
    gate: dict[str, Any] | tuple[str, ...] = ()
    latency: dict[Stage, StageLatency] = {}
    seed: int = 0
    profiles: tuple[str, ...] = ()

    @property
    def gates(self) -> dict[str, Any]:
        """Check → what was written; `{}` where only its name or `true` was."""
        if isinstance(self.gate, tuple):
            return {name: {} for name in self.gate}
        return {name: {} if limit is True else limit for name, limit in self.gate.items()}

    @property
    def groups(self) -> tuple[Group, ...]:
        """The callers with their shares, which sum to 1."""
        groups = self.callers or tuple(Group(name) for name in self.dialogues)
        equal = Share(1 / len(groups))
        return tuple(
            msgspec.structs.replace(group, share=equal) if group.share is None else group
            for group in groups
        )


UNBUILT: dict[type, dict[str, str]] = {
    Scenario: {
        "tools": "take it out: the mocks serve lookup_slots and book_appointment; "
        "set their delay under latency: {tools: {first: …}}",
        "stop": "take it out: a run ends after its last phase, or with Ctrl-C",
        "forecast": "take it out: compare the runs of several rates by hand",
    },
    Target: {
        "stream": "give its ws:// or wss:// address as the webhook",
        "sip": "give the agent's Twilio voice webhook",
        "webrtc": "give the agent's Twilio voice webhook",
        "command": "start the agent with --agent-command",
        "connect_to": "put the address that is to be called into webhook, the signed one into "
        "signed_as",
        "ca": "use an http:// address inside the test's network",
        "client_cert": "use an http:// address inside the test's network",
        "headers": "pass values as stream parameters under parameters:",
        "correlate": "take it out: spans are joined by sound, facts and text",
        "clips": "let the agent speak through the TTS mock, which the callers understand",
    },
}


class CheckKind(Protocol):
    """A type of check: its fields are its YAML under `gate:`, a bare value sets `scalar`."""

    scalar: ClassVar[str]


def grammar(checks: Mapping[str, type[CheckKind]]) -> Grammar:
    """How a scenario file is written. `checks` are those that may stand under `gate:`."""
    return Grammar(
        short={
            Target: "webhook",
            Line: "say",
            Reply: "say",
            **{check: check.scalar for check in checks.values()},
            **{behaviour: behaviour.scalar for behaviour in kinds().values()},
        },
        named={Dialogue: "name"},
        unbuilt=UNBUILT,
        variants={Phase: Variant("arrivals", "load shape", "shape", shapes(), "constant")},
        entries={("gate",): Named("check", checks)},
        beside={Line: Beside("behaviour", "behaviours", kinds())},
        rules={
            Dialogue: dialogue_flaws,
            Line: line_flaws,
            SideRequest: side_request_flaws,
            Persona: persona_flaws,
            Target: target_flaws,
            Scenario: partial(scenario_flaws, checks),
        },
    )


def target_flaws(target: Target) -> Iterator[Flaw]:
    """What is wrong with an agent's address, whether a file or the command line gives it."""
    address, limit = target.webhook, target.limit
    # Which schemes there are is the transports' to say.
    if address and ":" not in address and address not in SAMPLES:
        remedy = "give reference, flawed:FLAW or the http(s):// address of a Twilio voice webhook"
        yield Flaw(("webhook",), f"no agent can be reached at {address!r}", remedy)
    if target.status_callback and not target.status_callback.startswith(("http://", "https://")):
        what = f"status_callback: nobody can be told at {target.status_callback!r}"
        yield Flaw(("status_callback",), what, "give its http:// or https:// address")
    if limit is not None and limit < 1:
        remedy = "write how many calls the agent takes at once, or unknown"
        yield Flaw(("limit",), f"limit: {limit} calls is no limit", remedy)


def persona_flaws(persona: Persona) -> Iterator[Flaw]:
    if persona.patience_s <= 0:
        what = f"a caller with a patience of {persona.patience_s} hangs up at once"
        yield Flaw(("patience",), what, "write how much silence it bears: 8s")
    if persona.redial and persona.redial.times < 1:
        what = f"times: {persona.redial.times} is no redial"
        yield Flaw(("redial", "times"), what, "write 1 or more, or take redial out")


def scenario_flaws(checks: Collection[str], scenario: Scenario) -> Iterator[Flaw]:
    """What the parts of a scenario say against each other."""
    if not NAME.match(scenario.name):
        yield Flaw(("name",), f"{brief(scenario.name)} cannot name a scenario", NAME_REMEDY)
    if not scenario.why.strip():
        yield Flaw(("why",), "why: is empty", "say in a sentence what it shows")
    if not 0 <= scenario.seed <= LARGEST_SEED:
        yield Flaw(("seed",), f"{scenario.seed} is no seed", SEED_REMEDY)
    if not scenario.dialogues:
        yield Flaw(("dialogues",), "there is no dialogue", "add one: what do callers say?")
    if not scenario.load:
        yield Flaw(
            ("load",), "there is no phase", "add one: - {phase: baseline, rate: 1/s, for: 60s}"
        )
    yield from _group_flaws(scenario)
    yield from _phase_flaws(scenario)
    yield from _gate_flaws(scenario, checks)


def _group_flaws(scenario: Scenario) -> Iterator[Flaw]:
    for at, group in enumerate(scenario.callers):
        if group.dialogue not in scenario.dialogues:
            what = f"unknown dialogue {group.dialogue!r}"
            remedy = suggestion(group.dialogue, scenario.dialogues, "dialogues")
            yield Flaw(("callers", at, "dialogue"), what, remedy)
    shares = [group.share for group in scenario.callers if group.share is not None]
    if shares and len(shares) < len(scenario.callers):
        what = "some callers have a share and some have none"
        yield Flaw(("callers",), what, "give all of them one, or none")
    elif shares and abs(sum(shares) - 1) > 1e-6:
        what = f"the shares of the callers sum to {Share(sum(shares))}"
        yield Flaw(("callers",), what, "let them sum to 100%, or leave them out for equal parts")


def _phase_flaws(scenario: Scenario) -> Iterator[Flaw]:
    seen: set[str] = set()
    for at, phase in enumerate(scenario.load):
        path: Path = ("load", at, "phase")
        fits = len(phase.name) <= LONGEST_NAME
        if not (fits and phase.name.replace("-", "_").isidentifier()):
            what = f"{brief(phase.name)} cannot name a phase"
            yield Flaw(path, what, "use letters, digits, - and _, for example warm_up")
        if phase.name in seen:
            what = f"a second phase {phase.name!r}"
            yield Flaw(path, what, "give every phase a name of its own")
        seen.add(phase.name)


def _gate_flaws(scenario: Scenario, checks: Collection[str]) -> Iterator[Flaw]:
    for at, name in enumerate(scenario.gate):
        if name not in checks:
            what = f"gate: unknown check {name!r}"
            yield Flaw(("gate", at), what, suggestion(name, checks, "checks"))
