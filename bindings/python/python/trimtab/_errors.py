"""What can go wrong, as one small family of exceptions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something wrong with a document, or odd about it."""

    level: str
    """``error`` or ``warning``."""
    code: str
    """What kind of finding it is, for programs."""
    message: str
    """What is wrong and what was expected."""
    file: str
    """The document's name."""
    line: int | None
    """The line, from 1; ``None`` for the whole document."""
    column: int | None
    """The column in characters, from 1; ``None`` for the whole document."""
    help: str | None
    """What to do, where there is something to say."""

    @property
    def place(self) -> str:
        """``file:line:column``."""
        parts = [self.file, self.line, self.column]
        return ":".join(str(part) for part in parts if part is not None)

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class TrimtabError(Exception):
    """The base of every exception of this package."""

    code: str
    """What kind of mistake it is, for programs."""
    place: str | None
    """Where: ``file:line:column``, or as much of it as is known."""
    help: str | None
    """What to do, where there is something to say."""

    def __init__(
        self, message: str, *, code: str, place: str | None = None, help: str | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.place = place
        self.help = help

    @property
    def message(self) -> str:
        """What is wrong."""
        return str(self.args[0])

    def __str__(self) -> str:
        return f"{self.message}\nhelp: {self.help}" if self.help else self.message

    def __reduce__(self) -> tuple[object, ...]:
        return (_raised, (type(self), self.message, dict(self.__dict__)))


class DocumentError(TrimtabError):
    """Documents with mistakes, each at its place."""

    findings: tuple[Finding, ...]
    """Every mistake of every document."""

    def __init__(
        self,
        message: str,
        *,
        code: str,
        place: str | None = None,
        help: str | None = None,
        findings: list[Finding] | tuple[Finding, ...] = (),
    ) -> None:
        super().__init__(message, code=code, place=place, help=help)
        self.findings = tuple(findings)

    def __str__(self) -> str:
        # The findings carry their help with them.
        return self.message if self.findings else super().__str__()


class FileError(TrimtabError):
    """A file that cannot be read or written."""


class FormatError(TrimtabError):
    """A text that is not what it should be."""


class DecisionError(TrimtabError):
    """A call that makes no sense, such as time that goes back."""


class DivergenceError(TrimtabError):
    """A record whose finding does not follow from what it rested on."""


class InternalError(TrimtabError):
    """A defect of trimtab: please report it."""


def _raised(kind: type[TrimtabError], message: str, state: dict[str, object]) -> TrimtabError:
    error = kind.__new__(kind, message)
    error.__dict__.update(state)
    return error


# They are raised, shown and pickled as what callers import.
for _kind in (
    Finding,
    TrimtabError,
    DocumentError,
    FileError,
    FormatError,
    DecisionError,
    DivergenceError,
    InternalError,
):
    _kind.__module__ = "trimtab"
