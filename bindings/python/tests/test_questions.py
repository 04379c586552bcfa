"""Questions about an autoscaler: what it did, why, what if, and would it be stored."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import trimtab
from trimtab import hpa

ROOT = Path(__file__).parents[3]
RECORDINGS = sorted((ROOT / "tests" / "cases" / "hpa").glob("*.jsonl"))
RUSH = ROOT / "examples" / "hpa" / "morning-rush.jsonl"
TIGHTER = ROOT / "examples" / "hpa" / "tighter.yaml"
STEPS = 0


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_the_recorded_controller_answered_the_same(path: Path) -> None:
    answers = [answer for scenario in hpa.replay(path) for answer in scenario.answers]
    assert answers and {answer.recorded for answer in answers} == {"same"}
    global STEPS
    STEPS += len(answers)


def test_count(capsys: pytest.CaptureFixture[str]) -> None:
    assert STEPS >= len(RECORDINGS) >= 10
    with capsys.disabled():
        print(f"\n{len(RECORDINGS)} recordings, {STEPS} answers")


def test_a_recording_that_was_changed_differs() -> None:
    text = RECORDINGS[0].read_text()
    head, *steps = text.splitlines()
    changed = steps[0].replace('"scaledTo":4', '"scaledTo":5')
    assert changed != steps[0]
    (scenario,) = hpa.replay([head, changed])
    assert "scaledTo" in (scenario.answers[0].recorded or "")


def command(*arguments: str | Path) -> str:
    told = [sys.executable, "-m", "trimtab", "hpa", *map(str, arguments)]
    return subprocess.run(told, capture_output=True, text=True).stdout


def test_explain() -> None:
    (account,) = hpa.explain(RUSH)
    assert (account.name, account.current, account.desired) == ("morning-rush", 2, 2)
    assert account.because.code and str(account).startswith("morning-rush holds at 2")
    assert account.text + "\n" == command("explain", RUSH, "-o", "json")
    assert account.to_dict()["finding"] == account.finding
    (third,) = hpa.explain(str(RUSH), step=3)
    assert third.at < account.at and third.name == account.name
    (same,) = hpa.explain({"rush": RUSH.read_text()}, at=third.at)
    assert same == third and pickle.loads(pickle.dumps(same)) == copy.deepcopy(same)


OBJECTS = """
apiVersion: v1
kind: List
items:
- apiVersion: autoscaling/v2
  kind: HorizontalPodAutoscaler
  metadata: {name: web}
  spec: {maxReplicas: 9, scaleTargetRef: {kind: Deployment, name: web}}
- kind: Deployment
  metadata: {name: web}
  spec: {replicas: 12, selector: {matchLabels: {app: web}}}
  status: {replicas: 12, conditions: [{lastTransitionTime: "2026-03-02T09:00:00Z"}]}
"""


def test_explain_objects(tmp_path: Path) -> None:
    explained = hpa.explain({"objects.yaml": OBJECTS})
    (account,) = explained
    assert (account.name, account.current, account.scaled_to) == ("web", 12, 9)
    assert "web" in str(explained) and isinstance(explained.warnings, tuple)
    (tmp_path / "objects.yaml").write_text(OBJECTS)
    assert hpa.explain(tmp_path / "objects.yaml") == hpa.explain(tmp_path) == explained


def test_validate() -> None:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    meta = {"name": "web", "namespace": "shop"}
    fine = {"metadata": meta, "spec": {"maxReplicas": 3, "scaleTargetRef": target}}
    verdict = hpa.validate(fine)
    assert verdict.is_stored and verdict.spec is not None and verdict.spec["minReplicas"] == 1
    assert hpa.validate(json.dumps(fine)) == verdict
    wrong = {"metadata": meta, "spec": {"maxReplicas": 0, "minReplicas": 0, "scaleTargetRef": target}}
    refused = hpa.validate(wrong, fine)
    assert not refused.is_stored and "spec.maxReplicas" in {e.field for e in refused.errors}
    assert str(refused.errors[0]).startswith(refused.errors[0].field)
    assert refused.to_dict()["errors"][0]["type"] == refused.errors[0].type
    assert refused._repr_html_().count("<tr>") == 1 + len(refused.errors)
    to_zero = {**wrong, "spec": {**wrong["spec"], "maxReplicas": 3}}  # type: ignore[dict-item]
    off = {e.field for e in hpa.validate(to_zero, gates={"HPAScaleToZero": False}).errors}
    assert "spec.minReplicas" in off
    assert hpa.validate({"spec": 5}).unreadable is not None
    with pytest.raises(trimtab.FormatError):
        hpa.validate(fine, gates={"Nope": True})


def test_what_if(tmp_path: Path) -> None:
    (comparison,) = hpa.what_if(RUSH, TIGHTER)
    assert (comparison.name, comparison.summary.steps) == ("morning-rush", 24)
    assert len(comparison.pairs) == comparison.summary.differ > 0
    pair = comparison.pairs[0]
    assert pair.recorded.at == pair.changed.at and pair.text in comparison.text
    assert comparison.summary.changed.max == 14 and comparison.summary.recorded.max == 12
    told = command("replay", RUSH, "--with", TIGHTER, "--diff", "-o", "json")
    assert comparison.text == told
    assert comparison.to_dict()["summary"]["differ"] == comparison.summary.differ
    assert comparison._repr_html_().count("<tr>") == 3
    (same,) = hpa.what_if(RUSH.read_text().splitlines(), {"controller": {"tolerance": 0.1}})
    assert (same.summary.differ, same.pairs) == (0, ())
    assert len(list(hpa.what_if([*RUSH.read_text().splitlines()] * 2, TIGHTER))) == 2


@pytest.mark.parametrize("text", ["{", "[]", "null", "\0", "[" * 100_000, '{"at":"x"}'])
def test_hostile_texts(text: str) -> None:
    with pytest.raises(trimtab.TrimtabError):
        hpa.explain({"a": text})
    try:
        verdict = hpa.validate(text)
        assert verdict.unreadable or verdict.errors
    except trimtab.FormatError as error:
        assert "column" in str(error)
    with pytest.raises(trimtab.TrimtabError) as caught:
        list(hpa.what_if([text], TIGHTER))
    assert caught.value.place is not None and caught.value.place.startswith("line 1:")


def test_what_makes_no_sense() -> None:
    with pytest.raises(trimtab.DecisionError) as caught:
        hpa.explain(RUSH, step=99)
    assert caught.value.code == "not-there"
    with pytest.raises(ValueError, match="the first one is 1"):
        hpa.explain(RUSH, step=0)
    with pytest.raises(TypeError, match="a path, or texts under their names, not int"):
        hpa.explain(5)  # type: ignore[arg-type]
    with pytest.raises(trimtab.DecisionError, match="no scenario is called"):
        hpa.explain(RUSH, name="evening")
    with pytest.raises(trimtab.FileError, match="no such file"):
        hpa.explain("nowhere.yaml")
    with pytest.raises(trimtab.DocumentError) as found:
        list(hpa.what_if(RUSH, {"controller": {"tolerence": 0.05}}))
    assert found.value.findings[0].help == "did you mean `tolerance`?"
    with pytest.raises(trimtab.DecisionError, match="lies before") as late:
        head, first, second, *_ = RUSH.read_text().splitlines()
        list(hpa.what_if([head, second, first], TIGHTER))
    assert late.value.place == "line 3"
