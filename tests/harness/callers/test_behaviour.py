"""Behaviours by name, and what is written for them."""

from __future__ import annotations

import msgspec
import pytest

from harness.callers.behaviour import behaviour, kinds
from harness.callers.behaviours.barge_in import BargeIn
from harness.callers.behaviours.silence import Silence
from kernel.units import Duration, Share


def test_every_file_is_one_kind() -> None:
    assert list(kinds()) == ["backchannel", "barge_in", "hang_up", "silence", "talk_over"]


@pytest.mark.parametrize(
    ("name", "written", "expected"),
    [
        ("barge_in", True, BargeIn()),
        ("barge_in", "20%", BargeIn(share=Share(0.2))),
        ("barge_in", {"after": "2s"}, BargeIn(after=Duration(2))),
        ("silence", "12s", Silence(lasts=Duration(12))),
        ("silence", {"for": "12s", "share": "5%"}, Silence(lasts=Duration(12), share=Share(0.05))),
    ],
)
def test_what_is_written_becomes_one(name: str, written: object, expected: object) -> None:
    assert behaviour(name, written) == expected


def test_without_a_share_everybody_does_it() -> None:
    assert all(kind().share == 1 for kind in kinds().values())


def test_what_is_wrong_is_refused() -> None:
    with pytest.raises(KeyError):
        behaviour("sing", True)
    with pytest.raises(msgspec.ValidationError, match="louder"):
        behaviour("barge_in", {"louder": True})
