from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from os import PathLike
from typing import Any, Literal, TypeAlias, final

from trimtab._errors import Finding

__all__ = [
    "Estate",
    "Pending",
    "Policy",
    "Record",
    "RecordReader",
    "Replay",
    "Sample",
    "Service",
    "Settled",
    "State",
    "UsageReplay",
    "VERSION",
    "WhatIf",
    "World",
    "WriteOutcome",
    "_Played",
    "_explain",
    "_fleet",
    "_instant",
    "_length",
    "_panic_on_purpose",
    "_read_at",
    "_run_command",
    "_validate",
    "records_to_lines",
    "simulate",
]

VERSION: str

_Instant: TypeAlias = datetime | str
_Told: TypeAlias = tuple[str, str]
_Documents: TypeAlias = str | PathLike[str] | Sequence[tuple[str, str]]

@final
class Estate:
    """An estate's documents, read and checked: services, what governs them, what they cost."""

    @staticmethod
    def load(path: str | PathLike[str]) -> Estate:
        """Reads the documents of a folder and of the folders in it, or the one of a file."""

    @staticmethod
    def read(documents: dict[str, str]) -> Estate:
        """Reads documents from texts, each under a name that messages show."""

    @property
    def name(self) -> str:
        """The estate's name."""

    @property
    def services(self) -> list[str]:
        """The names of its services, in the order of the documents."""

    @property
    def warnings(self) -> list[Finding]:
        """What is likely a mistake, but does no harm."""

    def policy(self, service: str) -> Policy:
        """What governs a service."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, tuple[dict[str, str]]]: ...

@final
class Policy:
    """What governs a service: its law, its bounds and its guards. Policies come from an estate."""

    @staticmethod
    def from_json(text: str) -> Policy:
        """Reads a policy from its JSON, as records carry it."""

    def to_json(self) -> str:
        """The policy as canonical JSON."""

    @property
    def service(self) -> str:
        """The service that it governs."""

    @property
    def law(self) -> Literal["rules", "hpa"]:
        """`rules` or `hpa`."""

    @property
    def bounds(self) -> tuple[int, int]:
        """The fewest and the most replicas."""

    @property
    def digest(self) -> str:
        """What states and records name it by."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, tuple[str]]: ...

@final
class State:
    """What a service's decisions remember: save it, restore it, hand it over."""

    @staticmethod
    def from_json(text: str) -> State:
        """Reads a saved state."""

    def to_json(self) -> str:
        """The state as canonical JSON."""

    @property
    def policy(self) -> str:
        """The digest of the policy that it belongs to."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, tuple[str]]: ...

@final
class Sample:
    """One measurement: what was measured, when, by whom, and how good it is.

    A value of None says that the source was asked and had nothing, which is not zero.
    """

    def __new__(
        cls,
        metric: str,
        value: float | None,
        taken_at: _Instant,
        source: str,
        *,
        quality: Literal["measured", "partial", "estimated"] | None = None,
    ) -> Sample: ...
    @property
    def metric(self) -> str:
        """The metric's name in the policy."""

    @property
    def value(self) -> float | None:
        """The value, in the metric's unit."""

    @property
    def taken_at(self) -> datetime:
        """When it was measured."""

    @property
    def source(self) -> str:
        """Who measured it."""

    @property
    def quality(self) -> Literal["measured", "partial", "estimated"]:
        """`measured`, `partial` or `estimated`."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __getnewargs_ex__(
        self,
    ) -> tuple[tuple[str, float | None, str, str], dict[str, str]]: ...

@final
class Service:
    """A service: its policy, what its decisions remember, and what it took in since the last one."""

    def __new__(cls, policy: Policy, state: State | None = None) -> Service: ...
    @property
    def policy(self) -> Policy:
        """The policy."""

    @property
    def state(self) -> State:
        """What its decisions remember."""

    def take_in(
        self, samples: Sequence[Sample], now: _Instant
    ) -> list[tuple[str, datetime, _Told]]:
        """Takes samples in; gives of each its metric, its time and what became of it."""

    def decide(
        self, now: _Instant, *, size: int | None = None, world: World | None = None
    ) -> Pending:
        """Decides: under `rules` on the size that is there, under `hpa` on what a loop sees."""

    @property
    def poll_timeout(self) -> datetime | None:
        """The one instant at which asking again could change the answer."""

    def migrated(self, policy: Policy) -> tuple[Service, list[_Told]]:
        """The service under another policy, and what was lost on the way."""

@final
class Pending:
    """A decision before its write. Dropping it equals never having asked."""

    @property
    def current(self) -> int:
        """The size that is there."""

    @property
    def wanted(self) -> int:
        """The size that is wanted."""

    @property
    def because(self) -> _Told:
        """Why: a stable code and a sentence."""

    @property
    def bound_by(self) -> tuple[str, _Told] | None:
        """The stage that bound the size, with its code and its sentence."""

    @property
    def write(self) -> tuple[int, int] | None:
        """The one write that is wanted: from this size to that one."""

    def cap(self, budget: str, at_most: int) -> Pending:
        """The decision bounded by a shared budget."""

    def settle(self, outcome: WriteOutcome) -> Settled:
        """Takes note of what came of the write."""

@final
class WriteOutcome:
    """What came of a write."""

    @staticmethod
    def written() -> WriteOutcome:
        """It was written."""

    @staticmethod
    def failed(error: str) -> WriteOutcome:
        """It was not written, for this reason."""

    @staticmethod
    def unknown(error: str) -> WriteOutcome:
        """Nobody knows, for this reason, such as a time-out."""

    @staticmethod
    def shadow() -> WriteOutcome:
        """It was not meant to be written."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Settled:
    """A decision after its write."""

    @property
    def service(self) -> Service:
        """What the next decision starts from."""

    @property
    def record(self) -> Record:
        """What it rested on and what was found."""

    @property
    def events(self) -> list[tuple[str, str, str]]:
        """Under `hpa`, the events that the controller sends: type, reason and message."""

    @property
    def error(self) -> str | None:
        """Under `hpa`, the loop's error."""

@final
class Record:
    """What a decision rested on, and what was found. `to_json` gives its canonical bytes."""

    @staticmethod
    def from_json(text: str) -> Record:
        """Reads a record."""

    def to_json(self) -> str:
        """The record as canonical JSON."""

    def to_dict(self) -> dict[str, Any]:
        """The record as plain values."""

    @property
    def service(self) -> str:
        """The service."""

    @property
    def at(self) -> datetime:
        """When it was decided."""

    @property
    def law(self) -> Literal["rules", "hpa"]:
        """The law that governed."""

    @property
    def current(self) -> int:
        """The size that was there."""

    @property
    def wanted(self) -> int:
        """The size that is wanted."""

    @property
    def is_hold(self) -> bool:
        """Whether the size stays."""

    @property
    def reason(self) -> str:
        """Why, as a stable code."""

    @property
    def policy(self) -> Policy | None:
        """The policy that it rested on, where the record carries it."""

    @property
    def state(self) -> State:
        """The state after the decision."""

    def explain(self) -> list[str]:
        """The decision in words, a line each."""

    def verify(self) -> None:
        """Works the finding out again from what the decision rested on; an error says where the two differ."""

    def again(self) -> Record:
        """The record as it comes out again today."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, tuple[str]]: ...

@final
class RecordReader:
    """The records of a stream, one a line, each with its policy put back."""

    def __new__(cls, path: str | PathLike[str]) -> RecordReader: ...
    def __iter__(self) -> RecordReader: ...
    def __next__(self) -> Record: ...

@final
class World:
    """What a loop of the controller sees: the target's scale, its pods, what the metrics APIs answer."""

    @staticmethod
    def from_step(policy: Policy, text: str) -> World:
        """Of Kubernetes' own objects, as a step of an HpaScenario holds them."""

    @staticmethod
    def from_json(text: str) -> World:
        """Of facts, as records carry them."""

    def to_json(self) -> str:
        """The facts as canonical JSON."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, tuple[str]]: ...

@final
class Replay:
    """Recorded scenarios while they are being replayed, line by line."""

    def __new__(cls) -> Replay: ...
    def line(self, text: str) -> tuple[str | None, str | None, str | None]:
        """Plays the next line; gives the name of the scenario that it begins, or the answer as JSON and how it compares with the recorded one."""

@final
class WhatIf:
    """Scenarios while they are compared with themselves under a change, line by line."""

    def __new__(cls, change: _Documents) -> WhatIf: ...
    def line(self, text: str) -> str:
        """Plays the next line; gives what is to be told of it, as lines of canonical JSON."""

    def end(self) -> str:
        """Ends the scenario that is being played, if there is one."""

@final
class UsageReplay:
    """Histories of usage while they are being replayed, line by line."""

    def __new__(cls) -> UsageReplay: ...
    def line(self, text: str) -> tuple[str | None, str | None, list[str]]:
        """Takes the next line in; gives the name of the history that it begins, the answer that it asks for as JSON, and what is told of it."""

@final
class _Played:
    def to_json(self) -> str: ...
    def records(self) -> list[Record]: ...
    def course(self, service: str) -> str: ...

def records_to_lines(records: Sequence[Record]) -> str: ...
def simulate(
    estate: Estate,
    *,
    seed: int | None = None,
    start: _Instant | None = None,
    until: datetime | timedelta | str | None = None,
    keep: Literal["changes", "all"] | int | None = None,
    progress: Callable[[float], object] | None = None,
) -> _Played: ...
def _explain(
    documents: _Documents,
    *,
    name: str | None = None,
    step: int | None = None,
    at: _Instant | None = None,
) -> tuple[list[tuple[str, list[str]]], list[Finding]]: ...
def _validate(question: str) -> str: ...
def _fleet(
    histories: Sequence[object],
    *,
    workload: str | None = None,
    now: _Instant | None = None,
    estate: Estate | None = None,
    prices: str | None = None,
    workloads: _Documents | None = None,
    autoscalers: _Documents | None = None,
    threads: int | None = None,
) -> str: ...
def _read_at(histories: Sequence[object]) -> list[tuple[int, int]]: ...
def _instant(text: str) -> datetime: ...
def _length(text: str) -> timedelta: ...
def _run_command(arguments: Sequence[str]) -> int: ...
def _panic_on_purpose() -> None: ...
