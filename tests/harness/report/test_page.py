import re

import pytest

from harness.headline import headline
from harness.report.page import page
from harness.verdict import judge
from kernel.history import History
from tests.harness.histories import Story, crowd
from tests.harness.report.reading import Page

NASTY = "</script><script>alert('x')</script><!--<script>\" & مرحبا \u202e\ufffd\x00"


def report(story: Story | History, command: str = "fastbusy run demo", **gates: bool) -> Page:
    history = story if isinstance(story, History) else story.history()
    verdict = judge(history, gates)
    return Page(page(history, verdict, headline(verdict), command, {"c0001"}))


def busy() -> Story:
    story = Story(scenario="demo", why="why not", versions={"fastbusy": "0.1.0", "python": ""})
    story.phase("baseline", 0, 30).phase("surge", 30, 60).fault("burst", "llm", 35, 45)
    crowd(story, 20, 1)
    story.call(21, 36).says().ends("patience", after=8, type="info")
    story.work("llm", 36, 37, first_at=36.4)
    story.work("llm", 37, 37.1, "fail", status=429)
    return story.ends(70)


def test_the_parts_stand_in_the_order_of_need() -> None:
    found = report(busy(), no_dead_air=True)
    sections = [place for place in found.ids if place in SECTIONS]
    assert sections == SECTIONS
    assert found.text.startswith("unknown: demo ? unknown demo why not 21 offered")
    assert list(found.data) == ["plot-fates", "plot-answers", "plot-stages", "plot-refusals"]
    assert "seed 7 · fastbusy 0.1.0" in found.text
    assert "python" not in found.text


SECTIONS = ["over-time", "checks", "instrument", "again", "calls"]


def test_every_link_leads_somewhere() -> None:
    found = report(busy(), no_dead_air=True)
    inside = {href[1:] for href in found.hrefs if href.startswith("#")}
    assert any("no_dead_air" in place for place in inside)
    assert inside <= set(found.ids)
    assert len(found.ids) == len(set(found.ids))
    assert {href for href in found.hrefs if not href.startswith("#")} == {"recordings/c0001.wav"}


def test_every_point_leads_somewhere() -> None:
    found = report(busy())
    for figure in found.data.values():
        for trace in figure["data"]:
            places = [at for at in trace.get("customdata", ()) if isinstance(at, str)]
            assert set(places) <= set(found.ids)


def test_the_page_fetches_nothing() -> None:
    found = report(busy())
    (policy,) = found.named("meta", **{"http-equiv": "Content-Security-Policy"})
    assert "default-src 'none'" in str(policy["content"])
    assert "http" not in str(policy["content"])
    fetched = [
        attributes[name]
        for element, attributes in found.elements
        for name in ("src", "href")
        if name in attributes and element != "a"
    ]
    assert set(fetched) <= {"recordings/c0001.wav"}


def test_every_legend_entry_names_a_group_of_its_plot() -> None:
    found = report(busy())
    groups = {button["data-group"] for button in found.named("button") if "data-group" in button}
    drawn = {trace["meta"] for figure in found.data.values() for trace in figure["data"]}
    assert groups == drawn


def test_scripts_stand_last_so_that_the_page_is_read_first() -> None:
    found = report(busy())
    names = [
        name
        for name, attributes in found.elements
        if name in ("main", "script") and "data-plot" not in attributes
    ]
    assert names == ["main", "script", "script"]


def test_nothing_that_anybody_says_becomes_an_element() -> None:
    plain, nasty = (report(quoting(text), command=text) for text in ("x", NASTY))
    assert [name for name, _ in nasty.elements] == [name for name, _ in plain.elements]
    assert nasty.text.count("alert('x')") >= 8
    assert nasty.scripts == plain.scripts


def quoting(text: str) -> Story:
    """A run in which everybody who can write something writes the text."""
    story = Story(scenario=text, why=text, target=text, profiles=[text], versions={"agent": text})
    story.phase("baseline", 0, 20).fault(text, "llm", 2, 9)
    caller = story.call(1, 1.0, facts={"name": text}, dialogue=text)
    caller.says(text).hears(text).works("llm", 2, 3, text_out=text, first_at=2.5, bites=[text])
    caller.works("tools", 3, 4, type="fail", reason=text, tool=text, arguments=text)
    caller.ends(text, type="info", by="agent")
    return story.ends(20)


@pytest.mark.parametrize(
    "history",
    [
        History([]),
        Story().history(),
        Story(scenario="quiet").phase("baseline", 0, 9).ends(9).history(),
    ],
    ids=["no events", "begun", "no calls"],
)
def test_a_run_without_calls_renders(history: History) -> None:
    found = report(history, command="")
    assert "no call was offered" in found.text
    assert "does not hold the command" in found.text
    assert not found.data


def test_an_interrupted_run_renders() -> None:
    story = Story(scenario="demo").phase("baseline", 0, 30)
    story.call(1, 1.0).says()
    story.call(2, 2.0, answered=False)
    story.tell(6, "runner", "run", "info", "run", data={"reason": "Ctrl-C"})
    found = report(story)
    assert "interrupted: Ctrl-C" in found.text
    assert [row["data-fate"] for row in found.named("details", **{"class": "call"})] == [
        "unclear",
        "unclear",
    ]


def test_a_long_list_of_calls_is_cut_but_every_link_holds() -> None:
    story = Story().phase("baseline", 0, 700)
    for number in range(1, 601):
        story.call(number, float(number)).says().hears().ends()
    found = report(story, no_dead_air=True)
    assert len(found.named("details", **{"class": "call"})) == 500
    assert "500 of 600 calls are listed" in found.text
    assert {href[1:] for href in found.hrefs if href.startswith("#")} <= set(found.ids)


def test_colours_in_the_style_sheet_are_defined() -> None:
    document = page(History([]), judge(History([]), {}), "", "")
    style = document[document.index("<style>") : document.index("</style>")]
    used = set(re.findall(r"var\((--[\w-]+)", style))
    assert used <= set(re.findall(r"(--[\w-]+):", style))
