import json

from harness.correlation.correlate import attribution, canonical, correlate
from tests.harness.histories import Story


def joins(story: Story) -> dict[str, tuple[str, str]]:
    return {
        event.span: (event.parent, event.data["method"]) for event in correlate(story.history())
    }


def two_calls(**facts: str) -> Story:
    """Two calls up at the same time, so that being alone explains nothing."""
    story = Story()
    story.call(1, at=0, facts={"name": "Mary Smith", **facts}).talks().ends()
    story.call(2, at=0.5, facts={"name": "Robert Jones"}).talks().ends()
    return story


def test_a_join_tells_work_call_and_method() -> None:
    story = two_calls()
    span = story.work("stt", 5, 6, identity=1 << 7 | 1)
    (event,) = correlate(story.history())
    assert (event.kind, event.type, event.span, event.parent) == ("join", "info", span, "c0001")
    assert story.history().plus([event]).joins == {span: ("c0001", "identity")}


def test_an_agent_may_name_the_call() -> None:
    story = Story()
    story.call(1, at=0, sid="CA1").talks().ends()
    story.call(2, at=0, sid="CA2", facts={"name": "Robert Jones"}).talks().ends()
    named = story.work("llm", 5, 6, call="CA1", history="Hi, this is Robert Jones.")
    story.work("llm", 5, 6, call="CA9")
    assert joins(story) == {named: ("c0001", "sid")}


def test_the_sound_says_who_spoke_and_who_heard() -> None:
    story = Story()
    story.call(1, at=0).says().hears("Sure.", identity=77).ends()
    story.call(2, at=0).says().hears("Sure.", identity=78).ends()
    heard_by_us = story.work("stt", 1, 2, identity=2 << 7 | 3)
    spoken_to_us = story.work("tts", 3, 4, identity=77, text_in="Sure.")
    assert joins(story) == {
        heard_by_us: ("c0002", "identity"),
        spoken_to_us: ("c0001", "identity"),
    }


def test_an_identity_whose_call_was_not_there_is_damage() -> None:
    story = two_calls()
    story.call(3, at=500).talks().ends()
    story.work("stt", 5, 6, identity=3 << 7 | 1)
    assert joins(story) == {}


def test_facts_of_one_caller_in_history_arguments_and_transcript() -> None:
    story = two_calls()
    asked = story.work("llm", 5, 6, history="Hi, this is Mary Smith.", text_in="Tuesday")
    looked_up = story.work("tools", 6, 7, arguments='{"name": "Robert Jones"}')
    said = story.work("stt", 4, 5, text_out="hi this is robert jones")
    assert joins(story) == {
        asked: ("c0001", "facts"),
        looked_up: ("c0002", "facts"),
        said: ("c0002", "facts"),
    }


def test_facts_hold_long_after_the_call_and_not_before_it() -> None:
    story = Story()
    story.call(1, at=0, facts={"name": "Mary Smith"}).talks().ends()
    story.call(2, at=100, facts={"name": "Robert Jones"}).talks().ends()
    orphan = story.work("llm", 105, 106, history="Hi, this is Mary Smith.")
    story.work("llm", 50, 51, history="Hi, this is Robert Jones.")
    assert joins(story) == {orphan: ("c0001", "facts")}


def test_of_two_callers_who_know_it_the_one_on_the_line_is_meant() -> None:
    story = Story()
    story.call(1, at=0, facts={"name": "Mary Smith"}).talks().ends()
    for number, name in ((2, "Robert Jones"), (3, "Ann Lee")):
        story.call(number, at=100, facts={"name": name}).talks().ends()
    one = story.work("llm", 105, 106, history="Mary Smith, Robert Jones")
    story.work("llm", 105, 106, history="Mary Smith, Robert Jones, Ann Lee")
    assert joins(story) == {one: ("c0002", "facts")}


def test_facts_of_two_callers_hold_for_neither() -> None:
    story = two_calls()
    story.work("llm", 5, 6, history="Mary Smith and Robert Jones")
    assert joins(story) == {}


def test_a_greeting_is_known_by_who_heard_it() -> None:
    story = Story()
    story.call(1, at=0).hears("Good day, this is Sam.", identity=7, role="greeting").ends(after=9)
    story.call(2, at=0).hears("Hello, Ann here.", role="greeting").ends(after=9)
    sam = story.work("llm", 0.1, 0.4, text_out="Good day, this is Sam.", purpose="greeting")
    ann = story.work("llm", 0.1, 0.4, text_out="Hello, Ann here.", purpose="greeting")
    voice = story.work("tts", 0.3, 0.5, text_in="Hello, Ann here.")
    unheard = story.work("tts", 0.3, 0.5, text_in="Good day, this is Sam.", type="fail")
    assert joins(story) == {
        sam: ("c0001", "spoken_text"),
        ann: ("c0002", "spoken_text"),
        voice: ("c0002", "spoken_text"),
        unheard: ("c0001", "spoken_text"),
    }


def test_the_end_of_a_greeting_that_nobody_heard_is_another_ones_too() -> None:
    story = Story()
    greeting = {"identity": 7, "role": "greeting"}
    story.call(1, at=0).hears("Good day, Sam here. How can I help?", **greeting).ends(after=9)
    story.call(2, at=0).ends(after=9)
    unheard = story.work("llm", 0.1, 0.4, text_out="Hi, it is Ann. How can I help?")
    assert unheard not in joins(story)
    cut = story.work("llm", 0.1, 0.4, text_out="Good day, Sam here. Who are you?")
    assert joins(story)[cut] == ("c0001", "spoken_text")


def test_text_that_nobody_heard_is_known_by_the_llm_that_wrote_it() -> None:
    story = two_calls()
    wrote = story.work("llm", 5, 6, history="Mary Smith", text_out="One. Two things.")
    voice = story.work("tts", 6, 7, type="info", text_in="Two things.")
    assert joins(story) == {wrote: ("c0001", "facts"), voice: ("c0001", "spoken_text")}


def test_the_same_sentence_in_two_calls_at_once_is_ambiguous() -> None:
    story = Story()
    for number in (1, 2):
        story.call(number, at=0).hears("Which day?", after=2).ends(after=9)
    story.work("llm", 1, 1.5, text_out="Which day?")
    assert joins(story) == {}


def test_the_same_sentence_at_another_time_is_another_matter() -> None:
    story = Story()
    story.call(1, at=0).hears("Which day?", after=2).ends(after=90)
    story.call(2, at=0).hears("Which day?", after=80).ends(after=9)
    early = story.work("llm", 1, 1.5, text_out="Which day?")
    late = story.work("llm", 78, 79, text_out="Which day?")
    assert joins(story) == {early: ("c0001", "spoken_text"), late: ("c0002", "spoken_text")}


def test_a_connection_that_one_call_used_alone() -> None:
    story = two_calls()
    known = story.work("llm", 5, 6, history="Mary Smith", connection="tcp1")
    story.work("llm", 8, 9, history="Mary Smith", connection="tcp1")
    refused = story.work("llm", 1, 1.1, type="fail", status=429, connection="tcp1")
    other_process = story.work("tts", 1, 1.1, connection="tcp1")
    found = joins(story)
    assert found[known] == ("c0001", "facts")
    assert found[refused] == ("c0001", "connection")
    assert other_process not in found


def test_one_witness_is_none() -> None:
    story = two_calls()
    story.work("llm", 5, 6, history="Mary Smith", connection="tcp1")
    refused = story.work("llm", 7, 7.1, type="fail", status=429, connection="tcp1")
    assert refused not in joins(story)


def test_another_call_with_a_connection_of_its_own_is_the_second_witness() -> None:
    story = two_calls()
    story.work("llm", 5, 6, history="Mary Smith", connection="tcp1")
    story.work("llm", 5, 6, history="Robert Jones", connection="tcp2")
    refused = story.work("llm", 7, 7.1, type="fail", status=429, connection="tcp1")
    assert joins(story)[refused] == ("c0001", "connection")


def test_one_connection_that_two_calls_used_makes_a_pool_of_all() -> None:
    story = two_calls()
    for at in (5, 8):
        story.work("llm", at, at + 1, history="Mary Smith", connection="tcp1")
    for name in ("Mary Smith", "Robert Jones"):
        story.work("llm", 9, 10, history=name, connection="tcp2")
        story.work("stt", 9, 10, text_out=name, connection=name)
    refused = story.work("llm", 11, 11.1, type="fail", status=429, connection="tcp1")
    other_stage = story.work("stt", 11, 11.1, connection="Mary Smith")
    found = joins(story)
    assert refused not in found
    assert found[other_stage] == ("c0001", "connection")


def test_a_pooled_connection_says_nothing() -> None:
    story = two_calls()
    story.work("llm", 5, 6, history="Mary Smith", connection="tcp1")
    story.work("llm", 7, 8, history="Robert Jones", connection="tcp1")
    unknown = story.work("llm", 9, 9.1, connection="tcp1")
    assert unknown not in joins(story)


def test_a_tool_call_that_one_llm_answer_emitted() -> None:
    story = two_calls()
    for name, date in (("Mary Smith", "2026-12-03"), ("Robert Jones", "2026-12-04")):
        calls = [["lookup_slots", json.dumps({"date": date, "from": 9})]]
        story.work("llm", 5, 6, history=name, calls=calls)
    looked_up = story.work(
        "tools", 6, 6.2, tool="slots", arguments='{"from":9,"date":"2026-12-04"}'
    )
    assert joins(story)[looked_up] == ("c0002", "text_and_time")


def test_a_tool_call_that_two_emitted_is_ambiguous() -> None:
    story = two_calls()
    for name in ("Mary Smith", "Robert Jones"):
        story.work("llm", 5, 6, history=name, calls=[["slots", '{"date": "2026-12-03"}']])
    looked_up = story.work("tools", 6, 6.2, arguments='{"date": "2026-12-03"}')
    assert looked_up not in joins(story)


def test_words_that_one_caller_just_said() -> None:
    story = two_calls()
    story.work("stt", 4, 5, identity=2 << 7 | 1, text_out="The first one, please.")
    asked = story.work("llm", 5.2, 6, text_in="the first one please")
    before = story.work("llm", 2, 3, text_in="the first one please")
    found = joins(story)
    assert found[asked] == ("c0002", "text_and_time")
    assert before not in found


def test_a_call_that_was_up_alone_caused_it() -> None:
    story = Story()
    story.call(1, at=0).talks().ends()
    story.call(2, at=100).talks().ends()
    first = story.work("llm", 1, 1.2, type="fail", status=429)
    second = story.work("tts", 101, 102, text_in="hello")
    nobody = story.work("llm", 60, 61)
    assert joins(story) == {
        first: ("c0001", "alone"),
        second: ("c0002", "alone"),
    }
    assert nobody not in joins(story)


def test_what_an_ended_call_may_have_left_is_not_laid_to_the_next_one() -> None:
    story = Story()
    ended = story.call(1, at=0, facts={"name": "Mary Smith"}).talks().ends().now
    story.call(2, at=ended + 20).talks().hears(after=60).ends()
    late = story.work("llm", ended + 25, ended + 26, type="fail", status=429)
    later = story.work("llm", ended + 70, ended + 71)
    assert joins(story) == {later: ("c0002", "alone")}
    assert late not in joins(story)


def test_what_an_ended_call_does_over_its_connection_is_not_laid_to_the_next_one() -> None:
    story = Story()
    ended = story.call(1, at=0, facts={"name": "Mary Smith"}).talks().ends().now
    story.call(2, at=ended + 100).talks().ends()
    story.work("llm", 5, 6, history="Mary Smith", connection="tcp1")
    orphan = story.work("llm", ended + 105, ended + 106, connection="tcp1")
    own = story.work("llm", ended + 105, ended + 106, connection="tcp2")
    assert orphan not in joins(story)
    assert joins(story)[own] == ("c0002", "alone")


def test_a_join_makes_further_joins_possible() -> None:
    story = two_calls()
    story.work("llm", 7, 8, history="Robert Jones", connection="tcp1")
    story.work("stt", 4, 5, identity=2 << 7 | 1, text_out="the first one please")
    asked = story.work("llm", 5.2, 6, text_in="the first one please", connection="tcp1")
    earlier = story.work("llm", 1, 1.1, connection="tcp1")
    found = joins(story)
    assert found[asked] == ("c0002", "text_and_time")
    assert found[earlier] == ("c0002", "connection")


def test_a_retry_with_the_same_words_goes_to_the_same_call() -> None:
    story = two_calls()
    story.work("tts", 5, 5.1, type="fail", status=429, text_in="See you then, Mary.")
    story.work("llm", 4, 5, history="Mary Smith", text_out="See you then, Mary.")
    story.work("tts", 6, 7, text_in="See you then, Mary.")
    assert [call for call, _ in joins(story).values()] == ["c0001"] * 3


def test_canonical_arguments() -> None:
    assert canonical('{"b": 1, "a": "X y"}') == canonical('{"a":"x Y","b":"1"}') == "a x y b 1"
    assert canonical("not json") == "not json"
    assert canonical("[1, 2]") == "1 2"


def test_attribution_counts_what_a_call_must_have_caused() -> None:
    story = two_calls()
    story.work("llm", 5, 6, history="Mary Smith")
    story.work("llm", 5, 6)
    story.work("llm", 5, 6, purpose="prewarm")
    history = story.history()
    found = attribution(history.plus(correlate(history)))
    assert (found.joined, found.total, found.share, found.enough) == (1, 2, 0.5, False)
    assert attribution(Story().history()).share == 0.0


def test_a_refused_greeting_could_be_anybodys_however_often_it_was_asked_for() -> None:
    story = two_calls()
    for at in (1, 2, 3, 4):
        story.work("llm", at, at, "fail", purpose="greeting", text_in="Greet the caller.")
    for at in (5, 5.1, 5.2):
        story.work("llm", at, 6, purpose="greeting", text_out="Hello, stranger.")
    history = story.history()
    found = attribution(history.plus(correlate(history)))
    assert (found.joined, found.total, len(found.nameless)) == (0, 1, 6)


def test_a_refused_greeting_counts_once_it_is_joined() -> None:
    story = Story()
    story.call(1, at=0).talks().ends()
    story.work("llm", 1, 1, "fail", purpose="greeting", text_in="Greet the caller.")
    history = story.history()
    found = attribution(history.plus(correlate(history)))
    assert (found.joined, found.total) == (1, 1)


def test_a_preemptive_request_has_heard_how_an_utterance_begins() -> None:
    story = two_calls()
    for number, words in ((1, "I need a table for two."), (2, "I need a taxi.")):
        story.work("stt", 5, 8, identity=number << 7, text_out=words)
    early = story.work("llm", 6, 6.2, type="info", text_in="I need a ta")
    taxi = story.work("llm", 6, 6.2, type="info", text_in="I need a taxi")
    table = story.work("llm", 6, 6.2, type="info", text_in="i need a tab")
    late = story.work("llm", 60, 61, type="info", text_in="I need a taxi")
    silent = story.work("llm", 6, 6.2, type="info", text_in="…")
    found = joins(story)
    assert found[taxi] == ("c0002", "text_and_time")
    assert found[table] == ("c0001", "text_and_time")
    assert not {early, late, silent} & set(found)


def test_what_is_asked_beside_a_conversation_is_about_what_was_just_said() -> None:
    story = two_calls()
    story.work("stt", 4, 5, identity=1 << 7, text_out="Yes, please.")
    story.work("stt", 9, 10, identity=2 << 7, text_out="Yes, please.")
    story.work("llm", 10.2, 10.9, history="Robert Jones", text_out="That is booked. Anything else?")
    guard = story.work("llm", 10.1, 10.2, text_in="Yes, please.", purpose="side")
    turn = story.work("llm", 10.1, 10.2, text_in="Yes, please.")
    check = story.work("llm", 11, 11.2, text_in="That is booked. Anything else?", purpose="side")
    late = story.work("llm", 20, 20.2, text_in="Yes, please.", purpose="side")
    found = joins(story)
    assert found[guard] == found[check] == ("c0002", "text_and_time")
    assert not {turn, late} & set(found)


def test_a_fact_may_stand_in_what_the_assistant_said() -> None:
    story = two_calls()
    asked = story.work("llm", 5, 6, said="Summary: Mary Smith wants to book.", text_in="Yes.")
    assert joins(story) == {asked: ("c0001", "facts")}


def test_the_words_of_a_call_that_had_not_begun_are_not_meant() -> None:
    story = Story()
    story.call(1, at=0).hears("Hello, this is", identity=77, role="greeting").ends("left_early")
    story.call(2, at=12).hears("Hello, this is Dana. How can I help?", role="greeting").ends()
    asked = story.work("llm", 0.1, 0.5, text_out="Hello, this is Dana. How can I help?")
    spoken = story.work("tts", 0.5, 2, identity=77, text_in="Hello, this is Dana.")
    found = joins(story)
    assert found[spoken] == ("c0001", "identity")
    assert found[asked] == ("c0001", "spoken_text")


def test_a_redial_is_told_from_the_call_before_it() -> None:
    story = Story()
    known = {"facts": {"name": "Mary Smith"}}
    story.call(1, at=0, **known).hears(role="greeting").says().ends("patience", 8, type="info")
    story.call(2, at=18, redial_of="c0001", **known).hears(role="greeting").says().hears().ends()
    first = story.work("llm", 5, 6, history="Hi, this is Mary Smith.")
    late = story.work("llm", 19, 20, history="Hi, this is Mary Smith.")  # it has said nothing yet
    second = story.work("llm", 23, 24, history="Hi, this is Mary Smith.")
    found = joins(story)
    assert [found[span][0] for span in (first, late, second)] == ["c0001", "c0001", "c0002"]


def test_the_telephone_network_is_asked_about_a_call_by_its_name() -> None:
    story = Story()
    story.call(1, at=0, sid="CA1").talks().ends()
    story.call(2, at=0, sid="CA2").talks().ends()
    hang_up = story.work("telephony", 20, 20.1, call="CA2")
    story.work("telephony", 20, 20.1, call="CA9")
    assert joins(story) == {hang_up: ("c0002", "sid")}
    history = story.history()
    assert attribution(history.plus(correlate(history))).total == 1
