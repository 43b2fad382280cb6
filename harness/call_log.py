"""One call as events, from dialling to its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from kernel.event import Event, Type
from kernel.history import History
from kernel.records import Heard, Turn
from kernel.units import builtins

from .analysis.fates import Fate, fate_of
from .callers.messages import Over, Said, TurnBegan
from .media.phone import Phone
from .planning.people import TELLING
from .planning.plan import PlannedCall
from .transports.link import Answered, Refused

Record = Callable[[Event], None]


class CallLog:
    """Writes the events of one call; the vocabulary is that of `kernel.history`."""

    def __init__(self, call: PlannedCall, record: Record) -> None:
        self.call, self._record = call, record
        self._events: list[Event] = []
        self._heard = self._asides = 0
        self.over: Over | None = None

    @property
    def fate(self) -> Fate:
        """What became of it, in the verdict's terms, as far as the call alone shows."""
        (call,) = History(self._events).calls
        return fate_of(call)

    def dialled(self, now_ns: int) -> None:
        call = self.call
        data = {
            "number": call.number,
            "dialogue": call.dialogue,
            "persona": builtins(call.persona),
            "facts": {name: fact.said for name, fact in call.facts.items()},
            "telling": [fact.said for fact in call.facts.values() if fact.kind in TELLING],
            "lines": len(call.lines),
            "lines_text": list(call.lines),
            "redial_of": call.redial_of,
        }
        parent = f"phase/{call.phase}"
        self._tell(now_ns, "call", "invoke", call.span, parent, data, due_ns=call.due_ns)
        self._tell(now_ns, "setup", "invoke", f"{call.span}/setup", call.span)

    def answered(self, answered: Answered, now_ns: int) -> None:
        span = self.call.span
        data = {"sid": answered.sid, "queued": answered.queued}
        self._tell(now_ns, "setup", "ok", f"{span}/setup", span, data)
        for heard in answered.heard:
            self.report(heard, now_ns)

    def refused(self, refused: Refused, now_ns: int) -> None:
        data = {
            "how": refused.how,
            "step": refused.step,
            "direct": refused.direct,
            "status": refused.status,
            "retry_after_s": refused.retry_after_s,
            "words": refused.words,
            "detail": refused.detail,
            "sid": refused.sid,
        }
        span = self.call.span
        for heard in refused.heard:
            self.report(heard, now_ns)
        self._tell(now_ns, "setup", refused.type, f"{span}/setup", span, data)
        self._end(Over(refused.type, refused.how, refused.by), now_ns, refused.retry_after_s)

    def report(self, report: Any, now_ns: int) -> None:
        """What the caller did, heard or came to."""
        span = self.call.span
        match report:
            case Said(say, from_at_ns, until_at_ns):
                self._asides += 1
                name = f"{span}/a{self._asides}"
                data = {"index": say.index, "text": say.text, "until_at_ns": until_at_ns}
                self._tell(from_at_ns, "aside", "info", name, span, data)
            case TurnBegan(say, from_at_ns):
                data = {"index": say.index, "text": say.text, "repeat": say.repeat}
                self._tell(from_at_ns, "turn", "invoke", _turn_span(span, say), span, data)
            case Turn():
                type_: Type = "info" if report.answer_at_ns is None else "ok"
                name = _turn_span(span, report)
                self._tell(now_ns, "turn", type_, name, span, msgspec.structs.asdict(report))
            case Heard():
                self._heard += 1
                name = f"{span}/h{self._heard}"
                self._tell(now_ns, "heard", "info", name, span, msgspec.structs.asdict(report))
            case Over():
                self._end(report, now_ns)

    def given_up(self, how: str, now_ns: int) -> None:
        """We ended it before anybody answered."""
        span = self.call.span
        self._tell(now_ns, "setup", "info", f"{span}/setup", span, {"how": how})
        self._end(Over("info", how, "us"), now_ns)

    def media(self, phone: Phone, recording: str, now_ns: int) -> None:
        """`recording` says what became of it, see `harness.recorder.Kept`."""
        data = {
            "from_at_ns": phone.from_ns,
            "recording": recording,
            "frames_sent": phone.sent,
            "frames_late": phone.late,
            "late_max_ms": round(phone.late_max_ns / 1e6, 3),
            "muffled": phone.muffled,
            **phone.link.measures,
        }
        self._tell(now_ns, "media", "info", f"{self.call.span}/media", self.call.span, data)

    def _end(self, over: Over, now_ns: int, retry_after_s: float | None = None) -> None:
        self.over = over
        data: dict[str, Any] = {"how": over.how, "ended_by": over.ended_by}
        if retry_after_s is not None:
            data["retry_after_s"] = retry_after_s
        parent = f"phase/{self.call.phase}"
        self._tell(now_ns, "call", over.type, self.call.span, parent, data)

    def _tell(
        self,
        at_ns: int,
        kind: str,
        type_: Type,
        span: str,
        parent: str,
        data: dict[str, Any] | None = None,
        due_ns: int | None = None,
    ) -> None:
        event = Event(at_ns, "caller", kind, type_, span, parent, due_ns, data or {})
        self._events.append(event)
        self._record(event)


def _turn_span(call: str, said: Any) -> str:
    """`c0001/t2`, and `c0001/t2.1` where something was said again in its place."""
    return f"{call}/t{said.index}" + (f".{said.repeat}" if said.repeat else "")
