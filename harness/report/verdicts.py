"""The findings of a run: a table of checks, gates first, and a strip for the instrument."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..finding import Finding, voids
from ..gates import known_checks
from .marks import anchor_of, one_per_call, shown_evidence
from .markup import Html, joined, tag
from .quantities import SIGNS, clock, measure

_DECIDE = "they decide the verdict"
_ORDER = {"fail": 0, "unknown": 1, "warn": 2, "pass": 3}


def checks_table(findings: Iterable[Finding], listed: Mapping[str, int]) -> Html:
    """Gates, then advice, each with the worst on top. Evidence in the `listed` calls is a link, and
    told in the call's own seconds as well: they count from the instant given there. Checks of the
    instrument stand here if they are gates. Of a void run it says so.
    """
    findings = list(findings)
    decide = "the run is void, so they decide nothing" if voids(findings) else _DECIDE
    checks = sorted(findings, key=lambda finding: (_ORDER[finding.outcome], finding.name))
    advice = [check for check in checks if not (check.gate or check.instrument)]
    groups = (
        ("Gates", decide, [check for check in checks if check.gate]),
        ("Advice", "no gate of this scenario", advice),
    )
    return tag(
        "table",
        *(_group(title, note, found, listed) for title, note, found in groups if found),
        class_="checks",
    )


def _group(title: str, note: str, found: Sequence[Finding], listed: Mapping[str, int]) -> Html:
    well = sum(finding.outcome == "pass" for finding in found)
    head = tag("th", f"{title} ", tag("small", f"{well} of {len(found)} passed; {note}"),
               colspan=3, scope="rowgroup")  # fmt: skip
    return tag("tbody", tag("tr", head), *(_row(finding, listed) for finding in found))


def _row(finding: Finding, listed: Mapping[str, int]) -> Html:
    tagged = tag("small", finding.tag, class_="tag") if finding.tag != "yours" else ""
    return tag(
        "tr",
        tag("td", _outcome(finding)),
        tag("td", _name(finding), tagged),
        tag("td", tag("span", finding.summary), _measures(finding), _evidence(finding, listed)),
        class_=finding.outcome,
    )


def _outcome(finding: Finding) -> Html:
    sign = tag("span", SIGNS[finding.outcome], aria_hidden="true")
    return tag("span", sign, " ", finding.outcome, class_="outcome")


def _name(finding: Finding) -> Html:
    """The check's name, which opens to its definition."""
    kind = known_checks().get(finding.name)
    meaning = " ".join(((kind and kind.__doc__) or "").split("\n\n")[0].split())
    if not meaning:
        return tag("b", finding.name)
    return tag("details", tag("summary", tag("b", finding.name)), tag("p", meaning))


def _measures(finding: Finding) -> Html:
    told = [measure(key, value) for key, value in finding.measures.items() if value is not None]
    return tag("small", " · ".join(told), class_="measures") if told else Html()


def _evidence(finding: Finding, listed: Mapping[str, int]) -> Html:
    items = []
    for evidence in shown_evidence(finding):
        place, note = f"{evidence.call} at {clock(evidence.at_ns)}", evidence.note
        where = tag("span", place)
        if evidence.call in listed:
            where = tag("a", place, href=f"#{anchor_of(finding, evidence.call)}")
            second = clock(evidence.at_ns - listed[evidence.call], tenths=True)
            note = f"{second} in the call: {note}".removesuffix(": ")
        items.append(tag("li", where, " ", tag("small", note)))
    if len(one_per_call(finding)) > len(items):
        items.append(tag("li", tag("small", "and more")))
    return tag("ul", *items, class_="evidence") if items else Html()


def instrument_strip(findings: Iterable[Finding]) -> Html:
    """The health of the harness itself; a cell per check, with what a bad one has to show."""
    cells = (
        tag("div", _outcome(finding), " ", tag("b", finding.name), tag("small", finding.summary),
            _evidence(finding, {}) if finding.outcome != "pass" else "", class_=finding.outcome)
        for finding in findings
        if finding.instrument
    )  # fmt: skip
    return tag("div", joined(cells), class_="strip")
