"""What Kubernetes' HorizontalPodAutoscaler does, exactly."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trimtab._errors import FileError, TrimtabError
from trimtab._shape import read
from trimtab._trimtab import Replay, World

__all__ = ["Answer", "Replay", "Scenario", "World", "replay"]


@dataclass(frozen=True)
class Answer:
    """What the controller does in one step."""

    at: datetime
    scaled_to: int | None
    """The size written; ``None`` where nothing was written."""
    status: dict[str, Any]
    """The autoscaler's status after the step, as the API server returns it."""
    error: str | None
    """The loop's error."""
    text: str
    """The answer as canonical JSON."""


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
    for place, line in _lines(source):
        if not line.strip():
            continue
        try:
            began, answer = running.line(line)
        except TrimtabError as error:
            error.place = place
            raise
        if began is not None:
            if name is not None:
                yield Scenario(name, tuple(answers))
            name, answers = began, []
        if answer is not None:
            answers.append(read(Answer, {**json.loads(answer), "text": answer}))
    if name is not None:
        yield Scenario(name, tuple(answers))


def _lines(source: str | os.PathLike[str] | Iterable[str]) -> Iterator[tuple[str, str]]:
    if not isinstance(source, (str, os.PathLike)):
        for number, line in enumerate(source, start=1):
            yield f"line {number}", line
        return
    shown = os.fspath(source)
    try:
        with open(source, encoding="utf-8", newline="\n") as file:
            for number, line in enumerate(file, start=1):
                yield f"{shown}:{number}", line
    except (OSError, UnicodeDecodeError) as error:
        message = f"`{shown}` cannot be read: {error}"
        raise FileError(message, code="file", place=shown) from error
