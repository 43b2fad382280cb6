"""The vocabulary and the views of a history."""

from __future__ import annotations

import re

from fastbusy.reference import events
from tests.fastbusy.folders import calm_story

PAGE = events.page()


def test_the_vocabulary_holds_every_kind() -> None:
    vocabulary = PAGE.partition("```text\n")[2].partition("```")[0]
    kinds = set(re.findall(r"^(\w+) ", vocabulary, re.MULTILINE))
    told = {event.kind for event in calm_story().history().events}
    assert told <= kinds
    assert {"preflight", "media", "socket"} <= kinds


def test_every_view_has_its_fields() -> None:
    for view, field in {"Call": "due_ns", "Turn": "answer_at_ns", "Work": "bites"}.items():
        section = PAGE.partition(f"\n### {view}\n")[2].partition("\n### ")[0]
        assert f"| `{field}` |" in section
