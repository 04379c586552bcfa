"""From the library's JSON to frozen dataclasses, by their annotations.

A field's name is the JSON's in snake case. Instants, lengths and money are texts and numbers
there, and ``datetime``, ``timedelta`` and ``Decimal`` here; what they mean is read by the library.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from datetime import datetime, timedelta
from decimal import Decimal

from trimtab._trimtab import _instant, _length

T = typing.TypeVar("T")


def read(kind: type[T], value: object) -> T:
    """``value``, as JSON has it, as a value of ``kind``."""
    return typing.cast(T, _reader(kind)(value))


_Reader = typing.Callable[[typing.Any], object]
_READERS: dict[typing.Any, _Reader] = {}


def _reader(kind: typing.Any) -> _Reader:
    if kind not in _READERS:
        _READERS[kind] = _made(kind)
    return _READERS[kind]


def _made(kind: typing.Any) -> _Reader:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        (inner,) = (argument for argument in arguments if argument is not type(None))
        return lambda value: None if value is None else _reader(inner)(value)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        # Lists that would be empty may be left out.
        return lambda value: tuple(_reader(arguments[0])(each) for each in value or ())
    if kind is datetime:
        return _instant
    if kind is timedelta:
        return _length
    if kind is Decimal:
        # Money is whole millionths.
        return lambda value: Decimal(value).scaleb(-6)
    if kind is float:
        # JSON cannot hold NaN and infinities, so those are texts.
        return float
    if dataclasses.is_dataclass(kind):
        return _of_dataclass(kind)
    return lambda value: value


def _of_dataclass(kind: typing.Any) -> _Reader:
    hints = typing.get_type_hints(kind)
    fields = [(f.name, _camel(f.name), _reader(hints[f.name])) for f in dataclasses.fields(kind)]

    def made(value: dict[str, object]) -> object:
        return kind(**{name: reader(value.get(key)) for name, key, reader in fields})

    return made


def _camel(name: str) -> str:
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(part.capitalize() for part in rest)
