"""A run without MySQL goes on, and its last line says so; a run with a slip of the pen does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from left_out import LOUD

TESTS = Path(__file__).parent


def run(mysql: str, *arguments: str) -> tuple[int, str]:
    """Run some tests with a value of AGENTSTORE_TEST_MYSQL."""
    environment = {
        key: value
        for key, value in os.environ.items()
        if "PYTEST" not in key and key != "AGENTSTORE_TEST_MATRIX"
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments],
        cwd=TESTS.parent,
        env=environment | {"AGENTSTORE_TEST_MYSQL": mysql},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_without_mysql() -> None:
    code, output = run("none", "tests/test_first_use.py", "-k", "mysql and wrong_password")
    assert code == 0, output
    assert "1 skipped" in output
    assert output.splitlines()[-1] == LOUD


def test_another_word() -> None:
    code, output = run("None", "tests/test_url.py")
    assert code != 0
    assert "AGENTSTORE_TEST_MYSQL is 'none' or not set" in output


def test_what_is_for_the_matrix() -> None:
    shells = ("tests/sql/test_sql_in_shells.py", "--collect-only", "-q")
    code, output = run("none", *shells)
    assert code == 0, output
    assert "[mariadb]" in output
    assert "[mysql]" not in output
    assert "1 deselected" in output
