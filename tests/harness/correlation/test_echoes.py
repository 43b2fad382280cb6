from harness.correlation.correlate import correlate
from tests.harness.correlation.test_correlate import joins, two_calls
from tests.harness.histories import Story


def test_the_id_of_a_tool_call_comes_back() -> None:
    story = two_calls()
    asked = story.work("llm", 5, 6, history="Mary Smith", given_ids=["call_1"])
    follows = story.work("llm", 7, 8, ids=["call_1"], given_ids=["call_2"])
    last = story.work("llm", 9, 10, ids=["call_2"])
    stranger = story.work("llm", 9, 10, ids=["call_9"])
    found = joins(story)
    assert found[asked] == ("c0001", "facts")
    assert found[follows] == ("c0001", "own_ids")
    assert found[last] == ("c0001", "own_ids")
    assert stranger not in found


def test_it_tells_of_the_request_that_gave_it_out_too() -> None:
    story = two_calls()
    first = story.work("llm", 5, 6, given_ids=["call_1"])
    story.work("llm", 7, 8, history="Robert Jones", ids=["call_1"])
    assert joins(story)[first] == ("c0002", "own_ids")


def test_an_id_of_two_calls_is_nobodys() -> None:
    story = two_calls()
    for name in ("Mary Smith", "Robert Jones"):
        story.work("llm", 5, 6, history=name, given_ids=["call_1"])
    lost = story.work("llm", 7, 8, ids=["call_1"])
    assert lost not in joins(story)


def test_ids_that_contradict_each_other_tell_nothing() -> None:
    story = two_calls()
    story.work("llm", 5, 6, history="Mary Smith", given_ids=["call_1"])
    story.work("llm", 5, 6, history="Robert Jones", given_ids=["call_2"])
    lost = story.work("llm", 7, 8, ids=["call_1", "call_2"])
    assert lost not in joins(story)


def test_the_greeting_that_one_caller_heard_stands_in_the_next_request() -> None:
    story = Story()
    for number, name in ((1, "Sam"), (2, "Ann")):
        caller = story.call(number, at=0)
        caller.hears(f"Hi, {name} here. How can I help you?", role="greeting").talks().ends()
    asked = story.work("llm", 6, 7, said="Hi, Ann here. How can I help you?", text_in="Um")
    common = story.work("llm", 6, 7, said="How can I help you?", text_in="Um")
    assert joins(story)[asked] == ("c0002", "own_words")
    assert common not in joins(story)


def test_what_the_mock_wrote_is_known_though_nobody_heard_it() -> None:
    story = two_calls()
    story.work("llm", 5, 6, history="Mary Smith", text_out="Sure. Which day suits you?")
    asked = story.work("llm", 8, 9, said="Which day suits you?\nWhich d")
    assert joins(story)[asked] == ("c0001", "own_words")


def test_words_of_a_call_that_is_over_are_not_this_ones() -> None:
    story = Story()
    story.call(1, at=0, facts={"name": "Mary Smith"}).talks().ends()
    for number in (2, 3):
        story.call(number, at=100).talks().ends()
    story.work("llm", 5, 6, history="Mary Smith", text_out="Which day suits you?")
    story.work("llm", 104, 105, said="Which day suits you?")
    assert len(correlate(story.history())) == 1


def test_a_greeting_that_one_call_heard_whole_is_no_proof_against_what_was_asked() -> None:
    story = Story()
    story.call(1, at=0).hears("Welcome to Acme.", role="greeting").says().hears().ends(after=9)
    interrupts = story.call(2, at=1).hears("Welcome to", role="greeting")
    interrupts.says("I want to book.").hears().ends(after=9)
    story.work("stt", 3, 5, identity=2 << 7 | 1, text_out="I want to book.")
    asked = story.work("llm", 5.5, 6, said="Welcome to Acme.", text_in="I want to book.")
    assert joins(story)[asked] == ("c0002", "text_and_time")
