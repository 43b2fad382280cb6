from collections import defaultdict
from collections.abc import Hashable

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kernel.timeline import Timeline

spans = st.sampled_from("abc")
keys = st.sampled_from(["k", "l"])
instants = st.integers(0, 50)


def taken(timeline: Timeline, now_ns: int) -> list[tuple[Hashable, object, int]]:
    return list(timeline.due(now_ns))


def test_an_empty_timeline_has_nothing_to_wake_for() -> None:
    timeline = Timeline()
    assert timeline.next_wake() is None
    assert taken(timeline, 10**18) == []
    assert len(timeline) == 0


def test_items_come_out_when_they_are_due_and_not_before() -> None:
    timeline = Timeline()
    timeline.add("a", "late", 20)
    timeline.add("b", "early", 10)
    assert timeline.next_wake() == 10
    assert taken(timeline, 9) == []
    assert taken(timeline, 10) == [("b", "early", 10)]
    assert taken(timeline, 30) == [("a", "late", 20)]


def test_ties_come_out_in_the_order_they_went_in() -> None:
    timeline = Timeline()
    for number in range(20):
        timeline.add(number, number, 5)
    assert [item for _, item, _ in taken(timeline, 5)] == list(range(20))


def test_a_delayed_item_holds_back_those_behind_it() -> None:
    timeline = Timeline()
    assert timeline.add("a", 1, 30) == 30
    assert timeline.add("a", 2, 10) == 30
    assert timeline.add("b", 3, 10) == 10
    assert [item for _, item, _ in taken(timeline, 30)] == [3, 1, 2]


def test_what_already_went_out_holds_back_as_well() -> None:
    timeline = Timeline()
    timeline.add("a", 1, 30)
    taken(timeline, 30)
    assert timeline.add("a", 2, 10) == 30


def test_a_keyed_item_neither_holds_back_nor_is_held_back() -> None:
    timeline = Timeline()
    timeline.add("a", "timer", 100, key="t")
    assert timeline.add("a", "chunk", 30) == 30
    assert timeline.add("a", "other timer", 10, key="u") == 10
    assert [item for _, item, _ in taken(timeline, 100)] == ["other timer", "chunk", "timer"]


def test_a_key_is_replaced_while_it_waits_and_is_free_afterwards() -> None:
    timeline = Timeline()
    timeline.add("a", "old", 10, key="t")
    timeline.add("a", "new", 20, key="t")
    timeline.add("b", "other span", 10, key="t")
    assert len(timeline) == 2
    assert [item for _, item, _ in taken(timeline, 20)] == ["other span", "new"]
    timeline.add("a", "again", 5, key="t")
    assert taken(timeline, 20) == [("a", "again", 5)]


def test_a_key_can_be_taken_back_once() -> None:
    timeline = Timeline()
    timeline.add("a", "x", 10, key="t")
    assert timeline.withdraw("a", "t")
    assert not timeline.withdraw("a", "t")
    assert timeline.next_wake() is None


def test_dropping_a_span_forgets_what_waits_and_what_it_held_back() -> None:
    timeline = Timeline()
    timeline.add("a", 1, 30)
    timeline.add("a", 2, 40, key="t")
    timeline.add("b", 3, 50)
    assert timeline.waiting("a") == 2
    assert timeline.drop("a") == 2
    assert timeline.drop("a") == 0
    assert timeline.waiting("a") == 0
    assert not timeline.withdraw("a", "t")
    assert timeline.next_wake() == 50
    assert timeline.add("a", 4, 10) == 10


def test_what_is_added_while_taking_out_is_taken_if_it_is_due() -> None:
    timeline = Timeline()
    timeline.add("a", "first", 1)
    out = []
    for _, item, _ in timeline.due(5):
        out.append(item)
        if item == "first":
            timeline.add("a", "echo", 4)
            timeline.add("a", "later", 6)
    assert out == ["first", "echo"]
    assert timeline.next_wake() == 6


def test_items_need_not_be_comparable() -> None:
    timeline = Timeline()
    timeline.add("a", {}, 1)
    timeline.add(1, object(), 1)
    assert len(taken(timeline, 1)) == 2


@given(st.lists(st.tuples(spans, instants), max_size=40))
def test_all_come_out_in_order_of_due_times_and_within_a_span_in_order_of_adding(
    asked: list[tuple[str, int]],
) -> None:
    timeline = Timeline()
    promised = [timeline.add(span, n, due_ns) for n, (span, due_ns) in enumerate(asked)]
    out = taken(timeline, 10**9)
    assert sorted(n for _, n, _ in out) == list(range(len(asked)))  # type: ignore[type-var]
    assert [due_ns for _, _, due_ns in out] == sorted(due_ns for _, _, due_ns in out)
    by_span = defaultdict(list)
    for span, number, due_ns in out:
        assert isinstance(number, int)
        assert due_ns == promised[number] >= asked[number][1], "only ever later than asked"
        by_span[span].append(number)
    for numbers in by_span.values():
        assert numbers == sorted(numbers)


class AgainstAPlainList(RuleBasedStateMachine):
    """Whatever is done to a timeline, it holds what a plain list would hold."""

    def __init__(self) -> None:
        super().__init__()
        self.timeline = Timeline()
        self.waiting: list[tuple[str, int, str | None]] = []
        self.number = 0
        self.now_ns = 0

    @rule(span=spans, due_ns=instants)
    def add(self, span: str, due_ns: int) -> None:
        self.number += 1
        self.timeline.add(span, self.number, due_ns)
        self.waiting.append((span, self.number, None))

    @rule(span=spans, due_ns=instants, key=keys)
    def add_keyed(self, span: str, due_ns: int, key: str) -> None:
        self.number += 1
        assert self.timeline.add(span, self.number, due_ns, key) == due_ns
        self.waiting = [w for w in self.waiting if (w[0], w[2]) != (span, key)]
        self.waiting.append((span, self.number, key))

    @rule(span=spans, key=keys)
    def withdraw(self, span: str, key: str) -> None:
        there = any((w[0], w[2]) == (span, key) for w in self.waiting)
        assert self.timeline.withdraw(span, key) == there
        self.waiting = [w for w in self.waiting if (w[0], w[2]) != (span, key)]

    @rule(span=spans)
    def drop(self, span: str) -> None:
        assert self.timeline.drop(span) == sum(w[0] == span for w in self.waiting)
        self.waiting = [w for w in self.waiting if w[0] != span]

    @rule(by_ns=st.integers(0, 20))
    def advance(self, by_ns: int) -> None:
        self.now_ns += by_ns
        last = -1
        for span, number, due_ns in self.timeline.due(self.now_ns):
            assert last <= due_ns <= self.now_ns
            last = due_ns
            entry = next(w for w in self.waiting if w[:2] == (span, number))
            unkeyed = [w for w in self.waiting if w[0] == span and w[2] is None]
            assert entry[2] is not None or unkeyed[0] == entry, "nothing overtakes within a span"
            self.waiting.remove(entry)

    @invariant()
    def holds_the_same(self) -> None:
        assert len(self.timeline) == len(self.waiting)
        for span in "abc":
            assert self.timeline.waiting(span) == sum(w[0] == span for w in self.waiting)
        assert (self.timeline.next_wake() is None) == (not self.waiting)


TestAgainstAPlainList = AgainstAPlainList.TestCase
