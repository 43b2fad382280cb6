from __future__ import annotations

import errno
import os

import pytest

from kernel.errors import UsageError
from kernel.fault import STAGES
from kernel.ports import DEFAULT_PORT_BASE, PORT_OFFSETS, cannot_listen, port_base


def test_every_stage_has_a_port_of_its_own_above_the_base() -> None:
    assert tuple(PORT_OFFSETS) == STAGES
    assert sorted(PORT_OFFSETS.values()) == list(range(1, len(STAGES) + 1))
    assert DEFAULT_PORT_BASE + PORT_OFFSETS["telephony"] == 8706


def test_the_base_leaves_room_for_every_stage() -> None:
    assert [port_base(text) for text in ("1", "8700", "65529")] == [1, 8700, 65529]


@pytest.mark.parametrize("text", ["", "0", "-5", "abc", "65530", "70000", "1e3", "²", "9" * 5000])
def test_what_is_no_base_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        port_base(text)
    assert refused.value.what.startswith(repr(text))
    assert refused.value.where == "--port-base"
    assert "1 to 65529" in refused.value.remedy


def failure(number: int) -> OSError:
    return OSError(number, os.strerror(number))


def test_a_taken_port_has_the_remedy_of_who_wanted_it() -> None:
    found = cannot_listen("127.0.0.1", 8700, failure(errno.EADDRINUSE), "move")
    assert isinstance(found, UsageError)
    assert str(found).startswith("127.0.0.1: port 8700 is taken (")
    assert found.remedy == "move"


@pytest.mark.parametrize("number", [errno.EADDRNOTAVAIL, errno.EACCES])
def test_a_port_that_nobody_can_have_is_the_command_lines(number: int) -> None:
    found = cannot_listen("192.0.2.1", 80, failure(number), "move")
    assert isinstance(found, UsageError)
    assert os.strerror(number) in found.what
    assert "--host" in found.remedy
    assert found.where == "192.0.2.1"
