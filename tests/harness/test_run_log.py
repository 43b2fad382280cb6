from harness.media.lateness import Sample
from harness.planning.plan import Plan, PlannedPhase, Target
from harness.run_log import RunLog
from kernel.dialogue import Dialogue, Line, Script
from kernel.event import Event, from_lines, to_line
from kernel.history import History
from kernel.units import convert

S = 1_000_000_000
PHASES = (
    PlannedPhase("baseline", 0, False, 0, 10 * S),
    PlannedPhase("surge", 1, False, 10 * S, 20 * S),
)
BOOK = Dialogue("book", (Line("Hi."),))
PLAN = Plan(
    scenario="demo",
    why="Monday.",
    seed=7,
    phases=PHASES,
    calls=(),
    faults=(),
    script=Script((BOOK,)),
    dialogues={"book": BOOK},
    profiles=("llm-429-burst",),
)


def log() -> tuple[RunLog, list[Event]]:
    events: list[Event] = []
    target = Target(webhook="http://agent/incoming", auth_token="secret", limit=9)
    return RunLog(PLAN, target, events.append), events


def read(events: list[Event]) -> History:
    return History(from_lines(map(to_line, events)))


def test_a_run_tells_what_it_is_and_keeps_its_secrets() -> None:
    one, events = log()
    one.begin(0, 0, "failed", 1_700_000_000.0)
    history = read(events)
    run = history.run
    assert (run["scenario"], run["seed"], run["limit"]) == ("demo", 7, 9)
    assert (run["target"], run["profiles"]) == ("http://agent/incoming", ["llm-429-burst"])
    assert run["started"] == 1_700_000_000.0
    assert run["versions"]["python"]
    assert convert(run["dialogues"]["book"], Dialogue) == BOOK
    assert b"secret" not in to_line(events[0])


def test_phases_are_told_as_they_come_and_go() -> None:
    one, events = log()
    assert one.phase == ""
    one.begin_phase(PHASES[0], 5)
    assert one.phase == "baseline"
    one.end_phase(PHASES[0], 10 * S + 5)
    one.end_phase(PHASES[0], 11 * S)
    one.begin_phase(PHASES[1], 10 * S + 6)
    baseline, surge = read(events).phases
    assert (baseline.from_ns, baseline.until_ns) == (5, 10 * S + 5)
    assert (surge.name, surge.index) == ("surge", 1)
    assert [event.due_ns for event in events] == [0, 10 * S, 10 * S]


def test_a_run_that_is_cut_short_says_why_and_closes_its_phases() -> None:
    one, events = log()
    one.begin(0, 0, "failed", 0.0)
    one.begin_phase(PHASES[0], 0)
    one.end("interrupted", 3 * S, {"recordings": 2})
    history = read(events)
    assert history.interrupted == "interrupted"
    assert history.phases[0].until_ns == 3 * S
    assert one.phase == ""


def test_a_run_that_came_to_its_end() -> None:
    one, events = log()
    one.begin(0, 0, "failed", 0.0)
    one.end("", 3 * S, {})
    assert read(events).interrupted == ""
    assert events[-1].type == "ok"


def test_samples_tell_what_was_used_since_the_last_one() -> None:
    one, events = log()
    one.begin(0, 1 * S, "failed", 0.0)
    one.sample(Sample(250, 1, 2.5, 30.0), 5 * S, 2 * S)
    one.sample(Sample(0, 0, 0.0, 0.0), 9 * S, 2 * S)
    first, second = (event.data for event in events if event.kind == "instrument")
    assert first == {
        "cpu_share": 0.2,
        "sent": 250,
        "late": 1,
        "late_p99_ms": 2.5,
        "late_max_ms": 30.0,
        "over_s": 5.0,
    }
    assert (second["cpu_share"], second["over_s"]) == (0.0, 4.0)
