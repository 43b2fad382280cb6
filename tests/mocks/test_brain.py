import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.dialogue import Dialogue, Line, Reply, Script, ToolCall
from kernel.text import DAMAGED
from mocks.brain import Answer, Asked, Brain, Message, ToolCallMade, ToolOffered
from mocks.mind.wording import ACKNOWLEDGED, CARRY_ON, NEUTRAL, REPROMPT
from tests.mocks.scripted import (
    AGENT,
    BOOK,
    BRAIN,
    CROWDED,
    EXPECTED,
    GREETED,
    SAID,
    SCRIPT,
    TOOLS,
    ask,
    clinic,
    converse,
    tool,
    user,
)


def test_a_whole_conversation_follows_the_script() -> None:
    answers = converse(SAID, clinic)
    assert [(answer.line, answer.text) for answer in answers] == EXPECTED
    assert [call.arguments for answer in answers for call in answer.calls] == [
        {"date": "2026-12-03"},
        {"date": "2026-12-03", "time": "09:00", "name": "Maria Lopez"},
    ]
    assert all(answer.dialogue == "book" and not answer.off_script for answer in answers)
    assert all(answer.purpose == "turn" for answer in answers)


def test_results_may_be_a_python_repr() -> None:
    answers = converse(SAID, lambda call: str(json.loads(clinic(call))))
    assert [(answer.line, answer.text) for answer in answers] == EXPECTED


def test_tools_may_have_another_teams_names() -> None:
    tools = [tool("lookupSlots", "visit_date"), tool("BookAppointment", "day", "slot", "customer")]
    answers = converse(SAID, clinic, tools)
    assert [(answer.line, answer.text) for answer in answers] == EXPECTED
    assert [call.arguments for answer in answers for call in answer.calls] == [
        {"visit_date": "2026-12-03"},
        {"day": "2026-12-03", "slot": "09:00", "customer": "Maria Lopez"},
    ]


def test_a_line_that_was_misheard_is_answered_as_it_was_heard() -> None:
    answers = converse([SAID[0].replace("Maria", "Mira"), "On Decembre 4th, pleese."], clinic)
    assert answers[0].text == "Sure, Mira Lopez. Which day would you like?"
    assert answers[1].calls[0].arguments == {"date": "2026-12-04"}


def test_the_same_messages_get_the_same_answer() -> None:
    asked = ask(GREETED, user(SAID[0]), Message("assistant", "Which day?"), user(SAID[1]))
    first = BRAIN.answer(asked)
    BRAIN.answer(ask(GREETED, user(SAID[3])))
    assert BRAIN.answer(asked) == BRAIN.answer(asked, ordinal=7) == Brain(SCRIPT).answer(asked)
    assert first.calls[0].id == BRAIN.answer(asked).calls[0].id


def test_calls_of_different_conversations_have_different_ids() -> None:
    ids = {
        BRAIN.answer(ask(user(f"Hi, this is {name}."), GREETED, user(SAID[1]))).calls[0].id
        for name in ("Ada King", "Bob Ray", "Cy Day")
    }
    assert len(ids) == 3


@pytest.mark.parametrize(
    "messages",
    [
        (),
        (AGENT,),
        (AGENT, Message("system", "Greet the caller.")),
        (AGENT, user("Please introduce yourself to the user.")),
        (AGENT, user("Start by saying hello and ask how you can help.")),
        (AGENT, Message("developer", "Begin."), user(" ")),
        (AGENT, user("<instructions>Be warm.</instructions>")),
        (AGENT, user("Hello?")),
        (AGENT, user("...")),
        (AGENT, user("[call_started]")),
    ],
)
def test_a_request_without_words_of_a_caller_is_greeted(messages: tuple[Message, ...]) -> None:
    answer = BRAIN.answer(Asked(messages, TOOLS))
    assert answer.purpose == "greeting"
    assert answer.text.endswith("How can I help you?")
    assert not answer.off_script
    assert answer.line is None


def test_greetings_differ_by_ordinal() -> None:
    said = {BRAIN.answer(Asked((AGENT,), TOOLS), ordinal).text for ordinal in range(400)}
    assert len(said) >= 200
    assert BRAIN.answer(Asked((AGENT,)), 5) == BRAIN.answer(Asked((AGENT,)), 5)


def test_the_greeting_is_that_of_the_dialogue_whose_tools_are_offered() -> None:
    other = Dialogue(
        "order",
        (Line("Hi."),),
        greeting="Pizza place, yes?",
        replies={1: Reply(call=ToolCall("x", {}))},
    )
    brain = Brain(Script((other, BOOK)))
    assert brain.answer(ask()).text.endswith("How can I help you?")
    assert brain.answer(ask(tools=[])).text.endswith("Pizza place, yes?")


@pytest.mark.parametrize(
    "history",
    [
        [GREETED],
        [GREETED, user(SAID[0]), Message("assistant", "Sure, Maria Lopez. Which day would you")],
        [GREETED, user("Is it raining in Rome?"), Message("assistant", NEUTRAL)],
        [GREETED, user("The user has been quiet. Ask whether they are still there.")],
        [GREETED, user("The user paused briefly. Encourage them to continue.")],
        [GREETED, user("<instructions>The line is silent.</instructions>")],
    ],
)
def test_who_has_been_answered_and_says_nothing_is_asked_if_still_there(
    history: list[Message],
) -> None:
    answer = BRAIN.answer(ask(*history))
    assert "are you still" in answer.text.lower()
    assert not answer.off_script
    assert answer.line is None
    assert len({BRAIN.answer(ask(*history), n).text for n in range(50)}) > 10


def test_a_filler_of_the_agent_is_no_answer() -> None:
    filler = Message("assistant", "One moment, please.")
    answer = BRAIN.answer(ask(GREETED, user(SAID[0]), filler))
    assert (answer.line, answer.text) == EXPECTED[0]


@pytest.mark.parametrize(
    "pieces",
    [
        [SAID[0][:24], SAID[0][24:]],
        [SAID[0], "On December"],
        ["Hi, this is Maria Lopez."],
        [f"Context: our opening hours are 9 to 5.\n\nQuestion: {SAID[0]}\nAnswer briefly."],
        [f"{SAID[0]}\n\n<documents>Appointments are free. Please be on time.</documents>"],
        [SAID[0], SAID[0]],
        [f"Hi, th{DAMAGED}s is Maria Lopez. I w{DAMAGED}uld li{DAMAGED}e to bo{DAMAGED}k an appo"],
    ],
)
def test_split_wrapped_repeated_and_damaged_words_are_the_same_line(pieces: list[str]) -> None:
    answer = BRAIN.answer(ask(GREETED, *map(user, pieces)))
    assert answer.line == 1
    assert "Maria Lopez" in answer.text


def test_a_summarised_history_is_enough() -> None:
    summary = Message("system", "Summary: Maria Lopez wants to book. Slots were offered.")
    assert BRAIN.answer(ask(summary, user(SAID[3]))).line == 4
    (call,) = BRAIN.answer(ask(summary, user(SAID[2]))).calls
    assert call.arguments == {"date": "2026-01-05", "time": "09:00", "name": "Sam Doe"}


def test_a_slot_that_was_never_heard_is_not_spoken() -> None:
    assert BRAIN.answer(ask(user(SAID[3]))).text == "Goodbye."


def test_an_answer_out_of_order_is_acknowledged() -> None:
    answer = BRAIN.answer(ask(GREETED, user(SAID[0]), GREETED, user("My number is 4217.")))
    assert (answer.text, answer.line, answer.off_script) == (ACKNOWLEDGED, None, False)


def test_a_line_without_a_reply_is_carried_on() -> None:
    brain = Brain(Script((Dialogue("quiet", (Line("I have nothing to say."),)),)))
    answer = brain.answer(ask(user("I have nothing to say.")))
    assert (answer.text, answer.line, answer.off_script) == (CARRY_ON, 1, False)


def test_a_reply_that_cannot_be_filled_is_never_silent() -> None:
    replies = {1: Reply("{nobody}."), 2: Reply("")}
    dialogue = Dialogue("mute", (Line("Who are you then?"), Line("And now?")), replies=replies)
    for words in ("Who are you then?", "And now?"):
        assert Brain(Script((dialogue,))).answer(ask(user(words))).text == CARRY_ON


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("What is the weather like in Paris today?", NEUTRAL),
        ("Uh", REPROMPT),
        (f"{DAMAGED * 8} we {DAMAGED * 9} to {DAMAGED * 9}", REPROMPT),
        ("Please introduce yourself to the user.", NEUTRAL),
    ],
)
def test_off_the_script_the_mind_stays_neutral(words: str, text: str) -> None:
    answer = BRAIN.answer(ask(GREETED, user(words)))
    assert (answer.text, answer.off_script, answer.line) == (text, True, None)


# Nodding


@pytest.mark.parametrize("nod", ["Mhm.", "mm-hmm", "Right, okay.", "uh huh"])
def test_who_nods_hears_again_what_was_cut_off(nod: str) -> None:
    history = [GREETED, user(SAID[0]), Message("assistant", "Sure, Maria Lopez. Wh"), user(nod)]
    answer = BRAIN.answer(ask(*history))
    assert (answer.text, answer.line) == ("Sure, Maria Lopez. Which day would you like?", 1)
    assert not answer.off_script


def test_a_tool_is_not_called_again_for_it() -> None:
    call = ToolCallMade("1", "lookup_slots", {"date": "2026-12-03"})
    found = Message("tool", clinic(call), (), "1")
    history = [GREETED, user(SAID[0]), Message("assistant", EXPECTED[0][1]), user(SAID[1])]
    history += [
        Message("assistant", "", (call,)),
        found,
        Message("assistant", "I have"),
        user("mhm"),
    ]
    answer = BRAIN.answer(ask(*history))
    assert (answer.text, answer.calls) == (EXPECTED[2][1], ())


def test_a_nod_at_the_greeting_brings_it_again() -> None:
    assert (
        BRAIN.answer(ask(Message("assistant", "Hello, this is"), user("mhm"))).purpose == "greeting"
    )


# Beside the conversation, and without a script


def test_a_side_request_is_answered_as_its_schema_wants_and_never_advances() -> None:
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "done": {"type": "boolean"}},
    }
    form = {"type": "json_schema", "json_schema": {"schema": schema}}
    answer = BRAIN.answer(ask(GREETED, user(SAID[0]), response_format=form))
    assert json.loads(answer.text) == {"name": "Maria Lopez", "done": False}
    assert (answer.purpose, answer.line, answer.off_script) == ("side", None, False)


def test_a_summary_is_a_side_request() -> None:
    asked = Asked((Message("system", "Summarize this conversation."), user(SAID[0])))
    answer = BRAIN.answer(asked)
    assert answer.purpose == "side"
    assert "Maria Lopez" in answer.text


def test_without_a_script_the_mind_greets_calls_a_tool_once_and_echoes() -> None:
    brain = Brain(Script())
    assert brain.answer(ask()).purpose == "greeting"
    history = [GREETED, user("Please book me in.")]
    (call,) = brain.answer(ask(*history)).calls
    assert call.name == "book_appointment", "which is what the words are about"
    assert call.arguments == {"date": "2026-01-05", "time": "09:00", "name": "Sam Doe"}
    history += [Message("assistant", "", (call,)), Message("tool", "booked", (), call.id)]
    told = brain.answer(ask(*history))
    assert told.text == "The result is: booked"
    history += [Message("assistant", told.text), user(f"Th{DAMAGED}nks.")]
    assert brain.answer(ask(*history)) == Answer("You said: Thnks.")
    assert brain.answer(ask(user("Hi."), user("It's me."), tools=[])) == Answer(
        "You said: Hi. It's me."
    )


def test_a_nod_before_anything_was_said_is_a_fragment() -> None:
    call = ToolCallMade("1", "lookup_slots", {})
    history = [user("ok"), Message("assistant", "Nine is free.", (call,))]
    assert BRAIN.answer(ask(*history)) == Answer(REPROMPT, off_script=True)


@pytest.mark.parametrize("said", ["Hello?", "Hi, hello?"])
def test_a_hello_into_the_greeting_is_greeted_again(said: str) -> None:
    history = [user("Hello?"), Message("assistant", "Good"), user(said)]
    answer = BRAIN.answer(ask(*history))
    assert (answer.purpose, answer.off_script) == ("greeting", False)
    before = [GREETED, user(SAID[0]), Message("assistant", "Which day?")]
    assert BRAIN.answer(ask(*before, user(said))).purpose == "turn"


def test_a_hello_that_was_cut_off_is_no_line_of_the_script() -> None:
    told = user("The call has just been answered. Greet the caller and ask how you can help.")
    greeted = BRAIN.answer(ask(told, Message("assistant", "Welcome!"), user("Hi,")))
    assert (greeted.purpose, greeted.off_script) == ("greeting", False)


calls = st.builds(
    ToolCallMade,
    st.sampled_from(["1", "2"]),
    st.sampled_from(["lookup_slots", "x", ""]),
    st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
)
messages = st.builds(
    Message,
    role=st.sampled_from(["system", "developer", "user", "assistant", "tool"]),
    text=st.sampled_from([*SAID, "", "ok", '{"slots": 3}', "[1", DAMAGED]) | st.text(max_size=40),
    tool_calls=st.lists(calls, max_size=2).map(tuple),
    tool_call_id=st.sampled_from(["", "1", "2"]),
)
requests = st.builds(
    Asked,
    messages=st.lists(messages, max_size=8).map(tuple),
    tools=st.sampled_from([(), TOOLS, (ToolOffered("", {}),), (ToolOffered("x", {"type": 3}),)]),
    response_format=st.sampled_from([None, {}, {"type": "json_object"}, {"json_schema": []}]),
    tool_choice=st.sampled_from(["auto", "none", "required", "x"]),
)


@pytest.mark.parametrize("brain", [BRAIN, CROWDED, Brain(Script())])
@given(asked=requests, ordinal=st.integers())
def test_any_request_has_an_answer(brain: Brain, asked: Asked, ordinal: int) -> None:
    answer = brain.answer(asked, ordinal)
    assert answer.text or answer.calls
    assert {call.name for call in answer.calls} <= {one.name for one in asked.tools}
    json.dumps([dict(call.arguments) for call in answer.calls])
