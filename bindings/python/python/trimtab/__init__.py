"""How big should this be, why, and what happens if I change it.

Load an estate, decide on sizes, put decisions into words, play an estate in virtual time, replay
and explain what Kubernetes' HorizontalPodAutoscaler does, and size containers. Everything is worked out by the library in
Rust; its canonical JSON is the same in Rust, Python and Node.

>>> import trimtab
>>> estate = trimtab.Estate.load("examples/somagent")
>>> run = trimtab.simulate(estate, until="12h")
>>> run["gateway-api"].bounds
Bounds(min=3, max=20)
"""

from __future__ import annotations

import os

from trimtab import hpa, rightsize
from trimtab._errors import (
    DecisionError,
    DivergenceError,
    DocumentError,
    FileError,
    Finding,
    FormatError,
    InternalError,
    TrimtabError,
)
from trimtab._simulation import (
    Bounds,
    Change,
    Moves,
    Played,
    Point,
    Said,
    Score,
    ServiceRun,
    Simulation,
    Times,
    Totals,
    Warning,
    simulate,
)
from trimtab._trimtab import (
    VERSION as __version__,
)
from trimtab._trimtab import (
    Estate,
    Pending,
    Policy,
    Record,
    RecordReader,
    Sample,
    Service,
    Settled,
    State,
    WriteOutcome,
    records_to_lines,
)

__all__ = [
    "Bounds",
    "Change",
    "DecisionError",
    "DivergenceError",
    "DocumentError",
    "Estate",
    "FileError",
    "Finding",
    "FormatError",
    "InternalError",
    "Moves",
    "Pending",
    "Played",
    "Point",
    "Policy",
    "Record",
    "RecordReader",
    "Said",
    "Sample",
    "Score",
    "Service",
    "ServiceRun",
    "Settled",
    "Simulation",
    "State",
    "Times",
    "Totals",
    "TrimtabError",
    "Warning",
    "WriteOutcome",
    "__version__",
    "hpa",
    "read_records",
    "records_to_lines",
    "rightsize",
    "simulate",
]


def read_records(path: str | os.PathLike[str]) -> RecordReader:
    """The records of a stream, one a line, each with its policy put back."""
    return RecordReader(path)
