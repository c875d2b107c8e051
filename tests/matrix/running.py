"""Runs a part of the tests in a cell's environment, and counts by database."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from cells import Cell, Part
from environments import CHECKOUT, Environment
from results import Counts, Run

from agentstore.testing import ServerError

KINDS = ("postgresql", "mariadb", "mysql", "sqlite")
_FAILED = ("failure", "error")
_DRIVERS = {
    "postgresql": ("psycopg", "psycopg"),
    "mariadb": ("PyMySQL", "pymysql"),
    "mysql": ("PyMySQL", "pymysql"),
}


def run_part(
    cell: Cell, part: Part, environment: Environment, *, kinds: Sequence[str], workers: int
) -> list[Run]:
    """Run it, showing what pytest says: a result for each kind of database.

    Args:
        cell, part: what.
        environment: the cell's.
        kinds: of database; empty: all, and the tests that have none.
        workers: of pytest-xdist; 0: none.

    Raises:
        ServerError: pytest gave up before it ran a test.
    """
    with tempfile.TemporaryDirectory(prefix="agentstore-matrix-") as folder:
        report = Path(folder) / "report.xml"
        command = [environment.python, "-m", "pytest", "-q", f"--junitxml={report}", *part.paths]
        if workers:
            how = "loadfile" if part.name == "faults" else "worksteal"
            command += ["-n", str(workers), "--dist", how]
        chosen = [f"({' or '.join(kinds)})"] * bool(kinds) + [part.chosen] * bool(part.chosen)
        if chosen:
            command += ["-k", " and ".join(chosen)]
        output = _shown(command, _variables(cell, kinds))
        if not report.exists():
            raise ServerError(f"{cell.name}, {part.name}: pytest has written no report")
        counts, failures = _read(report, only=part.chosen if part.chosen in KINDS else "")
    databases = {**_databases(output), "sqlite": f"SQLite {environment.versions['sqlite']}"}
    return [
        Run(
            cell=cell.name,
            part=part.name,
            kind=kind,
            date=datetime.now(timezone.utc).date().isoformat(),
            python=f"{environment.versions['python']} ({environment.source})",
            database=databases.get(kind, ""),
            driver=_driver(kind, environment),
            counts=counts[kind],
            failures=failures[kind],
        )
        for kind in counts
        if not kinds or kind in kinds
    ]


def _driver(kind: str, environment: Environment) -> str:
    if kind not in _DRIVERS:
        return "sqlite3" if kind else ""
    name, package = _DRIVERS[kind]
    return f"{name} {environment.versions[package]}"


def _variables(cell: Cell, kinds: Sequence[str]) -> dict[str, str]:
    """The environment's variables: a suite is named where it is not the machine's own."""
    variables = {**os.environ, "AGENTSTORE_TEST_MATRIX": "1"}
    if kinds and "mysql" not in kinds:
        variables["AGENTSTORE_TEST_MYSQL"] = "none"
    if cell.python is None:
        variables["AGENTSTORE_INTEGRATIONS"] = "1"
    for name, suite in (("POSTGRES", cell.postgresql), ("MARIADB", cell.mariadb)):
        if suite != _own_suite():
            variables[f"AGENTSTORE_TEST_{name}_SUITE"] = suite
    return variables


def _own_suite() -> str:
    release = Path("/etc/os-release")
    text = release.read_text(encoding="utf-8") if release.exists() else ""
    found = re.search(r"^VERSION_CODENAME=(\w+)", text, re.MULTILINE)
    return found[1] if found else ""


def _shown(command: list[str], variables: dict[str, str]) -> str:
    """Run a command, print what it says, and give it back."""
    lines = []
    with subprocess.Popen(
        command,
        cwd=CHECKOUT,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    return "".join(lines)


def _databases(output: str) -> dict[str, str]:
    """The servers that pytest's summary names, by kind."""
    named = re.findall(r"^servers of this run: (.*)$", output, re.MULTILINE)
    return {
        name.split()[0].lower(): name for line in named for name in line.split(", ") if name.strip()
    }


def _read(report: Path, only: str = "") -> tuple[dict[str, Counts], dict[str, list[str]]]:
    """The tests of a report of pytest's, and those that failed, by kind of database.

    Args:
        report: a file of JUnit's form.
        only: the kind that all of them are of, whatever others they name.
    """
    counts: dict[str, Counts] = defaultdict(Counts)
    failures: dict[str, list[str]] = defaultdict(list)
    for case in ET.parse(report).getroot().iter("testcase"):
        kind = only or _kind(case.get("name", ""))
        outcomes = {child.tag for child in case}
        has_failed = bool(outcomes.intersection(_FAILED))
        if has_failed:
            failures[kind].append(f"{case.get('classname')}.{case.get('name')}")
        is_skipped = not has_failed and "skipped" in outcomes
        counts[kind] += Counts(
            passed=not (has_failed or is_skipped), failed=has_failed, skipped=is_skipped
        )
    return counts, failures


def _kind(name: str) -> str:
    """The database of a test, by the id of its parameters."""
    words = name.partition("[")[2].rstrip("]").split("-")
    return next((word for word in words if word in KINDS), "")
