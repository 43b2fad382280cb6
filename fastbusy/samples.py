"""The sample agents: as commands of their own, and loaded into this process for virtual time."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any

from aiohttp import web

from . import shelf

DIAL_OUT = "/dialout"
"""Where they are told to place a call."""


def command(sample: str) -> list[str]:
    """The command that starts `reference` or `flawed:FLAW`."""
    name, _, flaw = sample.partition(":")
    words = [sys.executable, str(shelf.AGENTS / f"{name}.py")]
    return [*words, "--flaw", flaw] if flaw else words


def settings(host: str, port: int, limit: int | None) -> dict[str, str]:
    """The environment that says where a sample agent listens and how many calls it takes."""
    place = {"HOST": host, "PORT": str(port)}
    return place if limit is None else {**place, "CALL_LIMIT": str(limit)}


def application(sample: str, env: Mapping[str, str]) -> web.Application:
    """A sample agent as an application of this process, set up by the environment `env`."""
    name, _, flaw = sample.partition(":")
    module, chosen = _module(name), _module("desk.settings").Settings.from_environment(env)
    made = module.build_app(chosen, module.FLAWS[flaw]) if flaw else module.build_app(chosen)
    assert isinstance(made, web.Application)
    return made


@cache
def flaws() -> Mapping[str, Any]:
    """The flaws by name; each has `why`, `fails` and `may_fail`."""
    found: Mapping[str, Any] = _module("flawed").FLAWS
    return found


def _module(name: str) -> ModuleType:
    # Agents are programs of their own: their folder is where they look for their modules.
    folder = str(shelf.AGENTS)
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module(name)
