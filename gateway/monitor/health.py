"""Whether the daemon does what it is there for: does each way go round, is the door open, does the database answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.monitor.figures import Figure, Sample
from gateway.monitor.rounds import Rounds


@dataclass(frozen=True, slots=True)
class Answer:
    """How one check came out. `seconds`: since a way came round well."""

    name: str
    well: bool
    seconds: float | None = None

    def facts(self) -> dict[str, Any]:
        """Give it for JSON."""
        return {"well": self.well} | ({} if self.seconds is None else {"seconds": round(self.seconds, 1)})


def examine(rounds: Rounds, samples: Sequence[Sample] | None) -> tuple[Answer, ...]:
    """Look at how the daemon goes; `samples` are the site's figures, None when they could not be read."""
    return (*_daemon(rounds), Answer("database", samples is not None), *_picking_up(samples or ()))


def facts(answers: Sequence[Answer]) -> Mapping[str, Any]:
    """Give all of it for JSON."""
    return {"healthy": all(one.well for one in answers), "checks": {one.name: one.facts() for one in answers}}


def _daemon(rounds: Rounds) -> Iterator[Answer]:
    now = rounds.clock()
    for name, way in rounds.ways.items():
        yield Answer(name, way.goes_round(now), way.age(now))
    yield Answer("door", rounds.door_is_open)


def _picking_up(samples: Sequence[Sample]) -> Iterator[Answer]:
    for sample in samples:
        if sample.figure is Figure.PICKUP_FAILING:
            yield Answer("pickup", not sample.value)
