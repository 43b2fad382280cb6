"""Joins provider work to calls: which caller was it for? The agent is not asked.

Each method is weaker than the one before it; the first that names exactly one call holds, and is
recorded. Work that no method can tell apart stays without a join.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import itemgetter

import msgspec

from kernel.event import Event
from kernel.history import History
from kernel.records import Work

from .asides import asides
from .connections import Connections
from .echoes import by_own_ids, by_own_words
from .facts import FactIndex
from .nameless import nameless
from .names import by_name, by_old_name
from .scene import CLOCKS_NS, Moments, Scene, agreed, only
from .wording import normal, sentences

ENOUGH = 0.99

_SPOKEN_NS = 30_000_000_000
# What is asked beside a conversation is asked as soon as there is something to ask about.
_ASIDE_NS = 3_000_000_000
# Joins make further joins possible (a connection, a sentence), but soon no more.
_ROUNDS = 3
# Joins that are no witnesses of whose a connection is.
_WEAK = ("connection", "alone")

Found = Iterator[tuple[Work, str]]


def correlate(history: History) -> list[Event]:
    """One `join` event for every piece of provider work whose call could be told."""
    scene = Scene(history)
    for name, method in CERTAIN:
        scene.accept(name, method(scene))
    for _ in range(_ROUNDS):
        before = len(scene.open)
        for name, method in LIKELY:
            scene.accept(name, scene.living(method(scene)))
        if len(scene.open) == before:
            break
    scene.accept("alone", by_being_alone(scene))
    return [
        Event(work.from_at_ns, "judge", "join", "info", work.span, call, data={"method": method})
        for work, call, method in scene.joined
    ]


@dataclass(frozen=True)
class Attribution:
    """How much of the provider work that some call must have caused was joined to one.

    lost      what was joined to none, though it may matter to what is said of a call
    nameless  is counted in neither: greetings that nobody heard, at most one for each call
    asides    nor are these: side requests that any of several calls may have caused
    """

    joined: int
    lost: Sequence[Work] = ()
    nameless: Collection[str] = ()
    asides: Collection[str] = ()

    @property
    def total(self) -> int:
        return self.joined + len(self.lost)

    @property
    def share(self) -> float:
        if not self.total:
            return float(bool(self.nameless or self.asides))
        return self.joined / self.total

    @property
    def enough(self) -> bool:
        """Checks that look at single calls may speak."""
        return self.share >= ENOUGH


@lru_cache(maxsize=1)  # several checks ask about the same history
def attribution(history: History) -> Attribution:
    """Counts work from the first dial on, without prewarming and clips that many calls heard."""
    scene, joins = Scene(history), history.joins
    greetings, beside = nameless(scene, joins), asides(scene, joins)
    lost = [
        work
        for work in scene.attributable
        if not (work.span in joins or work.span in greetings or work.span in beside)
    ]
    joined = sum(work.span in joins for work in scene.attributable)
    return Attribution(joined, lost, greetings, beside)


def by_identity(scene: Scene) -> Found:
    """The sound itself says whose it is: the caller's number, or a voice that one caller heard."""
    for work in scene.open:
        if work.identity is not None:
            heard_by = scene.hearers.get(work.identity, ())
            call = scene.speaker(work) if work.stage == "stt" else only(heard_by)
            if call and scene.alive(call, work.from_at_ns):  # else the number is damaged
                yield work, call


def by_facts(scene: Scene) -> Found:
    """What the caller said or the tool was asked holds something that one caller alone knows.

    Work that begins long after its call is joined as well, if nobody on the line knows it too.
    """
    index = FactIndex(scene.history)
    for work in scene.open:
        said = {
            "stt": work.text_out,
            "llm": f"{work.history}\n{work.text_in}\n{work.said}",
            "tools": work.arguments,
        }.get(work.stage, "")
        owners = scene.last_calls(index.owners(said), work.from_at_ns)
        living = [call for call in owners if scene.alive(call, work.from_at_ns)]
        if call := only(living or owners):
            yield work, call


def by_spoken_text(scene: Scene) -> Found:
    """The LLM wrote it, the TTS was asked to speak it, one caller heard it."""
    asked = scene.texts("tts", lambda work: sentences(work.text_in))
    written = scene.texts("llm", lambda work: sentences(work.text_out))
    for work in scene.open:
        from_ns, soon_ns = work.from_at_ns - CLOCKS_NS, work.from_at_ns + _SPOKEN_NS
        before_ns = from_ns - _SPOKEN_NS
        may = partial(scene.begun, at_ns=work.from_at_ns)
        call = None
        if work.stage == "llm":
            glimpses = (scene.heard, from_ns, soon_ns), (asked, from_ns, soon_ns)
            call = agreed(work.text_out, may, *glimpses)
        elif work.stage == "tts":
            call = agreed(
                work.text_in,
                may,
                (scene.heard, from_ns, soon_ns),
                (asked, before_ns, soon_ns),
                (written, before_ns, work.from_at_ns + CLOCKS_NS),
            )
        if call:
            yield work, call


def by_connection(scene: Scene) -> Found:
    """All else that came over the same connection of the client was for one call."""
    connections = Connections(scene, weak=_WEAK)
    for work in scene.open:
        call = connections.owner(work) if work.connection else None
        if call and scene.alive(call, work.from_at_ns):
            yield work, call


def by_text_and_time(scene: Scene) -> Found:
    """Just before, one call alone had that tool call emitted, said those words or began to."""
    emitted = scene.texts("llm", lambda work: [canonical(given) for _, given in work.calls])
    transcribed = scene.texts("stt", lambda work: sentences(work.text_out))
    just_said = said_by_both(scene)
    beginnings = Beginnings(scene)
    for work in scene.open:
        when = work.from_at_ns - _SPOKEN_NS, work.from_at_ns + CLOCKS_NS
        call = None
        if work.stage == "tools":
            call = only(emitted.calls(canonical(work.arguments), *when))
        elif work.stage == "llm":
            may = partial(scene.begun, at_ns=work.from_at_ns)
            call = agreed(work.text_in, may, (transcribed, *when))
            call = call or beginnings.call(work.text_in, *when)
            if call is None and work.purpose == "side":
                call = agreed(work.text_in, may, (just_said, when[1] - _ASIDE_NS, when[1]))
        if call:
            yield work, call


def said_by_both(scene: Scene) -> Moments:
    """Sentences of callers, when they were said to their end, and of the LLM, when it was asked."""
    return Moments(
        (sentence, at_ns, call)
        for work, call, _ in scene.joined
        if work.stage in ("stt", "llm")
        for at_ns in [(work.until_at_ns if work.stage == "stt" else None) or work.from_at_ns]
        for sentence in sentences(work.text_out)
    )


class Beginnings:
    """Utterances by how they begin: a preemptive request has only heard a part of one."""

    def __init__(self, scene: Scene) -> None:
        self._said = sorted(
            (work.from_at_ns, normal(work.text_out), call)
            for work, call, _ in scene.joined
            if work.stage == "stt"
        )

    def call(self, text: str, from_ns: int, until_ns: int) -> str | None:
        """The one call in which an utterance between the two instants began with a text."""
        words = normal(text)
        if not words:
            return None
        first = bisect_left(self._said, from_ns, key=itemgetter(0))
        last = bisect_right(self._said, until_ns, key=itemgetter(0))
        return only(call for _, said, call in self._said[first:last] if said.startswith(words))


def by_being_alone(scene: Scene) -> Found:
    """No other call was up, or over so recently that its leftovers might be meant."""
    connections = Connections(scene, weak=_WEAK)
    for work in scene.open:
        call = scene.alone_at(work.from_at_ns)
        if call and not connections.deny(work, call):
            yield work, call


def canonical(arguments: str) -> str:
    """A tool's arguments as words, whatever their order, spacing and types."""
    try:
        given = msgspec.json.decode(arguments)
    except msgspec.DecodeError:
        given = None
    if not isinstance(given, dict):
        return normal(arguments)
    return normal(" ".join(f"{name} {given[name]}" for name in sorted(given)))


Method = Callable[[Scene], Found]
CERTAIN: tuple[tuple[str, Method], ...] = (
    ("identity", by_identity),
    ("sid", by_name),
    ("facts", by_facts),
    ("sid", by_old_name),
)
LIKELY: tuple[tuple[str, Method], ...] = (
    ("own_ids", by_own_ids),
    ("own_words", by_own_words),
    ("spoken_text", by_spoken_text),
    ("connection", by_connection),
    ("text_and_time", by_text_and_time),
)
