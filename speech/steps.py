"""Long work done in short steps, so that whoever waits for it can do something else in between.

A function that works in steps is a generator: it yields nothing after each step, and returns the
result. It is resumed by whoever has it; until then its work rests.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")

Steps = Generator[None, None, T]
"""A generator whose value is a `T`."""


def at_once(steps: Steps[T]) -> T:
    """All steps, one after the other."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            found: T = done.value
            return found
