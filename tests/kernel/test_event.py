import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.event import DamagedLine, Event, from_lines, to_line

EVENT = Event(at_ns=5, actor="caller", kind="call", type="invoke", span="c0001")

texts = st.text(max_size=20)
instants = st.integers(-(2**62), 2**62)
events = st.builds(
    Event,
    at_ns=instants,
    actor=texts,
    kind=texts,
    type=st.sampled_from(["invoke", "ok", "fail", "info"]),
    span=texts,
    parent=texts,
    due_ns=st.none() | instants,
    data=st.dictionaries(texts, st.none() | st.booleans() | instants | texts, max_size=4),
)


@given(st.lists(events, max_size=5))
def test_what_is_written_is_read(written: list[Event]) -> None:
    assert list(from_lines(map(to_line, written))) == written


def test_a_line_ends_and_leaves_out_what_is_not_there() -> None:
    line = to_line(EVENT)
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    assert b"due_ns" not in line
    assert b"data" not in line


def test_blank_lines_are_nothing() -> None:
    assert list(from_lines([b"\n", to_line(EVENT), b"  \n", to_line(EVENT), b"\n"])) == [EVENT] * 2


@given(st.integers(1, len(to_line(EVENT)) - 2))
def test_a_last_line_that_was_cut_off_is_left_out(kept: int) -> None:
    assert list(from_lines([to_line(EVENT), to_line(EVENT)[:kept]])) == [EVENT]


@pytest.mark.parametrize(
    "line", [b"{", b"[]", b'{"at_ns": "soon"}', b"nonsense", b"\xff\x00", b"[" * 5000]
)
def test_any_other_line_must_be_an_event(line: bytes) -> None:
    with pytest.raises(DamagedLine) as caught:
        list(from_lines([to_line(EVENT), b"\n", line, to_line(EVENT)]))
    assert caught.value.line == 3


def test_no_lines_are_no_events() -> None:
    assert list(from_lines([])) == []


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(DamagedLine, match="perhaps"):
        list(from_lines([to_line(EVENT), to_line(EVENT).replace(b"invoke", b"perhaps")]))


def test_shifting_moves_every_instant_and_nothing_else() -> None:
    event = Event(
        at_ns=10,
        actor="mock.stt",
        kind="work",
        type="ok",
        due_ns=7,
        data={"first_at_ns": 12, "answer_at_ns": None, "added_ns": 3, "text": "3"},
    )
    moved = event.shifted(100)
    assert (moved.at_ns, moved.due_ns) == (110, 107)
    assert moved.data == {"first_at_ns": 112, "answer_at_ns": None, "added_ns": 3, "text": "3"}
    assert event.at_ns == 10, "the original stays"


@given(events, instants)
def test_shifting_back_restores(event: Event, by_ns: int) -> None:
    assert event.shifted(by_ns).shifted(-by_ns) == event


def test_an_event_without_plan_has_none_after_shifting() -> None:
    assert EVENT.shifted(1).due_ns is None
