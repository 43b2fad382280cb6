"""The report: one HTML file that needs nothing but a browser."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources
from typing import Any

from kernel.history import History

from ..finding import Verdict
from .calls import call_list, choose
from .colours import style_rules
from .heading import heading, scenario_of
from .markup import Html, data_element, joined, raw_element, tag
from .plots import Plot, plots
from .verdicts import checks_table, instrument_strip

# The page may fetch nothing but the recordings that stand beside it.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src data: blob:; media-src 'self' file: blob:; connect-src 'self'"
)


def page(
    history: History,
    verdict: Verdict,
    first_line: str,
    command: str,
    recordings: Collection[str] = (),
) -> str:
    """The whole document. `command` reproduces the run, empty if nobody knows; `recordings` are
    the calls of which `recordings/CALL.wav` exists beside the document.
    """
    chosen, drawn = choose(history, verdict.checks, recordings), plots(history)
    main = tag(
        "main",
        heading(history, verdict, first_line),
        _section("over-time", "Over the run", _over_time(drawn)),
        _section("checks", "Checks", checks_table(verdict.checks, chosen.zeros_ns)),
        _section("instrument", "Instrument", instrument_strip(verdict.checks)),
        _section("again", "Reproduce", _again(verdict.run, command)),
        _section("calls", f"Calls ({len(history.calls):,})",
                 call_list(history, chosen, recordings)),
    )  # fmt: skip
    head = (
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{verdict.verdict}: {scenario_of(verdict.run)}"),
        raw_element("style", style_rules() + _asset("page.css") + _asset("axis.css")),
    )
    # Scripts stand last, so that the page can be read before they have been.
    # What draws is by far the largest part of it.
    ours = "".join(map(_asset, ("axis.js", "overview.js", "page.js")))
    scripts = [raw_element("script", text) for text in (*[_plotly()] * bool(drawn), ours)]
    html = tag("html", tag("head", *head), tag("body", main, *scripts), lang="en")
    return f"<!doctype html>{html}\n"


def _section(name: str, title: str, content: Html) -> Html:
    return tag("section", tag("h2", title), content, id=name)


def _over_time(found: Collection[Plot]) -> Html:
    if not found:
        return tag("p", "nothing happened that could be drawn", class_="run")
    how = (
        "Lines are percentiles of a window: solid p50, dotted p95. Shaded: a fault was on; ✓: "
        "it was healed. Drag to zoom, double-click to go back; a click on a point opens its call. "
        "Keys: + − zoom, ← → move, 0 goes back."
    )
    return joined((*map(_plot, found), tag("p", how, class_="run")))


def _plot(plot: Plot) -> Html:
    legend = (
        tag("button", group, type="button", class_="chip", style=f"--mark:{colour}",
            data_group=group, aria_pressed="true")
        for group, colour in plot.groups.items()
    )  # fmt: skip
    caption = tag("figcaption", tag("h3", plot.title), tag("small", plot.note),
                  tag("span", *legend, class_="legend"))  # fmt: skip
    name = f"plot-{plot.name}"
    frame = tag("div", class_="plot", id=name, role="img", tabindex=0, aria_label=plot.title)
    return tag("figure", caption, frame, data_element(plot.figure, data_plot=name))


def _again(run: Mapping[str, Any], command: str) -> Html:
    versions = run.get("versions") or {}
    told = " · ".join(f"{name} {version}" for name, version in versions.items() if version)
    return joined(
        (
            tag("pre", command, tabindex=0)
            if command
            else tag("p", "The run folder does not hold the command that made it.", class_="run"),
            tag("p", f"seed {run.get('seed', '?')}" + (f" · {told}" if told else ""), class_="run"),
        )
    )


def _asset(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


@cache
def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())
