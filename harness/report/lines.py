"""The lines of a call's transcript: what was said, heard, done, missed and found, and when.

Each line carries its place on the call's time axis, from which the page's script draws that axis:
`data-lane` is its row there, `data-at` and `data-until` are seconds, `data-await` is the stretch in
which somebody waited for it, `data-after` the end of the try before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kernel.records import Call, FaultWindow, Heard, Work

from ..analysis.silence import Silence, silences
from ..analysis.windows import is_goodbye
from .marks import Mark, turn_anchor
from .markup import Html, joined, tag
from .quantities import SIGNS, clock, waited, words
from .tries import Try

_TEXT_CHARACTERS = 160
_UNEASY_MS, _BROKEN_MS, _ANNOUNCED_MS = 3000.0, 5000.0, 12000.0


def zero_ns(call: Call) -> int:
    """What a call's seconds count from: the first sample of its sound, if there was any."""
    return int(call.media.get("from_at_ns") or call.answered_ns or call.dialled_ns)


def zeros_ns(calls: Iterable[Call]) -> Mapping[str, int]:
    """Span of the call → what its seconds count from."""
    return {call.span: zero_ns(call) for call in calls}


@dataclass(frozen=True)
class Told:
    """What is known of one call.

    marks     what findings say about its moments
    recorded  its recording stands beside the page
    faults    those of the whole run
    tries     of the whole run, by span of provider work
    """

    call: Call
    work: Sequence[Work]
    marks: Sequence[Mark]
    recorded: bool
    faults: Sequence[FaultWindow] = ()
    tries: Mapping[str, Try] = field(default_factory=dict)

    @property
    def zero_ns(self) -> int:
        return zero_ns(self.call)

    @property
    def until_ns(self) -> int:
        """The end of the call and of all that was done for it."""
        ends = (work.until_at_ns or work.from_at_ns for work in self.work)
        return max((self.call.ended_ns, *ends))

    def second(self, at_ns: int) -> float:
        return round((at_ns - self.zero_ns) / 1e9, 3)


@dataclass(frozen=True, slots=True)
class Line:
    """`rank` orders lines of the same instant; `lane` is the row of the time axis."""

    at_ns: int
    rank: int
    lane: str
    html: Html


def lines(told: Told) -> Sequence[Line]:
    """All lines of a call in the order of time."""
    found = (*_said(told), *_heard(told), *_worked(told), *_silent(told), *_marked(told))
    return sorted((*_faulted(told), *found), key=lambda line: (line.at_ns, line.rank))


def _said(told: Told) -> Iterator[Line]:
    for ordinal, turn in enumerate(told.call.turns, 1):
        told_of = {
            "said again": turn.repeat,
            "barges in": turn.barge_in,
            "answer interrupted": turn.interrupted,
        }
        notes = [tag("small", note) for note, holds in told_of.items() if holds]
        awaited = None
        owed = turn.until_at_ns < turn.owed_until_at_ns and not is_goodbye(told.call, turn)
        if turn.answer_at_ns is None and owed:
            awaited = turn.until_at_ns, turn.owed_until_at_ns
            notes.append(tag("small", "no answer in ", _delay(*awaited)))
        yield _line(
            told, "said", "caller", (turn.from_at_ns, turn.until_at_ns),
            _bubble("caller", turn.text, *notes), rank=1, awaited=awaited,
            anchor=turn_anchor(told.call.span, ordinal),
        )  # fmt: skip


def _heard(told: Told) -> Iterator[Line]:
    answered = {turn.answer_at_ns: turn for turn in told.call.turns if turn.answer_at_ns}
    for sound in told.call.heard:
        notes = [tag("small", words(sound.role))]
        turn, awaited = answered.get(sound.from_at_ns), None
        if turn:
            awaited = turn.until_at_ns, sound.from_at_ns
            notes.insert(0, tag("small", "after ", _delay(*awaited)))
        if sound.text and not sound.verified and sound.sound == "speech":
            notes.append(tag("small", "not heard to its end"))
        bubble = _bubble("agent", sound.text or _unread(sound), *notes)
        when = sound.from_at_ns, sound.until_at_ns
        yield _line(told, "heard", "agent", when, bubble, rank=3, awaited=awaited)


def _unread(sound: Heard) -> Html:
    length_ms = (sound.until_at_ns - sound.from_at_ns) / 1e6
    if sound.sound == "clip":
        return tag("em", f"known recording, {waited(length_ms)}")
    return tag("em", f"{sound.sound}, {waited(length_ms)}, nothing readable")


def _delay(from_ns: int, until_ns: int) -> Html:
    ms = (until_ns - from_ns) / 1e6
    return tag("span", waited(ms), class_=f"delay {_felt(ms)}".strip())


def _felt(ms: float, uneasy_ms: float = _UNEASY_MS, broken_ms: float = _BROKEN_MS) -> str:
    return "broken" if ms > broken_ms else "uneasy" if ms > uneasy_ms else ""


def _silent(told: Told) -> Iterator[Line]:
    for silence in silences(told.call):
        felt = _dead_air(silence)
        if felt:
            content = tag("div", f"{waited(1000 * silence.seconds)} of dead air", class_="quiet")
            when = silence.from_ns, silence.until_ns
            yield _line(told, f"silence {felt}", "agent", when, content, rank=4)


def _dead_air(silence: Silence) -> str:
    if silence.announced:
        return _felt(1000 * silence.seconds, _BROKEN_MS, _ANNOUNCED_MS)
    return _felt(1000 * silence.seconds)


def _worked(told: Told) -> Iterator[Line]:
    for piece in told.work:
        among = told.tries.get(piece.span)
        kinds = ["done", f"stage-{piece.stage}"]
        kinds += {"ok": [], "fail": ["refused"]}.get(piece.type or "", ["unfinished"])
        kinds += ["bitten"] if piece.bites else []
        parts = (
            tag("b", piece.stage, class_="chip"),
            _outcome(piece),
            _which(among) if among else "",
            tag("span", f"· bitten by {', '.join(piece.bites)}", class_="bites")
            if piece.bites
            else "",
            tag("bdi", _what(piece), class_=None if piece.type == "fail" else "brief"),
        )
        yield _line(
            told, " ".join(kinds), piece.stage,
            (piece.from_at_ns, piece.until_at_ns),
            tag("div", joined(filter(None, parts), " "), class_="work"), rank=2,
            awaited=_awaited(piece), after_ns=among.after_ns if among else None,
        )  # fmt: skip


def _awaited(piece: Work) -> tuple[int, int] | None:
    """The part of the work in which nothing had come of it yet."""
    if piece.asked_at_ns is not None:
        return (piece.asked_at_ns, piece.until_at_ns) if piece.until_at_ns else None
    until_ns = piece.first_at_ns or piece.until_at_ns
    return (piece.from_at_ns, until_ns) if until_ns else None


def _which(among: Try) -> Html:
    which = tag("span", f"{among.ordinal}/{among.of}", class_="brief")
    return joined(("· attempt ", which))


def _outcome(piece: Work) -> Html:
    if piece.type == "fail":
        wait = "" if piece.retry_after_s is None else f", retry after {piece.retry_after_s:g} s"
        status = tag("span", str(piece.status), class_="brief")
        return joined(("refused ", status, f" {words(piece.reason)}".rstrip() + wait))
    latency = "nothing came" if piece.waited_ms is None else waited(piece.waited_ms)
    if piece.cancelled:
        return Html(f"{latency}, cancelled")
    return Html(latency if piece.type == "ok" else f"{latency}, unfinished")


def _what(piece: Work) -> str:
    if piece.tool:
        text = f"{piece.tool} {piece.arguments}"
    else:
        called = "; ".join(f"→ {name} {arguments}" for name, arguments in piece.calls)
        text = piece.text_out or called or piece.text_in
    return text if len(text) <= _TEXT_CHARACTERS else text[: _TEXT_CHARACTERS - 1] + "…"


def _marked(told: Told) -> Iterator[Line]:
    for mark in told.marks:
        finding = mark.finding
        # What is said of a call as a whole may name no moment of it.
        at_ns = min(max(mark.evidence.at_ns, told.call.dialled_ns), told.until_ns)
        note = f"{SIGNS[finding.outcome]} {finding.name}: {mark.evidence.note}".removesuffix(": ")
        yield _line(
            told, f"found {finding.outcome}", "findings", (at_ns, at_ns),
            tag("div", note, class_="mark"), rank=5, anchor=mark.anchor,
        )  # fmt: skip


def _faulted(told: Told) -> Iterator[Line]:
    first_ns, last_ns = told.call.dialled_ns, told.until_ns
    for fault in told.faults:
        from_ns = max(fault.from_ns, first_ns)
        until_ns = last_ns if fault.until_ns is None else min(fault.until_ns, last_ns)
        if from_ns < until_ns:
            healed = f"healed at {clock(until_ns - told.zero_ns, tenths=True)}"
            note = healed if until_ns == fault.until_ns else "on to the end"
            name = tag("b", fault.name, class_="chip brief")
            yield _line(
                told, "fault", "faults", (from_ns, until_ns), tag("div", name, f" {note}"),
                rank=0, colour=fault.colour,
            )  # fmt: skip


def _bubble(who: str, text: str, *notes: Html) -> Html:
    spoken = tag("span", text, dir="auto", class_="words")
    return tag("div", tag("b", who), *notes, spoken, class_="bubble")


def _line(
    told: Told,
    kind: str,
    lane: str,
    when: tuple[int, int | None],
    content: Html,
    *,
    rank: int,
    awaited: tuple[int, int] | None = None,
    after_ns: int | None = None,
    anchor: str | None = None,
    colour: str | None = None,
) -> Line:
    at_ns, until_ns = when
    time = tag("time", clock(at_ns - told.zero_ns, tenths=True))
    item = tag(
        "li",
        tag("button", time, type="button", data_seek=True),
        content,
        class_=kind,
        id=anchor,
        style=colour and f"--mark:{colour}",
        data_lane=lane,
        data_at=told.second(at_ns),
        data_until=None if until_ns is None else told.second(until_ns),
        data_await=awaited and " ".join(str(told.second(at)) for at in awaited),
        data_after=None if after_ns is None else told.second(after_ns),
    )
    return Line(at_ns, rank, lane, item)
