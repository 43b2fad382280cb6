"""A run's history: its events, and typed queries over them.

The vocabulary, by kind (spans and parents in brackets; what stands in `data`):

run         runner [run]                     invoke scenario, seed, target, profiles, versions,
                                             calls (how many are planned), dialogues
                                             ok; info reason (Ctrl-C, stop criterion);
                                             both complete, troubles, journal_lost, words_lost,
                                             recordings, clocks
phase       runner [phase/NAME < run]        invoke name, index, warm_up · ok
fault       nemesis [fault/LABEL < run]      invoke label, kind, target, name, colour, fields
                                             ok bites, identities · info (could not be healed)
call        caller [c0001 < phase/NAME]      invoke (due_ns = planned) number, dialogue, persona,
                                             facts {name: said}, telling (those that
                                             no other call has by chance), lines, lines_text,
                                             redial_of (a call that was given up before)
                                             ok/fail/info: how, ended_by, see `records.Call`
setup       caller [c0001/setup < c0001]     invoke · ok sid, queued (it was held before)
                                             fail how, status, retry_after_s, words, sid, step
                                             (dial_out, webhook, stream), direct (the stream is the
                                             target itself), detail
                                             info how (nobody answered, reset, garbage), sid
turn        caller [c0001/t1 < c0001]        invoke index, text, repeat
                                             ok/info: see `records.Turn`
aside       caller [c0001/a1 < c0001]        info index, text, until_at_ns (said beside the turns:
                                             "mhm" while the agent speaks)
heard       caller [c0001/h1 < c0001]        info: see `records.Heard`
media       caller [c0001/media < c0001]     info from_at_ns (where the recording begins),
                                             recording (kept, lost, unwanted), frames_sent,
                                             frames_late, late_max_ms, received_s, clears, marks,
                                             muffled
socket      mock.STAGE [llm-s17]             invoke provider, route, connection, key
                                             ok code, declined · fail status, reason,
                                             retry_after_s
                                             info code or how (abandoned; unopened: given up
                                             before it was accepted)
work        mock.STAGE [llm-w17 < socket]    invoke/closing: see `records.Work`
order       network [SID < run]              info to, from, status, why (a call that the agent
                                             has placed, and nobody takes)
unserved    mock                             info method, path (asked for, and nobody there),
                                             provider (tts/cartesia, empty if nothing tells), remedy
instrument  runner, mock.STAGE               info cpu_share, late_p99_ms, late_max_ms, sent, late,
                                             over_s (length of the sample)
preflight   runner                           ok/fail link, remedy
join        judge [work's span < call's]     info method (added after the run by correlate)
task        judge [call's span]              info (added after the run: the dialogue's `done` holds)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from .event import Event
from .records import Aside, Call, FaultWindow, Heard, Phase, Socket, Turn, Work
from .units import convert


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
        return str((self.end or {}).get("reason", ""))

    @cached_property
    def end(self) -> Mapping[str, Any] | None:
        """What the run says at its end; None if it has none, as after a kill."""
        ends = [event.data for event in self.of_kind("run") if event.type != "invoke"]
        return ends[-1] if ends else None

    def _pairs(self, kind: str) -> dict[str, tuple[Event, Event | None]]:
        pairs: dict[str, tuple[Event, Event | None]] = {}
        for event in self.of_kind(kind):
            opened = pairs.get(event.span)
            if opened is None:
                pairs[event.span] = (event, None if event.type == "invoke" else event)
            elif event.type != "invoke":
                pairs[event.span] = (opened[0], event)
        return pairs

    def _operations(self, kind: str) -> dict[str, tuple[Event, Event | None]]:
        """The pairs that have their beginning; of the others nobody knows what they were."""
        pairs = self._pairs(kind)
        return {span: pair for span, pair in pairs.items() if pair[0].type == "invoke"}

    @cached_property
    def torn(self) -> tuple[str, ...]:
        """Spans of phases, faults and calls that end and never began: their lines are lost."""
        kinds = ("phase", "fault", "call")
        return tuple(
            span
            for kind in kinds
            for span, (opened, _) in self._pairs(kind).items()
            if opened.type != "invoke"
        )

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
            for opened, closed in self._operations("phase").values()
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
            for opened, closed in self._operations("fault").values()
        )

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Every offered call, in the order of planning."""
        setups = self._pairs("setup")
        turns, heard = self._by_call("turn", Turn), self._by_call("heard", Heard)
        asides = self._asides
        media = {event.parent: event.data for event in self.of_kind("media")}
        phases = {phase.name: phase for phase in self.phases}
        done = {event.span for event in self.of_kind("task")}
        calls = []
        for span, (opened, closed) in self._operations("call").items():
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
                    done=span in done,
                    redial_of=opened.data.get("redial_of", ""),
                    sid=setup.data.get("sid", "") if setup else "",
                    queued=setup.data.get("queued", False) if setup else False,
                    asides=tuple(asides[span]),
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

    @property
    def _asides(self) -> dict[str, list[Aside]]:
        found: dict[str, list[Aside]] = defaultdict(list)
        for event in self.of_kind("aside"):
            found[event.parent].append(convert({**event.data, "from_at_ns": event.at_ns}, Aside))
        return found

    @cached_property
    def work(self) -> tuple[Work, ...]:
        """All provider work, by start. What the closing event says wins over the first."""
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
                how=closed.data.get("how", "") if closed else "",
                retry_after_s=closed.data.get("retry_after_s") if closed else None,
                declined=closed.data.get("declined", "") if closed else "",
                reason={**opened.data, **(closed.data if closed else {})}.get("reason", ""),
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
