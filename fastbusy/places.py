"""Where everything of a run is: what it starts listens there, what runs already is found there."""

from __future__ import annotations

import argparse
from typing import Literal
from urllib.parse import urlsplit

from kernel.errors import UsageError
from kernel.ports import DEFAULT_PORT_BASE, port_base

Stack = Literal["embedded", "external"]
"""Whether a run starts mocks of its own or uses some that somebody else has started."""


def place_options(parser: argparse.ArgumentParser) -> None:
    """What all commands share that need mocks and an agent."""
    parser.add_argument("--host", default="127.0.0.1", help="where mocks and sample agents listen")
    parser.add_argument("--port-base", type=port_base, default=DEFAULT_PORT_BASE, metavar="PORT",
                        help="mocks listen there (8700), sample agents 50 below")  # fmt: skip
    parser.add_argument("--stack", choices=("embedded", "external"), default="embedded",
                        help="start mocks (embedded), or use some that run already")  # fmt: skip
    parser.add_argument("--mocks", type=origins, default=(), metavar="URL[,URL…]",
                        help="where external ones are (base port of the host)")  # fmt: skip


def mocks_of(args: argparse.Namespace) -> tuple[str, ...]:
    """Origins of the mocks that run already, by the values of `place_options`; none if the run is
    to start its own. UsageError if it is told both."""
    if args.stack == "external":
        return tuple(args.mocks) or (f"http://{args.host}:{args.port_base}",)
    if args.mocks:
        raise UsageError(
            f"{', '.join(args.mocks)}: a run uses no such mocks, it starts its own",
            where="--mocks",
            remedy="add --stack external",
        )
    return ()


def origins(text: str) -> tuple[str, ...]:
    """`"http://stt:8701,http://llm:8702"` → the origins in it. UsageError if one is none."""
    return tuple(_origin(word.strip()) for word in text.split(",") if word.strip())


def _origin(text: str) -> str:
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.path.strip("/") or parts.query or parts.fragment:
        raise UsageError(
            f"{text!r} is not where a mock can be",
            where="--mocks",
            remedy="give origins such as http://127.0.0.1:8700, with commas between them",
        )
    return text.rstrip("/")
