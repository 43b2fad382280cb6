from typing import cast

import msgspec

from harness.analysis.fates import fate_of
from harness.call_log import CallLog
from harness.callers.messages import Over, Said, Say, TurnBegan
from harness.transports.link import Answered, Link, Refused
from kernel.dialogue import Fact
from kernel.event import Event, from_lines, to_line
from kernel.history import History
from kernel.records import Call, Heard, Turn

from .desk import kind, place, planned

S = 1_000_000_000
TURN = Turn(index=1, text="Hi.", from_at_ns=2 * S, until_at_ns=3 * S, owed_until_at_ns=4 * S)


def log(**changes: object) -> tuple[CallLog, list[Event]]:
    events: list[Event] = []
    return CallLog(planned(**changes), events.append), events


def call_of(events: list[Event]) -> Call:
    # Through the file's own format: what is judged is what can be read.
    (call,) = History(from_lines(map(to_line, events))).calls
    return call


def test_what_is_planned_is_told_when_it_is_dialled() -> None:
    one, events = log(due_ns=1 * S, facts={"name": Fact("person", "Ada Byron", "Ada Byron")})
    one.dialled(1 * S + 5)
    call = call_of(events)
    assert (call.span, call.number, call.phase) == ("c0001", 1, "baseline")
    assert (call.due_ns, call.dialled_ns) == (1 * S, 1 * S + 5)
    assert (call.dialogue, call.facts, call.lines) == ("book", {"name": "Ada Byron"}, 2)
    assert call.type is None
    assert events[0].parent == "phase/baseline"
    assert events[0].data["lines_text"] == ["Hi, this is Ada.", "Bye."]
    assert events[0].data["persona"]["patience"] == "8s"
    assert (events[1].kind, events[1].span, events[1].parent) == ("setup", "c0001/setup", "c0001")


def test_a_refusal_closes_setup_and_call() -> None:
    one, events = log()
    one.dialled(0)
    one.refused(Refused("http_503", "fail", status=503, retry_after_s=2.0, detail="full"), 3 * S)
    call = call_of(events)
    assert (call.type, call.how, call.ended_by) == ("fail", "http_503", "agent")
    assert (call.setup_how, call.retry_after_s, call.ended_ns) == ("http_503", 2.0, 3 * S)
    assert one.over == Over("fail", "http_503", "agent")
    assert one.fate == "refused_abruptly"


def test_an_answer_is_the_end_of_setup() -> None:
    one, events = log()
    one.dialled(0)
    greeting = Heard(0, 1 * S, "This call is recorded.", verified=True)
    one.answered(Answered(cast(Link, None), "CA1", (greeting,)), 1 * S)
    call = call_of(events)
    assert (call.answered_ns, call.sid, call.heard) == (1 * S, "CA1", (greeting,))


def test_what_a_refused_caller_was_told_is_heard() -> None:
    one, events = log()
    one.dialled(0)
    told = Heard(0, 2 * S, "We are busy.", verified=True, role="refusal")
    one.refused(Refused("spoken_refusal", "fail", sid="CA1", heard=(told,)), 2 * S)
    call = call_of(events)
    assert (call.sid, call.heard, call.answered_ns) == ("CA1", (told,), None)


def test_turns_are_told_from_beginning_to_end() -> None:
    one, events = log()
    one.dialled(0)
    one.report(TurnBegan(Say("Hi.", 1), 2 * S), 2 * S)
    one.report(TURN, 4 * S)
    one.report(TurnBegan(Say("Hi.", 1, 1), 5 * S), 5 * S)
    answered = msgspec.structs.replace(TURN, repeat=1, answer_at_ns=6 * S, answer="Sure.")
    one.report(answered, 7 * S)
    call = call_of(events)
    assert call.turns == (TURN, answered)
    told = [(event.type, event.span) for event in events if event.kind == "turn"]
    assert told == [
        ("invoke", "c0001/t1"),
        ("info", "c0001/t1"),
        ("invoke", "c0001/t1.1"),
        ("ok", "c0001/t1.1"),
    ]


def test_what_is_heard_is_numbered() -> None:
    one, events = log()
    one.dialled(0)
    heard = Heard(1 * S, 2 * S, "Hello.", verified=True, identity=7, role="greeting")
    one.report(heard, 2 * S)
    one.report(heard, 3 * S)
    assert call_of(events).heard == (heard, heard)
    assert [event.span for event in events if event.kind == "heard"] == ["c0001/h1", "c0001/h2"]


def test_its_fate_is_the_one_that_is_judged() -> None:
    one, events = log()
    one.dialled(0)
    one.answered(Answered(cast(Link, None)), 1 * S)
    one.report(Heard(1 * S, 2 * S, "Hello."), 2 * S)
    one.report(TURN, 4 * S)
    one.report(Over("info", "closed", "agent"), 5 * S)
    assert one.fate == fate_of(call_of(events)) == "dropped"


def test_what_we_gave_up_before_an_answer() -> None:
    one, events = log()
    one.dialled(0)
    one.given_up("stopped", 2 * S)
    call = call_of(events)
    assert (call.type, call.how, call.ended_by) == ("info", "stopped", "us")
    assert call.setup_how == "stopped"


def test_the_media_of_a_call() -> None:
    (call,) = place(kind).history.calls
    assert set(call.media) == {
        "from_at_ns",
        "recording",
        "frames_sent",
        "frames_late",
        "late_max_ms",
        "muffled",
        "received_s",
        "clears",
        "marks",
        "warnings",
    }


def test_what_is_said_aside_is_numbered_and_no_turn() -> None:
    one, events = log()
    one.dialled(0)
    for at_s in (2, 4):
        one.report(Said(Say("mhm", 1, aside=True), at_s * S, (at_s + 1) * S), at_s * S)
    asides = [event for event in events if event.kind == "aside"]
    assert [(event.span, event.at_ns) for event in asides] == [
        ("c0001/a1", 2 * S),
        ("c0001/a2", 4 * S),
    ]
    assert asides[0].data == {"index": 1, "text": "mhm", "until_at_ns": 3 * S}
    assert call_of(events).turns == ()
