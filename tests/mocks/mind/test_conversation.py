import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.mind.conversation import Asked, Message, ToolCallMade, Turn, turns

CALL = ToolCallMade("call_1", "find", {"day": "Monday"})
OTHER = ToolCallMade("call_2", "book", {})


def system(text: str) -> Message:
    return Message("system", text)


def user(text: str) -> Message:
    return Message("user", text)


def assistant(text: str, *calls: ToolCallMade) -> Message:
    return Message("assistant", text, calls)


def result(text: str, of: str = "") -> Message:
    return Message("tool", text, tool_call_id=of)


@pytest.mark.parametrize("messages", [[], [system("Be kind.")], [system("a"), system("b")]])
def test_without_words_there_is_one_turn_with_nothing_in_it(messages: list[Message]) -> None:
    assert turns(messages) == [Turn()]


def test_a_user_who_speaks_in_pieces_speaks_once() -> None:
    assert turns([user("Hi,"), user(" "), user(" I am Ada. ")]) == [Turn(heard="Hi,\nI am Ada.")]


def test_what_the_assistant_says_ends_a_turn() -> None:
    first, second = turns([assistant("Hello?"), user("Hi."), assistant("Which"), assistant("day?")])
    assert (first.heard, first.said, first.answered) == ("", "Hello?", True)
    assert (second.heard, second.said, second.answered) == ("Hi.", "Which day?", True)


def test_calls_and_results_belong_to_the_turn_of_the_words_before_them() -> None:
    (turn,) = turns(
        [
            user("Monday."),
            assistant("One moment.", CALL, OTHER),
            result("booked", "call_2"),
            result("free", "call_1"),
        ]
    )
    assert turn.calls == [CALL, OTHER]
    assert turn.results == {"call_2": "booked", "call_1": "free"}
    assert (turn.rounds, turn.answered, turn.said) == (1, False, "One moment.")


def test_a_result_without_an_id_is_that_of_the_last_call() -> None:
    assert turns([user("x"), assistant("", CALL), result("free")])[0].results == {"call_1": "free"}
    assert turns([result("free")])[0].results == {"": "free"}


STARTED = '{"type": "async_tool", "status": "running", "tool_call_id": "call_1"}'
FINISHED = (
    '{"type": "async_tool", "status": "finished", "tool_call_id": "call_1", "result": "free"}'
)


@pytest.mark.parametrize("text", ["IN_PROGRESS", STARTED])
def test_a_tool_at_work_has_no_result_yet(text: str) -> None:
    (turn,) = turns([user("Monday."), assistant("", CALL), result(text, "call_1")])
    assert (turn.results, turn.running) == ({}, {"call_1"})


@pytest.mark.parametrize("role", ["developer", "system", "user"])
def test_a_late_result_belongs_to_the_turn_that_called(role: str) -> None:
    history = [user("Monday."), assistant("", CALL), result(STARTED, "call_1")]
    history += [assistant("One moment."), user("Hello?"), Message(role, FINISHED)]
    first, second = turns(history)
    assert (first.results, first.running) == ({"call_1": "free"}, set())
    assert (second.heard, second.answered) == ("Hello?", False)


def test_a_call_that_was_cancelled_was_never_answered() -> None:
    (turn,) = turns([user("Monday."), assistant("", CALL), result("CANCELLED", "call_1")])
    assert (turn.results, turn.running) == ({}, set())


def test_words_during_a_tool_call_belong_to_the_same_turn() -> None:
    (turn,) = turns([user("Monday."), assistant("", CALL), user("Hello?")])
    assert turn.heard == "Monday.\nHello?"
    assert turn.calls == [CALL]


def test_new_words_open_the_turn_again() -> None:
    (_, turn) = turns([user("a"), assistant("b"), user("c"), assistant("", CALL), user("d")])
    assert not turn.answered


def test_rounds_are_counted_within_a_turn() -> None:
    history = [user("a"), assistant("", CALL), result("1"), assistant("", OTHER), result("2")]
    assert turns(history)[0].rounds == 2
    assert turns([*history, assistant("done"), user("b")])[-1].rounds == 0


def test_the_system_is_no_part_of_a_conversation() -> None:
    said = [user("a"), assistant("b"), user("c")]
    mixed = [system("x"), said[0], said[1], Message("developer", "y"), said[2], system("z")]
    assert turns(mixed) == turns(said)


def test_instructions_in_the_users_place_are_the_authors() -> None:
    greet = user("<instructions>\nGreet the caller.\n</instructions>")
    assert turns([system("Be kind."), greet]) == [Turn()]
    assert turns([user("a"), assistant("b"), greet]) == turns([user("a"), assistant("b")])


def test_instructions_are_all_that_the_author_wrote() -> None:
    asked = Asked((system("Be kind."), user("Hi."), Message("developer", "Be brief.")))
    assert asked.instructions == "Be kind.\nBe brief."


messages = st.builds(
    Message,
    role=st.sampled_from(["system", "user", "assistant", "tool", "odd"]),
    text=st.text(max_size=10),
    tool_calls=st.sampled_from([(), (CALL,), (CALL, OTHER)]),
    tool_call_id=st.sampled_from(["", "call_1"]),
)


@given(st.lists(messages, max_size=12).map(tuple))
def test_any_history_has_turns_and_a_digest(history: tuple[Message, ...]) -> None:
    found = turns(history)
    assert len(found) >= 1
    assert all(turn.said for turn in found[:-1])
    assert all(turn.heard for turn in found[1:])
    assert Asked(history).digest == Asked(history, model="another").digest


def test_the_digest_tells_different_messages_apart() -> None:
    asked = [
        (),
        (user("a"),),
        (user("b"),),
        (system("a"),),
        (user("a"), user("")),
        (assistant("a"),),
        (assistant("a", CALL),),
        (assistant("a", OTHER),),
        (user("\ud800"),),
    ]
    assert len({Asked(history).digest for history in asked}) == len(asked)
