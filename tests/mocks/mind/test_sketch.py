import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.mind.sketch import drawn, wants_json


def nothing(name: str) -> None:
    return None


@pytest.mark.parametrize(
    ("prompt", "drawing"),
    [
        ('Return JSON: {"safe": false, "reason": "why"}', {"safe": True, "reason": "why"}),
        ('{"intent": "book|other", "confidence": 0.9}', {"intent": "book", "confidence": 0.9}),
        ('JSON with "flagged": true|false, "category": "<violence | none>"',
         {"flagged": False, "category": "none"}),
        ('{"is_safe": <boolean>, "score": <number>}', {"is_safe": True, "score": 0}),
        ('{"user": {"name": "..."}, "tags": []}', {"user": {"name": "name"}, "tags": []}),
        ("{}", {}),
        ("Return JSON.", {}),
        ("{" * 3000, {}),
    ],
)  # fmt: skip
def test_an_object_is_drawn_as_the_prompt_shows_it(prompt: str, drawing: object) -> None:
    assert drawn(prompt, nothing) == drawing


def test_what_is_known_stands_in_it() -> None:
    prompt = '{"name": "the caller\'s name", "safe": true}'
    assert drawn(prompt, {"name": "Ada"}.get) == {"name": "Ada", "safe": True}


@pytest.mark.parametrize(
    ("prompt", "wants"),
    [
        ('Reply in JSON: {"safe": true}', True),
        ("Reply in JSON.", False),
        ('The key "safe": true.', False),
    ],
)
def test_a_prompt_that_wants_json_says_and_shows_it(prompt: str, wants: bool) -> None:
    assert wants_json(prompt) is wants


@given(st.text(alphabet='{}":,ab1 |<>'))
def test_any_prompt_draws_something(prompt: str) -> None:
    json.dumps(drawn(prompt, nothing))
