"""The copies that the tests here make: from which database to which, and by which command."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from agentstore.cli.app import cli

PAIRS = [
    ("sqlite", "sqlite"),
    ("postgresql", "postgresql"),
    ("mariadb", "mariadb"),
    ("postgresql", "sqlite"),
    ("sqlite", "mariadb"),
    ("mariadb", "postgresql"),
    ("mysql", "mysql"),
]
SQLITE = pytest.mark.parametrize("original", ["sqlite"], indirect=True)


def pairs(function: Any) -> Any:
    """Run a test for each original and each store of PAIRS."""
    return pytest.mark.parametrize(("original", "target_url"), PAIRS, indirect=True)(function)


def run(original_url: str, target_url: str, *arguments: str) -> Result:
    command = ["import-prisma", original_url, "--database", target_url, *arguments]
    result = CliRunner().invoke(cli, command)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def copied(original_url: str, target_url: str) -> dict[str, Any]:
    """The report of a copy that takes everything."""
    result = run(original_url, target_url, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    report: dict[str, Any] = json.loads(result.stdout)
    assert (report.pop("not_taken"), report.pop("problems")) == (0, [])
    return report


def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agentstore.transfer.prisma.source.SESSIONS_A_PAGE", 3)
    monkeypatch.setattr("agentstore.transfer.prisma.source.MESSAGES_A_PAGE", 5)
    monkeypatch.setattr("agentstore.transfer.prisma.copying.BATCH_ROWS", 9)
