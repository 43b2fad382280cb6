"""One call from within: what was said, heard and done, at which second, and what findings say.

Seconds count from the answer, as in the call's recording; without one from dialling.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kernel.records import Call, Heard, Turn, Work

from .marks import Mark, turn_anchor
from .markup import Html, tag
from .quantities import SIGNS, clock, waited, words

_TEXT_CHARACTERS = 160
_UNEASY_MS, _BROKEN_MS = 3000.0, 5000.0


@dataclass(frozen=True)
class Told:
    """What is known of one call.

    marks     what findings say about its moments
    recorded  its recording stands beside the page
    """

    call: Call
    work: Sequence[Work]
    marks: Sequence[Mark]
    recorded: bool

    @property
    def zero_ns(self) -> int:
        call = self.call
        return call.dialled_ns if call.answered_ns is None else call.answered_ns


# The instant, the rank among lines of the same instant, the line.
Line = tuple[int, int, Html]


def transcript(told: Told) -> Html:
    """The inside of an opened row."""
    lines = sorted((*_said(told), *_heard(told), *_worked(told), *_marked(told)), key=_place)
    return tag(
        "div",
        _facts(told.call),
        _player(told),
        tag("ol", *(line for _, _, line in lines), class_="lines")
        if lines
        else tag("p", "not a word", class_="run"),
        class_="transcript",
    )


def _place(line: Line) -> tuple[int, int]:
    return line[:2]


def _facts(call: Call) -> Html:
    """The call's own circumstances, in one line."""
    took = None if call.answered_ns is None else (call.answered_ns - call.dialled_ns) / 1e6
    told = [
        f"dialogue {call.dialogue}" if call.dialogue else "",
        f"dialled at {clock(call.dialled_ns, tenths=True)}",
        f"answered after {waited(took)}" if took is not None else "never answered",
        f"{words(call.setup_how)}" if call.setup_how and call.setup_how != call.how else "",
        f"over after {waited((call.ended_ns - call.dialled_ns) / 1e6)}: {ending(call)}",
        f"told to retry after {call.retry_after_s:g} s" if call.retry_after_s is not None else "",
        *(f"{name}: {value}" for name, value in call.facts.items()),
    ]
    return tag("p", " · ".join(fact for fact in told if fact), class_="run")


def ending(call: Call) -> str:
    """How the call ended and by whom: `completed (caller)`."""
    by = f" ({call.ended_by})" if call.ended_by else ""
    return f"{words(call.how) or 'no end'}{by}"


def _player(told: Told) -> Html:
    if not told.recorded:
        return Html()
    source = f"recordings/{told.call.span}.wav"
    listen = tag("audio", src=source, controls=True, preload="none")
    link = tag("a", source, href=source)
    return tag("p", listen, tag("small", link, ": caller left, agent right"), class_="player")


def _said(told: Told) -> Iterator[Line]:
    for ordinal, turn in enumerate(told.call.turns, 1):
        notes = {"said again": turn.repeat, "barges in": turn.barge_in}
        again = [tag("small", note) for note, holds in notes.items() if holds]
        cut = tag("small", "answer interrupted") if turn.interrupted else Html()
        anchor = turn_anchor(told.call.span, ordinal)
        bubble = _bubble("caller", turn.text, *again, cut)
        yield turn.from_at_ns, 0, _line(told, turn.from_at_ns, "said", bubble, anchor)


def _heard(told: Told) -> Iterator[Line]:
    answered = {turn.answer_at_ns: turn for turn in told.call.turns if turn.answer_at_ns}
    for sound in told.call.heard:
        notes = [tag("small", words(sound.role))]
        turn = answered.get(sound.from_at_ns)
        if turn:
            notes.insert(0, _delay(turn))
        if sound.text and not sound.verified and sound.sound == "speech":
            notes.append(tag("small", "not heard to its end"))
        bubble = _bubble("agent", sound.text or _unread(sound), *notes)
        yield sound.from_at_ns, 2, _line(told, sound.from_at_ns, "heard", bubble)


def _unread(sound: Heard) -> Html:
    length_ms = (sound.until_at_ns - sound.from_at_ns) / 1e6
    return tag("em", f"{sound.sound}, {waited(length_ms)}, nothing readable")


def _delay(turn: Turn) -> Html:
    ms = turn.answer_ms or 0.0
    how = "broken" if ms > _BROKEN_MS else "uneasy" if ms > _UNEASY_MS else None
    return tag("small", f"after {waited(ms)}", class_=how)


def _worked(told: Told) -> Iterator[Line]:
    for piece in told.work:
        stage = tag("b", piece.stage, class_=f"chip stage-{piece.stage}")
        bites = tag("span", f"· bitten by {', '.join(piece.bites)}") if piece.bites else Html()
        parts = (stage, " ", _outcome(piece), " ", bites, " ", tag("bdi", _what(piece)))
        wrong = "refused" if piece.type == "fail" else None
        content = tag("div", *parts, class_=" ".join(filter(None, ("work", wrong))))
        yield piece.from_at_ns, 1, _line(told, piece.from_at_ns, "done", content)


def _outcome(piece: Work) -> str:
    if piece.type == "fail":
        wait = "" if piece.retry_after_s is None else f", retry after {piece.retry_after_s:g} s"
        return f"refused {piece.status} {words(piece.reason)}".rstrip() + wait
    latency = "nothing came" if piece.waited_ms is None else waited(piece.waited_ms)
    if piece.cancelled:
        return f"{latency}, cancelled"
    return latency if piece.type == "ok" else f"{latency}, unfinished"


def _what(piece: Work) -> str:
    if piece.tool:
        text = f"{piece.tool} {piece.arguments}"
    else:
        called = "; ".join(f"→ {name} {arguments}" for name, arguments in piece.calls)
        text = piece.text_out or called or piece.text_in
    return text if len(text) <= _TEXT_CHARACTERS else text[: _TEXT_CHARACTERS - 1] + "…"


def _marked(told: Told) -> Iterator[Line]:
    for mark in told.marks:
        finding, at_ns = mark.finding, mark.evidence.at_ns
        note = f"{SIGNS[finding.outcome]} {finding.name}: {mark.evidence.note}".removesuffix(": ")
        content = tag("div", note, class_=f"mark {finding.outcome}")
        yield at_ns, 3, _line(told, at_ns, "found", content, mark.anchor)


def _bubble(who: str, text: str, *notes: Html) -> Html:
    spoken = tag("span", text, dir="auto", class_="words")
    return tag("div", tag("b", who), *notes, spoken, class_="bubble")


def _line(told: Told, at_ns: int, kind: str, content: Html, anchor: str | None = None) -> Html:
    since_ns = at_ns - told.zero_ns
    time = tag("time", clock(since_ns, tenths=True))
    if told.recorded:
        seconds = round(max(since_ns, 0) / 1e9, 1)
        time = tag("button", time, type="button", data_seek=seconds, title="play from here")
    return tag("li", time, content, class_=kind, id=anchor)
