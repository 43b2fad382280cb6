"""All reference pages by the name of their file."""

from __future__ import annotations

from collections.abc import Callable

from . import checks, commands, control, events, faults, scenario

_GENERATED = "<!-- made by `make docs` from the code: change that -->\n\n"
_PAGES: dict[str, tuple[str, Callable[[], str]]] = {
    "commands.md": ("every command and its options", commands.page),
    "scenario.md": ("every key of scenarios and fault profiles", scenario.page),
    "faults.md": ("every kind of fault", faults.page),
    "checks.md": ("every check and how it judges", checks.page),
    "events.md": ("what a run's history is made of", events.page),
    "control.md": ("the control API of the mocks", control.page),
}


def pages() -> dict[str, str]:
    """Name of the file → its text."""
    index = "".join(f"- [{name}]({name}): {what}\n" for name, (what, _) in _PAGES.items())
    made = {name: make() for name, (_, make) in _PAGES.items()}
    made["README.md"] = f"# Reference\n\n{index}"
    return {name: _GENERATED + text for name, text in made.items()}
