from harness.checks.generator_headroom import GeneratorHeadroom
from tests.harness.histories import Story


def test_headroom_passes() -> None:
    story = Story().instrument(cpu_share=0.7).instrument("mock.llm", cpu_share=0.1)
    finding = GeneratorHeadroom()(story.history())
    assert finding.outcome == "pass"
    assert finding.measures == {"mock.llm_cpu": 0.1, "runner_cpu": 0.7}


def test_a_busy_process_is_unknown() -> None:
    story = Story().instrument().instrument("mock.llm", cpu_share=0.95)
    finding = GeneratorHeadroom()(story.history())
    assert (finding.outcome, finding.instrument) == ("unknown", True)
    assert finding.summary.startswith("mock.llm used 95% of a core at most (limit 70%); lower")


def test_a_short_burst_is_no_bottleneck() -> None:
    story = Story()
    for index, share in enumerate([0.9, 0.2, 0.2, 0.2], 1):
        story.instrument(at=5 * index, cpu_share=share)
    assert GeneratorHeadroom()(story.history()).outcome == "pass"


def test_no_report_is_no_proof() -> None:
    assert GeneratorHeadroom()(Story().history()).outcome == "unknown"
