"""The conformance suite is tested too: each store of `broken_stores` must fail it.

Each case runs a few tests of the suite in a pytest of its own, on SQLite, with one thing
broken in `Storage`, and `test_unbroken` runs all of these tests on one as it is: they pass.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from broken_stores import BREAKAGES, CAUGHT_BY
from inner_runs import run_pytest

CONFTEST = """
import os, sys
import hypothesis
import pytest

sys.path.insert(0, os.environ["TESTS_FOLDER"])
import backends
from broken_stores import BREAKAGES

pytest_plugins = ["agentstore.testing.fixtures"]
# That it fails is enough: no time goes into finding the shortest way to it.
hypothesis.settings.register_profile("quick", phases=["generate"], derandomize=True)
hypothesis.settings.load_profile("quick")

@pytest.fixture(scope="session")
def backend():
    backend = getattr(backends, os.environ["BACKEND"])()
    yield backend
    backend.close()

def pytest_sessionstart():
    if name := os.environ.get("BREAKAGE"):
        BREAKAGES[name]()
"""


def _run(folder: Path, tests: list[str], broken: str | None) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text(CONFTEST)
    classes = sorted({test.partition("::")[0] for test in tests})
    (folder / "test_it.py").write_text(
        f"from agentstore.testing.suite import {', '.join(classes)}\n"
    )
    (folder / "pytest.ini").write_text("[pytest]\n")
    private = any("private" in test for test in tests)
    return run_pytest(
        *("-q", "--tb=line", "-rf"),
        *(f"test_it.py::{test}" for test in tests),
        cwd=folder,
        environment={
            "TESTS_FOLDER": str(Path(__file__).parent),
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path]),
            "BREAKAGE": broken or "",
            "BACKEND": "SQLiteMemoryBackend" if private else "SQLiteFileBackend",
        },
    )


@pytest.mark.parametrize("broken", list(BREAKAGES))
def test_broken_stores_fail(broken: str, tmp_path: Path) -> None:
    run = _run(tmp_path, CAUGHT_BY[broken], broken)
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout
    failed = re.findall(r"^FAILED test_it\.py::([\w:]+)", run.stdout, re.MULTILINE)
    assert set(failed) == set(CAUGHT_BY[broken]), run.stdout


def test_unbroken(tmp_path: Path) -> None:
    tests = sorted({test for tests in CAUGHT_BY.values() for test in tests})
    run = _run(tmp_path, tests, None)
    assert run.returncode == pytest.ExitCode.OK, run.stdout
