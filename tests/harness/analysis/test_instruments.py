import pytest

from harness.analysis.instruments import processes
from tests.harness.histories import Story


def test_samples_of_a_process_add_up() -> None:
    story = Story().instrument(sent=100, late=1, late_max_ms=30.0)
    story.instrument(at=10, sent=300, late=3, late_max_ms=25.0).instrument("mock.tts", sent=0)
    tts, runner = processes(story.history())
    assert (runner.actor, runner.sent, runner.late, runner.late_max_ms) == ("runner", 400, 4, 30.0)
    assert runner.late_share == 0.01
    assert (tts.actor, tts.late_share) == ("mock.tts", 0.0)


@pytest.mark.parametrize(
    ("shares", "busiest"),
    [
        ([0.9, 0.1, 0.1, 0.1], 1.1 / 3),
        ([0.1, 0.1, 0.8, 0.8, 0.8, 0.1], 0.8),
        ([0.8], 0.8),
        ([0.8, 0.2], 0.5),
        ([0.0, 0.0, 0.0], 0.0),
    ],
)
def test_busiest_is_the_worst_quarter_of_a_minute(shares: list[float], busiest: float) -> None:
    story = Story()
    for index, share in enumerate(shares, 1):
        story.instrument(at=5 * index, cpu_share=share)
    (runner,) = processes(story.history())
    assert runner.busiest == pytest.approx(busiest)


def test_a_long_sample_is_a_stretch_of_its_own() -> None:
    story = Story().instrument(cpu_share=0.9, over_s=60.0).instrument(at=10, cpu_share=0.1)
    (runner,) = processes(story.history())
    assert runner.busiest == pytest.approx(0.9)


def test_a_process_that_says_little_is_known_by_what_it_says() -> None:
    story = Story()
    story.tell(5, "mock.llm", "instrument", "info", "", data={"cpu_share": 0.3})
    (llm,) = processes(story.history())
    assert (llm.sent, llm.late_max_ms, llm.busiest) == (0, 0.0, 0.3)


def test_no_samples_no_processes() -> None:
    assert processes(Story().history()) == []
