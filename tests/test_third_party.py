"""A stranger's dialect and a stranger's backend, each in a pytest run of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from inner_runs import run_pytest

CHECKOUT = Path(__file__).parent.parent
THIRD_PARTY = CHECKOUT / "tests" / "third_party"

CONFTEST = """
import itertools
import sqlite3
import pytest
from agentstore.testing import Backend

pytest_plugins = ["agentstore.testing.fixtures"]

class StrangersBackend(Backend):
    name = "stranger"
    waived = {"TestStrangers": "the stranger cannot do it yet"}

    def __init__(self, folder):
        self.folder = folder
        self.numbers = itertools.count()

    def new_database(self):
        return f"sqlite:///{self.folder}/{next(self.numbers)}.db"

    def drop_database(self, url):
        (self.folder / url.rpartition("/")[2]).unlink()

    def kill_connections(self, url):
        pass

    def open_connection(self, url):
        return sqlite3.connect(url.removeprefix("sqlite:///"))

@pytest.fixture(scope="session")
def backend(tmp_path_factory):
    yield StrangersBackend(tmp_path_factory.mktemp("stranger"))
"""

TESTS = """
from agentstore.testing.suite import *  # the import alone must work everywhere
for name in [name for name in globals() if name.startswith("Test")]:
    del globals()[name]  # the suite itself is run by test_conformance.py

class TestOthers:
    def test_stores_share_a_database(self, store, other_store, make_store):
        session = store.create_session()
        assert other_store.get_session(session) == make_store().get_session(session)
        assert other_store.get_session(session) is not None

    def test_a_driver_connection_sees_the_tables(self, driver_connection):
        [count] = driver_connection.execute("SELECT COUNT(*) FROM agentstore_sessions").fetchone()
        assert count == 0

    def test_an_empty_database_has_none(self, backend, empty_database_url):
        connection = backend.open_connection(empty_database_url)
        assert connection.execute("SELECT * FROM sqlite_master").fetchall() == []
        connection.close()

class TestStrangers:
    def test_one(self, store):
        raise AssertionError

    def test_two(self, backend):
        raise AssertionError
"""


ADAPTERS = """
import pytest
import agentstore

def refused(make, url):
    with agentstore.connect(url) as store:
        store.migrate()
        with pytest.raises(agentstore.ConfigurationError, match="shelf does not have"):
            make(store)

def test_langgraph(tmp_path):
    saver = pytest.importorskip("agentstore.integrations.langgraph").AgentstoreSaver
    refused(saver, f"shelf:///{tmp_path}/one")

def test_adk(tmp_path):
    service = pytest.importorskip("agentstore.integrations.adk").AgentstoreSessionService
    refused(service, f"shelf:///{tmp_path}/one")
"""


@pytest.fixture
def installed_shelf(tmp_path: Path) -> str:
    """PYTHONPATH with the stranger's package, as pip would have installed it."""
    metadata = tmp_path / "site" / "agentstore_shelf-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: agentstore-shelf\nVersion: 1\n"
    )
    [entry_point] = re.findall(r"^shelf = \"(.*)\"$", page(), re.MULTILINE)
    (metadata / "entry_points.txt").write_text(f"[agentstore.dialects]\nshelf = {entry_point}\n")
    return os.pathsep.join(map(str, (CHECKOUT, THIRD_PARTY, metadata.parent)))


def page() -> str:
    """What CONTRIBUTING.md says of a dialect of one's own."""
    return (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("of your own\n")[2]


def run_tests(folder: Path, python_path: str, cwd: Path) -> str:
    """Run the tests of a folder that knows nothing of this one; returns what was printed."""
    # Without this checkout's options and conftest.py.
    options = ["-c", os.devnull, "--rootdir", str(folder), "--confcutdir", str(folder)]
    done = run_pytest(
        *("-q", *options, str(folder)), cwd=cwd, environment={"PYTHONPATH": python_path}
    )
    assert done.returncode == 0, done.stdout[-20_000:]
    return done.stdout


def test_a_strangers_dialect_passes_the_suite(installed_shelf: str, tmp_path: Path) -> None:
    assert " passed" in run_tests(THIRD_PARTY / "suite", installed_shelf, tmp_path)


def test_what_it_has_no_statements_for_is_refused(installed_shelf: str, tmp_path: Path) -> None:
    folder = tmp_path / "adapters"
    folder.mkdir()
    (folder / "test_adapters.py").write_text(ADAPTERS)
    run_tests(folder, installed_shelf, folder)


@pytest.mark.parametrize(
    ("command", "folder"), [(["migrations-path"], "migrations"), (["sql", "--path"], "sql")]
)
def test_the_command_line_finds_its_files(
    installed_shelf: str, command: list[str], folder: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "agentstore", "--database", "shelf:////nowhere", *command],
        env={**os.environ, "PYTHONPATH": installed_shelf},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (f"{THIRD_PARTY / 'agentstore_shelf' / folder}\n", "")


def test_the_page_shows_that_dialect() -> None:
    shown = dict(re.findall(r"```python\n# (\S+)\n(.*?)```", page(), re.DOTALL))
    assert sorted(shown) == [
        "agentstore_shelf/migrator.py",
        "agentstore_shelf/repository.py",
        "suite/conftest.py",
        "suite/test_conformance.py",
    ]
    for name, code in shown.items():
        assert code == (THIRD_PARTY / name).read_text(encoding="utf-8"), name


def test_it_is_not_ours_under_another_name() -> None:
    for path in THIRD_PARTY.rglob("*.py"):
        assert "agentstore.dialects" not in path.read_text(encoding="utf-8"), path


def test_a_backend_of_thirty_lines_is_enough(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_stranger.py").write_text(TESTS)
    printed = run_tests(tmp_path, str(CHECKOUT), tmp_path)
    assert "3 passed, 2 skipped" in printed
    waived = "stranger: TestStrangers: the stranger cannot do it yet (2 tests)"
    assert waived in printed.splitlines()
