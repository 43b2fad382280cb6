"""The plan of a run: every call, phase and fault with its due time, before the first dial.

Instants are nanoseconds from the start of the run. The same scenario, profiles and seed give the
same plan; `plan.json` is these types.
"""

from __future__ import annotations

from typing import Any

import msgspec

from kernel import redact
from kernel.dialogue import Dialogue, Fact, Script
from kernel.fault import FaultOrder
from kernel.units import Duration

from ..callers.redial import PlannedRedial, Redial
from ..files.grammar import Filled, Secret, Shell
from .reach import Address, ClientCert, ClipPurpose, Correlate, DialOut


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
    stream     media stream to dial in place of the one to which the webhook's TwiML connects the
               call; without a webhook it is all that is asked
    dial_out   the agent places the calls, and is told so there; `webhook` is only its address then
    command    starts the agent, with the mocks' environment
    connect_to address that every connection to the agent goes to, whatever host its URLs name;
               Host, SNI and signatures stay those of the URLs
    ca         PEM file of authorities that are trusted beside those of this machine
    client_cert what the harness shows to an agent that asks for a certificate
    headers    what webhook requests and stream upgrades carry beside Twilio's own; they go to the
               origins of webhook, fallback_url, stream and dial_out only
    parameters custom parameters of a stream without webhook, further fields of the webhook's form;
               with secrets in them they go where headers go
    correlate  where the agent names the call when it asks a provider for something
    limit      admitted calls at most, None = unknown
    clips      WAV file of a recording that the agent plays → what it is for; callers know it again
    """

    webhook: Filled = Filled()
    fallback_url: Filled = Filled()
    status_callback: Filled = Filled()
    signed_as: Filled = Filled()
    auth_token: Secret = Secret()
    stream: Filled = Filled()
    dial_out: DialOut | None = None
    command: Shell = Shell()
    connect_to: Address | None = None
    ca: str = ""
    client_cert: ClientCert | None = None
    headers: dict[str, Filled] = {}
    parameters: dict[str, Filled] = {}
    correlate: Correlate = Correlate()
    limit: int | None = None
    clips: dict[str, ClipPurpose] = {}

    def shown(self, url: str) -> str:
        """A URL of the agent as it may be told, and where it is really asked for."""
        told = redact.url(url)
        return f"{told} (at {self.connect_to})" if self.connect_to else told

    @property
    def secrets(self) -> tuple[str, ...]:
        """What the environment gave for it and what opens its URLs; nobody is to read it."""
        given = [str(self.auth_token)]
        if self.client_cert:
            given.append(str(self.client_cert.password))
        texts = (
            self.webhook, self.fallback_url, self.status_callback, self.signed_as, self.stream,
            self.dial_out.url if self.dial_out else Filled(),
        )  # fmt: skip
        for text in (*texts, *self.headers.values(), *self.parameters.values()):
            given += text.secrets
        for url in texts:
            given += redact.credentials(url)
        return tuple(filter(None, given))


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
