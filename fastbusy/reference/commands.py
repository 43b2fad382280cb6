"""commands.md: every command with its arguments and options."""

from __future__ import annotations

import argparse

from kernel.ports import DEFAULT_PORT_BASE

from ..cli import COMMANDS, EPILOG, LATER, parser
from ..env import ports
from .tables import table

_PORTS = """\
`run`, `demo`, `doctor --agent` and `mocks` serve every provider at the port base, and each stage \
at a port of its own. A sample agent, `reference` or `flawed:FLAW`, listens 50 below. `doctor` \
says whether all of them are free."""


def page() -> str:
    options, codes = EPILOG.strip().split("\n\n")
    head = (
        "# Commands\n\n"
        f"{_sentence(options)}\n\n{_sentence(codes)}\n\n"
        "`fastbusy --version` says which one this is.\n\n"
        f"Not built yet: {', '.join(f'`{name}`' for name in LATER)}."
    )
    return "\n\n".join([head, *map(_section, COMMANDS), _ports()]) + "\n"


def _ports() -> str:
    rows = [(f"{port}", f"{port - DEFAULT_PORT_BASE:+d}", who) for who, port in ports().items()]
    listed = table(("port", "from the port base", "who listens"), rows)
    return f"## Ports\n\n{_PORTS}\n\n{listed}"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{' '.join(text[1:].split())}."


def _section(name: str) -> str:
    _, command = parser(name)
    parts = [f"## {name}", (command.description or "").strip()]
    # argparse words its own help differently from one Python to the next.
    rows = [
        (f"`{_spelled(action)}`", action.help or "")
        for action in command._actions
        if not isinstance(action, argparse._HelpAction)
    ]
    if rows:
        parts.append(table(("argument", "meaning"), rows))
    return "\n\n".join(parts)


def _spelled(action: argparse.Action) -> str:
    """`-o, --output FILE`, `[STAGE …]`"""
    value = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    if action.choices is not None:
        value = "|".join(map(str, action.choices))
    if not action.option_strings:
        return f"[{value} …]" if action.nargs == "*" else value
    names = ", ".join(action.option_strings)
    return names if action.nargs == 0 else f"{names} {value}"
