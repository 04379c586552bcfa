"""The work that the benchmark compares with: Python's json and numpy, as KRR uses them.

Reads lines `WORK FILE`, answers `SECONDS RESULT`.
"""

import json
import sys
import time

import numpy as np

SAMPLES = 2016


def decode(path):
    """A Prometheus answer to one array of instants and one of values for each series."""
    with open(path, "rb") as file:
        answer = json.load(file)
    series = []
    for one in answer["data"]["result"]:
        values = one["values"]
        at = np.array([value[0] for value in values], dtype=np.float64)
        cpu = np.array([value[1] for value in values], dtype=np.float64)
        series.append((at, cpu))
    return series


def checked(series):
    bits = np.uint64(0)
    seconds = 0
    count = 0
    for at, cpu in series:
        bits ^= np.bitwise_xor.reduce(cpu.view(np.uint64))
        seconds += int(at.astype(np.int64).sum())
        count += len(at)
    return f"{count} {seconds} {int(bits):016x}"


def percentiles(arrays):
    """Of each pod the 95th percentile of CPU, of which KRR takes the largest, and the peak."""
    found = [(np.percentile(cpu, 95), memory.max()) for cpu, memory in arrays]
    return found


def arrays(path):
    raw = np.fromfile(path, dtype=np.float64).reshape(-1, 2, SAMPLES)
    return [(pod[0].copy(), pod[1].copy()) for pod in raw]


kept = {}
for line in sys.stdin:
    work, path = line.rstrip("\n").split(" ", 1)
    if work == "decode":
        start = time.perf_counter()
        series = decode(path)
        seconds = time.perf_counter() - start
        result = checked(series)
        del series
    else:
        if path not in kept:
            kept[path] = arrays(path)
        start = time.perf_counter()
        found = percentiles(kept[path])
        seconds = time.perf_counter() - start
        bits = 0
        for cpu, memory in found:
            # Whole millicores and MiB, rounded up, as the strategies answer.
            cores = int(np.ceil(cpu * 1000.0))
            mib = int(np.ceil(memory / 1048576.0))
            bits = (bits * 31 + cores * 1000003 + mib) % (1 << 61)
        result = str(bits)
    print(f"{seconds:.9f} {result}", flush=True)
