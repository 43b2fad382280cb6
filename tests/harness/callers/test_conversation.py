from harness.callers.conversation import IMPULSE_NS, Conversation
from harness.callers.manners import Manners
from harness.callers.messages import HangUp, Over, Say, Utterance
from harness.callers.part import Part
from harness.callers.patience import Patience
from kernel.actor import Emit, End, Nudge
from kernel.records import Turn

S = 1_000_000_000
LINES = ("Hi, this is Ada.", "Goodbye.")


def conversation(**replies: str) -> Conversation:
    """The caller has said its first line from 3 s to 5 s."""
    manners = Manners()
    told = {int(number[1:]): [text] for number, text in replies.items()}
    call = Conversation(Part(LINES, {}, told, manners), Patience(8.0, 0.6, manners))
    assert call.stage == "greeting"
    list(call.speak(call.part.first, 3 * S))
    list(call.began(3 * S, 5 * S))
    return call


def test_it_speaks_after_its_pause() -> None:
    call = conversation()
    *_, last = call.plan(Say("Well.", 1, 1), 7 * S)
    assert last == Emit(Say("Well.", 1, 1), 7_600_000_000, key="say")
    assert call.stage == "pausing"


def test_an_exchange_is_reported_once() -> None:
    call = conversation()
    (emitted,) = call.report(9 * S)
    assert isinstance(emitted, Emit)
    assert isinstance(emitted.output, Turn)
    assert not list(call.report(9 * S))


def test_it_goes_on_to_the_last_line_and_then_hangs_up() -> None:
    call = conversation()
    assert call.exchange is not None
    call.exchange.take(Utterance(6 * S, 7 * S, "Nine."), "answer")
    list(call.go_on(call.exchange, 8 * S))
    assert call.say == Say(LINES[1], 2)
    list(call.began(9 * S, 10 * S))
    call.stage = "waiting"
    assert call.said_goodbye
    outputs = [step.output for step in call.go_on(call.exchange, 12 * S) if isinstance(step, Emit)]
    assert outputs[1:] == [HangUp(), Over("ok", "completed", "caller")]
    assert call.stage == "over"


def test_after_a_goodbye_nothing_is_owed() -> None:
    for how, owed_s in (("completed", 5), ("patience", 9)):
        call = conversation()
        call.exchange and list(call.go_on(call.exchange, 5 * S))
        list(call.began(3 * S, 5 * S))
        call.stage = "waiting"
        told = list(call.end("info", how, "caller", 9 * S))
        assert isinstance(told[0], Emit)
        assert told[0].output.owed_until_at_ns == owed_s * S
        assert told[-1] == End(how)


def test_courtesies_may_be_all_unless_more_is_promised() -> None:
    okay = Utterance(6 * S, 7 * S, "Okay.")
    for replies, announced, all_of_it in (
        ({}, False, True),
        ({}, True, False),
        ({"r1": "Nine is free."}, False, False),
    ):
        call = conversation(**replies)
        assert call.exchange is not None
        assert not call.courtesies_may_be_all(call.exchange)
        call.exchange.take(okay, "acknowledgement")
        call.exchange.announced = announced
        assert call.courtesies_may_be_all(call.exchange) is all_of_it


def test_what_begins_in_its_own_words_is_listened_to_from_their_end() -> None:
    call = conversation()
    call.agent.speaks_from_ns = 4 * S
    nudges = list(call.began(3 * S, 5 * S))
    assert Nudge("listening", 85 * S) in nudges
    assert call.listens


def test_where_it_is() -> None:
    call = conversation()
    assert call.is_at("line", 1)
    assert not call.is_at("answer", 1)
    call.stage = "waiting"
    assert call.is_at("answer", 1)
    assert call.is_at("before", 2)
    assert not call.is_at("before", 1)
    list(call.plan(Say(LINES[1], 2), 7 * S))
    assert call.is_at("turn", 2)
    assert not call.is_at("before", 2), "the agent is silent"
    call.stage = "listening"
    assert call.is_at("before", 2)


def test_a_line_may_ask_for_a_pause_of_its_own() -> None:
    part = Part(LINES, {}, {}, Manners(), pauses={2: 3.0})
    call = Conversation(part, Patience(8.0, 0.6, Manners()))
    *_, first = call.plan(part.first, 7 * S)
    *_, second = call.plan(Say(LINES[1], 2), 7 * S)
    assert isinstance(first, Emit)
    assert isinstance(second, Emit)
    assert (first.at_ns, second.at_ns) == (7_600_000_000, 10 * S)


def test_words_that_break_in_belong_to_another_exchange() -> None:
    call = conversation()
    call.stage = "waiting"
    asked = call.exchange
    call.agent.speech_began(6 * S, None)
    say = list(call.break_in(7 * S))[-1]
    assert say == Emit(Say(LINES[1], 2, barge_in=True), 7 * S + IMPULSE_NS, key="say")
    list(call.began(7 * S, 9 * S))
    assert call.concerned(Utterance(6 * S, 8 * S)) is asked
    assert call.concerned(Utterance(10 * S, 11 * S)) is call.exchange is not asked


def test_an_aside_is_no_turn() -> None:
    call = conversation()
    (emitted,) = call.say_aside("mhm", 7 * S)
    assert emitted == Emit(Say("mhm", 1, aside=True), 7 * S + IMPULSE_NS, key="aside")
    assert call.say.text == LINES[0]
