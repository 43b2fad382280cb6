from typing import Any

import pytest

from kernel.event import DamagedLine, Event, Type, from_lines, to_line
from kernel.vocabulary import vet

TURN = {"index": 1, "text": "Hi", "from_at_ns": 1, "until_at_ns": 2, "owed_until_at_ns": 3}
CALL = {"number": 1, "facts": {"name": "Ada"}, "telling": ["Ada"], "lines_text": ["I am Ada"]}


@pytest.mark.parametrize(
    ("kind", "type", "data"),
    [
        ("call", "invoke", CALL),
        ("phase", "invoke", {"name": "baseline", "index": 0, "of a newer version": [1]}),
        ("turn", "invoke", {"index": 1}),
        ("turn", "ok", TURN),
        ("work", "invoke", {"text_in": "Hi"}),
        ("work", "fail", {"status": 429, "retry_after_s": 1}),
        ("setup", "invoke", {}),
        ("a kind of a newer version", "info", {"text": 3}),
    ],
)
def test_what_can_be_read(kind: str, type: Type, data: dict[str, Any]) -> None:
    vet(Event(1, "caller", kind, type, "c0001", data=data))


@pytest.mark.parametrize(
    ("kind", "type", "data", "told"),
    [
        ("run", "invoke", {"dialogues": {"book": {"done": "soon"}}}, r"dialogues\[\.\.\.\]\.done"),
        ("run", "invoke", {"started": 1e300}, "started"),
        ("run", "ok", {"troubles": "one"}, "troubles"),
        ("phase", "invoke", {"name": "baseline"}, "missing required field `index`"),
        ("fault", "invoke", {"label": "burst", "kind": "stall"}, "`target`"),
        ("call", "invoke", {**CALL, "facts": ["Ada"]}, r"\$\.facts"),
        ("call", "invoke", {**CALL, "number": "1"}, r"\$\.number"),
        ("turn", "info", {**TURN, "answer_at_ns": "late"}, r"\$\.answer_at_ns"),
        ("heard", "info", {"from_at_ns": 1}, "`until_at_ns`"),
        ("work", "ok", {"calls": [1]}, r"\$\.calls"),
        ("socket", "fail", {"status": "429"}, r"\$\.status"),
        ("instrument", "info", {"sent": None}, r"\$\.sent"),
        ("media", "info", {"recording": {}}, r"\$\.recording"),
        ("media", "info", {"warnings": [10**30]}, "the number 1e\\+30"),
    ],
)
def test_what_nobody_could_read(kind: str, type: Type, data: dict[str, Any], told: str) -> None:
    good = to_line(Event(0, "runner", "run", "invoke", "run"))
    line = to_line(Event(1, "caller", kind, type, "c0001", data=data))
    with pytest.raises(DamagedLine, match=told) as caught:
        list(from_lines([good, line, good], vet))
    assert caught.value.line == 2
