"""The layout as a test: twins, sizes, purity, and a core that names no kind."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("kernel", "speech", "mocks", "harness", "fastbusy")
SOURCES = sorted(
    path.relative_to(ROOT)
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if path.name != "__init__.py"
)
AGENTS = sorted(
    path.relative_to(ROOT) for path in (ROOT / "agents").rglob("*.py") if path.name != "__init__.py"
)

# Where sockets, processes and waiting live. Whatever is not listed here is pure.
IMPURE = (
    "kernel/clock.py",
    "mocks/serve",
    "mocks/control.py",
    "mocks/__main__.py",
    "harness/transports/",
    "harness/nemesis/",
    "harness/placing.py",
    "harness/preflight.py",
    "harness/calling.py",
    "harness/runner.py",
    "harness/media/wheel.py",
    "fastbusy/rehearsal.py",
    "fastbusy/samples.py",
    "fastbusy/stack.py",
    "fastbusy/virtual/",
    "fastbusy/whole.py",
    "fastbusy/wired.py",
)
# What reads and writes files, and is no more pure for that than the above.
DISK = (
    "harness/files/reading.py",
    "harness/media/clips.py",
    "harness/recorder.py",
    "harness/report/page.py",
    "speech/wav.py",
)
UNPLANNED = {"asyncio", "socket", "time", "random", "threading", "subprocess", "aiohttp"}
MAX_LINES = 300


def is_pure(path: Path) -> bool:
    return not str(path).startswith(IMPURE)


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", [*SOURCES, *AGENTS], ids=str)
def test_has_a_test_twin(path: Path) -> None:
    twin = ROOT / "tests" / path.parent / f"test_{path.stem.strip('_')}.py"
    system = ROOT / "tests" / "system" / twin.name
    assert twin.is_file() or system.is_file(), f"{path} wants {twin.relative_to(ROOT)}"


@pytest.mark.parametrize("path", [*SOURCES, *AGENTS], ids=str)
def test_is_short_enough_to_read_at_once(path: Path) -> None:
    lines = len((ROOT / path).read_text().splitlines())
    assert lines <= MAX_LINES, f"{path} has {lines} lines: what two things is it?"


@pytest.mark.parametrize("path", [*SOURCES, *AGENTS], ids=str)
def test_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse((ROOT / path).read_text())), f"{path} has no docstring"


@pytest.mark.parametrize("path", [path for path in SOURCES if is_pure(path)], ids=str)
def test_pure_code_neither_waits_nor_rolls_dice(path: Path) -> None:
    assert not imported(path) & UNPLANNED


@pytest.mark.parametrize("path", AGENTS, ids=str)
def test_agents_import_none_of_ours(path: Path) -> None:
    assert not imported(path) & set(PACKAGES)


@pytest.mark.parametrize("place", IMPURE)
def test_what_is_listed_as_impure_is_so(place: str) -> None:
    inside = [path for path in SOURCES if str(path).startswith(place)]
    assert any(imported(path) & UNPLANNED for path in inside), f"take {place} off the list"


def test_three_quarters_of_the_code_is_pure() -> None:
    sizes = {path: len((ROOT / path).read_text().splitlines()) for path in SOURCES}
    pure = sum(
        lines
        for path, lines in sizes.items()
        if is_pure(path) and path.parts[0] != "fastbusy" and str(path) not in DISK
    )
    # The command line and the child processes of fastbusy/ are shell by their nature.
    everything = sum(lines for path, lines in sizes.items() if path.parts[0] != "fastbusy")
    assert pure / everything >= 0.75


def test_the_core_names_no_kind() -> None:
    folders = (
        *("mocks/faults", "mocks/providers", "harness/checks", "harness/arrivals"),
        "harness/callers/behaviours",
    )
    kinds = {
        path.stem
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if path.name != "__init__.py"
    }
    offence = re.compile(r"""(?:==|!=|\bin\b)\s*\(?["'](\w+)["']""")
    for path in SOURCES:
        if str(path).startswith(folders):
            continue
        named = set(offence.findall((ROOT / path).read_text())) & kinds
        assert not named, f"{path} asks for the kind {named}; let the kind's own file answer"


def test_every_scenario_and_profile_says_why() -> None:
    shipped = [*(ROOT / "scenarios").glob("*.yaml"), *(ROOT / "fault_profiles").glob("*.yaml")]
    assert shipped
    for path in shipped:
        assert re.search(r"^why: \S", path.read_text(), re.MULTILINE), f"{path.name} has no why"


def test_claude_reads_the_same_page_as_everybody() -> None:
    assert (ROOT / "CLAUDE.md").is_symlink()
    assert (ROOT / "CLAUDE.md").readlink() == Path("AGENTS.md")


def test_ci_runs_what_the_readme_says() -> None:
    readme, ci = (ROOT / "README.md").read_text(), (ROOT / ".ci" / "run").read_text()
    assert "make test" in readme
    assert "make test" in ci
    for target in re.findall(r"make ([a-z-]+)", readme):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE), target


def test_no_page_tells_history() -> None:
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        if "decisions" in path.parts:
            continue
        words = re.findall(r"\b(?:previously|no longer|used to be|as of this)\b", path.read_text())
        assert not words, f"{path.relative_to(ROOT)} tells history: {words}"
