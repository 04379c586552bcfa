"""A table in Arrow's C stream form, made by hand: what pyarrow, polars and pandas hand on."""

from __future__ import annotations

import array
import ctypes
from collections.abc import Sequence
from typing import Any

_Release = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class _Schema(ctypes.Structure):
    pass


_Schema._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_char_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(_Schema))),
    ("dictionary", ctypes.c_void_p),
    ("release", ctypes.c_void_p),
    ("private_data", ctypes.c_void_p),
]


class _Array(ctypes.Structure):
    pass


_Array._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(_Array))),
    ("dictionary", ctypes.c_void_p),
    ("release", ctypes.c_void_p),
    ("private_data", ctypes.c_void_p),
]

_GetSchema = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(_Schema))
_GetNext = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(_Array))
_GetError = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)


class _Stream(ctypes.Structure):
    _fields_ = [
        ("get_schema", _GetSchema),
        ("get_next", _GetNext),
        ("get_last_error", _GetError),
        ("release", ctypes.c_void_p),
        ("private_data", ctypes.c_void_p),
    ]


def _release_schema(at: int) -> None:
    _Schema.from_address(at).release = None


def _release_array(at: int) -> None:
    _Array.from_address(at).release = None
    RELEASED.append(at)


def _release_stream(at: int) -> None:
    _Stream.from_address(at).release = None


_schema_released = _Release(_release_schema)
_array_released = _Release(_release_array)
_stream_released = _Release(_release_stream)

RELEASED: list[int] = []
"""Where arrays were when their reader gave them back."""

_new = ctypes.pythonapi.PyCapsule_New
_new.restype = ctypes.py_object
_new.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]

Column = tuple[str, Sequence[float] | Sequence[int] | Sequence[str]]


class Table:
    """Columns of doubles, texts, and instants in nanoseconds, in one batch."""

    def __init__(self, *columns: Column, fails: bool = False) -> None:
        self._kept: list[object] = []
        self._left = 1
        self._fails = fails
        rows = len(columns[0][1])
        formats, arrays = zip(*(self._column(values) for _, values in columns), strict=True)
        children = [
            _Schema(kind, name.encode(), None, 0, 0, None, None, self._at(_schema_released))
            for kind, (name, _) in zip(formats, columns, strict=True)
        ]
        self._schema = _Schema(b"+s", b"", None, 0, len(columns), self._pointers(_Schema, children))
        self._array = _Array(
            rows, 0, 0, 1, len(columns), self._buffers([None]), self._pointers(_Array, arrays)
        )

    def lies_at(self) -> list[tuple[int, int]]:
        """Where the numbers are that it hands on: addresses and lengths in bytes."""
        held = (each for each in self._kept if isinstance(each, array.array) and each.itemsize == 8)
        return [(each.buffer_info()[0], len(each) * 8) for each in held]

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        self._stream = _Stream(
            _GetSchema(self._get_schema),
            _GetNext(self._get_next),
            _GetError(self._get_error),
            self._at(_stream_released),
        )
        capsule: object = _new(ctypes.addressof(self._stream), b"arrow_array_stream", None)
        return capsule

    def _get_schema(self, _: int | None, out: Any) -> int:
        out[0] = self._schema
        out[0].release = self._at(_schema_released)
        return 0

    def _get_next(self, _: int | None, out: Any) -> int:
        if self._fails:
            return 5
        if not self._left:
            out[0] = _Array()
            return 0
        self._left = 0
        out[0] = self._array
        out[0].release = self._at(_array_released)
        return 0

    def _get_error(self, _: int | None) -> int | None:
        self._said = ctypes.create_string_buffer(b"the producer is broken")
        return ctypes.addressof(self._said)

    def _at(self, callback: Any) -> int | None:
        return ctypes.cast(callback, ctypes.c_void_p).value

    def _column(self, values: Sequence[Any]) -> tuple[bytes, _Array]:
        first = values[0]
        buffers: Sequence[array.array[float] | array.array[int] | bytes]
        if isinstance(first, str):
            texts = [str(value).encode() for value in values]
            offsets = array.array("i", [0])
            for text in texts:
                offsets.append(offsets[-1] + len(text))
            kind, buffers = b"u", [offsets, b"".join(texts)]
        elif isinstance(first, float):
            kind, buffers = b"g", [array.array("d", values)]
        else:
            kind, buffers = b"tsn:", [array.array("q", values)]
        held = self._buffers([None, *(self._address(buffer) for buffer in buffers)])
        made = _Array(len(values), 0, 0, len(buffers) + 1, 0, held, None, None)
        made.release = self._at(_array_released)
        return kind, made

    def _address(self, buffer: array.array[float] | array.array[int] | bytes) -> int | None:
        self._kept.append(buffer)
        if isinstance(buffer, bytes):
            return ctypes.cast(ctypes.c_char_p(buffer), ctypes.c_void_p).value
        return buffer.buffer_info()[0]

    def _buffers(self, addresses: list[int | None]) -> Any:
        made = (ctypes.c_void_p * len(addresses))(*addresses)
        self._kept.append(made)
        return ctypes.cast(made, ctypes.POINTER(ctypes.c_void_p))

    def _pointers(self, kind: type[ctypes.Structure], values: Sequence[Any]) -> object:
        pointers = [ctypes.pointer(value) for value in values]
        made = (ctypes.POINTER(kind) * len(pointers))(*pointers)
        self._kept += [*values, made]
        return ctypes.cast(made, ctypes.POINTER(ctypes.POINTER(kind)))
