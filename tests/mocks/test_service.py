from __future__ import annotations

import gc
import json
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Any
from weakref import ref

from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.actor import Emit, End, Instruction, Nudge, Nudged
from kernel.fault import Refusal
from kernel.history import History
from mocks.provider import Found, Route
from mocks.session import ENDED
from mocks.wire import Binary, Body, Close, Head, Request, Reset, Text
from mocks.work import Begin, Closed, Finish, Heard, Listen, Note, Opened, Sound
from mocks.world import World
from speech.encoding import Encoding
from speech.mouth import Mouth, Role
from speech.transcript import Heard as Growth

from .drive import Drive
from .echo import ECHO, Echo


def say(context: str, text: str) -> str:
    return json.dumps({"context": context, "say": text})


def test_a_request_is_answered_in_time_and_told_in_the_journal() -> None:
    drive = Drive()
    session = drive.post(b"one two")
    drive.run()
    head, *bodies = drive.to(session)
    assert head.status == 200
    assert bodies == [Body(b"one"), Body(b"two")]
    assert drive.times(session) == [0, 0, 10]
    assert drive.sent[-1].what is ENDED
    (work,) = drive.work
    assert (work.type, work.status, work.stage, work.provider) == ("ok", 200, "tts", "echo")
    assert (work.from_at_ns, work.first_at_ns, work.until_at_ns) == (0, 0, 10_000_000)
    assert len(drive.service.sessions) == 0


def test_a_socket_and_its_work_are_told_apart() -> None:
    drive = Drive()
    session = drive.socket()
    drive.say(session, say("a", "x y"))
    drive.say(session, json.dumps({"close": "bye"}))
    drive.run()
    history = History(drive.events)
    (socket,) = history.sockets
    (work,) = history.work
    assert (socket.type, socket.status) == ("ok", 101)
    assert work.socket == socket.span
    assert work.text_in == "x y"
    assert work.type == "info"
    assert drive.closing("work")[0].data["reason"] == "socket_closed"
    assert drive.to(session) == [Head(101), Close(1000, "bye")]


def test_work_of_one_socket_interleaves() -> None:
    drive = Drive()
    session = drive.socket()
    drive.say(session, say("a", "1 2"))
    drive.run(5)
    drive.say(session, say("b", "1 2"))
    drive.run()
    assert drive.texts(session) == ["a: 1", "b: 1", "a: 2", "b: 2"]
    assert [work.type for work in drive.work] == ["ok", "ok"]


def test_cancelled_work_falls_silent_and_may_begin_again() -> None:
    drive = Drive()
    session = drive.socket()
    drive.say(session, say("a", "1 2 3"))
    drive.run(15)
    drive.say(session, json.dumps({"context": "a", "cancel": True}))
    drive.say(session, say("a", "4"))
    drive.run()
    assert drive.texts(session) == ["a: 1", "a: 4"]
    assert [(work.type, work.cancelled) for work in drive.work] == [("info", True), ("ok", False)]


def test_a_client_that_goes_ends_all_its_work() -> None:
    drive = Drive()
    session = drive.socket()
    drive.say(session, say("a", "1 2 3"))
    drive.service.vanish(session, drive.now_ns)
    drive.run()
    assert drive.texts(session) == []
    assert drive.closing("socket")[0].data["how"] == "abandoned"
    assert drive.work[0].cancelled
    drive.service.receive(session, Text("late"), drive.now_ns)
    drive.service.vanish(session, drive.now_ns)


def test_a_client_that_says_goodbye_ends_well() -> None:
    drive = Drive()
    session = drive.socket()
    drive.service.vanish(session, drive.now_ns, code=1000)
    (closed,) = drive.closing("socket")
    assert (closed.type, closed.data["code"]) == ("ok", 1000)


def test_giving_up_on_a_client_is_no_cancellation() -> None:
    drive = Drive()
    session = drive.post(b"x y z")
    drive.service.vanish(session, drive.now_ns, how="client_not_reading")
    (work,) = drive.work
    assert (work.type, work.reason, work.cancelled) == ("info", "client_not_reading", False)


def test_what_cannot_be_taken_is_refused_in_the_providers_words() -> None:
    drive = Drive()
    found = drive.service.catalogue.find(Request("POST", "/echo"))
    assert isinstance(found, Found)
    session = drive.service.reject(found, Refusal("too_large", status=413), 0)
    drive.run()
    assert drive.to(session)[0].status == 413
    (work,) = drive.work
    assert (work.type, work.status, work.reason) == ("fail", 413, "too_large")


class Odd(Echo):
    """One route whose actor does what the test says."""

    def __init__(self, receive: Any, method: str = "POST") -> None:
        class Actor:
            def receive(self, message: Any, now_ns: int) -> Iterable[Instruction]:
                return receive(message, now_ns) or ()

        def open(request: Request, world: World) -> Actor:
            return Actor()

        self.routes = (Route(method, "/odd", open),)


def test_an_actor_that_fails_resets_its_connection_only() -> None:
    def fail(message: Any, now_ns: int) -> Iterable[Instruction]:
        yield Emit(Head(200))
        raise KeyError("ours")

    drive = Drive(Odd(fail), ECHO)
    session = drive.post(b"", "/odd")
    drive.run()
    assert drive.to(session) == [Head(200), Reset()]
    assert drive.service.bugs == 1
    assert drive.work[0].type == "info"
    fine = drive.post(b"fine")
    drive.run()
    assert drive.texts(fine) == ["fine"]


def test_an_actor_that_cannot_even_begin_resets_its_connection_only() -> None:
    odd = Odd(lambda message, now_ns: ())

    def fail(request: Request, world: World) -> Any:
        raise KeyError("ours")

    odd.routes = (Route("POST", "/odd", fail),)
    drive = Drive(odd)
    session = drive.post(b"", "/odd")
    assert drive.to(session) == [Reset()]
    assert drive.service.bugs == 1


def test_work_can_be_finished_when_the_client_has_gone() -> None:
    def utter(message: Any, now_ns: int) -> Iterable[Instruction]:
        match message:
            case Opened():
                return [Emit(Head(101)), Emit(Begin("u", refusable=False))]
            case Closed():
                return [Emit(Finish("u", "ok", {"text_out": "all of it"}))]
        return ()

    drive = Drive(Odd(utter, "WS"))
    session = drive.socket("/odd")
    drive.service.vanish(session, drive.now_ns, code=1000)
    (work,) = drive.work
    assert (work.type, work.text_out) == ("ok", "all of it")


def test_an_actor_that_listens_is_told_what_was_heard() -> None:
    told: list[Any] = []

    def listen(message: Any, now_ns: int) -> Iterable[Instruction]:
        told.append(message)
        if isinstance(message, Opened):
            return [Emit(Head(101)), Emit(Listen(8000, Encoding.MULAW)), Nudge("look", 100_000_000)]
        return ()

    drive = Drive(Odd(listen, "WS"))
    sessions = [drive.socket("/odd") for _ in range(2)]
    drive.push(sessions[0], b"")
    sound = Encoding.MULAW.encode(Mouth(Role.CALLER, 8000).speak("hello").samples)
    for start in range(0, len(sound), 160):
        drive.push(sessions[0], sound[start : start + 160])
        drive.run(20)
    heard = [one for one in told if isinstance(one, Heard)]
    events = [event for one in heard for event in one.events]
    assert "".join(one.text for one in events if isinstance(one, Growth)) == "hello"
    assert Binary(b"") in told
    nudged = told.index(Nudged("look"))
    assert told[nudged - 1] == Heard((), 0.1)
    assert sum(one == Nudged("look") for one in told) == 2
    for session in sessions:
        drive.service.vanish(session, drive.now_ns, code=1000)
    drive.run()
    assert drive.service.next_wake() is None


def test_sound_in_another_dress_is_heard_too() -> None:
    told: list[Any] = []

    def listen(message: Any, now_ns: int) -> Iterable[Instruction]:
        told.append(message)
        match message:
            case Opened():
                return [Emit(Head(101)), Emit(Listen(8000)), Nudge("look", 1000)]
            case Text(data):
                return [Emit(Sound(data.encode()))]
        return ()

    drive = Drive(Odd(listen, "WS"))
    drive.say(drive.socket("/odd"), "x" * 1600)
    drive.run(1)
    assert Heard((), 0.1) in told


def test_an_answer_without_asking_is_told_too() -> None:
    def refuse(message: Any, now_ns: int) -> Iterable[Instruction]:
        if isinstance(message, Opened):
            yield Emit(Note("", {"reason": "invalid_api_key"}))
            yield Emit(Head(401), now_ns + 5)
            yield End()

    drive = Drive(Odd(refuse))
    drive.post(b"", "/odd")
    drive.run()
    (work,) = drive.work
    assert (work.type, work.status, work.reason) == ("fail", 401, "invalid_api_key")
    assert work.from_at_ns == 0


def test_a_refused_upgrade_is_a_failed_socket() -> None:
    def refuse(message: Any, now_ns: int) -> Iterable[Instruction]:
        if isinstance(message, Opened):
            return [Emit(Head(400)), Emit(Body(b"no")), End()]
        return ()

    drive = Drive(Odd(refuse, "WS"))
    session = drive.socket("/odd")
    drive.run()
    assert drive.to(session) == [Head(400), Body(b"no")]
    (socket,) = History(drive.events).sockets
    assert (socket.type, socket.status) == ("fail", 400)


def test_the_end_of_a_socket_closes_it() -> None:
    def accept(message: Any, now_ns: int) -> Iterable[Instruction]:
        return [Emit(Head(101)), End()] if isinstance(message, Opened) else ()

    drive = Drive(Odd(accept, "WS"))
    session = drive.socket("/odd")
    assert drive.to(session) == [Head(101), Close(1000)]


def test_how_it_ended_is_the_actors_to_say() -> None:
    def fail_late(message: Any, now_ns: int) -> Iterable[Instruction]:
        if isinstance(message, Opened):
            return [Emit(Head(200)), Emit(Finish("", "info", {"reason": "overloaded"})), End()]
        return ()

    drive = Drive(Odd(fail_late))
    drive.post(b"", "/odd")
    (work,) = drive.work
    assert (work.type, work.status, work.reason) == ("info", 200, "overloaded")


def test_nudges_come_when_they_are_asked_for_and_can_be_taken_back() -> None:
    seen: list[Any] = []

    def watch(message: Any, now_ns: int) -> Iterable[Instruction]:
        seen.append((message, now_ns))
        if isinstance(message, Opened):
            return [
                Nudge("a", 50),
                Nudge("b", 70),
                Nudge("a", 60),
                Nudge("c", 10),
                Nudge("c", None),
            ]
        return ()

    drive = Drive(Odd(watch))
    session = drive.post(b"", "/odd")
    drive.run()
    assert seen[1:] == [(Nudged("a"), 60), (Nudged("b"), 70)]
    drive.service.vanish(session, drive.now_ns, code=None)
    assert seen[-1][0] == Closed(None)


def test_keyed_outputs_are_replaced_and_withdrawn() -> None:
    def mind_changed(message: Any, now_ns: int) -> Iterable[Instruction]:
        if isinstance(message, Opened):
            yield Emit(Body(b"old"), 50, key="k")
            yield Emit(Body(b"gone"), 60, key="w")
            yield Emit(Body(b"new"), 70, key="k")
            yield Emit(key="w", withdraw=True)

    drive = Drive(Odd(mind_changed))
    session = drive.post(b"", "/odd")
    drive.run()
    assert drive.to(session) == [Body(b"new")]


def test_work_that_nobody_can_refuse_is_admitted() -> None:
    seen: list[Any] = []

    def utter(message: Any, now_ns: int) -> Iterable[Instruction]:
        seen.append(message)
        if isinstance(message, Opened):
            return [Emit(Begin("u", refusable=False)), Emit(Begin("u"))]
        return ()

    drive = Drive(Odd(utter, "WS"))
    drive.apply("concurrency", limit=0)
    drive.socket("/odd")
    assert [one.work for one in seen[1:]] == ["u"]


def test_the_connection_and_the_key_are_told_without_the_secret() -> None:
    drive = Drive()
    drive.post(b"x", connection="c7", headers={"authorization": "Bearer sk-secret"})
    opened = drive.events[0]
    assert opened.data["connection"] == "c7"
    assert "secret" not in str(drive.events)
    assert opened.data["key"]


def test_what_is_over_leaves_nothing_for_the_garbage_collector() -> None:
    drive = Drive()
    over = [ref(drive.service.sessions.get(one)) for one in (drive.post(b"1 2"), drive.socket())]
    gc.disable()
    try:
        drive.run()
        drive.service.vanish(2, drive.now_ns)
        assert [one() for one in over] == [None, None]
    finally:
        gc.enable()


def test_a_reset_forgets_who_was_here() -> None:
    drive = Drive()
    drive.post(b"same")
    drive.run()
    drive.levers.reset(drive.now_ns)
    assert drive.events == ()
    drive.post(b"same")
    drive.run()
    assert len(drive.work) == 1


FAULTS = st.sampled_from([
    ("slowdown", {"first": "30ms", "between": "7ms"}),
    ("slowdown", {"factor": "4x"}),
    ("stall", {"after": 1}),
    ("stall", {"after": 0}),
    ("concurrency", {"limit": 1}),
    ("rate_limit", {"requests": "20/s", "burst": 2}),
])  # fmt: skip
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from("abc"), st.integers(0, 4)),
        st.tuples(st.just("cancel"), st.sampled_from("abc")),
        st.tuples(st.just("wait"), st.integers(0, 60)),
        st.tuples(st.just("apply"), st.sampled_from("fg"), FAULTS),
        st.tuples(st.just("heal"), st.sampled_from("fg")),
        st.tuples(st.just("post"), st.integers(0, 3)),
    ),
    max_size=25,
)


class Chaos(Drive):
    """Does a random step, and the next."""

    def __init__(self) -> None:
        super().__init__()
        self.room = self.socket()
        self.begun: dict[str, int] = defaultdict(int)

    def step(self, kind: str, *rest: Any) -> None:
        getattr(self, f"do_{kind}")(*rest)

    def do_say(self, name: str, words: int) -> None:
        self.say(self.room, say(f"{name}{self.begun[name]}", " ".join(map(str, range(words)))))

    def do_cancel(self, name: str) -> None:
        self.say(self.room, json.dumps({"context": f"{name}{self.begun[name]}", "cancel": 1}))
        self.begun[name] += 1

    def do_wait(self, ms: int) -> None:
        self.run(ms)

    def do_apply(self, label: str, fault: tuple[str, dict[str, Any]]) -> None:
        self.apply(fault[0], label=label, **fault[1])

    def do_heal(self, label: str) -> None:
        self.levers.heal(label, self.now_ns)

    def do_post(self, words: int) -> None:
        self.post(b"x " * words)

    def finish(self) -> None:
        self.levers.heal_all(self.now_ns)
        self.run()
        self.service.vanish(self.room, self.now_ns, code=1000)
        self.run()


@settings(deadline=None, max_examples=150)
@given(steps=STEPS)
def test_all_work_ends_once_and_nothing_overtakes(steps: list[Any]) -> None:
    chaos = Chaos()
    for step in steps:
        chaos.step(*step)
    chaos.finish()
    told: dict[str, list[str]] = defaultdict(list)
    for event in chaos.events:
        told[event.span].append(event.type)
    assert all(len(types) == 2 and "invoke" in types for types in told.values()), told
    said: dict[str, list[int]] = defaultdict(list)
    for text in chaos.texts(chaos.room):
        name, _, word = text.partition(": ")
        if word.isdecimal():
            said[name].append(int(word))
    for words in said.values():
        # A name may be begun again once its work is over; then it counts from 0 again.
        assert all(later in (earlier + 1, 0) for earlier, later in pairwise(words)), words
    assert chaos.service.bugs == 0
    assert len(chaos.service.sessions) == 0
    assert chaos.service.next_wake() is None
