from __future__ import annotations

import json

from mocks.wire import Reset, Text

from .drive import Drive


def speak(drive: Drive, words: str = "1 2 3", context: str = "a") -> int:
    session = drive.socket()
    drive.say(session, json.dumps({"context": context, "say": words}))
    return session


def times(drive: Drive, session: int) -> list[float]:
    return [
        one.at_ms for one in drive.sent if one.session == session and isinstance(one.what, Text)
    ]


def test_without_faults_all_goes_as_planned() -> None:
    drive = Drive()
    session = speak(drive)
    drive.run()
    assert times(drive, session) == [10, 20, 30]


def test_what_is_delayed_keeps_back_what_is_behind_it() -> None:
    drive = Drive()
    drive.apply("slowdown", first="100ms")
    session = speak(drive)
    drive.run()
    assert times(drive, session) == [110, 120, 130]
    (work,) = drive.work
    assert work.added_ns == 100_000_000
    assert work.bites == ("f",)
    assert work.type == "ok"
    assert work.until_at_ns == 130_000_000


def test_held_outputs_go_on_in_order_when_the_fault_is_healed() -> None:
    drive = Drive()
    drive.apply("stall", after=1)
    session = speak(drive)
    drive.run(500)
    assert times(drive, session) == [10]
    drive.heal()
    drive.run()
    assert times(drive, session) == [10, 500, 500]
    assert drive.texts(session) == ["a: 1", "a: 2", "a: 3"]
    assert drive.work[0].type == "ok"


def test_a_fault_applied_in_the_middle_shapes_what_is_left() -> None:
    drive = Drive()
    session = speak(drive)
    drive.run(15)
    drive.apply("slowdown", between="5ms")
    drive.run()
    assert times(drive, session) == [10, 25, 40]


def test_two_faults_act_one_after_the_other() -> None:
    drive = Drive()
    drive.apply("slowdown", label="slow", first="100ms")
    drive.apply("stall", label="stall")
    session = speak(drive)
    drive.run(300)
    assert times(drive, session) == []
    drive.heal("stall")
    drive.run()
    assert times(drive, session) == [300, 300, 300]
    assert drive.work[0].bites == ("slow", "stall")
    assert drive.work[0].added_ns == 290_000_000


def test_a_stall_applied_while_a_delay_runs_still_holds() -> None:
    drive = Drive()
    drive.apply("slowdown", label="slow", first="100ms")
    session = speak(drive)
    drive.run(50)
    drive.apply("stall", label="stall")
    drive.run(400)
    assert times(drive, session) == []
    drive.heal("stall")
    drive.run()
    assert times(drive, session) == [450, 450, 450]


def test_held_work_does_not_hold_other_work() -> None:
    drive = Drive()
    drive.apply("stall", share="50%", seed=3)
    sessions = [speak(drive, "1") for _ in range(20)]
    drive.run(1000)
    silent = [session for session in sessions if not times(drive, session)]
    assert 0 < len(silent) < 20


def test_cancelled_work_that_is_held_is_forgotten() -> None:
    drive = Drive()
    drive.apply("stall")
    session = speak(drive)
    drive.run(100)
    drive.say(session, json.dumps({"context": "a", "cancel": True}))
    drive.heal()
    drive.run()
    assert times(drive, session) == []
    assert drive.work[0].cancelled


def test_another_fault_can_hold_what_was_released() -> None:
    drive = Drive()
    drive.apply("stall", label="one")
    drive.apply("stall", label="two")
    session = speak(drive)
    drive.run(100)
    drive.heal("one")
    drive.run(100)
    assert times(drive, session) == []
    drive.heal("two")
    drive.run()
    assert len(times(drive, session)) == 3


def test_wires_that_are_paced_go_out_one_by_one_and_what_follows_them_after_the_last() -> None:
    drive = Drive()
    session = drive.post(b"1 2 3")
    drive.run()
    assert drive.texts(session) == ["1", "2", "3"]
    head_ms, *words_ms = drive.times(session)
    assert words_ms == [head_ms, head_ms + 10, head_ms + 20]
    (work,) = drive.work
    assert work.type == "ok"
    assert work.until_at_ns == words_ms[-1] * 1_000_000


def test_paced_wires_are_shaped_as_others_are() -> None:
    drive = Drive()
    drive.apply("stall", after=2)
    session = drive.post(b"1 2 3")
    drive.run(500)
    assert drive.texts(session) == ["1"]
    drive.heal()
    drive.run()
    assert drive.texts(session) == ["1", "2", "3"]


def test_a_wire_that_cannot_be_made_resets_the_connection_after_those_before_it() -> None:
    drive = Drive()
    session = drive.post(b"1 unspeakable 3")
    drive.run()
    assert drive.texts(session) == ["1"]
    assert isinstance(drive.to(session)[-1], Reset)
    assert drive.service.bugs == 1
