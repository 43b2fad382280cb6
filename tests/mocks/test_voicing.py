from collections.abc import Generator, Iterable
from typing import Any

from kernel.actor import Emit, Instruction
from kernel.dialogue import Script
from kernel.fault import Arrival
from mocks.brain import Brain
from mocks.synthesis import Mouths
from mocks.voicing import Voiced, Voicing
from mocks.wire import Request
from mocks.work import Admitted, Closed, Note, Opened
from mocks.world import World
from speech.encoding import Encoding

ARRIVAL = Arrival("tts", "acme", "POST /speak", "request", "s1", "ordinal-1")


class Endpoint(Voicing):
    """Voices its body."""

    def _open(self) -> Iterable[Instruction]:
        return [Emit("opened")]

    def _speak(self, arrival: Arrival, now_ns: int) -> Generator[Instruction, None, None]:
        mouth, text = Mouths().borrow(8000, "any"), self._request.body.decode()
        self.voiced: Voiced = yield from self._voice(
            text, mouth, Encoding.LINEAR16.encode, arrival, now_ns
        )


def endpoint(text: str) -> Endpoint:
    return Endpoint(Request("POST", "/speak", body=text.encode()), World(Brain(Script())))


def outputs(found: Iterable[Instruction]) -> list[Any]:
    return [one.output for one in found if isinstance(one, Emit)]


def admitted() -> Admitted:
    return Admitted("", ARRIVAL)


def test_a_text_is_voiced_to_its_end_and_told() -> None:
    one = endpoint("Nine is free.")
    assert outputs(one.receive(Opened(), 0)) == ["opened"]
    note = outputs(one.receive(admitted(), 0))[-1]
    assert isinstance(note, Note)
    assert note.data["text_out"] == "Nine is free."
    assert note.data["identity"] > 0
    last = one.voiced.chunks[-1]
    assert one.voiced.free_ns == last.due_ns + last.took_ns
    assert len(one.voiced.chunks) > len(one.voiced.spoken.chunks)


def test_who_hangs_up_was_told_what_had_gone_out() -> None:
    one = endpoint("Nine is free, and ten is too.")
    assert list(one.receive(Closed(None), 0)) == []
    list(one.receive(admitted(), 0))
    middle_ns = one.voiced.free_ns // 2
    (note,) = outputs(one.receive(Closed(None), middle_ns))
    assert "Nine is free, and ten is too.".startswith(note.data["text_out"])
    assert 0 < len(note.data["text_out"]) < len("Nine is free, and ten is too.")
