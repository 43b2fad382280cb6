"""The lines of a call's transcript: what was said, heard, done, missed and found, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kernel.records import Work

from .line import Line, Told, line
from .markup import Html, joined, tag
from .quantities import SIGNS, waited, words
from .spent import awaited
from .spoken import spoken
from .tries import Try

_TEXT_CHARACTERS = 160


def lines(told: Told) -> Sequence[Line]:
    """All lines of a call in the order of time."""
    found = (*spoken(told), *_worked(told), *_marked(told))
    return sorted((*_faulted(told), *found), key=lambda found: (found.at_ns, found.rank))


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
        yield line(
            told, " ".join(kinds), piece.stage,
            (piece.from_at_ns, piece.until_at_ns),
            tag("div", joined(filter(None, parts), " "), class_="work"), rank=2,
            wait=awaited(piece), after_ns=among.after_ns if among else None,
        )  # fmt: skip


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
        yield line(
            told, f"found {finding.outcome}", "findings", (at_ns, at_ns),
            tag("div", note, class_="mark"), rank=5, anchor=mark.anchor,
        )  # fmt: skip


def _faulted(told: Told) -> Iterator[Line]:
    """A line where a fault begins, which spans the time that it is on, and one where it heals."""
    first_ns, last_ns = told.call.dialled_ns, told.until_ns
    for fault in told.faults:
        from_ns, healed_ns = max(fault.from_ns, first_ns), fault.until_ns
        until_ns = last_ns if healed_ns is None else min(healed_ns, last_ns)
        if from_ns >= until_ns:
            continue
        began = "begins" if fault.from_ns >= first_ns else "is on already"
        stays = "" if until_ns == healed_ns else ", and stays"
        name = tag("b", fault.name, class_="chip brief")
        yield line(
            told, "fault", "faults", (from_ns, until_ns), tag("div", name, f" {began}{stays}"),
            rank=0, colour=fault.colour,
        )  # fmt: skip
        if not stays:
            yield line(
                told, "healed", None, (until_ns, until_ns),
                tag("div", tag("b", fault.name, class_="chip"), " is healed"),
                rank=0, colour=fault.colour,
            )  # fmt: skip
