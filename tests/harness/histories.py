"""A compact way to write histories by hand, in seconds: phases, faults, callers and their work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.event import Event, Type
from kernel.history import History

Data = dict[str, Any]


def ns(seconds: float) -> int:
    return round(seconds * 1e9)


class Story:
    """What happened in a run; `history()` is how the run folder tells it.

    `truth` is what the judge has to find out: span of provider work → span of its call.
    """

    def __init__(self, **run: Any) -> None:
        self.events: list[Event] = []
        self.callers: list[Caller] = []
        self.truth: dict[str, str] = {}
        self._works = 0
        self.tell(0, "runner", "run", "invoke", "run", data={"seed": 7, **run})

    def tell(
        self,
        at: float,
        actor: str,
        kind: str,
        type: Type,
        span: str,
        parent: str = "",
        *,
        due: float | None = None,
        data: Data | None = None,
    ) -> None:
        due_ns = None if due is None else ns(due)
        self.events.append(Event(ns(at), actor, kind, type, span, parent, due_ns, data or {}))

    def phase(self, name: str, at: float, until: float, *, warm_up: bool = False) -> Story:
        index = sum(event.kind == "phase" and event.type == "invoke" for event in self.events)
        data = {"name": name, "index": index, "warm_up": warm_up}
        self.tell(at, "runner", "phase", "invoke", f"phase/{name}", "run", data=data)
        self.tell(until, "runner", "phase", "ok", f"phase/{name}", "run")
        return self

    def fault(
        self, label: str, target: str, at: float, until: float | None, identities: int = 0
    ) -> Story:
        data = {"label": label, "kind": "rate_limit", "target": target, "name": label}
        self.tell(at, "nemesis", "fault", "invoke", f"fault/{label}", "run", data=data)
        if until is not None:
            bites = {"bites": identities, "identities": identities}
            self.tell(until, "nemesis", "fault", "ok", f"fault/{label}", "run", data=bites)
        return self

    def call(self, number: int, at: float, **more: Any) -> Caller:
        """A caller that dials at `at` and is answered at once, unless told otherwise."""
        caller = Caller(self, number, at, **more)
        self.callers.append(caller)
        return caller

    def work(
        self, stage: str, at: float, until: float | None, type: Type = "ok", **data: Any
    ) -> str:
        """Provider work that nobody has joined to a call yet; its span."""
        self._works += 1
        span, socket = f"{stage}-w{self._works}", data.pop("socket", "")
        given = {"provider": {"llm": "openai", "tts": "cartesia"}.get(stage, stage), **data}
        if "first_at" in given:
            given["first_at_ns"] = ns(given.pop("first_at"))
        self.tell(at, f"mock.{stage}", "work", "invoke", span, socket, data=given)
        if until is not None:
            self.tell(until, f"mock.{stage}", "work", type, span, socket)
        return span

    def socket(
        self,
        span: str,
        stage: str,
        at: float,
        until: float | None = None,
        type: Type = "ok",
        **data: Any,
    ) -> Story:
        provider = data.pop("provider", stage)
        self.tell(at, f"mock.{stage}", "socket", "invoke", span, data={"provider": provider})
        if until is not None:
            self.tell(until, f"mock.{stage}", "socket", type, span, data=data)
        return self

    def knock(self, stage: str, at: float, **data: Any) -> Story:
        """A socket that is refused at once."""
        self._works += 1
        given = {"type": "fail", "status": 429, **data}
        return self.socket(f"{stage}-s{self._works}", stage, at, at + 0.01, **given)

    def instrument(self, actor: str = "runner", at: float = 5.0, **data: Any) -> Story:
        sample = {"sent": 1000, "late": 0, "late_max_ms": 1.0, "cpu_share": 0.2, "over_s": 5.0}
        self.tell(at, actor, "instrument", "info", "", data={**sample, **data})
        return self

    def ends(self, at: float) -> Story:
        """The run's end, where it is not the last event's."""
        self.tell(at, "runner", "run", "ok", "run")
        return self

    def history(self) -> History:
        told = [event for caller in self.callers for event in caller.told()]
        events = [*self.events, *told]
        if not any(event.kind == "run" and event.type != "invoke" for event in events):
            last_ns = max(event.at_ns for event in events)
            events.append(Event(last_ns, "runner", "run", "ok", "run"))
        return History(events)


class Caller:
    """One caller. `now` is the end of what was told of it last; it moves by itself. It may have
    been `queued` for so many seconds before it was answered.
    """

    def __init__(
        self,
        story: Story,
        number: int,
        at: float,
        *,
        phase: str = "",
        due: float | None = None,
        lines: int = 4,
        facts: Mapping[str, str] | None = None,
        dialogue: str = "book",
        lines_text: tuple[str, ...] = (),
        answered: bool = True,
        redial_of: str = "",
        sid: str = "",
        queued: float = 0.0,
    ) -> None:
        self.story, self.span, self.dialled, self.now = story, f"c{number:04d}", at, at + queued
        self.lines, self.answered, self.sid, self.queued = lines, answered, sid, queued
        self._turns: list[Data] = []
        self._heard: list[Data] = []
        self._asides: list[Data] = []
        self._end: tuple[float, Type, str, str] | None = None
        self._head = {
            "number": number,
            "dialogue": dialogue,
            "facts": dict(facts or {}),
            "lines": lines,
            "lines_text": lines_text,
            "redial_of": redial_of,
        }
        self._phase, self._due = phase or _phase_at(story, at), due

    def says(
        self, text: str = "hello", after: float = 0.6, lasting: float = 2.0, **more: Any
    ) -> Caller:
        """One line, `after` seconds of thinking; the agent owes an answer from its end."""
        self._settle(self.now + after)
        from_at, until_at = self.now + after, self.now + after + lasting
        self._turns.append(
            {
                "index": len(self._turns) + 1,
                "text": text,
                "from_at_ns": ns(from_at),
                "until_at_ns": ns(until_at),
                **more,
            }
        )
        self.now = until_at
        return self

    def hears(
        self, text: str = "all right", after: float = 0.8, lasting: float = 1.5, **more: Any
    ) -> Caller:
        """The agent's sound, `after` seconds of silence; an answer unless `role` says otherwise."""
        from_at, role = self.now + after, more.pop("role", "answer")
        self.now = from_at + lasting
        span = {"from_at_ns": ns(from_at), "until_at_ns": ns(self.now)}
        turn = len(self._turns)
        self._heard.append({"text": text, "role": role, "turn": turn, **span, **more})
        if self._turns:
            open_turn = self._turns[-1]
            open_turn.setdefault("first_sound_at_ns", ns(from_at))
            if role == "answer" and "answer_at_ns" not in open_turn:
                open_turn |= {
                    "answer_at_ns": ns(from_at),
                    "answer_until_at_ns": ns(self.now),
                    "answer": text,
                    "owed_until_at_ns": ns(from_at),
                }
        return self

    def murmurs(self, text: str = "mhm", at: float | None = None, lasting: float = 0.4) -> Caller:
        """Something beside the turns, at once unless told otherwise."""
        from_at = self.now if at is None else at
        self._asides.append({"text": text, "from_at": from_at, "until_at": from_at + lasting})
        return self

    def talks(self, turns: int = 4, answer: float = 0.8) -> Caller:
        """Greeting, then lines and answers, each `answer` seconds after the caller's end."""
        self.hears("Hello, how can I help?", after=0.5, role="greeting")
        for _ in range(turns):
            self.says().hears(after=answer)
        return self

    def causes(self, stage: str, at: float, until: float | None, **data: Any) -> str:
        """Provider work of this call, though nothing says so; its span."""
        span = self.story.work(stage, at, until, **data)
        self.story.truth[span] = self.span
        return span

    def works(self, stage: str, at: float, until: float | None, **data: Any) -> Caller:
        """Provider work of this call, joined to it."""
        span = self.causes(stage, at, until, **data)
        self.story.tell(at, "judge", "join", "info", span, self.span, data={"method": "facts"})
        return self

    def ends(
        self, how: str = "completed", after: float = 0.5, type: Type = "ok", by: str = "caller"
    ) -> Caller:
        self.now += after
        self._settle(self.now)
        self._end = (self.now, type, how, by)
        return self

    def _settle(self, at: float) -> None:
        if self._turns:
            self._turns[-1].setdefault("owed_until_at_ns", ns(at))

    def told(self) -> list[Event]:
        """The caller's events, as the runner writes them."""
        mine = Story()
        mine.events.clear()
        mine.tell(
            self.dialled, "caller", "call", "invoke", self.span, f"phase/{self._phase}",
            due=self._due, data=self._head,
        )  # fmt: skip
        setup, answered = f"{self.span}/setup", "ok" if self.answered else "info"
        mine.tell(self.dialled, "caller", "setup", "invoke", setup, self.span)
        mine.tell(self.dialled + self.queued, "caller", "setup", answered, setup, self.span,
                  data={"sid": self.sid, "queued": self.queued > 0})  # fmt: skip
        self._settle(self.now)
        for turn in self._turns:
            mine.tell(turn["owed_until_at_ns"] / 1e9, "caller", "turn", "ok",
                      f"{self.span}/t{turn['index']}", self.span, data=turn)  # fmt: skip
        for index, aside in enumerate(self._asides, 1):
            data = {"index": 1, "text": aside["text"], "until_at_ns": ns(aside["until_at"])}
            mine.tell(aside["from_at"], "caller", "aside", "info", f"{self.span}/a{index}",
                      self.span, data=data)  # fmt: skip
        for index, heard in enumerate(self._heard):
            mine.tell(heard["until_at_ns"] / 1e9, "caller", "heard", "info",
                      f"{self.span}/h{index}", self.span, data=heard)  # fmt: skip
        if self._end:
            at, type, how, by = self._end
            mine.tell(at, "caller", "call", type, self.span, data={"how": how, "ended_by": by})
        return mine.events


def _phase_at(story: Story, at: float) -> str:
    names = [
        event.data["name"]
        for event in story.events
        if event.kind == "phase" and event.type == "invoke" and event.at_ns <= ns(at)
    ]
    return names[-1] if names else ""


def crowd(
    story: Story,
    count: int,
    at: float,
    every: float = 1.0,
    *,
    first: int = 1,
    turns: int = 4,
    answer: float = 0.8,
) -> list[Caller]:
    """`count` callers that talk to their end, one dialling every so many seconds.

    Each has its own LLM work per turn; answers vary by up to a tenth, as real ones do.
    """
    callers = []
    for offset in range(count):
        caller = story.call(first + offset, at + offset * every)
        caller.talks(turns, answer * (1 + (offset * 7 % 10) / 100)).ends()
        for turn in range(turns):
            caller.works("llm", caller.dialled + turn * 5, caller.dialled + turn * 5 + 0.4,
                         text_in=f"line {turn}")  # fmt: skip
        callers.append(caller)
    return callers
