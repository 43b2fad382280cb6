"""The report as a browser shows it: plots drawn, links followed, not a word on the console."""

import re
import shutil
import subprocess
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from harness.headline import headline
from harness.report.page import page
from harness.verdict import judge
from tests.harness.histories import Story, crowd
from tests.harness.report.reading import Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--enable-logging=stderr", "--virtual-time-budget=20000",
    "--autoplay-policy=no-user-gesture-required",
)  # fmt: skip
NASTY = "</script><script>document.title = 'owned'</script><!--<script>"

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]


def story() -> Story:
    told = Story(scenario="demo", why=NASTY).phase("baseline", 0, 30).phase("surge", 30, 60)
    told.fault(NASTY, "llm", 35, 45)
    crowd(told, 20, 1)
    told.call(21, 36, facts={"name": NASTY}).says(NASTY).ends("patience", after=8, type="info")
    told.work("llm", 36, 37, first_at=36.4, text_out=NASTY)
    told.work("llm", 37, 37.1, "fail", status=429)
    return told.ends(70)


def shown(
    document: str, folder: Path, place: str = "", size: tuple[int, int] = (1280, 900)
) -> tuple[Page, list[str]]:
    """The page after its scripts have run, and what was written to the console."""
    file = folder / "report.html"
    file.write_text(document, encoding="utf-8")
    window = f"--window-size={size[0]},{size[1]}"
    profile = f"--user-data-dir={folder / 'profile'}"
    done = subprocess.run(
        [str(CHROMIUM), *QUIET, profile, window, "--dump-dom", file.as_uri() + place],
        capture_output=True, text=True, encoding="utf-8", timeout=120, check=True,
    )  # fmt: skip
    # What Plotly draws is SVG, which has its own rules for end tags.
    html = re.sub(r"<svg\b.*?</svg>", "<b>drawn</b>", done.stdout, flags=re.DOTALL)
    console = re.findall(r"CONSOLE.*", done.stderr)
    return Page(re.sub(r"<(?:style|audio)[ >].*?</(?:style|audio)>", "", html, flags=re.S)), console


def report(told: Story, recordings: Collection[str] = ()) -> str:
    history = told.history()
    verdict = judge(history, {"no_dead_air": True})
    return page(history, verdict, headline(verdict), "fastbusy run demo", recordings)


def test_plots_are_drawn_and_the_console_is_silent(tmp_path: Path) -> None:
    document = report(story())
    found, console = shown(document, tmp_path)
    assert console == []
    plots = found.named("div", role="img")[1:]
    assert [plot["id"] for plot in plots] == list(Page(document).data)
    assert all("js-plotly-plot" in str(plot["class"]) for plot in plots)
    assert found.text.count("drawn") >= 2 * len(plots)
    assert found.text.startswith("unknown: demo")


def test_a_link_opens_the_call_at_the_place(tmp_path: Path) -> None:
    place = "#c0021-no_dead_air-1"
    document = report(story())
    assert place in Page(document).hrefs
    found, console = shown(document, tmp_path, place)
    assert console == []
    assert [call["id"] for call in found.named("details") if "open" in call] == ["c0021"]


def test_an_opened_call_is_drawn_on_its_time_axis(tmp_path: Path) -> None:
    told = story()
    caller = told.call(22, 37).says("Hello?")
    for at in (40.0, 41.0):
        caller.works("llm", at, at + 0.1, type="fail", status=429, text_in="Hello?")
    caller.works("llm", 42, 44, first_at=43, text_in="Hello?").hears("Hi.", after=5).ends()
    found, console = shown(report(told), tmp_path, "#c0022-t1")
    assert console == []
    drawn = [str(button.get("class")) for button in found.named("button")]
    assert sorted(kind for kind in drawn if kind.startswith("piece") and "found" not in kind) == [
        "piece done stage-llm",
        "piece done stage-llm refused",
        "piece done stage-llm refused",
        "piece fault",
        "piece heard",
        "piece said",
        "piece silence uneasy",
        "piece waited delay uneasy",
    ]
    assert len(found.named("i", **{"class": "lead"})) == 2
    (track,) = found.named("div", role="slider")
    assert (track["aria-valuenow"], track["tabindex"]) == ("0.6", "0")
    assert str(track["aria-valuetext"]).startswith("0:00.6 · caller: Hello?")
    assert [line["id"] for line in found.named("li") if "now" in str(line.get("class"))] == [
        "c0022-t1"
    ]


CLICK = """<script>
  const call = document.getElementById("c0021"), sound = call.querySelector("audio");
  location.hash = "c0021";
  setTimeout(() => {
    call.querySelector(".piece.said").click();
    document.title = `${sound.paused ? "silent" : "plays"} at ${sound.currentTime} s`;
  }, 500);
</script>"""


def test_a_click_plays_from_there_and_tells_if_the_recording_is_not_beside_the_page(
    tmp_path: Path,
) -> None:
    found, _ = shown(report(story(), {"c0021"}) + CLICK, tmp_path)
    assert found.text.startswith("plays at 0.6 s")
    assert "recordings/c0021.wav is not beside this page" in found.text


LOOK = """<script>
  addEventListener("load", () => setTimeout(() => {
    const part = (name) => document.querySelector(`details[open] ${name}`);
    const [row, axis, line] = ["summary", ".axis", "li:target"].map(
      (name) => part(name).getBoundingClientRect());
    const past = part(".ticks").lastElementChild;
    document.title = [
      row.top >= 0 && axis.top > row.bottom - 1 ? "row and axis stay" : "out of sight",
      line.top > axis.bottom && line.bottom < innerHeight ? "line in sight" : `line at ${line.top}`,
      past.offsetLeft + past.scrollWidth <= part(".track").clientWidth ? "ticks whole" : "tick cut",
      part(".overview").hidden ? "all at once" : "overview",
    ].join(", ");
  }, 500));
</script>"""


def long_call() -> Story:
    told = Story(scenario="long").phase("baseline", 0, 400)
    caller = told.call(1, 1.0, lines=40)
    for number in range(40):
        caller.says().hears("All right.", after=6.0 if number == 30 else 1.0)
    caller.ends()
    return told.ends(400)


@pytest.mark.parametrize("size", [(1280, 900), (500, 844)], ids=["desktop", "phone"])
@pytest.mark.parametrize("make", [story, long_call])
def test_the_row_and_the_axis_stay_in_sight_of_the_line_that_a_link_leads_to(
    tmp_path: Path, make: Callable[[], Story], size: tuple[int, int]
) -> None:
    place, seen = ("#c0021-t1", "all at once") if make is story else ("#c0001-t31", "overview")
    found, console = shown(report(make()) + LOOK, tmp_path, place, size)
    assert console == []
    assert found.text.startswith(f"row and axis stay, line in sight, ticks whole, {seen}")


ENTER = """<script>
  addEventListener("load", () => setTimeout(() => {
    const track = document.querySelector("details[open] .track");
    for (const key of [...Array(3).fill("PageUp"), "Enter"])
      track.dispatchEvent(new KeyboardEvent("keydown", { key }));
    const line = document.activeElement.closest("li").getBoundingClientRect();
    const under = document.querySelector("details[open] .axis").getBoundingClientRect().bottom;
    document.title = line.top > under && line.bottom < innerHeight ? "in sight" : "hidden";
  }, 500));
</script>"""


def test_a_key_goes_from_the_axis_to_the_line(tmp_path: Path) -> None:
    found, console = shown(report(long_call()) + ENTER, tmp_path, "#c0001-t31")
    assert console == []
    assert found.text.startswith("in sight")


NEXT = """<script>
  location.hash = "c0001";
  setTimeout(() => {
    const track = document.querySelector(".track"), places = [];
    for (const key of ["n", "n", "n", "n"]) {
      track.dispatchEvent(new KeyboardEvent("keydown", { key }));
      places.push(track.getAttribute("aria-valuenow"));
    }
    document.title = places.join(" ");
  }, 500);
</script>"""


def test_a_key_goes_from_trouble_to_trouble_and_round(tmp_path: Path) -> None:
    told = Story(scenario="two").phase("baseline", 0, 60)
    told.call(1, 1.0).says().hears(after=6).says().hears(after=1).says().hears(after=4).ends()
    found, console = shown(report(told.ends(60)) + NEXT, tmp_path)
    assert console == []
    first, second, *again = found.text.split()[:4]
    assert (first, second) == ("2.6", "17.8")
    assert first in again


def test_a_run_without_calls_is_shown_in_silence(tmp_path: Path) -> None:
    found, console = shown(report(Story()), tmp_path)
    assert console == []
    assert "no call was offered" in found.text
