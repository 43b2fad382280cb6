"""Stock voice-activity and turn detectors hear one turn in each utterance of a caller."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from speech.encoding import Encoding
from speech.mouth import Mouth, Role

pytest.importorskip("pipecat", reason="make test-clients installs the frameworks")
turns = pytest.importorskip("bench.turns")

pytestmark = [
    pytest.mark.system,
    pytest.mark.clients,
    pytest.mark.filterwarnings("ignore"),  # the frameworks' own
]

DETECTORS = list(turns.DETECTORS.items())


def found(made: Callable[[], Any], *lines: Any) -> Any:
    return asyncio.run(turns.measure(turns.as_sent, lines, {"detector": made}))["detector"]


@pytest.mark.parametrize(("name", "made"), DETECTORS, ids=[name for name, _ in DETECTORS])
def test_an_utterance_is_one_turn(name: str, made: Callable[[], Any]) -> None:
    lines = list(turns.lines(1, ("otto",)))[1:3]
    result = found(made, *lines)
    for tally in (result.speech, result.turns):
        assert (tally.split, tally.missed) == ([], [])
        assert tally.one == sum(len(line.said) for line in lines) >= 8
    if name != "LiveKit":  # which is never sure of this voice, and waits its longest delay
        assert min(result.asked) > result.threshold


@pytest.mark.parametrize(("name", "made"), DETECTORS, ids=[name for name, _ in DETECTORS])
def test_a_silence_within_an_utterance_is_noticed(name: str, made: Callable[[], Any]) -> None:
    mouth = Mouth(Role.CALLER, 8000, "mira")
    mouth.begin(7)
    quiet = mouth.pause(2)
    pieces = [quiet, mouth.say("On March 3rd,"), mouth.pause(1), mouth.say("please.")]
    pieces += [mouth.finish(), mouth.pause(5)]
    octets = b"".join(Encoding.MULAW.encode(piece.samples) for piece in pieces)
    octets = octets[: len(octets) // 160 * 160]
    until_s = sum(piece.duration_s for piece in pieces[:-2])
    line = turns.Line("mira", octets, (turns.Said("On March 3rd, please.", 2.0, until_s),))
    assert found(made, line).speech.split
