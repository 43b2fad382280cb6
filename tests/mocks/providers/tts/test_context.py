from __future__ import annotations

import json

from mocks.wire import Text
from speech.mouth import SYMBOL_S
from speech.voice import STEP_N

from .cartesia_client import RAW, Client


def test_all_inputs_of_a_context_are_one_utterance() -> None:
    client = Client()
    client.ask("Hello there.", more=True, add_timestamps=True)
    client.ask("How can I help?", more=True, add_timestamps=True)
    client.run(500)
    client.ask("", more=False, add_timestamps=True)
    client.run()
    assert client.heard() == "Hello there. How can I help?"
    times = [one["word_timestamps"] for one in client.of("timestamps")]
    assert [one["words"] for one in times] == [["Hello", "there."], ["How", "can", "I", "help?"]]
    starts = [start for one in times for start in one["start"]]
    assert starts == sorted(starts)
    assert all(start < end for one in times
               for start, end in zip(one["start"], one["end"], strict=True))  # fmt: skip
    assert [one["type"] for one in client.messages].count("done") == 1
    assert client.messages[-1]["type"] == "done"
    assert client.work[0].text_in == "Hello there. How can I help?"


def test_words_that_come_in_pieces_are_put_together() -> None:
    client = Client()
    for token in ("You", " ha", "ve 7", ".", "30", " o", "pen.", " Shall", " I?"):
        client.ask(token, more=True, max_buffer_delay_ms=3000)
    client.run(500)
    client.ask("", more=False, max_buffer_delay_ms=3000)
    client.run()
    assert client.heard() == "You have 7.30 open. Shall I?"


def test_text_without_the_end_of_a_sentence_waits_no_longer_than_allowed() -> None:
    client = Client()
    client.ask("Well, let me th", more=True, max_buffer_delay_ms=400)
    client.run(399)
    assert client.messages == []
    client.run(200)
    client.ask("ink", more=False, max_buffer_delay_ms=400)
    client.run()
    assert client.heard() == "Well, let me think"


def test_a_word_that_nobody_goes_on_with_is_said_at_last() -> None:
    client = Client()
    client.ask("Hm", more=True, max_buffer_delay_ms=400)
    client.run(2000)
    client.ask("", more=False, max_buffer_delay_ms=400)
    client.run()
    assert "Hm" in client.heard()


def test_a_flush_is_done_when_all_before_it_is_out() -> None:
    client = Client()
    client.ask("Hello", more=True, flush=True, max_buffer_delay_ms=5000)
    client.ask("there", more=True, flush=True, max_buffer_delay_ms=5000)
    client.run(900)
    client.ask("", more=False)
    client.run()
    assert client.heard() == "Hello there"
    order = [(one["type"], one["flush_id"]) for one in client.messages[:-1]]
    assert order[: order.index(("flush_done", 1))] == [("chunk", 1)] * order.count(("chunk", 1))
    assert order.index(("flush_done", 1)) < order.index(("chunk", 2))
    assert order.index(("flush_done", 2)) < order.index(("chunk", 3))
    assert client.of("flush_done")[0]["flush_done"] is True


def test_cancelled_sound_is_not_sent() -> None:
    client = Client()
    client.ask("This sentence is far too long to be heard to its end.", more=True)
    client.run(300)
    sent = len(client.messages)
    client.cancel()
    client.run()
    assert len(client.messages) == sent
    (work,) = client.work
    assert (work.type, work.cancelled) == ("info", True)
    assert work.text_out
    assert work.text_out != work.text_in
    assert work.text_in.startswith(work.text_out)
    assert client.heard().startswith(work.text_out)


def test_the_next_context_after_a_cancelled_one_is_heard_whole() -> None:
    client = Client()
    client.ask("This sentence is far too long to be heard to its end.", more=True, context="a")
    client.run(200)
    client.cancel("a")
    client.ask("Sorry?", context="b")
    client.run()
    assert client.heard("b") == "Sorry?"


def test_contexts_at_the_same_time_do_not_disturb_each_other() -> None:
    client = Client()
    client.ask("Hello there.", more=True, context="a")
    client.ask("Something else.", more=True, context="b")
    client.ask("And goodbye.", context="a")
    client.ask("No more.", context="b")
    client.run()
    assert client.heard("a") == "Hello there. And goodbye."
    assert client.heard("b") == "Something else. No more."
    assert len({work.identity for work in client.work}) == 2


def test_a_context_that_is_left_alone_expires_and_may_go_on() -> None:
    client = Client()
    client.ask("Hello.", more=True, add_timestamps=True)
    client.run(4000)
    assert client.of("done") == []
    (work,) = client.work
    assert (work.type, work.reason, work.text_out) == ("ok", "expired", "Hello.")
    client.ask("Still there?", more=True, add_timestamps=True)
    client.run(500)
    client.ask("", more=False)
    client.run()
    assert client.heard() == "Hello. | Still there?"
    assert [one.text_out for one in client.work] == ["Hello.", "Still there?"]
    assert len({one.identity for one in client.work}) == 2
    before, after = [one["word_timestamps"] for one in client.of("timestamps")]
    assert before["end"][-1] < after["start"][0]
    assert client.messages[-1]["type"] == "done"


def test_nothing_more_is_said_in_a_context_that_is_closed() -> None:
    client = Client()
    client.ask("Hello there.", more=False)
    client.ask("And more.", more=True)
    client.ask("", more=False)
    client.run()
    assert len(client.of("error")) == 1
    assert client.heard() == "Hello there."
    client.ask("The name is free again.")
    client.run()
    assert client.heard().endswith("The name is free again.")


def test_a_client_that_leaves_has_heard_what_was_sent() -> None:
    client = Client()
    client.ask("This sentence is far too long to be heard to its end.", more=True)
    client.run(300)
    client.service.vanish(client.number, client.now_ns)
    (work,) = client.work
    assert (work.type, work.cancelled) == ("info", True)
    assert work.text_in.startswith(work.text_out)
    assert work.text_out


LONG = "This has not been said by anybody before, so that its sound must be made first. " * 4
RAW_24K = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24000}


def test_a_long_text_is_made_in_steps_and_others_are_served_in_between() -> None:
    client = Client()
    client.ask("Hello there.", context="short")
    fields = {"context_id": "long", "model_id": "sonic-3", "transcript": LONG, "voice": "ann",
              "output_format": RAW_24K}  # fmt: skip
    client.service.receive(client.number, Text(json.dumps(fields)), client.now_ns)
    rests = 0
    while (wake_ns := client.service.next_wake()) is not None and wake_ns <= client.now_ns:
        list(client.service.advance(client.now_ns))
        rests += 1
    sound_n = 24000 * len(LONG) * SYMBOL_S
    assert rests >= sound_n / STEP_N


def test_what_comes_while_a_text_is_made_waits_for_it() -> None:
    client = Client()
    told = [
        {"transcript": f"One: {LONG}", "continue": True},
        {"cancel": True},
        {"transcript": f"Two: {LONG}", "continue": True},
        {"transcript": "And that is all.", "continue": False},
    ]
    for fields in told:
        shared = {"context_id": "c", "model_id": "sonic-3", "voice": "ann", "output_format": RAW,
                  "max_buffer_delay_ms": 0}  # fmt: skip
        message = fields if "cancel" in fields else {**shared, **fields}
        data = json.dumps({"context_id": "c", **message})
        client.service.receive(client.number, Text(data), client.now_ns)
    client.run(120_000)
    assert client.service.bugs == 0
    assert [(work.type, work.cancelled) for work in client.work] == [("info", True), ("ok", False)]
    assert client.heard() == f"Two: {LONG.strip()} And that is all."


def test_a_client_that_goes_while_a_text_is_made_leaves_nothing_behind() -> None:
    client = Client()
    fields = {"context_id": "c", "model_id": "sonic-3", "transcript": f"Three: {LONG}",
              "voice": "ann", "output_format": RAW}  # fmt: skip
    client.service.receive(client.number, Text(json.dumps(fields)), client.now_ns)
    list(client.service.advance(client.now_ns))
    client.service.vanish(client.number, client.now_ns)
    client.run()
    assert client.service.bugs == 0
    assert client.service.next_wake() is None
    (work,) = client.work
    assert (work.type, work.cancelled, work.text_out) == ("info", True, "")
