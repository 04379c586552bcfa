"""Histories and fleets: the answers that Rust gives, from files and from tables."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import threading
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import trimtab
from arrow import RELEASED, Table
from trimtab import _trimtab, rightsize

CASES = Path(__file__).parents[3] / "tests" / "cases" / "rightsize"
FILES = sorted(CASES.glob("*.jsonl"))
MINUTES = range(1_700_000_000, 1_700_000_000 + 86_400, 60)
ANSWERS = 0


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    first, *lines = path.read_text().splitlines()
    expected = [json.loads(line) for line in lines if '"recorded":' in line]
    told: list[str] = []
    came: list[rightsize.Answer] = []
    replay = rightsize.UsageReplay()
    for number, line in enumerate(lines, start=2):
        try:
            _, answer, notes = replay.line(line)
        except trimtab.FormatError as error:
            told.append(f"{number}: {error.message}")
            continue
        told += [f"{number}: {note}" for note in notes]
        if answer is not None:
            recorded = line.split(',"recorded":{', 1)[1].removesuffix("}")
            at = line.split('"at":', 1)[1].split(",", 1)[0]
            assert answer == f'{{"at":{at},{recorded}'
            came.append(rightsize.Answer(json.loads(answer).pop("at"), {}, text=answer))
    assert len(came) == len(expected) > 0
    assert told == json.loads(first)["told"]
    global ANSWERS
    ANSWERS += len(came)


def test_count(capsys: pytest.CaptureFixture[str]) -> None:
    assert ANSWERS >= len(FILES) >= 10
    with capsys.disabled():
        print(f"\n{len(FILES)} histories, {ANSWERS} answers")


def test_a_history_and_its_answers() -> None:
    lines = (CASES / "all-zeros.jsonl").read_text().splitlines()[1:]
    (history,) = rightsize.replay(lines)
    (answer,) = history.answers
    assert (history.name, history.notes) == ("all-zeros", ())
    assert answer.methods["runbook"]["app"]["cpu"]["proposed"] == 0.25
    assert answer.to_dict()["at"] == answer.at == 604_800
    with pytest.raises(trimtab.FormatError) as caught:
        list(rightsize.replay([*lines, '{"at":']))
    assert caught.value.place == f"line {len(lines) + 1}:6"


def rows() -> list[tuple[int, str, str, str, float, float]]:
    return [(at, "web", "web-0", "app", 0.25 + at % 7 / 100, 1.0) for at in MINUTES]


def csv() -> str:
    head = "timestamp,workload,pod,container,cpu,cpu_request\n"
    return head + "".join(",".join(map(str, row)) + "\n" for row in rows())


def table() -> Table:
    at, workload, pod, container, cpu, request = zip(*rows(), strict=True)
    return Table(
        ("timestamp", [second * 10**9 for second in at]),
        ("workload", workload),
        ("pod", pod),
        ("container", container),
        ("cpu", cpu),
        ("cpu_request", request),
    )


def test_a_fleet_from_a_file_a_table_and_the_command(tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    path.write_text(csv())
    fleet = rightsize.fleet(path, prices="cpu=0.04,memory=0.005")
    (app,) = fleet
    assert (app.name, len(fleet), fleet["web/app"]) == ("web/app", 1, app)
    assert app.present.requests == rightsize.Amounts(cpu=1000, memory=None)
    assert app.krr.requests.cpu == 310 and app.samples.cpu == 1440
    assert app.krr.saved_monthly == Decimal("20.148")
    assert app.krr.patch is not None and app.runbook.patch is None
    assert app.runbook.found.cpu.verdict == "insufficient data"
    assert app.vpa.risk.cpu_at_risk == timedelta(0)
    assert rightsize.fleet(path)["web/app"].krr.saved_monthly is None
    before = len(RELEASED)
    assert rightsize.fleet(table(), prices="cpu=0.04,memory=0.005") == fleet
    assert len(RELEASED) > before
    command = [sys.executable, "-m", "trimtab", "rightsize", str(path), "-o", "json"]
    told = subprocess.run(
        [*command, "--prices", "cpu=0.04,memory=0.005"], capture_output=True, text=True, check=True
    )
    assert told.stdout == fleet.to_json() + "\n"
    again = pickle.loads(pickle.dumps(fleet))
    assert again == fleet and repr(again) == "<Fleet of 1 containers, 0 notes>"
    assert fleet.to_dict()["kind"] == "RightsizeResult"
    assert fleet._repr_html_().count("<tr>") == 2


OBJECTS = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: app, resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {memory: 1Gi}}}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web-hpa}
spec:
  maxReplicas: 9
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}]
"""


def test_objects_and_autoscalers(tmp_path: Path) -> None:
    (tmp_path / "usage.csv").write_text(csv())
    objects = tmp_path / "objects.yaml"
    objects.write_text(OBJECTS)
    told = {"objects.yaml": OBJECTS}
    fleet = rightsize.fleet(tmp_path / "usage.csv", workloads=told, autoscalers=told)
    app = fleet["web/app"]
    assert app.present.requests == rightsize.Amounts(cpu=500, memory=2**30)
    (scaled,) = app.autoscalers
    assert (scaled.name, scaled.resource, scaled.target, scaled.untold) == ("web-hpa", "cpu", 60, None)
    assert scaled.average_value == "300m" and scaled.now is not None and scaled.now.request == "500m"
    assert scaled.krr is not None and scaled.krr.request == "310m"
    assert rightsize.fleet(tmp_path / "usage.csv", workloads=objects, autoscalers=objects) == fleet
    assert rightsize.fleet(tmp_path / "usage.csv")["web/app"].autoscalers == ()
    with pytest.raises(trimtab.DocumentError) as caught:
        rightsize.fleet(tmp_path / "usage.csv", autoscalers={"a": OBJECTS.replace("maxReplicas: 9", "maxReplicas: many")})
    assert (caught.value.place or "").startswith("a:")


def copied(given: Table) -> tuple[int, int]:
    """How many bytes of samples the methods got to see, and how many of them lay elsewhere."""
    seen = [(at, size) for at, size in _trimtab._read_at([given]) if size > 0]
    own = given.lies_at()
    elsewhere = (
        size
        for at, size in seen
        if not any(start <= at and at + size <= start + length for start, length in own)
    )
    return sum(size for _, size in seen), sum(elsewhere)


def test_samples_are_not_copied() -> None:
    """What the methods read are the very numbers that the table holds."""
    samples = len(MINUTES) * 16
    assert copied(table()) == (samples, 0)
    # Rows of two pods in turns are brought together, which is a copy.
    at, workload, _, container, cpu, _ = zip(*rows(), strict=True)
    in_turns = Table(
        ("timestamp", [second * 10**9 for second in at]),
        ("workload", workload),
        ("pod", [f"web-{number % 2}" for number in range(len(at))]),
        ("container", container),
        ("cpu", cpu),
    )
    assert copied(in_turns) == (samples, samples)


def test_two_halves_are_a_whole(tmp_path: Path) -> None:
    head, *lines = csv().splitlines()
    for name, part in (("a.csv", lines[:700]), ("b.csv", lines[700:])):
        (tmp_path / name).write_text("\n".join([head, *part]) + "\n")
    whole = rightsize.fleet(table())
    assert rightsize.fleet(tmp_path) == whole
    assert rightsize.fleet(tmp_path / "a.csv", tmp_path / "b.csv", threads=2) == whole


def test_threads_size_side_by_side() -> None:
    expected = rightsize.fleet(table())
    came: list[rightsize.Fleet] = []
    tables = [table() for _ in range(4)]
    threads = [
        threading.Thread(target=lambda each=each: came.append(rightsize.fleet(each)))
        for each in tables
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert came == [expected] * 4


class NoCapsule:
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return object()


class Raises:
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        raise RuntimeError("not today")


def test_hostile_tables(tmp_path: Path) -> None:
    at = [second * 10**9 for second in MINUTES]
    names = [("workload", ["w"] * len(at)), ("pod", ["p"] * len(at)), ("container", ["c"] * len(at))]
    broken = Table(("timestamp", at), *names, ("cpu", [1.0] * len(at)), fails=True)
    with pytest.raises(trimtab.FormatError, match="the producer is broken") as caught:
        rightsize.fleet(broken)
    assert (caught.value.code, caught.value.place) == ("arrow", "table 1")
    spent = table()
    capsule = spent.__arrow_c_stream__()

    class Spent:
        def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
            return capsule

    rightsize.fleet(Spent())
    with pytest.raises(trimtab.FormatError):
        rightsize.fleet(Spent())
    with pytest.raises(TypeError):
        rightsize.fleet(NoCapsule())
    with pytest.raises(RuntimeError, match="not today"):
        rightsize.fleet(Raises())
    with pytest.raises(TypeError, match="a table that has `__arrow_c_stream__`, not <class 'int'>"):
        rightsize.fleet(5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="at least one history"):
        rightsize.fleet()
    with pytest.raises(ValueError, match="at least 1"):
        rightsize.fleet(table(), threads=0)
    strange = rightsize.fleet(Table(("timestamp", at), *names, ("cpuu", [1.0] * len(at))))
    assert len(strange) == 0 and "table 1" in strange.notes[0]
    unreadable = tmp_path / "usage.parquet"
    unreadable.write_bytes(b"PAR1" + b"\xff" * 100)
    assert len(rightsize.fleet(unreadable).notes) == 1
    unreadable.write_bytes(bytes(range(256)) * 40)
    assert rightsize.fleet(unreadable).notes


def test_what_makes_no_sense(tmp_path: Path) -> None:
    with pytest.raises(trimtab.FileError, match="no such file"):
        rightsize.fleet("nowhere.csv")
    with pytest.raises(trimtab.FileError, match="no file of usage"):
        rightsize.fleet(tmp_path)
    with pytest.raises(ValueError, match="expected both prices"):
        rightsize.fleet(table(), prices="cpu=1")
    with pytest.raises(trimtab.DecisionError) as caught:
        rightsize.fleet(table(), workload="api")
    assert caught.value.code == "unknown-workload"
    assert caught.value.help == "its workloads are `web`"
    for text in ("", "{", "[]", "null", '{"at":0}', "\0", "[" * 100_000):
        if text:
            with pytest.raises(trimtab.FormatError):
                rightsize.UsageReplay().line(text)
