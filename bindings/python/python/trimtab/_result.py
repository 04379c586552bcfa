"""What all results have in common: they are their canonical JSON, read into typed values."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from trimtab._shape import read

T = TypeVar("T")


class Document(Generic[T]):
    """A result that compares and pickles by its canonical JSON."""

    def __init__(self, shape: type[T], text: str) -> None:
        self._text = text
        self._result = read(shape, json.loads(text))

    def to_json(self) -> str:
        """The result as canonical JSON: the bytes that the command writes."""
        return self._text

    def to_dict(self) -> dict[str, Any]:
        """The result as plain values."""
        return plain(self._text)

    def __eq__(self, other: object) -> bool:
        return self._text == other._text if isinstance(other, type(self)) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self._text,))


@dataclass(frozen=True)
class Told:
    """A result, or a part of one, that keeps the JSON that it was read from."""

    text: str = field(kw_only=True, repr=False)
    """The canonical JSON."""

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return plain(self.text)


def plain(text: str) -> dict[str, Any]:
    """An object of JSON as plain values."""
    value: dict[str, Any] = json.loads(text)
    return value


def table(head: Iterable[str], rows: Iterable[Sequence[object]]) -> str:
    """A table for notebooks; what is not there is left empty."""

    def cells(tag: str, values: Iterable[object]) -> str:
        texts = ("" if value is None else html.escape(str(value)) for value in values)
        return "".join(f"<{tag}>{text}</{tag}>" for text in texts)

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table><thead><tr>{cells('th', head)}</tr></thead><tbody>{body}</tbody></table>"
