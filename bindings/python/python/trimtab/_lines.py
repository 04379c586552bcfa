"""Files, folders, texts and lines, as they are handed on; and where among lines something went wrong."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping

from trimtab._errors import FileError, TrimtabError


class Lines:
    """A file's lines, or those that are given."""

    def __init__(self, source: str | os.PathLike[str] | Iterable[str]) -> None:
        self._source = source
        is_path = isinstance(source, (str, os.PathLike))
        self.name = f"{os.fspath(source)}:" if is_path else "line "  # type: ignore[arg-type]
        """What comes before a line's number in a place."""

    def __iter__(self) -> Iterator[str]:
        if not isinstance(self._source, (str, os.PathLike)):
            yield from self._source
            return
        shown = os.fspath(self._source)
        try:
            with open(self._source, encoding="utf-8", newline="\n") as file:
                yield from file
        except (OSError, UnicodeDecodeError) as error:
            message = f"`{shown}` cannot be read: {error}"
            raise FileError(message, code="file", place=shown) from error

    def placed(self, error: TrimtabError) -> TrimtabError:
        """An error that knows its line, in this source."""
        error.place = f"{self.name}{error.place}"
        return error


def documents(
    source: str | os.PathLike[str] | Mapping[str, str],
) -> str | os.PathLike[str] | list[tuple[str, str]]:
    """A path, or texts under their names."""
    return list(source.items()) if isinstance(source, Mapping) else source
