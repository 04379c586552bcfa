"""What Kubernetes' HorizontalPodAutoscaler does, exactly."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trimtab import _trimtab
from trimtab._errors import Finding, TrimtabError
from trimtab._lines import Lines, documents
from trimtab._result import Told, plain, table
from trimtab._shape import read
from trimtab._simulation import Said
from trimtab._trimtab import Replay, WhatIf, World

__all__ = [
    "Account",
    "Answer",
    "Comparison",
    "Explanations",
    "FieldError",
    "Pair",
    "Replay",
    "Scenario",
    "Side",
    "Summary",
    "Total",
    "Verdict",
    "WhatIf",
    "World",
    "explain",
    "replay",
    "validate",
    "what_if",
]


@dataclass(frozen=True)
class Answer(Told):
    """What the controller does in one step."""

    at: datetime
    scaled_to: int | None
    """The size written; ``None`` where nothing was written."""
    status: dict[str, Any]
    """The autoscaler's status after the step, as the API server returns it."""
    error: str | None
    """The loop's error."""
    recorded: str | None = None
    """``same`` where the recorded answer is this one, ``panicked`` where the recorded controller
    did, or else what differs; ``None`` where none was recorded."""


@dataclass(frozen=True)
class Scenario:
    """A recorded scenario and the controller's answers to it."""

    name: str
    answers: tuple[Answer, ...]


def replay(source: str | os.PathLike[str] | Iterable[str]) -> Iterator[Scenario]:
    """Replay recorded scenarios: a file, or lines of one.

    Each is answered as a whole before it is given. A line that cannot be read ends the iteration
    with an error whose place is the file and the line.
    """
    name: str | None = None
    answers: list[Answer] = []
    running = Replay()
    lines = Lines(source)
    for line in lines:
        try:
            began, answer, recorded = running.line(line)
        except TrimtabError as error:
            raise lines.placed(error) from None
        if began is not None:
            if name is not None:
                yield Scenario(name, tuple(answers))
            name, answers = began, []
        if answer is not None:
            answers.append(_answer(answer, recorded))
    if name is not None:
        yield Scenario(name, tuple(answers))


@dataclass(frozen=True)
class Account(Told):
    """One loop of an autoscaler, accounted for."""

    name: str
    at: datetime
    current: int | None
    """The size that was read; ``None`` if it could not be."""
    desired: int
    because: Said
    scaled_to: int | None
    error: str | None
    finding: dict[str, Any]
    """All that was found: metrics, pods, stages, windows, turning points."""
    lines: tuple[str, ...]
    """The account in words."""

    def __str__(self) -> str:
        return "\n".join(self.lines)


class Explanations(tuple[Account, ...]):
    """Accounts, one for each autoscaler, and what may be a mistake in what they rest on."""

    warnings: tuple[Finding, ...] = ()

    def __str__(self) -> str:
        return "\n\n".join(str(account) for account in self)


def explain(
    source: str | os.PathLike[str] | Mapping[str, str],
    *,
    name: str | None = None,
    step: int | None = None,
    at: datetime | str | None = None,
) -> Explanations:
    """Explain one loop of an autoscaler: why, and what would change it.

    The source is a file, a folder, or texts under their names: objects of a cluster, as
    ``kubectl get -o yaml`` gives them, or a recorded scenario, whose last loop is explained, or the
    ``step`` from 1, or the last one up to ``at``.
    """
    told, warnings = _trimtab._explain(documents(source), name=name, step=step, at=at)
    made = Explanations(_account(text, lines) for text, lines in told)
    made.warnings = tuple(warnings)
    return made


@dataclass(frozen=True)
class FieldError:
    """What the API server says of a field."""

    type: str
    field: str
    value: Any
    detail: str
    text: str
    """The whole sentence, word for word."""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Verdict(Told):
    """What the API server makes of an object that it is sent."""

    spec: dict[str, Any] | None
    """The spec as it would be stored; ``None`` where the object cannot be read."""
    errors: tuple[FieldError, ...]
    """All that is refused, in the API server's order."""
    unreadable: str | None
    """Why the object, or the old one, cannot be read."""

    @property
    def is_stored(self) -> bool:
        """Whether the object would be stored."""
        return self.spec is not None and not self.errors

    def _repr_html_(self) -> str:
        rows: list[list[object]] = [[e.field, e.type, e.text] for e in self.errors]
        return table(["field", "type", "what"], rows)


def validate(
    hpa: str | Mapping[str, Any],
    old: str | Mapping[str, Any] | None = None,
    *,
    gates: Mapping[str, bool] | None = None,
) -> Verdict:
    """What the API server would say of an object; with ``old``, of an update of that one.

    Objects are mappings, or JSON texts. Gates that are not given are as Kubernetes has them.
    """
    parts = [f'"hpa":{_json(hpa)}']
    if old is not None:
        parts.append(f'"old":{_json(old)}')
    if gates is not None:
        parts.append(f'"featureGates":{json.dumps(dict(gates))}')
    text = _trimtab._validate("{" + ",".join(parts) + "}")
    return read(Verdict, {**json.loads(text), "text": text})


@dataclass(frozen=True)
class Side:
    """A step of one run."""

    found: int | None
    """The size that the step found."""
    left: int | None
    """The size that it left."""
    at: datetime
    scaled_to: int | None
    """The size written; ``None`` where nothing was written."""
    status: dict[str, Any]
    error: str | None


@dataclass(frozen=True)
class Pair(Told):
    """A step in which the two runs differ."""

    recorded: Side
    """As it was recorded."""
    changed: Side
    """With the change."""


@dataclass(frozen=True)
class Total:
    """What one run came to."""

    replica_hours: float
    min: int | None
    max: int | None
    rescales: int
    errors: int


@dataclass(frozen=True)
class Summary:
    """What both runs came to."""

    steps: int
    differ: int
    """How many of the steps differ."""
    set_from_outside: int
    """In how many both runs took a size that the recording's own run had not left."""
    recorded: Total
    changed: Total


@dataclass(frozen=True)
class Comparison:
    """A scenario beside itself under a change."""

    name: str
    summary: Summary
    pairs: tuple[Pair, ...]
    """The steps in which the two differ."""
    text: str
    """The lines of canonical JSON that the command writes."""

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain values: its name, its pairs and its summary."""
        name, *pairs, summary = (plain(line) for line in self.text.splitlines())
        return {**name, "pairs": pairs, **summary}

    def _repr_html_(self) -> str:
        runs = [("recorded", self.summary.recorded), ("changed", self.summary.changed)]
        rows: list[list[object]] = [
            [name, run.replica_hours, run.min, run.max, run.rescales, run.errors]
            for name, run in runs
        ]
        return table(["run", "replica hours", "min", "max", "rescales", "errors"], rows)


def what_if(
    source: str | os.PathLike[str] | Iterable[str],
    change: str | os.PathLike[str] | Mapping[str, Any],
) -> Iterator[Comparison]:
    """Replay recorded scenarios as they were and with a change, side by side.

    The change is a file or a mapping: another autoscaler or its spec, or ``controller`` and
    ``featureGates``. Each scenario is played as a whole before it is given.
    """
    if isinstance(change, Mapping):
        running = WhatIf([("change", json.dumps(dict(change)))])
    else:
        running = WhatIf(change)
    told: list[str] = []
    lines = Lines(source)
    for line in lines:
        try:
            said = running.line(line)
        except TrimtabError as error:
            raise lines.placed(error) from None
        for each in said.splitlines():
            told.append(each)
            if each.startswith('{"summary":'):
                yield _comparison(told)
                told = []
    told.extend(running.end().splitlines())
    if told:
        yield _comparison(told)


def _comparison(told: list[str]) -> Comparison:
    name, *pairs, summary = told
    return Comparison(
        plain(name)["name"],
        read(Summary, plain(summary)["summary"]),
        tuple(_pair(pair) for pair in pairs),
        "\n".join(told) + "\n",
    )


def _pair(text: str) -> Pair:
    value = plain(text)
    sides = {name: {**side, **side["answer"]} for name, side in value.items()}
    return read(Pair, {**sides, "text": text})


def _answer(text: str, recorded: str | None) -> Answer:
    return read(Answer, {**json.loads(text), "text": text, "recorded": recorded})


def _account(text: str, lines: list[str]) -> Account:
    value = json.loads(text)
    found = value["finding"]
    return read(Account, {**found, **value, "lines": lines, "text": text})


def _json(value: str | Mapping[str, Any]) -> str:
    return value if isinstance(value, str) else json.dumps(dict(value))
