"""What the package costs over Rust, as ratios of one run; `docs/benchmarks.md` says how to repeat it."""

from __future__ import annotations

import bisect
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import trimtab
from trimtab import _trimtab, hpa, rightsize

ROOT = Path(__file__).parents[3]
ESTATE = ROOT / "examples" / "somagent"
RUSH = ROOT / "examples" / "hpa" / "morning-rush.jsonl"
START = datetime.fromtimestamp(1_772_366_400, timezone.utc)
DECISIONS, STEPS, ROUNDS = 5_000, 10_000, 7


def decision() -> float:
    service = trimtab.Service(trimtab.Estate.load(ESTATE).policy("billing-service"))
    written = trimtab.WriteOutcome.written()
    began = time.perf_counter()
    for tick in range(DECISIONS):
        now = START + timedelta(seconds=15 * tick)
        service.take_in([trimtab.Sample("cpu", 40.0, now, "bench")], now)
        service = service.decide(now, size=1).settle(written).service
    return (time.perf_counter() - began) / DECISIONS


def lines(scenario: Path) -> float:
    """Text to text, as Rust does it."""
    began = time.perf_counter()
    running = hpa.Replay()
    with open(scenario) as file:
        for line in file:
            running.line(line)
    return time.perf_counter() - began


def replay(scenario: Path) -> float:
    """Text to typed answers."""
    began = time.perf_counter()
    for _ in hpa.replay(scenario):
        pass
    return time.perf_counter() - began


def simulation() -> float:
    estate = trimtab.Estate.load(ESTATE)
    began = time.perf_counter()
    trimtab.simulate(estate, until="30h")
    return time.perf_counter() - began


def recording(path: Path) -> None:
    head, *steps = RUSH.read_text().splitlines()
    with open(path, "w") as file:
        print(head, file=file)
        for number in range(STEPS):
            step = json.loads(steps[number % len(steps)])
            step.pop("recorded", None)
            at = START + timedelta(seconds=15 * number)
            step["at"] = at.strftime("%Y-%m-%dT%H:%M:%SZ")
            print(json.dumps(step), file=file)


def arrow() -> None:
    try:
        import pyarrow
    except ImportError:
        print("arrow in: not measured, pyarrow is not there")
        return
    rows, workloads = 10_080, 500
    instants = pyarrow.array(range(0, rows * 60 * 10**9, 60 * 10**9), pyarrow.timestamp("ns"))
    value = pyarrow.array([0.25 + number % 7 / 100 for number in range(rows)])
    batches = []
    for number in range(workloads):
        name = pyarrow.array([f"w{number}"]).take(pyarrow.array([0] * rows))
        columns = {"timestamp": instants, "workload": name, "pod": name, "container": name}
        # Each batch has values of its own.
        own = pyarrow.concat_arrays([value])
        copy = pyarrow.py_buffer(bytes(own.buffers()[1]))
        own = pyarrow.Array.from_buffers(pyarrow.float64(), rows, [None, copy])
        batches.append(pyarrow.record_batch({**columns, "cpu": own}))
    table = pyarrow.Table.from_batches(batches)
    samples = rows * workloads * 16
    own = [
        (buffer.address, buffer.size)
        for batch in table.to_batches()
        for column in ("timestamp", "cpu")
        for buffer in [batch.column(column).buffers()[1]]
    ]
    own.sort()
    read = [(at, size) for at, size in _trimtab._read_at([table]) if size]
    starts = [at for at, _ in own]

    def lies_within(at: int, size: int) -> bool:
        place = bisect.bisect_right(starts, at) - 1
        return place >= 0 and at + size <= own[place][0] + own[place][1]

    copied = sum(size for at, size in read if not lies_within(at, size))
    print(f"arrow in: {copied} of {sum(size for _, size in read)} bytes of samples copied")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    fleet = rightsize.fleet(table, threads=1)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    print(f"arrow in: {len(fleet)} containers, {samples / 2**20:.0f} MiB of samples,", end=" ")
    print(f"peak memory grew by {grown / 2**20:.1f} MiB ({grown / samples:.3f} of them)")


def main() -> None:
    rust = sys.argv[1]
    arrow()
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "long.jsonl"
        recording(scenario)
        ratios: dict[str, list[float]] = {"decision": [], "lines": [], "replay": [], "simulation": []}
        call = [rust, str(ESTATE), str(scenario), str(DECISIONS)]
        for _ in range(ROUNDS):
            theirs = json.loads(subprocess.run(call, capture_output=True, check=True).stdout)
            ratios["decision"].append(decision() / theirs["decision"])
            ratios["lines"].append(lines(scenario) / theirs["replay"])
            ratios["replay"].append(replay(scenario) / theirs["replay"])
            ratios["simulation"].append(simulation() / theirs["simulation"])
            rust_times = theirs
    for name, all_ratios in ratios.items():
        print(f"{name}: {statistics.median(all_ratios):.2f} of Rust's time")
    print("Rust, the last round:", rust_times)


if __name__ == "__main__":
    main()
