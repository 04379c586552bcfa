"""What containers should request and be limited to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from trimtab import _trimtab
from trimtab._errors import TrimtabError
from trimtab._lines import Lines, documents
from trimtab._result import Document, Told, table
from trimtab._trimtab import Estate, UsageReplay

__all__ = [
    "Amounts",
    "Answer",
    "ArrowStream",
    "Autoscaler",
    "Container",
    "Counts",
    "Effect",
    "Evidence",
    "Finding",
    "Findings",
    "Fleet",
    "History",
    "KrrAnswer",
    "Load",
    "Peaks",
    "Pods",
    "Present",
    "Recommendation",
    "Risk",
    "RunbookAnswer",
    "Undefined",
    "UsageReplay",
    "VpaAnswer",
    "fleet",
    "replay",
]


@dataclass(frozen=True)
class Amounts:
    """An amount of each resource; ``None`` where nothing is set."""

    cpu: int | None
    """Thousandths of a core."""
    memory: int | None
    """Bytes."""


@dataclass(frozen=True)
class Risk:
    """What sizes would have done in the history, in time of pods."""

    cpu_at_risk: timedelta
    cpu_throttled: timedelta
    memory_at_risk: timedelta
    memory_over_limit: timedelta
    oom_kills: int
    cpu_censored: timedelta
    """At or above the limit of the history: more may have been wanted than was used."""
    memory_censored: timedelta


@dataclass(frozen=True)
class _Sized:
    requests: Amounts
    limits: Amounts
    risk: Risk


@dataclass(frozen=True)
class Present(_Sized):
    """What a container has today."""


@dataclass(frozen=True)
class _Advised(_Sized):
    saved_monthly: Decimal | None
    """In a month, over the pods that are there now; ``None`` without prices."""
    patch: dict[str, Any] | None
    """A strategic merge patch of the workload; ``None`` where nothing changes."""


@dataclass(frozen=True)
class Recommendation:
    """What the Vertical Pod Autoscaler's recommender says."""

    target: Amounts
    lower_bound: Amounts
    upper_bound: Amounts
    uncapped_target: Amounts
    confidence: float


@dataclass(frozen=True)
class VpaAnswer(_Advised):
    """The Vertical Pod Autoscaler's sizes."""

    found: Recommendation


@dataclass(frozen=True)
class Undefined:
    """Why KRR says nothing of a resource; ``None`` where it does."""

    cpu: str | None
    memory: str | None


@dataclass(frozen=True)
class KrrAnswer(_Advised):
    """KRR's sizes."""

    found: Undefined


@dataclass(frozen=True)
class Finding:
    """What the runbook's rule finds of one resource."""

    ratio: float | None
    coverage: float
    verdict: str
    unguarded: float | None
    proposed: float | None
    guards: tuple[str, ...]


@dataclass(frozen=True)
class Findings:
    """What the runbook's rule finds."""

    cpu: Finding
    memory: Finding


@dataclass(frozen=True)
class RunbookAnswer(_Advised):
    """The runbook's sizes."""

    found: Findings


@dataclass(frozen=True)
class Pods:
    """How many pods were seen, and how many are there now."""

    seen: int
    now: int


@dataclass(frozen=True)
class Counts:
    """How many samples there are."""

    cpu: int
    memory: int


@dataclass(frozen=True)
class Peaks:
    """The highest use: cores and bytes."""

    cpu: float
    memory: float


@dataclass(frozen=True)
class Evidence:
    """How sure the history makes, in words."""

    cpu: str
    memory: str


@dataclass(frozen=True)
class Load:
    """What an autoscaler sees today, of a pod: quantities, and the size that it wants."""

    pods: int
    usage: str
    request: str
    utilization: int | None
    """In per cent of the request."""
    replicas: int


@dataclass(frozen=True)
class Effect:
    """What a method's request does to an autoscaler."""

    request: str
    utilization: int | None
    """In per cent of that request, the target left alone."""
    replicas: int
    """The size that it then wants."""
    new_target: int
    """The target that keeps the usage that it has in mind."""
    replicas_with_new_target: int


@dataclass(frozen=True)
class Autoscaler:
    """A resource that an autoscaler of the workload aims at."""

    name: str
    resource: str
    container: str | None
    """``None`` where it aims at the pod's containers together."""
    target: int
    """In per cent of the request."""
    untold: str | None
    """Why nothing can be said; the rest is then ``None``."""
    average_value: str | None
    """The usage that the target has in mind, which does not depend on requests."""
    now: Load | None
    vpa: Effect | None
    krr: Effect | None
    krr_simple_limit: Effect | None
    runbook: Effect | None


@dataclass(frozen=True)
class Container:
    """A container, and each method's answer beside the others'."""

    namespace: str
    workload: str
    container: str
    now: datetime
    pods: Pods
    samples: Counts
    peaks: Peaks
    present: Present
    evidence: Evidence
    autoscalers: tuple[Autoscaler, ...]
    """What becomes of the autoscalers of its workload that were given."""
    vpa: VpaAnswer
    krr: KrrAnswer
    krr_simple_limit: KrrAnswer
    runbook: RunbookAnswer

    @property
    def name(self) -> str:
        """``namespace/workload/container``."""
        parts = (self.namespace, self.workload, self.container)
        return "/".join(part for part in parts if part)


@dataclass(frozen=True)
class _Result:
    containers: tuple[Container, ...]
    notes: tuple[str, ...]


class Fleet(Document[_Result]):
    """The answers for every container of a history.

    It compares and pickles by its canonical JSON.
    """

    def __init__(self, text: str) -> None:
        super().__init__(_Result, text)

    @property
    def containers(self) -> tuple[Container, ...]:
        """Each container, in the order of the workloads' names."""
        return self._result.containers

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out, or is in doubt."""
        return self._result.notes

    def __iter__(self) -> Iterator[Container]:
        return iter(self.containers)

    def __len__(self) -> int:
        return len(self.containers)

    def __getitem__(self, name: str) -> Container:
        for container in self.containers:
            if container.name == name:
                return container
        raise KeyError(name)

    def __repr__(self) -> str:
        return f"<Fleet of {len(self)} containers, {len(self.notes)} notes>"

    def _repr_html_(self) -> str:
        head = ["container", "pods", "cpu (m)", "memory (bytes)"]
        head += [f"{method} {what}" for method in ("vpa", "krr", "runbook") for what in ("cpu", "memory")]
        return table(head, [_row(container) for container in self.containers])


def _row(container: Container) -> list[object]:
    sized: tuple[_Sized, ...] = (
        container.present,
        container.vpa,
        container.krr,
        container.runbook,
    )
    row: list[object] = [container.name, container.pods.now]
    for each in sized:
        row += [each.requests.cpu, each.requests.memory]
    return row


class ArrowStream(Protocol):
    """A table of pyarrow, polars, pandas, DuckDB or any other that hands itself on in Arrow's form."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


def fleet(
    *histories: str | os.PathLike[str] | bytes | ArrowStream,
    workload: str | None = None,
    now: datetime | str | None = None,
    estate: Estate | None = None,
    prices: str | None = None,
    workloads: str | os.PathLike[str] | Mapping[str, str] | None = None,
    autoscalers: str | os.PathLike[str] | Mapping[str, str] | None = None,
    threads: int | None = None,
) -> Fleet:
    """Size every container of a history.

    A history is a file or a folder of usage (Parquet, Arrow, CSV, JSON, answers of Prometheus), the
    bytes of one (but for Parquet), or a table with the same columns; of tables, samples are not copied where instants are timestamps in
    nanoseconds and values are doubles without nulls. What is requested today is what the history says,
    or the ``estate``, or ``workloads``: objects as Kubernetes prints them, a file, a folder or texts
    under their names. Of ``autoscalers``, given likewise, it says what new requests do to them. ``prices`` are such as
    ``cpu=0.04,memory=0.005``, an hour. The interpreter's lock is free meanwhile.
    """
    if not histories:
        raise TypeError("fleet() needs at least one history")
    text = _trimtab._fleet(
        histories,
        workload=workload,
        now=now,
        estate=estate,
        prices=prices,
        workloads=None if workloads is None else documents(workloads),
        autoscalers=None if autoscalers is None else documents(autoscalers),
        threads=threads,
    )
    return Fleet(text)


@dataclass(frozen=True)
class Answer(Told):
    """What the methods said when they were asked, by method and container."""

    at: float
    """Seconds, as the history has them."""
    methods: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class History:
    """A recorded history, the answers that it asked for, and what was told of its lines."""

    name: str
    answers: tuple[Answer, ...]
    notes: tuple[str, ...]


def replay(source: str | os.PathLike[str] | Iterable[str]) -> Iterator[History]:
    """Replay recorded histories of usage: a file, or lines of one.

    Each is given once it is over. A line that cannot be read ends the iteration with an error whose
    place is the file and the line.
    """
    name: str | None = None
    answers: list[Answer] = []
    notes: list[str] = []
    running = UsageReplay()
    lines = Lines(source)
    for number, line in enumerate(lines, start=1):
        try:
            began, answer, told = running.line(line)
        except TrimtabError as error:
            raise lines.placed(error) from None
        if began is not None:
            if name is not None:
                yield History(name, tuple(answers), tuple(notes))
            name, answers, notes = began, [], []
        notes += [f"{lines.name}{number}: {each}" for each in told]
        if answer is not None:
            methods = json.loads(answer)
            at = methods.pop("at")
            answers.append(Answer(at, methods, text=answer))
    if name is not None:
        yield History(name, tuple(answers), tuple(notes))
