from collections.abc import Iterator

from kernel.actor import Actor, Emit, End, Instruction, Nudge, Nudged
from kernel.timeline import Timeline


class Reminder:
    """Says what it hears, reminds of it later, and ends on `bye`."""

    def receive(self, message: object, now_ns: int) -> Iterator[Instruction]:
        match message:
            case Nudged(key):
                yield Emit(f"still {key}", key=key)
            case "bye":
                yield Emit("bye")
                yield End("said bye")
            case _:
                yield Emit(message, at_ns=now_ns + 5)
                yield Nudge(message, now_ns + 10)


def drive(actor: Actor, messages: list[tuple[int, object]]) -> list[tuple[int, object]]:
    """What an actor puts out, and when."""
    timeline, out = Timeline(), []
    for at_ns, message in messages:
        timeline.add("in", message, at_ns)
    for span, item, due_ns in timeline.due(10**9):
        if span == "out":
            out.append((due_ns, item))
            continue
        for instruction in actor.receive(item, due_ns):
            match instruction:
                case Emit(output, emit_ns):
                    timeline.add("out", output, due_ns if emit_ns is None else emit_ns)
                case Nudge(key, wake_ns) if wake_ns is not None:
                    timeline.add("nudges", Nudged(key), wake_ns)
                case End(reason):
                    timeline.add("out", End(reason), due_ns)
    return out


def test_an_actor_is_driven_by_messages_and_times_only() -> None:
    assert drive(Reminder(), [(0, "tea"), (12, "bye")]) == [
        (5, "tea"),
        (10, "still tea"),
        (12, "bye"),
        (12, End("said bye")),
    ]


def test_an_instruction_says_no_more_than_it_must() -> None:
    assert Emit("x") == Emit("x", at_ns=None, key=None, withdraw=False)
    assert Emit(key="k", withdraw=True).output is None
    assert Nudge("k", None).at_ns is None
    assert End() == End("")
    assert len({Nudged("k"), Nudged("k"), Nudged("l")}) == 2
