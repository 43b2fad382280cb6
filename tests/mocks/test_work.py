from __future__ import annotations

import inspect

from mocks import work
from mocks.work import Begin, Cancel, Finish, Listen, Note
from speech.encoding import Encoding


def test_work_without_a_name_is_the_request_itself() -> None:
    assert Begin().work == ""
    assert Begin().refusable
    assert Begin().counted


def test_sound_is_linear_unless_said_otherwise() -> None:
    assert Listen(8000).encoding is Encoding.LINEAR16


def test_what_an_actor_says_is_a_value() -> None:
    assert Finish("a") == Finish("a")
    assert Cancel("a", {"x": 1}) != Cancel("a")
    assert Note("a", {}) == Note("a", {})
    for _, kind in inspect.getmembers(work, inspect.isclass):
        if kind.__module__ == work.__name__:
            assert kind.__dataclass_params__.frozen
