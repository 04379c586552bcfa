"""Lines out of files, each with its place."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from trimtab._errors import FileError


def placed(source: str | os.PathLike[str] | Iterable[str]) -> Iterator[tuple[str, str]]:
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
