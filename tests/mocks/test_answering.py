from collections.abc import Iterable
from typing import Any

import pytest

from kernel.actor import Emit, Instruction
from kernel.dialogue import Script
from mocks.answering import Conversing, journalled, request_data
from mocks.brain import Answer, Asked, Brain, Message, ToolCallMade
from mocks.wire import Request
from mocks.work import Admitted, Begin, Closed, Note, Opened
from mocks.world import World

CALL = ToolCallMade("1", "look", {"day": "today"})


class Endpoint(Conversing):
    """Answers whoever says who it is."""

    def _turn_away(self, now_ns: int) -> Iterable[Instruction] | None:
        return None if self._request.header("key") else [Emit("away")]

    def _open(self, now_ns: int) -> Iterable[Instruction]:
        self._asked, self._tokens_in = Asked((Message("user", "Hi."),), model="m"), 3
        return [Emit(self._begin("turn"))]

    def _answer(self, admitted: Admitted, now_ns: int) -> Iterable[Instruction]:
        self._spoken += [(10, "One "), (20, "two")]
        return ()


def endpoint(**headers: str) -> Endpoint:
    return Endpoint(Request("POST", "/", headers=headers), World(Brain(Script())))


def outputs(found: Iterable[Instruction]) -> list[Any]:
    return [one.output for one in found if isinstance(one, Emit)]


def test_who_may_not_ask_is_turned_away() -> None:
    assert outputs(endpoint().receive(Opened(), 0)) == ["away"]


def test_a_conversation_names_the_work_whoever_tries_it_again() -> None:
    (first,) = outputs(endpoint(key="k").receive(Opened(), 0))
    again = {"key": "k", "x-stainless-retry-count": "2"}
    (second,) = outputs(endpoint(**again).receive(Opened(), 5))
    assert isinstance(first, Begin)
    assert (first.identity, first.by, first.tokens) == (second.identity, "conversation", 3)
    told = request_data([Message("user", "Hi.")])
    assert first.data == {**told, "model": "m", "tokens_in": 3}
    assert second.data["attempt_header"] == 2


@pytest.mark.parametrize("told", ["", "²", "-1", "one"])
def test_what_is_no_count_of_retries_is_none(told: str) -> None:
    headers = {"key": "k", "x-stainless-retry-count": told}
    (begin,) = outputs(endpoint(**headers).receive(Opened(), 0))
    assert "attempt_header" not in begin.data


def test_an_endless_count_of_retries_is_cut() -> None:
    headers = {"key": "k", "x-stainless-retry-count": "9" * 5000}
    (begin,) = outputs(endpoint(**headers).receive(Opened(), 0))
    assert begin.data["attempt_header"] == 999_999_999


def test_the_journal_has_what_was_said_last_and_all_that_comes_back() -> None:
    messages = [
        Message("user", "one"),
        Message("assistant", "Hm."),
        Message("user", "two"),
        Message("assistant", "", (CALL,)),
        Message("tool", "x"),
        Message("user", "three"),
    ]
    told = {"text_in": "two three", "history": "one\ntwo\nthree\ntoday", "ids": ["1"]}
    assert request_data(messages) == {**told, "said": "Hm."}
    note = Message("assistant", "We open at nine.")
    assert request_data([*messages, note]) == {**told, "said": "Hm.\nWe open at nine."}


def test_who_breaks_off_was_told_what_had_gone_out() -> None:
    one = endpoint(key="k")
    list(one._answer(None, 0))  # type: ignore[arg-type]
    assert outputs(one.receive(Closed(None), 15)) == [Note("", {"text_out": "One "})]


def test_the_journal_has_the_answer_and_its_tokens() -> None:
    note, tokens_out = journalled(Answer(text="Nine is free.", line=2))
    assert (note.data, tokens_out) == ({"text_out": "Nine is free.", "tokens_out": 4, "line": 2}, 4)
    note, tokens_out = journalled(Answer(calls=(CALL,)))
    assert note.data["calls"] == [("look", '{"day":"today"}')]
    assert note.data["given_ids"] == ["1"]
    assert note.data["tokens_out"] == tokens_out == 5


def test_of_words_held_in_json_the_journal_has_the_words() -> None:
    note, tokens_out = journalled(Answer(text='{"reply":"Nine."}', spoken="Nine."))
    assert (note.data["text_out"], tokens_out) == ("Nine.", 5)
