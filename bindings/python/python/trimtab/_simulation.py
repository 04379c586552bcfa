"""What a simulation came to."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from trimtab import _trimtab
from trimtab._result import Document, table
from trimtab._shape import read
from trimtab._trimtab import Estate, Record


@dataclass(frozen=True)
class Said:
    """A reason: its stable code and its sentence."""

    code: str
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Bounds:
    """The fewest and the most replicas."""

    min: int
    max: int


@dataclass(frozen=True)
class Change:
    """A change of a service's size."""

    at: datetime
    from_: int
    to: int
    because: Said
    bound_by: Said | None


@dataclass(frozen=True)
class Score:
    """What a service's time came to."""

    slo_minutes_missed: float
    replica_hours: float
    money: Decimal
    """In the estate's currency."""
    flaps: int
    changes: int
    arrived: float
    served: float
    dropped: float
    peak_replicas: int
    least_replicas: int
    worst_p95_ms: float
    """Milliseconds."""


@dataclass(frozen=True)
class Times:
    """How often something moved a service, or bound it."""

    by: str
    times: int


@dataclass(frozen=True)
class Moves:
    """What moved a service up and down, and what bound those moves; most often first."""

    up: tuple[Times, ...]
    down: tuple[Times, ...]
    bound: tuple[Times, ...]


@dataclass(frozen=True)
class ServiceRun:
    """A service from beginning to end."""

    service: str
    law: str
    bounds: Bounds
    start: int
    end: int
    decisions: int
    score: Score
    at_maximum: timedelta
    moves: Moves
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Totals:
    """Sums over the services."""

    slo_minutes_missed: float
    replica_hours: float
    money: Decimal
    flaps: int
    changes: int
    decisions: int
    arrived: float
    served: float
    dropped: float


@dataclass(frozen=True)
class Played:
    """What was played, and over which time."""

    name: str
    currency: str
    seed: int
    tick: timedelta
    from_: datetime
    until: datetime


@dataclass(frozen=True)
class Warning:
    """What a simulation cannot show of a service."""

    service: str
    text: str


@dataclass(frozen=True)
class Point:
    """Some steps in a row: rates are means, the rest is the worst of them."""

    at: datetime
    demand: float
    served: float
    dropped: float
    capacity: float
    queued: float
    p95_ms: float
    utilisation: float
    replicas: int
    ready: int
    missed: bool


@dataclass(frozen=True)
class _Result:
    estate: Played
    services: tuple[ServiceRun, ...]
    totals: Totals
    warnings: tuple[Warning, ...]


class Simulation(Document[_Result]):
    """What a simulation came to.

    It compares and pickles by its canonical JSON and its records.
    """

    def __init__(self, text: str, records: list[Record], courses: dict[str, str]) -> None:
        super().__init__(_Result, text)
        self._courses = courses
        self.records = records
        """The records that were kept, in the order of the decisions."""

    @property
    def estate(self) -> Played:
        """What was played, and over which time."""
        return self._result.estate

    @property
    def services(self) -> tuple[ServiceRun, ...]:
        """Each service, in the order of the estate."""
        return self._result.services

    @property
    def totals(self) -> Totals:
        """Sums over the services."""
        return self._result.totals

    @property
    def warnings(self) -> tuple[Warning, ...]:
        """What the simulation cannot show."""
        return self._result.warnings

    def __getitem__(self, service: str) -> ServiceRun:
        for run in self.services:
            if run.service == service:
                return run
        raise KeyError(service)

    def course(self, service: str) -> tuple[Point, ...]:
        """A service over time, thinned out to what can be drawn."""
        return read(tuple[Point, ...], json.loads(self._courses[service]))

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other) is True and self.records == getattr(other, "records", None)

    __hash__ = Document.__hash__

    def __reduce__(self) -> tuple[object, ...]:
        return (Simulation, (self._text, self.records, self._courses))

    def __repr__(self) -> str:
        estate, totals = self.estate, self.totals
        return (
            f"<Simulation of {estate.name}: {len(self.services)} services, "
            f"{totals.changes} changes, {totals.money} {estate.currency}>"
        )

    def _repr_html_(self) -> str:
        head = "service law size changes SLO-minutes-missed replica-hours".split()
        head.append(self.estate.currency)
        rows = [
            [
                run.service,
                run.law,
                f"{run.score.least_replicas}\N{EN DASH}{run.score.peak_replicas} "
                f"of {run.bounds.min}\N{EN DASH}{run.bounds.max}",
                run.score.changes,
                f"{run.score.slo_minutes_missed:g}",
                f"{run.score.replica_hours:.1f}",
                f"{run.score.money:.2f}",
            ]
            for run in self.services
        ]
        return table([name.replace("-", " ") for name in head], rows)


def simulate(
    estate: Estate,
    *,
    seed: int | None = None,
    start: datetime | str | None = None,
    until: datetime | timedelta | str | None = None,
    keep: Literal["changes", "all"] | int | None = None,
    progress: Callable[[float], object] | None = None,
) -> Simulation:
    """Play an estate in virtual time.

    ``seed``, ``start`` and ``until`` take the place of what the estate says. ``keep`` says of
    which decisions records are kept: ``"changes"``, ``"all"`` or one in so many; none if left
    out. ``progress`` is called with how far it has come, from 0 to 1; what it raises ends the
    simulation, and so does Ctrl-C. The interpreter's lock is free meanwhile.
    """
    played = _trimtab.simulate(
        estate, seed=seed, start=start, until=until, keep=keep, progress=progress
    )
    courses = {service: played.course(service) for service in estate.services}
    return Simulation(played.to_json(), played.records(), courses)
