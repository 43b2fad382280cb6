from __future__ import annotations

from collections.abc import Iterator

import pytest

from .mocks_process import Mocks, running


@pytest.fixture(scope="session")
def process() -> Iterator[Mocks]:
    with running() as mocks:
        yield mocks


@pytest.fixture
def mocks(process: Mocks) -> Mocks:
    """The mocks, as after their start."""
    process.control("POST", "reset")
    return process
