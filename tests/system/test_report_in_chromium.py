"""The report as a browser shows it: plots drawn, links followed, not a word on the console."""

import re
import shutil
import subprocess
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


def shown(document: str, folder: Path, place: str = "") -> tuple[Page, list[str]]:
    """The page after its scripts have run, and what was written to the console."""
    file = folder / "report.html"
    file.write_text(document, encoding="utf-8")
    profile = f"--user-data-dir={folder / 'profile'}"
    done = subprocess.run(
        [str(CHROMIUM), *QUIET, profile, "--dump-dom", file.as_uri() + place],
        capture_output=True, text=True, encoding="utf-8", timeout=120, check=True,
    )  # fmt: skip
    # What Plotly draws is SVG, which has its own rules for end tags.
    html = re.sub(r"<svg\b.*?</svg>", "<b>drawn</b>", done.stdout, flags=re.DOTALL)
    console = re.findall(r"CONSOLE.*", done.stderr)
    return Page(re.sub(r"<(?:style|audio)[ >].*?</(?:style|audio)>", "", html, flags=re.S)), console


def report(told: Story) -> str:
    history = told.history()
    verdict = judge(history, {"no_dead_air": True})
    return page(history, verdict, headline(verdict), "fastbusy run demo")


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


def test_a_run_without_calls_is_shown_in_silence(tmp_path: Path) -> None:
    found, console = shown(report(Story()), tmp_path)
    assert console == []
    assert "no call was offered" in found.text
