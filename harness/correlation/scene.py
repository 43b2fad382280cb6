"""What correlation looks at: a history's calls, its provider work, and what is joined so far."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from kernel.history import History
from kernel.records import Call, Work
from speech.identity import split_caller_identity

from .wording import sentences

CLOCKS_NS = 250_000_000
_LINGER_NS = 15_000_000_000
# What goes wrong goes on for longer: a request that nobody stopped waits out its Retry-After.
_LEFTOVERS_NS = 60_000_000_000


def only(calls: Iterable[str]) -> str | None:
    """The one call, None if there is none or a choice."""
    found = set(calls)
    return found.pop() if len(found) == 1 else None


def is_refused_greeting(work: Work) -> bool:
    """Before the first word all callers are alike, and this one was not even answered: whose it
    was, only the connection can tell.
    """
    return work.purpose == "greeting" and work.type == "fail"


class Moments:
    """Texts, and when they came up in which call."""

    def __init__(self, entries: Iterable[tuple[str, int, str]]) -> None:
        self._found: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for text, at_ns, call in sorted(entries, key=lambda entry: entry[1]):
            self._found[text].append((at_ns, call))

    def calls(self, text: str, from_ns: int, until_ns: int) -> set[str]:
        """The calls in which it came up between the two instants."""
        entries = self._found.get(text, [])
        first = bisect_left(entries, from_ns, key=lambda entry: entry[0])
        last = bisect_right(entries, until_ns, key=lambda entry: entry[0])
        return {call for _, call in entries[first:last]}


Glimpse = tuple[Moments, int, int]


def agreed(text: str, may: Callable[[str], bool], *glimpses: Glimpse) -> str | None:
    """The one call that all sentences of a text agree on, as far as it came up anywhere; `may`
    tells which calls it can be at all.

    Who interrupts hears the beginning. A later sentence alone tells nothing: "How can I help you?"
    ends the greeting of another call as well.
    """
    known = []
    for sentence in sentences(text):
        found = (moments.calls(sentence, *when) for moments, *when in glimpses)
        calls = set(filter(may, set().union(*found)))
        if not calls:
            break
        known.append(calls)
    return only(set.intersection(*known)) if known else None


class Scene:
    """`open` is the work still without a call, `joined` the rest with its call and the method."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.joined: list[tuple[Work, str, str]] = []
        self.open = list(self.attributable)

    @cached_property
    def attributable(self) -> Sequence[Work]:
        """Work that one offered call caused: no prewarming, no shared clip, no stranger's call."""
        first_ns = min((call.dialled_ns for call in self.history.calls), default=0)
        return [
            work
            for work in self.history.work
            if work.purpose != "prewarm"
            and work.from_at_ns >= first_ns - CLOCKS_NS
            and not self._is_nobodys(work)
        ]

    def _is_nobodys(self, work: Work) -> bool:
        if work.stage == "telephony":
            return work.call not in self.by_sid
        if work.identity is None:
            return False
        if work.stage == "stt":
            return self.speaker(work) is None
        return len(self.hearers.get(work.identity, ())) > 1

    def speaker(self, work: Work) -> str | None:
        """The call whose caller's number is in the sound that the STT heard."""
        number, _ = split_caller_identity(work.identity or 0)
        return self._by_number.get(number)

    @cached_property
    def _by_number(self) -> Mapping[int, str]:
        return {call.number: call.span for call in self.history.calls}

    @cached_property
    def by_sid(self) -> Mapping[str, str]:
        """The telephone network's name for a call → the call."""
        return {call.sid: call.span for call in self.history.calls if call.sid}

    @cached_property
    def _by_span(self) -> Mapping[str, Call]:
        return {call.span: call for call in self.history.calls}

    @cached_property
    def hearers(self) -> Mapping[int, set[str]]:
        """Identity of the agent's sound → the calls that heard it."""
        found: dict[int, set[str]] = defaultdict(set)
        for call in self.history.calls:
            for heard in call.heard:
                if heard.identity is not None:
                    found[heard.identity].add(call.span)
        return found

    @cached_property
    def heard(self) -> Moments:
        """Sentences that callers heard."""
        return Moments(
            (sentence, utterance.from_at_ns, call.span)
            for call in self.history.calls
            for utterance in call.heard
            for sentence in sentences(utterance.text)
        )

    def texts(self, stage: str, texts_of: Callable[[Work], Iterable[str]]) -> Moments:
        """The texts of one stage's joined work."""
        return Moments(
            (text, work.from_at_ns, call)
            for work, call, _ in self.joined
            if work.stage == stage
            for text in texts_of(work)
        )

    def alive(self, call: str, at_ns: int) -> bool:
        """The call could have caused work at that time; work may linger a while after its end."""
        return self.begun(call, at_ns) and at_ns <= self._by_span[call].ended_ns + _LINGER_NS

    def begun(self, call: str, at_ns: int) -> bool:
        """The call was dialled by then; it may be over for long."""
        return self._by_span[call].dialled_ns - CLOCKS_NS <= at_ns

    def last_calls(self, calls: Iterable[str], at_ns: int) -> list[str]:
        """Those of the calls that were dialled by then; of a caller who redialled, the last in
        which it had said anything yet."""
        found: dict[str, str] = {}
        for call in sorted(calls, key=lambda call: self._by_span[call].dialled_ns):
            told = self._by_span[call]
            first_ns = min((turn.from_at_ns for turn in told.turns), default=told.ended_ns)
            caller = told.redial_of or call
            if self.begun(call, at_ns) and (caller not in found or first_ns - CLOCKS_NS <= at_ns):
                found[caller] = call
        return list(found.values())

    def alone_at(self, at_ns: int) -> str | None:
        """The only call that could have caused work then, None if there were none or several.

        A call that has been over for up to a minute still could, though it should not: what is
        late must not be laid to whoever happens to be on the line.
        """
        since, alone = self._alone
        place = bisect_right(since, at_ns) - 1
        call = alone[place] if place >= 0 else None
        return call if call and self.alive(call, at_ns) else None

    @cached_property
    def _alone(self) -> tuple[list[int], list[str | None]]:
        edges = [(call.dialled_ns - CLOCKS_NS, True, call.span) for call in self.history.calls]
        edges += [(call.ended_ns + _LEFTOVERS_NS, False, call.span) for call in self.history.calls]
        up: set[str] = set()
        since: list[int] = []
        alone: list[str | None] = []
        for at_ns, starts, call in sorted(edges):
            (up.add if starts else up.discard)(call)
            since.append(at_ns)
            alone.append(only(up))
        return since, alone

    def living(self, found: Iterator[tuple[Work, str]]) -> Iterator[tuple[Work, str]]:
        """Those of what a method has found whose call was there to cause the work."""
        return ((work, call) for work, call in found if self.alive(call, work.from_at_ns))

    def accept(self, method: str, found: Iterator[tuple[Work, str]]) -> None:
        """Take what a method has found."""
        news = [(work, call, method) for work, call in found]
        taken = {work.span for work, _, _ in news}
        self.joined += news
        self.open = [work for work in self.open if work.span not in taken]
