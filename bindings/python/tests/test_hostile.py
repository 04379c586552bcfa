"""What nobody should send: an exception with a code and a place, the same in each language."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trimtab
from trimtab import hpa, rightsize

INPUTS = json.loads((Path(__file__).parents[3] / "tests" / "hostile.json").read_text())
READ: dict[str, Callable[[str], object]] = {
    "estate": lambda text: trimtab.Estate.read({"a": text}),
    "scenario": lambda text: list(hpa.replay(text.split("\n"))),
    "hpa": lambda text: hpa.explain({"a": text}, at="2026-03-02T09:00:00Z"),
    "usage": lambda text: list(rightsize.replay(text.split("\n"))),
}


@pytest.mark.parametrize("given", INPUTS, ids=lambda given: f"{given['into']}, {given['what']}")
def test_hostile_input(given: dict[str, Any]) -> None:
    parts = given["text"]
    text = "".join(part if isinstance(part, str) else part[0] * part[1] for part in parts)
    read = READ[given["into"]]
    if given["error"] is None:
        read(text)
        return
    with pytest.raises(trimtab.TrimtabError) as caught:
        read(text)
    error = caught.value
    assert [type(error).__name__, error.code, error.place] == given["error"]
    findings = error.findings if isinstance(error, trimtab.DocumentError) else ()
    assert [f"{each.code} {each.place}" for each in findings] == given.get("findings", [])


def test_all_forms_are_there() -> None:
    assert {given["into"] for given in INPUTS} == set(READ)
    assert len(INPUTS) >= 60


def test_files_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"kind: \xff\xfe\n" + bytes(range(256)))
    calls: list[Callable[[], object]] = [
        lambda: trimtab.Estate.load(path),
        lambda: list(hpa.replay(path)),
        lambda: hpa.explain(path),
        lambda: list(hpa.what_if(path, {"controller": {}})),
        lambda: hpa.what_if([], path).__next__(),
        lambda: list(rightsize.replay(path)),
        lambda: list(trimtab.read_records(path)),
    ]
    for call in calls:
        with pytest.raises(trimtab.TrimtabError) as caught:
            call()
        assert caught.value.code and (caught.value.place or "").startswith(str(path))


@pytest.mark.parametrize("damage", ["cut", "flipped", "nothing", "text"])
def test_files_of_columns(tmp_path: Path, damage: str) -> None:
    """One bad file is told of, and is no harm to the others."""
    good = tmp_path / "good.csv"
    good.write_text("timestamp,workload,pod,container,cpu\n1700000000,web,web-0,app,0.25\n")
    whole = b"ARROW1\0\0" + b"\xff" * 40 + b"\x10\0\0\0ARROW1"
    bad = {"cut": whole[:20], "flipped": b"\xff\xff\xff\xff" + whole, "nothing": b"", "text": b"\0\1"}
    path = tmp_path / "bad.arrow"
    path.write_bytes(bad[damage])
    for history in (path, bad[damage]):
        fleet = rightsize.fleet(good, history)
        assert len(fleet) == 1
        name = str(path) if history is path else "bytes 2"
        assert fleet.notes[0].startswith(name), fleet.notes
    with pytest.raises(trimtab.FileError, match="cannot be read from bytes 1"):
        rightsize.fleet(b"PAR1" + bytes(100))
