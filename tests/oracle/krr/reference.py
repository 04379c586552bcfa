"""KRR's rules, and the runbook's, written a second time with numpy.

    reference.py generate --workloads N --seed S --histories FILE --answers FILE
    reference.py compare --answers FILE --given FILE

`generate` writes random histories of usage, and what the rules answer to them. `compare` holds
answers of `trimtab rightsize replay` against those: KRR's to the letter, the runbook's verdicts to
the letter and its numbers to 12 digits.
"""

import argparse
import json
import math
import random
import sys

import numpy as np

DAY = 86_400
WEEK = 7 * DAY
MIB = 1024**2
POINTS_REQUIRED = 100
QUANTITIES = {"m": 0.001, "": 1, "Mi": MIB, "Gi": 1024**3, "k": 1000, "M": 1e6}


def generate(options):
    rng = random.Random(options.seed)
    seen = dict.fromkeys(("late", "twice", "few", "gap", "zeros", "oom", "verdicts"), 0)
    verdicts = {}
    with open(options.histories, "w") as histories, open(options.answers, "w") as answers:
        for number in range(options.workloads):
            header, events = history(rng, f"w{number}", seen)
            histories.write(json.dumps(header) + "\n")
            answers.write(json.dumps({"name": header["name"]}) + "\n")
            taken = []
            for event in events:
                if "recommend" in event:
                    answer = recommend(header, taken, event)
                    event["recorded"] = {method: answer[method] for method in event["recommend"]}
                    for container in answer.get("runbook", {}).values():
                        for finding in container.values():
                            verdict = finding["verdict"]
                            verdicts[verdict] = verdicts.get(verdict, 0) + 1
                    answers.write(json.dumps(answer) + "\n")
                else:
                    taken.append(event)
                histories.write(json.dumps(event) + "\n")
    # A run that never met what it is for proves nothing.
    seen["verdicts"] = len(verdicts)
    missing = [what for what, count in seen.items() if count < (4 if what == "verdicts" else 3)]
    print(f"{options.workloads} workloads; {seen}; {verdicts}", file=sys.stderr)
    if options.workloads >= 100 and missing:
        sys.exit(f"too few histories have: {', '.join(missing)}")


def history(rng, name, seen):
    """A workload: a header and its events, in the order in which they are told."""
    containers = []
    for container in ["app", "sidecar", "log"][: rng.choice([1, 1, 1, 2, 3])]:
        spec = {"name": container}
        requests, limits = {}, {}
        if rng.random() < 0.85:
            requests["cpu"] = rng.choice(["100m", "500m", "1", "2500m", "4"])
        if rng.random() < 0.8:
            requests["memory"] = rng.choice(["128Mi", "1Gi", "500M"])
        if rng.random() < 0.85:
            limits["memory"] = rng.choice(["256Mi", "2Gi", "1000M", "8Gi"])
        if requests:
            spec["requests"] = requests
        if limits:
            spec["limits"] = limits
        containers.append(spec)
    header = {
        "apiVersion": "trimtab.dev/v1",
        "kind": "UsageHistory",
        "name": name,
        "workload": "Deployment/" + name,
        "namespace": "shop",
        "containers": containers,
    }
    begin = rng.choice([0, 1_700_000_000, 1_700_000_000.25, 1_650_000_000.1])
    span = rng.choice([3_600, 6 * 3_600, DAY, 3 * DAY, WEEK, WEEK, WEEK, 8 * DAY, 10 * DAY])
    most = 2_016 if rng.random() < 0.1 else 1_000
    step = rng.choice([step for step in (60, 75, 300, 900, 3600) if span // step <= most])
    steps = span // step
    now = begin + steps * step
    events = []
    for pod in range(rng.choice([1, 1, 2, 3, 5])):
        offset = rng.choice([0, 0, rng.uniform(0, step)])
        born, dead = sorted((rng.randrange(steps + 1), rng.randrange(steps + 1)))
        if pod == 0 or rng.random() < 0.5:
            born, dead = 0, steps
        gap = rng.randrange(steps + 1) if rng.random() < 0.3 else None
        for container in containers:
            shape = shapes(rng)
            for place in range(born, dead + 1):
                if gap is not None and gap <= place < gap + rng.choice([7, 30]):
                    seen["gap"] += 1
                    continue
                cpu, memory = shape(place)
                event = {
                    "at": begin + place * step + offset,
                    "pod": f"{name}-{pod}",
                    "container": container["name"],
                }
                which = rng.random()
                if which < 0.96:
                    event["cpu"] = cpu
                if which > 0.04:
                    event["memory"] = memory
                seen["zeros"] += cpu == 0
                events.append(event)
                if rng.random() < 0.002:
                    events.append(dict(event))
                    seen["twice"] += 1
    # Some come late: after others of their pod.
    for _ in range(rng.choice([0, 0, 20])):
        if events:
            events.append(events.pop(rng.randrange(len(events))))
            seen["late"] += 1
    if rng.random() < 0.15:
        at = now - rng.choice([60, 2 * DAY, 8 * DAY])
        oom = {"at": at, "pod": f"{name}-0", "container": "app", "oom": 134_217_728}
        events.insert(rng.randrange(len(events) + 1), oom)
        seen["oom"] += 1
    if len(events) < POINTS_REQUIRED:
        seen["few"] += 1
    methods = ["krr-simple", "krr-simple-limit", "runbook"]
    rng.shuffle(methods)
    half = len(events) // 2
    events.insert(half, {"at": begin + (steps // 2) * step, "recommend": methods})
    if rng.random() < 0.2:
        events.insert(rng.randrange(len(events)), {"at": now, "restart": True})
    events.append({"at": now, "recommend": methods})
    return header, events


def shapes(rng):
    """Usage as a function of the step: flat, noisy, daily, peaks, or nothing."""
    cores = rng.choice([0.001, 0.03, 0.15, 0.4, 2.0, 16.0])
    memory = rng.choice([5e6, 5e7, 3e8, 9e8, 1e12])
    kind = rng.choice(["flat", "noise", "noise", "daily", "peaks", "zero"])

    def shape(place):
        if kind == "zero":
            return 0, 0
        if kind == "flat":
            return cores, int(memory)
        if kind == "noise":
            return cores * rng.random(), memory * rng.uniform(0.2, 1)
        if kind == "daily":
            wave = 1 + math.sin(place / 45)
            return round(cores * wave, 4), int(memory * wave)
        high = 5 if place % 97 == 0 else 1
        return cores * high, int(memory * high)

    return shape


def recommend(header, events, asked):
    """What each method that is asked answers."""
    answer = {"at": asked["at"]}
    for method in asked["recommend"]:
        answer[method] = {}
        for spec in header["containers"]:
            mine = [event for event in events if event.get("container") == spec["name"]]
            if method == "runbook":
                answer[method][spec["name"]] = runbook(spec, mine, asked["at"])
            else:
                answer[method][spec["name"]] = krr(method, mine)
    return answer


def krr(method, events):
    cpu, memory = by_pod(events, "cpu"), by_pod(events, "memory")
    requests, limits = {"cpu": None, "memory": None}, {"memory": None}
    if method == "krr-simple-limit":
        limits = {"cpu": None, "memory": None}
    if sum(map(len, cpu.values())) >= POINTS_REQUIRED:
        if method == "krr-simple":
            requests["cpu"] = cores(max(np.percentile(pod, 95) for pod in cpu.values()))
        else:
            pooled = np.concatenate(list(cpu.values()))
            requests["cpu"] = cores(np.percentile(pooled, 66))
            limits["cpu"] = cores(np.percentile(pooled, 96))
    if sum(map(len, memory.values())) >= POINTS_REQUIRED:
        peak = np.max([np.max(pod) for pod in memory.values()])
        size = max(math.ceil(peak * (1 + 15 / 100) / MIB) * MIB, 100 * MIB)
        requests["memory"] = limits["memory"] = size
    return {"requests": requests, "limits": limits}


def cores(value):
    return max(math.ceil(value * 10**3) / 10**3, 1 / 1000 * 10)


def by_pod(events, what):
    pods = {}
    for event in events:
        if what in event:
            pods.setdefault(event["pod"], []).append(event[what])
    return {pod: np.array(values, dtype=np.float64) for pod, values in pods.items()}


def runbook(spec, events, now):
    killed = any("oom" in e and nanos(now) - WEEK * 10**9 <= nanos(e["at"]) <= nanos(now) for e in events)
    finding = {}
    for what, holder, threshold in (("cpu", "requests", 0.3), ("memory", "limits", 0.5)):
        present = spec.get(holder, {}).get(what)
        present = None if present is None else quantity(present)
        finding[what] = found(present, samples(events, what, now), threshold, what, killed)
    return finding


def samples(events, what, now):
    """Each pod's (time, value) in the window, sorted; the largest value of an instant."""
    end = nanos(now)
    begin = end - WEEK * 10**9
    pods = {}
    for event in events:
        if what in event and begin <= nanos(event["at"]) <= end:
            pod = pods.setdefault(event["pod"], {})
            at = nanos(event["at"])
            pod[at] = max(pod.get(at, 0), event[what])
    return [sorted(pod.items()) for pod in pods.values()]


def nanos(at):
    fraction, whole = math.modf(at)
    return int(whole) * 10**9 + math.floor(fraction * 1e9 + 0.5)


def found(present, pods, threshold, what, killed):
    steps = [b[0] - a[0] for pod in pods for a, b in zip(pod, pod[1:])]
    bridged = []
    if steps:
        most = 5 * float(np.median(np.array(steps)))
        for pod in pods:
            bridged.extend((a[0], b[0], a[1]) for a, b in zip(pod, pod[1:]) if b[0] - a[0] <= most)
    # Between two changes the set of pods that are alive stays the same.
    edges = sorted({edge for begin, end, _ in bridged for edge in (begin, end)})
    sums, counts = np.zeros(len(edges)), np.zeros(len(edges))
    index = {edge: place for place, edge in enumerate(edges)}
    for begin, end, value in bridged:
        sums[index[begin] : index[end]] += value
        counts[index[begin] : index[end]] += 1
    lengths = np.diff(np.array(edges, dtype=np.int64)).astype(np.float64) if edges else np.zeros(0)
    alive = counts[: len(lengths)] > 0
    covered = float(np.sum(lengths[alive]))
    coverage = covered / (WEEK * 1e9)
    answer = {"ratio": None, "coverage": coverage, "verdict": None, "unguarded": None, "proposed": None}
    if not present:
        return answer | {"verdict": "not applicable"}
    if coverage < 0.9:
        return answer | {"verdict": "insufficient data"}
    per_pod = sums[: len(lengths)][alive] / counts[: len(lengths)][alive]
    # About the first value, so that the mean of equal values is that value.
    mean = per_pod[0] + float(np.dot(per_pod - per_pod[0], lengths[alive])) / covered
    answer["ratio"] = ratio = mean / present
    if not ratio < threshold:
        return answer | {"verdict": "keep"}
    values = [np.array([value for _, value in pod], dtype=np.float64) for pod in pods]
    peak = max(np.percentile(pod, 95) if what == "cpu" else np.max(pod) for pod in values)
    proposed = max(float(peak) * 1.15, present / 2)
    if proposed >= present or killed:
        proposed = None
    return answer | {"verdict": "reduce", "unguarded": mean / threshold, "proposed": proposed}


def quantity(text):
    digits = text.rstrip("miMGk")
    number = float(digits)
    unit = text[len(digits) :]
    return number / 1000 if unit == "m" else number * QUANTITIES[unit]


def compare(options):
    with open(options.answers) as expected, open(options.given) as given:
        expected, given = expected.readlines(), given.readlines()
    differences = 0 if len(expected) == len(given) else 1
    if differences:
        print(f"{len(expected)} lines are expected, {len(given)} are there")
    name, answers = "", 0
    for want, got in zip(expected, given):
        want, got = json.loads(want), json.loads(got)
        name = want.get("name", name)
        answers += "at" in want
        for path in differing(want, got, ""):
            differences += 1
            if differences <= 10:
                print(f"{name} at {want.get('at')}: {path}")
    print(f"{answers} answers, {differences} differences", file=sys.stderr)
    sys.exit(1 if differences or not answers else 0)


def differing(want, got, path):
    """Where two answers differ. KRR's numbers and all verdicts agree to the letter."""
    if isinstance(want, dict) and isinstance(got, dict):
        if list(want) != list(got):
            yield f"{path}: keys {list(want)} are expected, {list(got)} are there"
        for key in want:
            if key in got:
                yield from differing(want[key], got[key], f"{path}/{key}")
    elif isinstance(want, float) and isinstance(got, float) and "/runbook/" in path:
        if not math.isclose(want, got, rel_tol=1e-12, abs_tol=1e-15):
            yield f"{path}: {want!r} is expected, {got!r} is there"
    elif want != got:
        yield f"{path}: {want!r} is expected, {got!r} is there"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("generate")
    verb.add_argument("--workloads", type=int, required=True)
    verb.add_argument("--seed", type=int, required=True)
    verb.add_argument("--histories", required=True)
    verb.add_argument("--answers", required=True)
    verb = verbs.add_parser("compare")
    verb.add_argument("--answers", required=True)
    verb.add_argument("--given", required=True)
    options = parser.parse_args()
    {"generate": generate, "compare": compare}[options.verb](options)


if __name__ == "__main__":
    main()
