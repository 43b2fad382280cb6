"""What the pages say is so: commands, make targets, the map; and nothing names a workplace."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

from fastbusy.cli import COMMANDS, parser

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
IGNORED = {
    *(line.strip("/*") for line in (ROOT / ".gitignore").read_text().splitlines()),
    ".git", ".venv-clients",
}  # fmt: skip


def committed() -> Iterator[Path]:
    """Every text file that is ours."""

    def walk(folder: Path) -> Iterator[Path]:
        for path in folder.iterdir():
            if path.name in IGNORED or path.name.endswith(".egg-info"):
                continue
            if path.is_dir():
                yield from walk(path)
            elif path.is_file():
                yield path

    yield from walk(ROOT)


# Split, so that this file may be looked at too.
WORKPLACES = [
    re.compile(pattern)
    for pattern in (
        r"pypi\.o" r"rg|python" r"hosted|regis" r"try\.npmjs|-index" r"-url",
        r"(?<![\w.])/ho" r"me/\w|/Us" r"ers/\w|(?<![\w.])/ro" r"ot/|[A-Z]:\\\\",
        r"(?<![\w.~])/wo" r"rk/|/tmp/v" r"env",
    )
]


def test_no_file_names_a_registry_or_somebodys_folders() -> None:
    for path in committed():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for pattern in WORKPLACES:
            found = pattern.search(text)
            assert not found, f"{path.relative_to(ROOT)} names {found[0]!r}"


def code_of(page: str) -> Iterator[str]:
    """Lines of the fences, continued ones joined, and inline code."""
    fences = re.findall(r"^ *```\w*\n(.*?)^ *```", page, re.DOTALL | re.MULTILINE)
    for fence in fences:
        yield from fence.replace("\\\n", " ").splitlines()
    rest = re.sub(r"^ *```\w*\n.*?^ *```", "", page, flags=re.DOTALL | re.MULTILINE)
    yield from re.findall(r"`([^`\n]+)`", rest)


def commands_of(page: str) -> Iterator[list[str]]:
    """The words behind `fastbusy` wherever a line of code begins with it."""
    for code in code_of(page):
        for found in re.finditer(r"(?:^|\$\(|\s)(?:\.venv/bin/)?fastbusy ([a-z][^|)#`]*)", code):
            try:
                yield shlex.split(found[1])
            except ValueError:
                yield found[1].split()


@cache
def options_of(command: str) -> set[str]:
    return {name for action in parser(command)[1]._actions for name in action.option_strings}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_on_a_page_exist(page: Path) -> None:
    for command, *words in commands_of(page.read_text()):
        assert command in COMMANDS, f"fastbusy {command}"
        for word in words:
            option = word.partition("=")[0]
            if option.startswith("-") and option != "--":
                assert option in options_of(command), f"fastbusy {command} {option}"


def test_the_readme_shows_how_to_run() -> None:
    readme = commands_of((ROOT / "README.md").read_text())
    (shown,) = (words for words in readme if "--agent-command" in words)
    assert shown[:2] == ["run", "scenarios/smoke.yaml"]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_make_targets_on_a_page_exist(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text()
    for code in code_of(page.read_text()):
        if code.startswith("make "):
            for target in code.partition("#")[0].split()[1:]:
                assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text()):
        assert (page.parent / target).exists(), target


def places_of_the_map() -> Iterator[str]:
    """The rooms: what has no folder of its own stands in that of the one before it."""
    for line in (ROOT / "docs" / "map.md").read_text().splitlines():
        if line.startswith("| `"):
            folder = ""
            for place in re.findall(r"`([^`]+)`", line.split("|")[1]):
                if not (ROOT / place.split("/")[0]).is_dir() or place.count("/") == 0:
                    place = f"{folder}{place}"
                folder = f"{place.split('/')[0]}/"
                yield place


def test_every_place_on_the_map_exists() -> None:
    for place in places_of_the_map():
        assert list(ROOT.glob(place.rstrip("/"))), place


def test_no_room_is_on_the_map_twice() -> None:
    """A merge of two branches that both changed a row keeps both rows."""
    lines = (ROOT / "docs" / "map.md").read_text().splitlines()
    rooms = [line.split("|")[1] for line in lines if line.startswith("| `")]
    assert len(set(rooms)) == len(rooms)


def test_the_map_covers_everything() -> None:
    places = [place.rstrip("/") for place in places_of_the_map()]
    folders = [path for path in ROOT.iterdir() if path.is_dir() and path.name not in IGNORED]
    for folder in folders:
        if folder.name.startswith(".") or folder.name in places:
            continue
        for path in folder.iterdir():
            name = f"{folder.name}/{path.name}"
            if path.name in ("__init__.py", *IGNORED):
                continue
            assert any(fnmatch(name, place) for place in places), f"{name} is not on the map"
