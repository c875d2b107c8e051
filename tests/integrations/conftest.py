"""The tests of the adapters need the frameworks, in the versions of requirements.txt.

Where one is missing nothing here is collected, and the end of the run says so; with
AGENTSTORE_INTEGRATIONS=1 (as ``make test`` sets it) that ends the run as a failure.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from new_databases import get_backend, new_url, open_store
from packaging.requirements import Requirement

from agentstore.testing import Backend

__all__ = ["get_backend", "new_url", "open_store"]

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
INSTALL = f"pip install -r {os.path.relpath(REQUIREMENTS)}"


def _missing() -> list[str]:
    missing = []
    for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        requirement = Requirement(line)
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        try:
            version(requirement.name)
        except PackageNotFoundError:
            missing.append(requirement.name)
    return missing


MISSING = _missing()
if MISSING and os.environ.get("AGENTSTORE_INTEGRATIONS"):
    pytest.exit(f"not installed: {', '.join(MISSING)}; {INSTALL}", returncode=1)
collect_ignore_glob = ["*"] if MISSING else []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if MISSING:
        terminalreporter.section("the adapters were not tested")
        terminalreporter.line(f"not installed: {', '.join(MISSING)}; {INSTALL}")


@pytest.fixture
def original(
    request: pytest.FixtureRequest, backend: Backend, get_backend: Callable[[str], Backend]
) -> Iterator[str]:
    """An empty database for the other library."""
    made = backend if request.param == backend.name else get_backend(request.param)
    url = made.new_database()
    yield url
    made.drop_database(url)
