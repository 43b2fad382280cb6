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
from ..planning.reach import ClientCert, Correlate, DialOut
from ..planning.shapes import Shape, shapes
from .dialogues import PARTS, line_flaws, side_request_flaws
from .grammar import (
    LONGEST_NAME,
    NAME,
    NAME_REMEDY,
    Beside,
    Flaw,
    Grammar,
    Named,
    Path,
    Rule,
    Variant,
    suggestion,
)
from .targets import PARTS as TARGET_PARTS
from .targets import client_cert_flaws, correlate_flaws


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
        "sip": "give the agent's Twilio voice webhook",
        "webrtc": "give the agent's Twilio voice webhook",
    },
}


class CheckKind(Protocol):
    """A type of check: its fields are its YAML under `gate:`, a bare value sets `scalar`."""

    scalar: ClassVar[str]


def grammar(
    checks: Mapping[str, type[CheckKind]], target_files: Mapping[Rule, Collection[str]] = {}
) -> Grammar:
    """How a scenario file is written. `checks` are those that may stand under `gate:`,
    `target_files` further rules of a target.
    """
    return Grammar(
        short={
            Target: "webhook",
            ClientCert: "cert",
            Correlate: "header",
            DialOut: "url",
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
            Line: line_flaws,
            SideRequest: side_request_flaws,
            Persona: persona_flaws,
            ClientCert: client_cert_flaws,
            Correlate: correlate_flaws,
        },
        parts={
            Dialogue: PARTS,
            Target: {**TARGET_PARTS, **target_files},
            Scenario: scenario_parts(checks),
        },
    )


def persona_flaws(persona: Persona) -> Iterator[Flaw]:
    if persona.patience_s <= 0:
        what = f"a caller with a patience of {persona.patience_s} hangs up at once"
        yield Flaw(("patience",), what, "write how much silence it bears: 8s")
    if persona.redial and persona.redial.times < 1:
        what = f"times: {persona.redial.times} is no redial"
        yield Flaw(("redial", "times"), what, "write 1 or more, or take redial out")


def scenario_parts(checks: Collection[str]) -> Mapping[Rule, Collection[str]]:
    """What the parts of a scenario say against each other, by the keys that must be readable."""
    return {
        _name_flaws: ("name",),
        _why_flaws: ("why",),
        _seed_flaws: ("seed",),
        _dialogues_flaws: ("dialogues",),
        _phase_flaws: ("load",),
        _dial_out_flaws: ("agent", "dialogues"),
        _group_flaws: ("callers", "dialogues"),
        partial(_gate_flaws, checks): ("gate",),
    }


def _name_flaws(scenario: Scenario) -> Iterator[Flaw]:
    if not NAME.match(scenario.name):
        yield Flaw(("name",), f"{brief(scenario.name)} cannot name a scenario", NAME_REMEDY)


def _why_flaws(scenario: Scenario) -> Iterator[Flaw]:
    if not scenario.why.strip():
        yield Flaw(("why",), "why: is empty", "say in a sentence what it shows")


def _seed_flaws(scenario: Scenario) -> Iterator[Flaw]:
    if not 0 <= scenario.seed <= LARGEST_SEED:
        yield Flaw(("seed",), f"{scenario.seed} is no seed", SEED_REMEDY)


def _dialogues_flaws(scenario: Scenario) -> Iterator[Flaw]:
    if not scenario.dialogues:
        yield Flaw(("dialogues",), "there is no dialogue", "add one: what do callers say?")


def _dial_out_flaws(scenario: Scenario) -> Iterator[Flaw]:
    """What the agent is told of a person must be known of everybody."""
    dial_out = scenario.agent and scenario.agent.dial_out
    if not dial_out or not scenario.dialogues:
        return
    facts = (set(dialogue.facts) for dialogue in scenario.dialogues.values())
    known = {"to", "from", *set.intersection(*facts)}
    for slot in dial_out.slots:
        if slot not in known:
            what = f"{{{slot}}} in the body of dial_out is no fact that every dialogue has"
            remedy = suggestion(slot, sorted(known), "slots")
            yield Flaw(("agent", "dial_out", "body"), what, remedy)


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
    if not scenario.load:
        remedy = "add one: - {phase: baseline, rate: 1/s, for: 60s}"
        yield Flaw(("load",), "there is no phase", remedy)
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


def _gate_flaws(checks: Collection[str], scenario: Scenario) -> Iterator[Flaw]:
    for at, name in enumerate(scenario.gate):
        if name not in checks:
            what = f"gate: unknown check {name!r}"
            yield Flaw(("gate", at), what, suggestion(name, checks, "checks"))
