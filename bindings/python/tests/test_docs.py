"""Every block of Python in the documents, run from the root of the repository."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DOCUMENTS = {"README.md": 1, "bindings/python/README.md": 1, "docs/python.md": 11}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_document(document: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    text = Path(document).read_text(encoding="utf-8")
    blocks = re.findall(r"^```(python|pycon)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert len(blocks) >= DOCUMENTS[document]
    names: dict[str, object] = {}
    for number, (kind, block) in enumerate(blocks, start=1):
        name = f"{document}, block {number}"
        if kind == "python":
            exec(compile(block, name, "exec"), names)
            continue
        test = doctest.DocTestParser().get_doctest(block, names, name, document, 0)
        told: list[str] = []
        results = doctest.DocTestRunner().run(test, out=told.append, clear_globs=False)
        assert results.failed == 0, "".join(told)
        names.update(test.globs)
