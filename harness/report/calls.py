"""The list of calls: those worth opening, each a row that opens to its transcript."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from kernel.history import History
from kernel.records import Call, Work

from ..analysis.fates import Fate, fate_of
from ..analysis.windows import is_goodbye
from ..finding import Finding
from .colours import FATE_COLOURS
from .line import Told, zeros_ns
from .marks import Mark, marks_by_call, shown_evidence
from .markup import Html, joined, tag
from .quantities import clock, counted, waited, words
from .transcript import ending, transcript
from .tries import tries

CALLS_LISTED = 500
_WRONG: frozenset[Fate] = frozenset(("refused_abruptly", "abandoned", "dropped", "unclear"))
_KEPT = {
    "failed": ": a run keeps the failed ones and the first ten; with --keep all it keeps every one",
    "none": ": the run was told --keep none; --keep failed or --keep all makes recordings",
}
_HOW_TO_READ = (
    "A row opens to the call on its time axis. Full colour: somebody waited for it; pale: it went "
    "on; ✗: refused; a dashed line leads from one attempt to the next; hatched: dead air. A click "
    "plays from there. "
)
_KEYS = (
    "Keys on the axis: space plays, ← → move by a second, PgUp PgDn from line to line, n p from "
    "trouble to trouble, Enter goes to the line, + − 0 zoom."
)
_ORDERS = {
    "due": "when they were due",
    "waited": "longest wait first",
    "marks": "most findings first",
    "answers": "fewest answers first",
}


@dataclass(frozen=True)
class CallList:
    """The calls that a report lists, in the order in which they were due."""

    listed: Sequence[Call]
    offered: int
    marks: Mapping[str, Sequence[Mark]]

    @property
    def zeros_ns(self) -> Mapping[str, int]:
        """The listed calls, each with what its seconds count from."""
        return zeros_ns(self.listed)


def choose(
    history: History,
    findings: Sequence[Finding],
    recordings: Collection[str] = (),
    most: int = CALLS_LISTED,
) -> CallList:
    """At most so many calls: those that the table of checks shows, then those that went wrong, then
    whatever else findings name, then those that can be heard, then the refused, then those that
    waited longest.
    """
    marks = marks_by_call(findings)
    shown = {evidence.call for finding in findings for evidence in shown_evidence(finding)}

    def rank(call: Call) -> tuple[bool, bool, bool, bool, bool, float, int]:
        fate, wait_ms = fate_of(call), longest_wait_ms(call)
        right, unnamed, mute = (
            fate not in _WRONG,
            call.span not in marks,
            call.span not in recordings,
        )
        return (
            call.span not in shown, right, unnamed, mute, fate == "served", -wait_ms, call.number,
        )  # fmt: skip

    worst = sorted(history.calls, key=rank)[:most]
    return CallList(sorted(worst, key=lambda call: call.number), len(history.calls), marks)


def longest_wait_ms(call: Call) -> float:
    """The longest time for which the caller was owed an answer, whether one came or not."""
    return max(
        (
            (turn.owed_until_at_ns - turn.until_at_ns) / 1e6
            if turn.answer_ms is None
            else turn.answer_ms
            for turn in call.turns
            if turn.answer_ms is not None or not is_goodbye(call, turn)
        ),
        default=0.0,
    )


def call_list(history: History, chosen: CallList, recordings: Collection[str]) -> Html:
    """Controls and rows. `recordings` are the calls of which a recording stands beside the page."""
    work: dict[str, list[Work]] = defaultdict(list)
    spans, tried, started_s = chosen.zeros_ns, tries(history), history.run.get("started")
    for piece in history.work:
        span = history.call_of(piece)
        if span and span in spans:
            work[span].append(piece)
    rows = []
    for call in chosen.listed:
        found = chosen.marks.get(call.span, ())
        heard = call.span in recordings
        told = Told(call, work[call.span], found, heard, history.faults, tried, started_s)
        rows.append(_row(call, told))
    notes = _left_out(chosen), _recorded(chosen, recordings, str(history.run.get("keep", "")))
    return joined((*notes, _controls(chosen), _head(), tag("div", *rows, id="rows")))


def _left_out(chosen: CallList) -> Html:
    missing = chosen.offered - len(chosen.listed)
    if not missing:
        return Html()
    return tag(
        "p",
        f"{len(chosen.listed):,} of {chosen.offered:,} calls are listed: first those that went "
        "wrong, that findings name or that can be heard, then those that waited longest. The other "
        f"{missing:,} are in transcripts.jsonl and events.jsonl.",
        class_="alert",
    )


def _recorded(chosen: CallList, recordings: Collection[str], keep: str) -> Html:
    """How many can be heard, why no more, and how to read what a row opens to."""
    listed = len(chosen.listed)
    heard = sum(call.span in recordings for call in chosen.listed)
    if not listed:
        return Html()
    which = "All" if heard == listed else f"{heard:,} of the" if heard else "None of the"
    told = [
        f"{which} {counted(listed, 'listed call')} can be heard"
        + _KEPT.get(keep, "") * (heard < listed)
        + ".",
        "Recordings stand in recordings/ beside this page: pass on the whole folder."
        if heard
        else "",
        _HOW_TO_READ,
    ]
    return tag("p", " ".join(filter(None, told)), tag("span", _KEYS, class_="keys"), class_="run")


def _controls(chosen: CallList) -> Html:
    counts = Counter(fate_of(call) for call in chosen.listed)
    named = sum(call.span in chosen.marks for call in chosen.listed)
    shown = [("", f"all {len(chosen.listed):,}", "")]
    shown += [
        (fate, f"{words(fate)} {counts[fate]:,}", f"fate-{fate}")
        for fate in FATE_COLOURS
        if fate in counts
    ]
    if named:
        shown.append(("named", f"named by a finding {named:,}", ""))
    buttons = (
        tag("button", label, type="button", data_show=show, class_=f"chip {colour}".strip(),
            aria_pressed="false" if show else "true")
        for show, label, colour in shown
    )  # fmt: skip
    options = (tag("option", label, value=key) for key, label in _ORDERS.items())
    order = tag("label", "order ", tag("select", *options, id="order"))
    return tag("div", tag("span", *buttons, class_="legend"), order, class_="controls")


def _head() -> Html:
    names = ("call", "due", "fate", "answered", "longest wait", "end", "named by")
    return tag("div", *(tag("span", name) for name in names), class_="columns", aria_hidden="true")


def _row(call: Call, told: Told) -> Html:
    fate, wait_ms = fate_of(call), longest_wait_ms(call)
    named = dict.fromkeys(mark.finding.name for mark in told.marks)
    cells = (
        tag("b", call.span),
        tag("span", clock(call.due_ns), " ", tag("small", words(call.phase))),
        tag("span", words(fate), class_=f"chip fate-{fate}"),
        tag("span", f"{call.answers} of {call.lines}", tag("i", " answered", class_="phone")),
        tag("span", waited(wait_ms or None), tag("i", " wait", class_="phone")),
        tag("span", ending(call)),
        tag("span", ", ".join(named), class_="named"),
    )
    return tag(
        "details",
        tag("summary", *cells),
        transcript(told),
        class_="call",
        id=call.span,
        data_fate=fate,
        data_due=call.number,
        data_waited=round(-wait_ms),
        data_marks=-len(named),
        data_answers=call.answers,
        aria_label=f"call {call.span}: {words(fate)}, {counted(call.answers, 'answer')}",
    )
