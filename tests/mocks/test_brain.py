import datetime as dt
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.dialogue import Dialogue, Line, Reply, Script, ToolCall, fill
from kernel.facts import date_fact
from kernel.roll import pick, roll
from kernel.text import DAMAGED
from mocks.brain import MOST_ROUNDS, Answer, Asked, Brain, Message, ToolCallMade, ToolOffered
from mocks.mind.wording import CARRY_ON, NEUTRAL, REPROMPT

LINES = (
    "Hi, this is {name}. I would like to book an appointment.",
    "On {date}, please.",
    "The first one, please.",
    "No, that is all. Goodbye.",
)
BOOK = Dialogue(
    name="book",
    facts={"name": "person", "date": "date"},
    caller=tuple(map(Line, LINES)),
    answers={"phone": "My number is {phone}."},
    greeting="Hello, how can I help you?",
    replies={
        1: Reply("Sure, {name}. Which day would you like?"),
        2: Reply(
            call=ToolCall.parse("lookup_slots(date={date})"),
            then="I have {result.slots.0} or {result.slots.1}. Which one would you like?",
            failed="I am sorry, I cannot see the calendar right now.",
        ),
        3: Reply(
            call=ToolCall.parse(
                "book_appointment(date={date}, time={result.slots.0}, name={name})"
            ),
            then="You are booked for {date} at {result.time}. Anything else?",
        ),
        4: Reply("Goodbye, {name}."),
    },
)
SAID = [fill(line, {"name": "Maria Lopez", "date": "December 3rd"}) for line in LINES]
SCRIPT = Script((BOOK,), seed=3, today=dt.date(2026, 1, 1))
BRAIN = Brain(SCRIPT)


def tool(name: str, *parameters: str) -> ToolOffered:
    properties = {parameter: {"type": "string"} for parameter in parameters}
    schema = {"type": "object", "properties": properties, "required": list(parameters)}
    return ToolOffered(name, {**schema, "additionalProperties": False})


TOOLS = (tool("lookup_slots", "date"), tool("book_appointment", "date", "time", "name"))
SLOTS = {"date": "2026-12-03", "slots": ["09:00", "09:30"]}
BOOKED = {"id": 7, "time": "09:00", "status": "booked"}
AGENT = Message("system", "You are the voice of a clinic.")
GREETED = Message("assistant", "Hello, this is Sam. How can I help you?")


def user(text: str) -> Message:
    return Message("user", text)


def ask(*messages: Message, tools: Sequence[ToolOffered] = TOOLS, **rest: Any) -> Asked:
    return Asked((AGENT, *messages), tuple(tools), **rest)


def converse(
    said: Sequence[str],
    results: Callable[[ToolCallMade], str],
    tools: Sequence[ToolOffered] = TOOLS,
) -> list[Answer]:
    """All answers of a conversation that begins with a greeting, in the manner of an agent."""
    history, answers = [GREETED], []
    for words in said:
        history.append(user(words))
        for _ in range(10):
            answer = BRAIN.answer(ask(*history, tools=tools))
            answers.append(answer)
            history.append(Message("assistant", answer.text, answer.calls))
            history += [
                Message("tool", results(call), tool_call_id=call.id) for call in answer.calls
            ]
            if not answer.calls:
                break
    return answers


def clinic(call: ToolCallMade) -> str:
    return json.dumps(SLOTS if "slots" in call.name.lower() else BOOKED)


EXPECTED = [
    (1, "Sure, Maria Lopez. Which day would you like?"),
    (2, ""),
    (2, "I have 09:00 or 09:30. Which one would you like?"),
    (3, ""),
    (3, "You are booked for December 3rd at 09:00. Anything else?"),
    (4, "Goodbye, Maria Lopez."),
]


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
    assert (answer.text, answer.line, answer.off_script) == ("Thank you.", None, False)


def test_a_line_without_a_reply_is_carried_on() -> None:
    brain = Brain(Script((Dialogue("quiet", (Line("I have nothing to say."),)),)))
    answer = brain.answer(ask(user("I have nothing to say.")))
    assert (answer.text, answer.line, answer.off_script) == (CARRY_ON, 1, False)


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


# Tools


def after_call(*results: str, words: str = SAID[1], **rest: Any) -> Answer:
    """The answer once the call for a line has had its results."""
    history = [GREETED, user(SAID[0]), Message("assistant", "Which day?"), user(words)]
    for result in results:
        (call,) = BRAIN.answer(ask(*history)).calls or (ToolCallMade("call_x", "lookup_slots", {}),)
        history += [Message("assistant", "", (call,)), Message("tool", result, (), call.id)]
    return BRAIN.answer(ask(*history, **rest))


@pytest.mark.parametrize(
    "result",
    ["HTTP 500", '{"error": "down"}', "{'status': 'failed'}", "Error: timeout", '{"slots": []}'],
)
def test_a_tool_that_failed_has_its_own_line(result: str) -> None:
    answer = after_call(result)
    assert answer.text == "I am sorry, I cannot see the calendar right now."
    assert (answer.line, answer.off_script) == (2, False)


def test_a_failure_without_a_line_is_apologised_for() -> None:
    answers = converse(
        SAID[:3], lambda call: '{"error": 1}' if "book" in call.name else clinic(call)
    )
    assert answers[-1].text.startswith("I am sorry")
    assert answers[-1].line == 3


def test_a_result_in_plain_words_is_told() -> None:
    assert after_call("Nine or half past nine.").text == (
        "This is what I found: Nine or half past nine."
    )


def test_after_a_result_the_mind_speaks_even_if_no_tools_are_offered_any_more() -> None:
    assert after_call(json.dumps(SLOTS), tools=[]).text == EXPECTED[2][1]


def test_a_call_that_has_no_result_is_made_again_but_not_for_ever() -> None:
    history = [GREETED, user(SAID[1])]
    ids = set()
    for _ in range(MOST_ROUNDS):
        (call,) = BRAIN.answer(ask(*history)).calls
        ids.add(call.id)
        history.append(Message("assistant", "", (call,)))
    answer = BRAIN.answer(ask(*history))
    assert (answer.calls, answer.text) == ((), "I am sorry, I cannot see the calendar right now.")
    assert len(ids) == MOST_ROUNDS


@pytest.mark.parametrize("tools", [[], [tool("transfer_call", "to")]])
def test_a_tool_that_is_not_offered_is_not_called(tools: list[ToolOffered]) -> None:
    answer = BRAIN.answer(ask(GREETED, user(SAID[1]), tools=tools))
    assert (answer.text, answer.calls, answer.off_script) == (NEUTRAL, (), True)


def test_no_tool_is_called_if_none_may_be() -> None:
    answer = BRAIN.answer(ask(GREETED, user(SAID[1]), tool_choice="none"))
    assert (answer.calls, answer.off_script) == ((), True)


def test_only_the_tool_that_must_be_called_is() -> None:
    answer = BRAIN.answer(ask(GREETED, user(SAID[1]), tool_choice="book_appointment"))
    assert [call.name for call in answer.calls] == ["book_appointment"]
    assert answer.calls[0].arguments["date"] == "2026-12-03"


def test_a_tool_that_speaks_says_what_would_be_said() -> None:
    speak = tool("respond", "message")
    answer = BRAIN.answer(ask(GREETED, user(SAID[0]), tools=[speak], tool_choice="required"))
    assert answer.text == ""
    assert answer.calls[0].arguments == {"message": EXPECTED[0][1]}
    assert answer.line == 1


def test_a_tool_is_forced_only_so_often() -> None:
    history = [GREETED, user(SAID[0])]
    history += [
        Message("assistant", "", (ToolCallMade(str(n), "x", {}),)) for n in range(MOST_ROUNDS)
    ]
    assert BRAIN.answer(ask(*history, tool_choice="required")).calls == ()


def test_a_reply_may_speak_and_call_at_once() -> None:
    reply = Reply("Let me look, {name}.", call=ToolCall("lookup_slots", {"date": "May 3rd"}))
    brain = Brain(
        Script((Dialogue("x", (Line("I am {name}."),), {"name": "person"}, replies={1: reply}),))
    )
    answer = brain.answer(ask(user("I am Ada King.")))
    assert answer.text == "Let me look, Ada King."
    assert answer.calls[0].arguments == {"date": "May 3rd"}


def test_a_call_without_words_afterwards_still_gets_some() -> None:
    reply = Reply(call=ToolCall("lookup_slots", {}))
    brain = Brain(Script((Dialogue("x", (Line("Just do it now."),), replies={1: reply}),)))
    (call,) = brain.answer(ask(user("Just do it now."))).calls
    done = [Message("assistant", "", (call,)), Message("tool", "{}", (), call.id)]
    assert brain.answer(ask(user("Just do it now."), *done)).text == "That is done."


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
    assert brain.answer(ask(user("Hi."), tools=[])) == Answer("You said: Hi.")


# Robustness

ALPHABET = "abcdefghijklmnopqrstuvwxyz "
NAMES = ("Maria Lopez", "John Smith", "Aisha Khan", "Chen Wei", "Olga Petrova", "Noah Brown")
WRAPPERS = (
    "{}",
    "Context: we are open from 9 to 5.\n- Cash or card.\n\nUser question: {}\nAnswer briefly.",
    "{}\n\n<documents>Please bring your documents. The first visit is free.</documents>",
    'The user said: "{}"',
)
OTHERS = (
    Dialogue(
        "card",
        tuple(
            map(
                Line,
                (
                    "Good afternoon, I lost my card, my name is {name}.",
                    "The last four digits are {number}.",
                    "Yes, block it right away.",
                    "Thanks, that is everything.",
                ),
            )
        ),
        {"name": "person", "number": "number"},
    ),
    Dialogue(
        "internet",
        tuple(
            map(
                Line,
                (
                    "My internet has been down since this morning, this is {name}.",
                    "The red light is blinking.",
                    "I already restarted the router twice.",
                    "Tomorrow afternoon works for me.",
                ),
            )
        ),
        {"name": "person"},
    ),
)
CROWDED = Brain(Script((*OTHERS, BOOK)))


def damaged(text: str, share: float, *names: object) -> str:
    """`text` with so many of its characters wrong, lost, doubled or unreadable."""

    def heard(at: int, character: str) -> str:
        if roll(1, "hit", at, *names) >= share:
            return character
        wrong = pick(ALPHABET, 1, "letter", at, *names)
        return pick((DAMAGED, DAMAGED, wrong, "", character + wrong), 1, "how", at, *names)

    return "".join(heard(at, character) for at, character in enumerate(text))


def found(share: float, wrapped: bool, split: bool) -> float:
    """Part of the lines of 80 seeded conversations that the brain answers as what they are."""
    right = asked = 0
    for seed in range(80):
        dialogue = pick((*OTHERS, BOOK), 1, "dialogue", seed)
        day = dt.date(2026, 1, 1) + dt.timedelta(int(365 * roll(1, "day", seed)))
        facts = {
            "name": pick(NAMES, 1, "name", seed),
            "date": date_fact(day).said,
            "number": "4217",
        }
        history = [GREETED]
        for number, line in enumerate(dialogue.caller, 1):
            text = damaged(fill(line.say, facts), share, seed, number)
            if wrapped:
                text = pick(WRAPPERS, 1, "wrapper", seed, number).format(text)
            words = text.split(" ")
            at = len(words) // 2 if split else 0
            history += [user(" ".join(words[:at])), user(" ".join(words[at:]))]
            answer = CROWDED.answer(ask(*history))
            right += (answer.dialogue, answer.line) == (dialogue.name, number)
            asked += 1
            history.append(Message("assistant", "All right."))
    return right / asked


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("wrapped", [False, True])
def test_every_undamaged_line_is_found(wrapped: bool, split: bool) -> None:
    assert found(0, wrapped, split) == 1


@pytest.mark.parametrize("split", [False, True])
def test_with_15_percent_of_its_characters_damaged_a_line_is_found_in_99_of_100(
    split: bool,
) -> None:
    assert found(0.15, False, split) >= 0.99


def test_damaged_and_wrapped_lines_are_found_in_95_of_100() -> None:
    assert found(0.15, True, True) >= 0.95


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
