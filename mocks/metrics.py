"""What a mock tells Prometheus, counted from its journal."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from kernel.event import Event

from .service import Service

_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics(Collector):
    """Metrics of one service in a registry of their own."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.registry = CollectorRegistry()
        self._work = Counter(
            "fastbusy_work",
            "Pieces of provider work that ended, by outcome.",
            ("stage", "outcome"),
            registry=self.registry,
        )
        self._refusals = Counter(
            "fastbusy_refusals",
            "Requests, sockets and contexts refused, by reason.",
            ("stage", "reason"),
            registry=self.registry,
        )
        self._injected = Histogram(
            "fastbusy_injected_latency_seconds",
            "Delay that faults added to the first output of a piece of work.",
            ("stage",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.registry.register(self)
        service.journal.listeners.append(self.observe)

    def observe(self, event: Event) -> None:
        """Count an event of the journal."""
        if event.kind not in ("work", "socket") or event.type == "invoke":
            return
        stage = event.actor.removeprefix("mock.")
        if event.type == "fail":
            self._refusals.labels(stage, event.data.get("reason", "other")).inc()
        if event.kind == "work":
            self._work.labels(stage, event.type).inc()
        if added_ns := event.data.get("added_ns"):
            self._injected.labels(stage).observe(added_ns / 1e9)

    def collect(self) -> Iterator[Metric]:
        """What is open right now."""
        active = GaugeMetricFamily("fastbusy_work_active", "Work going on.", labels=["stage"])
        sockets = GaugeMetricFamily("fastbusy_sockets_open", "Open sockets.", labels=["stage"])
        pieces = self._service.sessions.pieces()
        for stage in self._service.catalogue.stages:
            ours = [one.kind for one in pieces if one.session.provider.stage == stage]
            active.add_metric([stage], ours.count("work"))
            sockets.add_metric([stage], ours.count("socket"))
        yield active
        yield sockets
        faults = GaugeMetricFamily("fastbusy_fault_bites", "Bites of faults in force.",
                                   labels=["label", "kind", "target"])  # fmt: skip
        for state in (applied.state() for applied in self._service.chain):
            order = state.order
            faults.add_metric([order.label, order.kind, order.target], state.bites)
        yield faults
        yield GaugeMetricFamily(
            "fastbusy_faults_active", "Faults in force.", value=len(self._service.chain)
        )
        yield GaugeMetricFamily(
            "fastbusy_journal_events", "Events journalled since the start.",
            value=self._service.journal.next,
        )  # fmt: skip

    def exposition(self) -> bytes:
        """The text format that Prometheus scrapes."""
        return generate_latest(self.registry)
