"""Every case file of the library, decided through this package: the same records, byte for byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from trimtab import Policy, Record, Sample, Service, State, WriteOutcome, records_to_lines
from trimtab.hpa import World

CASES = Path(__file__).parents[3] / "tests" / "cases"
FILES = sorted(path for path in CASES.rglob("*.json") if '"kind": "Case"' in path.read_text())
DECISIONS = 0


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CASES)))
def test_case(path: Path) -> None:
    expected = lines(path)
    policies: dict[str, Policy] = {}
    came = [decided(json.loads(line), policies) for line in expected]
    assert records_to_lines(came).splitlines() == expected
    global DECISIONS
    DECISIONS += len(came)


def test_count(capsys: pytest.CaptureFixture[str]) -> None:
    assert DECISIONS > len(FILES) > 100
    with capsys.disabled():
        print(f"\n{len(FILES)} cases, {DECISIONS} decisions")


def lines(path: Path) -> list[str]:
    """The records of a case as the bytes they are: one a line, in the last list of the file."""
    _, records = path.read_text().split('\n  "records": [\n')
    return [line.strip().removesuffix(",") for line in records.split("\n  ]")[0].splitlines()]


def decided(record: dict[str, Any], policies: dict[str, Policy]) -> Record:
    """What the record rested on, decided on again step by step."""
    premise = record["premise"]
    if "policy" in premise:
        policy = Policy.from_json(json.dumps(premise["policy"]))
        policies[policy.digest] = policy
    policy = policies[premise["policyDigest"]]
    service = Service(policy, State.from_json(json.dumps(premise["state"])))
    for batch in premise.get("taken", []):
        service.take_in([sample(each) for each in batch["samples"]], batch["now"])
    seen = premise["input"]
    if "world" in seen:
        pending = service.decide(record["at"], world=World.from_json(json.dumps(seen["world"])))
    else:
        pending = service.decide(record["at"], size=seen["size"])
    for cap in premise.get("caps", []):
        pending = pending.cap(cap["budget"], cap["atMost"])
    return pending.settle(outcome(premise["outcome"])).record


def sample(value: dict[str, Any]) -> Sample:
    amount = None if value["value"] is None else float(value["value"])
    taken_at, source = value["takenAt"], value["source"]
    return Sample(value["metric"], amount, taken_at, source, quality=value["quality"])


def outcome(value: str | dict[str, str]) -> WriteOutcome:
    if isinstance(value, str):
        make = {"written": WriteOutcome.written, "shadow": WriteOutcome.shadow}
        return make[value]()
    ((kind, error),) = value.items()
    return {"failed": WriteOutcome.failed, "unknown": WriteOutcome.unknown}[kind](error)
