"""Type checkers take the good calls of checked_types/calls.py, and refuse each of the bad ones."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

CALLS = Path(__file__).parent / "checked_types" / "calls.py"
CHECKOUT = Path(__file__).parent.parent
BAD = {
    number
    for number, line in enumerate(CALLS.read_text(encoding="utf-8").splitlines(), 1)
    if line.endswith("# bad")
}


def test_mypy() -> None:
    done = _run("mypy", "--strict", "--no-error-summary", "--hide-error-context")
    found = {int(n) for n in re.findall(rf"{CALLS.name}:(\d+): error", done.stdout)}
    assert found == BAD, done.stdout


def test_pyright() -> None:
    done = _run("basedpyright", "--level", "error", "--outputjson")
    diagnostics = json.loads(done.stdout)["generalDiagnostics"]
    found = {
        diagnostic["range"]["start"]["line"] + 1
        for diagnostic in diagnostics
        if diagnostic["severity"] == "error"
    }
    assert found == BAD, done.stdout


def _run(checker: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", checker, *options, str(CALLS)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
