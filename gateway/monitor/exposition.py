"""Writes figures in Prometheus' text format. Loaded by a daemon that gives figures, and by nothing else."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from gateway.monitor.figures import Figure, Sample

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
TOTAL = "_total"


@dataclass(frozen=True)
class _Given(Collector):
    samples: Iterable[Sample]

    def collect(self) -> Iterator[Metric]:
        families: dict[Figure, GaugeMetricFamily | CounterMetricFamily] = {}
        for sample in self.samples:
            if sample.figure not in families:
                families[sample.figure] = _family(sample.figure)
            families[sample.figure].add_metric(sample.labels, sample.value)
        yield from families.values()


def written(samples: Iterable[Sample]) -> bytes:
    """Write them, and what the process itself uses."""
    registry = CollectorRegistry()
    registry.register(_Given(tuple(samples)))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


def _family(figure: Figure) -> GaugeMetricFamily | CounterMetricFamily:
    kind = CounterMetricFamily if figure.metric.endswith(TOTAL) else GaugeMetricFamily
    return kind(figure.metric.removesuffix(TOTAL), figure.told, labels=figure.labels)
