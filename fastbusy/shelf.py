"""Finds what ships with fastbusy: scenarios, fault profiles and sample agents."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from pathlib import Path

from kernel.errors import UsageError, brief

_PACKAGE = Path(__file__).resolve().parent
PACKAGES = _PACKAGE.parent
"""The folder that holds fastbusy's packages."""
# In a clone the shelves stand beside the packages; an installed wheel carries a copy.
ROOT = PACKAGES if (PACKAGES / "scenarios").is_dir() else _PACKAGE / "shelf"
SCENARIOS = ROOT / "scenarios"
FAULT_PROFILES = ROOT / "fault_profiles"
AGENTS = ROOT / "agents"


def scenario(name: str) -> Path:
    """A scenario file: a path, or the name of one that ships with fastbusy."""
    return _find(name, SCENARIOS, "scenario")


def shipped() -> str:
    """The names of the scenarios that ship, as a help text lists them."""
    return ", ".join(sorted(path.stem for path in SCENARIOS.glob("*.yaml")))


def fault_profile(name: str, beside: Path | None = None) -> Path:
    """A fault profile: a path, a name beside the scenario file, or one that ships with fastbusy."""
    if beside is not None:
        for folder in (beside, beside / "fault_profiles"):
            found = folder / f"{name}.yaml"
            if _is_file(found):
                return found
    return _find(name, FAULT_PROFILES, "fault profile")


def _find(name: str, shelf: Path, what: str) -> Path:
    path = Path(name)
    if _is_file(path):
        return path
    shelved = shelf / f"{path.name.removesuffix('.yaml')}.yaml"
    if path.parent in (Path(), Path(shelf.name)) and _is_file(shelved):
        return shelved
    raise UsageError(
        f"there is no {what} {brief(name)}", where="command line", remedy=_suggest(path.stem, shelf)
    )


def _is_file(path: Path) -> bool:
    """`Path.is_file` raises where a name is longer than any file's."""
    return os.path.isfile(path)


def _suggest(name: str, shelf: Path) -> str:
    known: Iterable[str] = sorted(path.stem for path in shelf.glob("*.yaml"))
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"{hint}give a path to a file, or one of: {', '.join(known)}"
