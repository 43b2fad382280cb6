"""A run's history: its events, and typed queries over them.

The vocabulary, by kind (spans and parents in brackets; what stands in `data`):

run         runner [run]                     invoke scenario, seed, target, profiles, versions
                                             ok; info reason (Ctrl-C, stop criterion)
phase       runner [phase/NAME < run]        invoke name, index, warm_up · ok
fault       nemesis [fault/LABEL < run]      invoke label, kind, target, name, colour, fields
                                             ok bites, identities · info (could not be healed)
call        caller [c0001 < phase/NAME]      invoke (due_ns = planned) number, dialogue, persona,
                                             facts {name: said}, lines, lines_text
                                             ok/fail/info: how, ended_by, see `Call`
setup       caller [c0001/setup < c0001]     invoke · ok · fail how, status, retry_after_s, words
                                             info how (nobody answered, reset, garbage)
turn        caller [c0001/t1 < c0001]        invoke index, text, repeat
                                             ok/info: see `Turn`
heard       caller [c0001/h1 < c0001]        info: see `Heard`
media       caller [c0001/media < c0001]     info frames_sent, frames_late, late_max_ms, received_s,
                                             clears, marks, muffled
socket      mock.STAGE [llm-s17]             invoke provider, route, connection, key
                                             ok code · fail status · info code or how (abandoned)
work        mock.STAGE [llm-w17 < socket]    invoke/closing: see `Work`
instrument  runner, mock.STAGE               info cpu_share, late_p99_ms, late_max_ms, sent, late,
                                             over_s (length of the sample)
preflight   runner                           ok/fail link, remedy
join        judge [work's span < call's]     info method (added after the run by correlate)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

import msgspec

from .event import Event, Type
from .units import convert

Sound = Literal["speech", "clip", "noise"]
Purpose = Literal["turn", "greeting", "side", "prewarm", "other"]


class Heard(msgspec.Struct, frozen=True):
    """One utterance of the agent as the caller's ear had it.

    from_at_ns, until_at_ns  playout of its first and last voiced sample, by energy
    text       what was readable; cut off where the playout was
    verified   END and its check arrived: nothing is missing
    identity   of the speech-making mock, None if it was not readable
    sound      coded speech, a known clip, or other sound above the ambience
    role       what the caller took it for: `greeting`, `answer`, `filler`, `idle_prompt`,
               `reprompt`, `refusal`, `apology`, `other`
    turn       index of the caller's turn it came after, 0 before the first
    confidence the lowest of its words
    """

    from_at_ns: int
    until_at_ns: int
    text: str = ""
    verified: bool = False
    identity: int | None = None
    sound: Sound = "speech"
    role: str = "other"
    turn: int = 0
    confidence: float = 1.0


class Turn(msgspec.Struct, frozen=True):
    """One exchange: the caller speaks, the agent answers.

    index        of the caller's line, from 1; repeat counts how often it was said again
    from_at_ns   first voiced sample of the caller; until_at_ns its last, as planned
    first_sound_at_ns  playout of the agent's first voiced sample after it, whatever it was
    answer_at_ns       the same of the answer: content, no filler or idle prompt; None if none came
    answer_until_at_ns end of the answer's playout
    owed_until_at_ns   when the agent ceased to owe an answer: it answered, or the call ended
    """

    index: int
    text: str
    from_at_ns: int
    until_at_ns: int
    owed_until_at_ns: int
    first_sound_at_ns: int | None = None
    answer_at_ns: int | None = None
    answer_until_at_ns: int | None = None
    answer: str = ""
    repeat: int = 0
    interrupted: bool = False

    @property
    def answer_ms(self) -> float | None:
        """End of the caller's speech → first voiced sample of the answer."""
        return None if self.answer_at_ns is None else (self.answer_at_ns - self.until_at_ns) / 1e6

    @property
    def first_sound_ms(self) -> float | None:
        if self.first_sound_at_ns is None:
            return None
        return (self.first_sound_at_ns - self.until_at_ns) / 1e6


class Call(msgspec.Struct, frozen=True):
    """One offered call, from its planned moment to its end.

    type      ok: talked to its planned end · fail: explicitly refused · info: anything else;
              None while the history does not hold its end
    how       `completed`, `reject`, `spoken_refusal`, `clip_refusal`, `http_503`, `upgrade_403`,
              `no_answer`, `unreachable`, `garbage`, `closed`, `patience`, `deflected`, `cut`, …
    ended_by  `caller`, `agent`, `network`, `us`
    """

    span: str
    number: int
    phase: str
    warm_up: bool
    due_ns: int
    dialled_ns: int
    dialogue: str
    facts: Mapping[str, str]
    lines: int
    type: Type | None
    how: str
    ended_by: str
    ended_ns: int
    answered_ns: int | None
    setup_how: str
    retry_after_s: float | None
    turns: tuple[Turn, ...]
    heard: tuple[Heard, ...]
    media: Mapping[str, Any]

    @property
    def answers(self) -> int:
        """How many of the caller's lines got an answer."""
        return sum(turn.answer_at_ns is not None for turn in self.turns)


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of provider work: an utterance heard, a request, a context, a tool call.

    type        ok served · fail refused · info cut, abandoned, stalled; None while it is unfinished
    status      HTTP status, or what stands for it in-band
    first_at_ns its first output (interim transcript, token, audio chunk)
    connection  the client's TCP connection, unique within a mock process
    bites       labels of the faults that touched it
    added_ns    delay that faults added to its first output
    text_in     what was asked: the words heard since the last answer, the text to speak
    history     LLM only: everything that the caller said in the conversation so far, and tool
                arguments, joined; what facts are looked for in
    text_out    what was answered: transcript, words spoken by the model
    calls       LLM only: tool calls emitted, as [name, arguments as JSON]
    tool        tools only: operation name; arguments as JSON
    line        LLM only: the script's line that it answered, None off the script
    identity    of the sound: the caller's (STT) or the mock's own utterance (TTS)
    tokens_in, tokens_out  LLM only
    cancelled   the client took it back: barge-in, hang-up
    """

    span: str
    stage: str
    provider: str = ""
    route: str = ""
    socket: str = ""
    connection: str = ""
    from_at_ns: int
    until_at_ns: int | None = None
    first_at_ns: int | None = None
    type: Type | None = None
    status: int = 200
    reason: str = ""
    retry_after_s: float | None = None
    bites: tuple[str, ...] = ()
    added_ns: int = 0
    purpose: Purpose = "turn"
    text_in: str = ""
    history: str = ""
    text_out: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    tool: str = ""
    arguments: str = ""
    line: int | None = None
    dialogue: str = ""
    off_script: bool = False
    identity: int | None = None
    identity_by: str = ""
    attempt_header: int | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    cancelled: bool = False


class FaultWindow(msgspec.Struct, frozen=True):
    """When a fault was on. `until_ns` is None if it never healed within the history."""

    label: str
    kind: str
    target: str
    name: str
    colour: str
    from_ns: int
    until_ns: int | None
    bites: int = 0
    identities: int = 0

    def covers(self, at_ns: int) -> bool:
        return self.from_ns <= at_ns and (self.until_ns is None or at_ns < self.until_ns)


class Phase(msgspec.Struct, frozen=True):
    """A phase of the load; `until_ns` is the end of the history if it was cut off."""

    name: str
    index: int
    warm_up: bool
    from_ns: int
    until_ns: int


class Socket(msgspec.Struct, frozen=True):
    """One WebSocket connection to a provider, or one that was refused."""

    span: str
    stage: str
    provider: str
    from_ns: int
    until_ns: int | None
    type: Type | None
    status: int
    connection: str


class History:
    """Events in order of time, and what they tell. Reading one costs nothing until it is asked."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.events: Sequence[Event] = sorted(events, key=lambda event: event.at_ns)

    def plus(self, events: Iterable[Event]) -> History:
        """A history with more events, such as the joins found after the run."""
        return History([*self.events, *events])

    @cached_property
    def _by_kind(self) -> dict[str, list[Event]]:
        found: dict[str, list[Event]] = defaultdict(list)
        for event in self.events:
            found[event.kind].append(event)
        return found

    def of_kind(self, kind: str) -> Sequence[Event]:
        return self._by_kind.get(kind, [])

    @property
    def end_ns(self) -> int:
        return self.events[-1].at_ns if self.events else 0

    @cached_property
    def run(self) -> Mapping[str, Any]:
        """What the run says of itself: scenario, seed, target, versions."""
        return next((event.data for event in self.of_kind("run") if event.type == "invoke"), {})

    @cached_property
    def interrupted(self) -> str:
        """Why the run was cut short, empty if it was not."""
        ends = [event for event in self.of_kind("run") if event.type != "invoke"]
        return str(ends[-1].data.get("reason", "")) if ends and ends[-1].type == "info" else ""

    def _pairs(self, kind: str) -> dict[str, tuple[Event, Event | None]]:
        pairs: dict[str, tuple[Event, Event | None]] = {}
        for event in self.of_kind(kind):
            opened = pairs.get(event.span)
            if opened is None:
                pairs[event.span] = (event, None if event.type == "invoke" else event)
            elif event.type != "invoke":
                pairs[event.span] = (opened[0], event)
        return pairs

    @cached_property
    def phases(self) -> tuple[Phase, ...]:
        return tuple(
            Phase(
                name=opened.data["name"],
                index=opened.data["index"],
                warm_up=opened.data.get("warm_up", False),
                from_ns=opened.at_ns,
                until_ns=closed.at_ns if closed else self.end_ns,
            )
            for opened, closed in self._pairs("phase").values()
        )

    @cached_property
    def faults(self) -> tuple[FaultWindow, ...]:
        return tuple(
            FaultWindow(
                label=opened.data["label"],
                kind=opened.data["kind"],
                target=opened.data["target"],
                name=opened.data.get("name", opened.data["label"]),
                colour=opened.data.get("colour", "#888888"),
                from_ns=opened.at_ns,
                until_ns=closed.at_ns if closed and closed.type == "ok" else None,
                bites=closed.data.get("bites", 0) if closed else 0,
                identities=closed.data.get("identities", 0) if closed else 0,
            )
            for opened, closed in self._pairs("fault").values()
        )

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Every offered call, in the order of planning."""
        setups = self._pairs("setup")
        turns, heard = self._by_call("turn", Turn), self._by_call("heard", Heard)
        media = {event.parent: event.data for event in self.of_kind("media")}
        phases = {phase.name: phase for phase in self.phases}
        calls = []
        for span, (opened, closed) in self._pairs("call").items():
            setup = setups.get(f"{span}/setup", (opened, None))[1]
            phase = opened.parent.removeprefix("phase/")
            calls.append(
                Call(
                    span=span,
                    number=opened.data["number"],
                    phase=phase,
                    warm_up=phase in phases and phases[phase].warm_up,
                    due_ns=opened.at_ns if opened.due_ns is None else opened.due_ns,
                    dialled_ns=opened.at_ns,
                    dialogue=opened.data.get("dialogue", ""),
                    facts=opened.data.get("facts", {}),
                    lines=opened.data.get("lines", 0),
                    type=closed.type if closed else None,
                    how=closed.data.get("how", "") if closed else "",
                    ended_by=closed.data.get("ended_by", "") if closed else "",
                    ended_ns=closed.at_ns if closed else self.end_ns,
                    answered_ns=setup.at_ns if setup and setup.type == "ok" else None,
                    setup_how=setup.data.get("how", "") if setup else "",
                    retry_after_s=closed.data.get("retry_after_s") if closed else None,
                    turns=tuple(turns[span]),
                    heard=tuple(heard[span]),
                    media=media.get(span, {}),
                )
            )
        return tuple(sorted(calls, key=lambda call: call.number))

    def _by_call(self, kind: str, view: type) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = defaultdict(list)
        for event in self.of_kind(kind):
            if event.type != "invoke":
                found[event.parent].append(convert(event.data, view))
        for items in found.values():
            items.sort(key=lambda item: item.from_at_ns)
        return found

    @cached_property
    def work(self) -> tuple[Work, ...]:
        """All provider work, by start. What the closing event says wins over what was first said."""
        found = []
        for span, (opened, closed) in self._pairs("work").items():
            data = {**opened.data, **(closed.data if closed else {})}
            data["span"], data["stage"] = span, opened.actor.removeprefix("mock.")
            data["socket"], data["from_at_ns"] = opened.parent, opened.at_ns
            if closed:
                data["type"], data["until_at_ns"] = closed.type, closed.at_ns
            found.append(convert(data, Work))
        return tuple(sorted(found, key=lambda work: work.from_at_ns))

    @cached_property
    def sockets(self) -> tuple[Socket, ...]:
        return tuple(
            Socket(
                span=span,
                stage=opened.actor.removeprefix("mock."),
                provider=opened.data.get("provider", ""),
                from_ns=opened.at_ns,
                until_ns=closed.at_ns if closed else None,
                type=closed.type if closed else None,
                status=closed.data.get("status", 101) if closed else 101,
                connection=opened.data.get("connection", ""),
            )
            for span, (opened, closed) in self._pairs("socket").items()
        )

    @cached_property
    def joins(self) -> Mapping[str, tuple[str, str]]:
        """Span of provider work → (span of its call, method that found it)."""
        return {
            event.span: (event.parent, str(event.data.get("method", "")))
            for event in self.of_kind("join")
            if event.parent
        }

    def call_of(self, work: Work) -> str | None:
        """The span of the call that a piece of work belongs to, None if nobody knows."""
        found = self.joins.get(work.span)
        return found[0] if found else None
