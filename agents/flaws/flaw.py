"""A flaw: one desk, and what a load test must say of it."""

from __future__ import annotations

from dataclasses import dataclass

from desk.front import FrontDesk


@dataclass(frozen=True, slots=True)
class Flaw:
    """A flaw, the checks that must fail because of it, and those that may.

    scenario  the smallest of the scenarios that ship in which it shows
    """

    name: str
    why: str
    desk: type[FrontDesk]
    scenario: str
    fails: tuple[str, ...]
    may_fail: tuple[str, ...] = ()
