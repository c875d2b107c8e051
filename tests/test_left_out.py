"""A run without MySQL goes on, and its last line says so; a run with a slip of the pen does not."""

from __future__ import annotations

from pathlib import Path

from inner_runs import run_pytest
from left_out import LOUD

TESTS = Path(__file__).parent


def run(mysql: str, *arguments: str) -> tuple[int, str]:
    """Run some tests with a value of AGENTSTORE_TEST_MYSQL."""
    settings = {"AGENTSTORE_TEST_MYSQL": mysql, "AGENTSTORE_TEST_MATRIX": ""}
    done = run_pytest(*arguments, cwd=TESTS.parent, environment=settings)
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
