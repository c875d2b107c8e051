"""What a run leaves out of the tests on MySQL, and why: never in silence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_VARIABLE = "AGENTSTORE_TEST_MYSQL"
_MATRIX_VARIABLE = "AGENTSTORE_TEST_MATRIX"

WITHOUT_MYSQL = os.environ.get(_VARIABLE) == "none"
"""Whether the run goes on without MySQL, as somebody has said."""

LOUD = (
    f"MYSQL WAS LEFT OUT ({_VARIABLE}=none): "
    "this run proves nothing of the dialect mysql on MySQL, only on MariaDB."
)

_DATABASES = ("backend", "original", "target_url")
"""The fixtures whose parameter is a backend."""

_FOR_THE_MATRIX = (
    "command_line",
    "import_prisma",
    "integrations",
    "test_benchmarks.py",
    "test_compat.py",
    "test_grants.py",
    "test_import_export.py",
    "test_real_conversations.py",
    "test_sql_in_shells.py",
)
"""Tests of what stands above the statements: frameworks, files, shells, a DBA's GRANTs."""


def is_on_mysql(item: pytest.Item) -> bool:
    """Whether a test's database is one of MySQL: of the dialect mysql MariaDB is another."""
    callspec = getattr(item, "callspec", None)
    return callspec is not None and "mysql" in map(callspec.params.get, _DATABASES)


def check_variable() -> None:
    """Refuse a word that would be taken for a wish to go on without.

    Raises:
        pytest.UsageError: it is another than the one that there is.
    """
    if os.environ.get(_VARIABLE, "none") != "none":
        raise pytest.UsageError(f"{_VARIABLE} is 'none' or not set")


def is_for_the_matrix(item: pytest.Item) -> bool:
    """Whether a test runs on MySQL only with AGENTSTORE_TEST_MATRIX=1, which takes longer."""
    if os.environ.get(_MATRIX_VARIABLE) == "1":
        return False
    if not is_on_mysql(item):
        return False
    within = item.path.relative_to(Path(__file__).parent).parts
    return any(part in _FOR_THE_MATRIX for part in within)
