"""What a caller sees: values, errors, times, threads, pickles."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
import trimtab
from trimtab import Estate, Sample, Service, WriteOutcome, _trimtab, simulate

ROOT = Path(__file__).parents[3]
SOMAGENT = ROOT / "examples" / "somagent"
NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


@pytest.fixture(scope="session")
def estate() -> Estate:
    return Estate.load(SOMAGENT)


@pytest.fixture(scope="session")
def run(estate: Estate) -> trimtab.Simulation:
    return simulate(estate, until=timedelta(hours=30), keep="changes")


def test_estate(estate: Estate) -> None:
    assert (estate.name, len(estate.services)) == ("somagent", 12)
    policy = estate.policy("gateway-api")
    assert (policy.service, policy.law, policy.bounds) == ("gateway-api", "hpa", (3, 20))
    assert repr(policy) == "<Policy of gateway-api under hpa, 3 to 20>"
    with pytest.raises(trimtab.DecisionError, match="no service `nope`") as caught:
        estate.policy("nope")
    assert caught.value.code == "unknown-service"
    assert caught.value.help is not None and "gateway-api" in caught.value.help


def test_a_service_from_sample_to_record(estate: Estate) -> None:
    service = Service(estate.policy("billing-service"))
    now = NOON
    for quarter in range(0, 41):
        now = NOON + timedelta(seconds=15 * quarter)
        taken = service.take_in([Sample("cpu", 91.0, now, "prometheus")], now)
        assert taken == [("cpu", now, ("sample-used", "used"))]
    pending = service.decide(now, size=1)
    assert (pending.current, pending.wanted, pending.write) == (1, 2, (1, 2))
    assert pending.because[0] == "sustained"
    assert pending.cap("postgres", 1).write is None
    settled = pending.settle(WriteOutcome.written())
    record = settled.record
    assert (record.service, record.at, record.wanted) == ("billing-service", now, 2)
    assert not record.is_hold
    assert "goes up from 1 to 2" in record.explain()[0]
    record.verify()
    assert record.again() == record
    # Dropping it equals never having asked.
    assert service.decide(now, size=1).wanted == 2
    assert settled.service.state != service.state


def test_simulation(run: trimtab.Simulation) -> None:
    gateway = run["gateway-api"]
    assert gateway.bounds == trimtab.Bounds(min=3, max=20)
    assert gateway.score.replica_hours > 90
    assert isinstance(run.totals.money, Decimal)
    assert run.totals.money == sum(service.score.money for service in run.services)
    assert run.estate.tick == timedelta(seconds=15)
    assert run.estate.until - run.estate.from_ == timedelta(hours=30)
    assert len(run.records) == run.totals.changes == sum(len(s.changes) for s in run.services)
    change = gateway.changes[0]
    assert change.at.tzinfo is timezone.utc and change.because.code == "hpa-above-target"
    points = run.course("gateway-api")
    assert points[0].at == run.estate.from_ and points[0].replicas == 3
    with pytest.raises(KeyError):
        run["nope"]


def test_the_command_says_the_same(run: trimtab.Simulation) -> None:
    command = [sys.executable, "-m", "trimtab", "simulate", str(SOMAGENT), "--until", "30h"]
    told = subprocess.run([*command, "-o", "json"], capture_output=True, text=True, check=True)
    assert told.stdout == run.to_json() + "\n"
    wrong = subprocess.run([*command, "--nope"], capture_output=True, text=True)
    assert wrong.returncode == 2 and "--nope" in wrong.stderr


def test_values_are_values(estate: Estate, run: trimtab.Simulation) -> None:
    service = Service(estate.policy("billing-service"))
    sample = Sample("cpu", 1.5, NOON, "prometheus", quality="partial")
    for value in (estate, service.policy, service.state, run, run.records[0], sample):
        again = pickle.loads(pickle.dumps(value))
        assert again == value and again is not value
        assert repr(value) == repr(again) and type(value).__name__ in repr(value)
        assert value != "something else"
    assert copy.deepcopy(run.services) == run.services
    assert run.to_dict() == json.loads(run.to_json())


def test_a_notebook_shows_a_table(run: trimtab.Simulation) -> None:
    table = run._repr_html_()
    assert table.count("<tr>") == 13 and "gateway-api" in table


def test_times() -> None:
    # As text, in another zone, to the microsecond, and before 1970.
    zone = timezone(timedelta(hours=2))
    for given in (NOON, "2026-03-01T12:00:00Z", NOON.astimezone(zone)):
        assert Sample("cpu", 1.0, given, "s").taken_at == NOON
    early = datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=timezone.utc)
    assert Sample("cpu", 1.0, early, "s").taken_at == early
    with pytest.raises(ValueError, match="without a time zone"):
        Sample("cpu", 1.0, datetime(2026, 3, 1), "s")
    with pytest.raises(ValueError, match="1677 to 2262"):
        Sample("cpu", 1.0, datetime(2300, 1, 1, tzinfo=timezone.utc), "s")
    with pytest.raises(TypeError, match="not int"):
        Sample("cpu", 1.0, 5, "s")  # type: ignore[arg-type]


def test_progress_and_what_it_raises(estate: Estate) -> None:
    told: list[float] = []
    simulate(estate, until="1h", progress=told.append)
    assert told == sorted(told) and told[-1] == 1.0 and len(told) == 80 or len(told) >= 50

    def enough(part: float) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        simulate(estate, progress=enough)


RUSH = ROOT / "examples" / "hpa" / "morning-rush.jsonl"
PREPARED = f"""
import datetime, json, os, signal, tempfile, threading, time, trimtab
from trimtab import hpa, rightsize
# A shell that runs something beside itself has it ignore the signal.
signal.signal(signal.SIGINT, signal.default_int_handler)
estate = trimtab.Estate.load({str(SOMAGENT)!r})
head, step = open({str(RUSH)!r}).read().splitlines()[:2]
step = json.loads(step)
del step["at"], step["recorded"]
rest = json.dumps(step)[1:]
start = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.timezone.utc)
folder = tempfile.TemporaryDirectory()

def recording(steps):
    yield head
    for number in range(steps):
        at = start + datetime.timedelta(seconds=15 * number)
        yield f'{{{{"at":"{{at:%Y-%m-%dT%H:%M:%SZ}}",{{rest}}'

def usage():
    head = {{"apiVersion": "trimtab.dev/v1", "kind": "UsageHistory", "name": "a", "containers": [{{"name": "app"}}]}}
    yield json.dumps(head)
    for number in range(10**9):
        yield f'{{{{"at":{{number}},"pod":"p","container":"app","cpu":0.5}}}}'

def written(name, lines):
    path = os.path.join(folder.name, name)
    with open(path, "w") as file:
        file.writelines(line + "\\n" for line in lines)
    return path

def rows():
    yield "timestamp,workload,pod,container,cpu"
    for number in range(50_000):
        yield f"{{1_700_000_000 + 60 * number}},web,web-0,app,0.25"

def interrupted(work):
    sent = []

    def interrupt():
        sent.append(time.process_time())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Timer(0.2, interrupt).start()
    try:
        work()
    except KeyboardInterrupt:
        print(time.process_time() - sent[0])
"""
LONG = {
    "simulate": "interrupted(lambda: trimtab.simulate(estate, until=datetime.timedelta(days=3650)))",
    "hpa.replay": "interrupted(lambda: list(hpa.replay(recording(10**9))))",
    "hpa.what_if": "interrupted(lambda: list(hpa.what_if(recording(10**9), {'controller': {}})))",
    "hpa.explain": "path = written('long.jsonl', recording(200_000))\n"
    "interrupted(lambda: hpa.explain(path))",
    "rightsize.replay": "interrupted(lambda: list(rightsize.replay(usage())))",
    "rightsize.fleet": "path = written('usage.csv', rows())\n"
    "interrupted(lambda: rightsize.fleet(*[path] * 300))",
}


@pytest.mark.parametrize("call", LONG)
def test_ctrl_c(call: str) -> None:
    command = [sys.executable, "-c", PREPARED + LONG[call]]
    told = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    # In the middle and not at the end: whole, each takes a multiple of that.
    assert told.stdout and float(told.stdout) < 0.6, (told.stdout, told.stderr)


def test_threads_play_side_by_side(estate: Estate, run: trimtab.Simulation) -> None:
    """The lock is free while the library works: another thread goes on meanwhile."""
    came: list[trimtab.Simulation] = []

    def play() -> None:
        came.append(simulate(estate, until=timedelta(hours=30), keep="changes"))

    threads = [threading.Thread(target=play) for _ in range(8)]
    for thread in threads:
        thread.start()
    turns = 0
    while any(thread.is_alive() for thread in threads):
        turns += 1
        time.sleep(0.001)
    assert turns > 10
    assert came == [run] * 8


@pytest.mark.parametrize(
    ("text", "kind", "code", "place"),
    [
        ("", trimtab.DocumentError, None, "a.yaml"),
        ("a: [", trimtab.DocumentError, "syntax", "a.yaml:1"),
        ("apiVersion: trimtab.dev/v1\nkind: Estate\nnaem: x\n", trimtab.DocumentError, None, None),
        ("\0", trimtab.DocumentError, None, "a.yaml"),
        ("a: &a [*a]", trimtab.DocumentError, None, "a.yaml"),
        ("[" * 100_000, trimtab.DocumentError, None, "a.yaml"),
        ("{" * 100_000, trimtab.DocumentError, None, "a.yaml"),
        ("k: " + "9" * 10_000, trimtab.DocumentError, None, "a.yaml"),
    ],
)
def test_hostile_documents(
    text: str, kind: type[trimtab.TrimtabError], code: str | None, place: str | None
) -> None:
    with pytest.raises(kind) as caught:
        Estate.read({"a.yaml": text})
    error = caught.value
    assert isinstance(error, trimtab.DocumentError) and error.findings
    assert code is None or error.code == code
    assert place is None or (error.place or "").startswith(place)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.code, again.findings) == (str(error), error.code, error.findings)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"version":9}', "\0", "[" * 100_000])
def test_hostile_texts(text: str) -> None:
    from trimtab.hpa import World

    for read in (
        trimtab.Record.from_json,
        trimtab.State.from_json,
        trimtab.Policy.from_json,
        World.from_json,
    ):
        with pytest.raises(trimtab.FormatError) as caught:
            read(text)
        assert caught.value.place is not None


def test_calls_that_make_no_sense(estate: Estate) -> None:
    service = Service(estate.policy("billing-service"))
    with pytest.raises(TypeError, match="either a size or a world"):
        service.decide(NOON)
    with pytest.raises(OverflowError):
        service.decide(NOON, size=2**40)
    service.take_in([], NOON)
    with pytest.raises(trimtab.DecisionError) as caught:
        service.take_in([], NOON - timedelta(seconds=1))
    assert caught.value.code == "time-went-back"
    with pytest.raises(trimtab.DecisionError) as caught:
        Service(estate.policy("gateway-api"), service.state)
    assert caught.value.code == "other-policy"
    with pytest.raises(ValueError, match="unknown quality"):
        Sample("cpu", 1.0, NOON, "s", quality="fine")  # type: ignore[arg-type]
    with pytest.raises(trimtab.FileError, match="no such file") as unread:
        Estate.load("nowhere")
    assert (unread.value.code, unread.value.place) == ("file", "nowhere")
    assert repr(type(unread.value)) == "<class 'trimtab.FileError'>"
    with pytest.raises(ValueError, match="expected 'changes'"):
        simulate(estate, keep="none")  # type: ignore[arg-type]
    with pytest.raises(trimtab.DecisionError, match="not after its beginning"):
        simulate(estate, until=NOON - timedelta(days=365))


def test_a_panic_becomes_an_error() -> None:
    with pytest.raises(trimtab.InternalError, match="on purpose") as caught:
        _trimtab._panic_on_purpose()
    assert caught.value.help is not None and "report" in caught.value.help


def test_streams_of_records(run: trimtab.Simulation, tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text(trimtab.records_to_lines(run.records))
    assert list(trimtab.read_records(path)) == run.records
    path.write_text(path.read_text() + '{"kind":\n')
    records = trimtab.read_records(path)
    with pytest.raises(trimtab.FormatError) as caught:
        for _ in records:
            pass
    assert caught.value.place == f"{path}:{len(run.records) + 1}:8"
    assert list(records) == []
