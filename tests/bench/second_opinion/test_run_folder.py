import json
from pathlib import Path

import pytest

from bench.second_opinion.run_folder import Claim, read

from .folders import call, finding, folder, work


def test_claims_are_the_places_of_failed_and_warned_checks() -> None:
    run = folder(
        checks=(
            finding("no_dead_air", "warn", ("c0001", 2.5, "4.0 s of silence")),
            finding("samples", "pass", ("c0001", 1, "nothing")),
        )
    )
    claim = Claim("no_dead_air", "warn", "c0001", 2.5, "4.0 s of silence")
    assert list(run.claims) == run.named_by("no_dead_air") == [claim]
    assert run.named_by("samples") == []


def test_measures_of_a_check() -> None:
    run = folder(checks=(finding("task_completed", "pass", completed=3),))
    assert run.measure("task_completed", "completed") == 3.0
    assert run.measure("task_completed", "calls") is None
    assert run.measure("no_dead_air", "turns") is None


def test_a_call_as_its_events_tell_it() -> None:
    run = folder(call(1, 1, 20, "Ada"), call(2, 2, 9, "Bob", how="patience", phase="phase/warm_up"))
    one, two = run.calls.values()
    assert (one.dialled_s, one.ended_s, one.begins_s, one.how) == (1, 20, 1.5, "completed")
    assert one.in_recording(4.0) == 2.5
    assert (one.warm_up, two.warm_up, two.how) == (False, True, "patience")


def test_a_recording_without_its_beginning_begins_with_the_answer() -> None:
    events = call(1, 1, 20, "Ada")
    del events[2]["data"]["from_at_ns"]
    assert folder(events).calls["c0001"].begins_s == pytest.approx(1.4)


def test_a_refused_call_has_no_recording() -> None:
    begun, _, _, ended = call(1, 1, 2, "Ada", how="reject")
    assert folder([begun, ended]).calls["c0001"].begins_s is None


def test_work_is_a_callers_by_what_nobody_else_knows() -> None:
    run = folder(
        call(1, 1, 20, "Ada"),
        call(2, 2, 21, "Bob"),
        work("llm-w2", "llm", 9, None, history="Bob here."),
        work("llm-w1", "llm", 5, 6, "fail", history="Ada here, on Monday"),
        work("llm-w3", "llm", 7, 8, history="Monday"),
    )
    assert [each.span for each in run.works] == ["llm-w1", "llm-w3", "llm-w2"]
    ada, bob = run.calls.values()
    (asked,) = run.works_of(ada, "llm")
    assert (asked.span, asked.from_s, asked.until_s, asked.type) == ("llm-w1", 5, 6, "fail")
    assert [each.until_s for each in run.works_of(bob, "llm")] == [None]
    assert run.works_of(ada, "tts") == []


def test_a_folder_is_read(tmp_path: Path) -> None:
    made = folder(call(1, 1, 20, "Ada"))
    (tmp_path / "findings.json").write_text(json.dumps(made.findings))
    (tmp_path / "events.jsonl").write_text("\n".join(map(json.dumps, made.events)))
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "c0001.wav").write_bytes(b"")
    run = read(tmp_path)
    assert run.calls == made.calls
    assert run.dialogues == made.dialogues
    assert run.recording("c0001") is not None
    assert run.recording("c0002") is None
