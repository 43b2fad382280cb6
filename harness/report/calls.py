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
from .marks import Mark, marks_by_call, shown_evidence
from .markup import Html, joined, tag
from .quantities import clock, counted, waited, words
from .transcript import Told, ending, transcript

CALLS_LISTED = 500
_WRONG: frozenset[Fate] = frozenset(("refused_abruptly", "abandoned", "dropped", "unclear"))
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
    def spans(self) -> Collection[str]:
        return {call.span for call in self.listed}


def choose(history: History, findings: Sequence[Finding], most: int = CALLS_LISTED) -> CallList:
    """At most so many calls: those that the table of checks shows, then those that went wrong, then
    whatever else findings name, then the refused, then those that waited longest.
    """
    marks = marks_by_call(findings)
    shown = {evidence.call for finding in findings for evidence in shown_evidence(finding)}

    def rank(call: Call) -> tuple[bool, bool, bool, bool, float, int]:
        fate, wait_ms = fate_of(call), longest_wait_ms(call)
        right, unnamed = fate not in _WRONG, call.span not in marks
        return call.span not in shown, right, unnamed, fate == "served", -wait_ms, call.number

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
    spans = chosen.spans
    for piece in history.work:
        span = history.call_of(piece)
        if span and span in spans:
            work[span].append(piece)
    rows = []
    for call in chosen.listed:
        found = chosen.marks.get(call.span, ())
        rows.append(_row(call, Told(call, work[call.span], found, call.span in recordings)))
    return joined((_left_out(chosen), _controls(chosen), _head(), tag("div", *rows, id="rows")))


def _left_out(chosen: CallList) -> Html:
    missing = chosen.offered - len(chosen.listed)
    if not missing:
        return Html()
    return tag(
        "p",
        f"{len(chosen.listed):,} of {chosen.offered:,} calls are listed: first those that went "
        "wrong or that findings name, then the refused, then those that waited longest. The other "
        f"{missing:,} are in transcripts.jsonl and events.jsonl.",
        class_="alert",
    )


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
