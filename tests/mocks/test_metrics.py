from __future__ import annotations

from mocks.metrics import Metrics

from .drive import Drive


def sample(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_work_refusals_and_delays_are_counted() -> None:
    drive = Drive()
    metrics = Metrics(drive.service)
    drive.apply("slowdown", label="slow", first="300ms")
    drive.apply("concurrency", label="full", limit=1)
    drive.post(b"x")
    drive.post(b"y")
    assert sample(metrics, "fastbusy_work_active", stage="tts") == 1
    drive.socket()
    drive.run(1000)
    assert sample(metrics, "fastbusy_work_total", stage="tts", outcome="ok") == 1
    assert sample(metrics, "fastbusy_work_total", stage="tts", outcome="fail") == 1
    assert sample(metrics, "fastbusy_refusals_total", stage="tts", reason="concurrency") == 1
    assert sample(metrics, "fastbusy_injected_latency_seconds_sum", stage="tts") == 0.3
    assert sample(metrics, "fastbusy_work_active", stage="tts") == 0
    assert sample(metrics, "fastbusy_sockets_open", stage="tts") == 1
    assert sample(metrics, "fastbusy_faults_active") == 2
    assert (
        sample(metrics, "fastbusy_fault_bites", label="full", kind="concurrency", target="tts") == 1
    )


def test_each_service_has_metrics_of_its_own() -> None:
    one, other = Drive(), Drive()
    first, second = Metrics(one.service), Metrics(other.service)
    one.post(b"x")
    one.run()
    assert sample(first, "fastbusy_work_total", stage="tts", outcome="ok") == 1
    assert sample(second, "fastbusy_work_total", stage="tts", outcome="ok") is None
    assert b"# TYPE fastbusy_work_total counter" in first.exposition()
