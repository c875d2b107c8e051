"""The frameworks' own tests of their stores, run with our adapters in the place of these.

None publishes a test suite for others to run, so theirs are taken from the source distribution of
the very version that is installed. Left out is only what looks into the files and connections
of the store it was written for. (Pydantic AI's has no tests; langchain-tests, LangChain's
package of standard tests, has none for chat message histories.)
"""

from __future__ import annotations

import fcntl
import itertools
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from backends import MariaDBBackend, PostgreSQLBackend, SQLiteFileBackend
from inner_runs import run_pytest

from agentstore.testing import Backend, ServerAddress

HERE = Path(__file__).parent
CACHE = HERE.parent.parent / ".pytest_cache" / "published"


@dataclass(frozen=True)
class Suite:
    """Tests of a framework.

    Attributes:
        package: the distribution that they are in.
        arguments: what pytest is told to run.
        inside: parts of the names of the tests that look inside the original store.
        passed: how many the others are, on one database.
    """

    package: str
    arguments: tuple[str, ...]
    inside: tuple[str, ...]
    passed: int


SUITES = {
    "openai_agents": Suite(
        "openai-agents",
        ("tests/memory/test_session.py", "tests/memory/test_session_limit.py"),
        (
            "worker_thread",
            "retired_connections",
            "closed_rejects_empty",
            "corrupt",
            "file_lock_is_shared",
            "releases_write_lock",
            "failed_clear_session_rolls_back",
            "rollback_failure_evicts_connection",
            "close_retries_quarantined_connection",
            "post_commit_cancellation",
        ),
        53,
    ),
    "strands": Suite(
        "strands-agents",
        (
            "--noconftest",
            "tests/strands/session/test_repository_session_manager.py",
            "tests/strands/session/test_file_session_manager.py",
        ),
        (
            "test_create_session",
            "test_delete_session",
            "test_create_agent",
            "test_create_message",
            "durable_id_persists",
            "corrupted_json_file",
            "permission_error_handling",
            "_path_invalid_",
            "test_create_multi_agent",
        ),
        71,
    ),
    "langchain": Suite(
        "langchain-core",
        (
            "--noconftest",
            "tests/unit_tests/runnables/test_history.py",
            "tests/unit_tests/chat_history/test_chat_history.py",
        ),
        (),
        29,
    ),
}


def source_of(package: str) -> Path:
    """The source distribution of a package as it is installed; downloaded once."""
    name = f"{package}-{version(package)}"
    folder = CACHE / name
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            with tempfile.TemporaryDirectory(dir=CACHE) as temporary:
                _download(package, Path(temporary))
                (archive,) = Path(temporary).glob("*.tar.gz")
                with tarfile.open(archive) as files:
                    files.extractall(temporary, filter="data")
                (unpacked,) = (path for path in Path(temporary).iterdir() if path.is_dir())
                unpacked.rename(folder)
    return folder


def _download(package: str, folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    what = ["--no-binary", package, "--dest", str(folder), f"{package}=={version(package)}"]
    done = subprocess.run([*pip, *what], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def database_urls(
    postgres_server: ServerAddress, mariadb_server: ServerAddress
) -> Iterator[list[str]]:
    """A database of each dialect."""
    servers: list[Any] = [PostgreSQLBackend(postgres_server), MariaDBBackend(mariadb_server)]
    for server in servers:
        # Another backend of this process counts its databases from 0 as well.
        server._names = (f"agentstore_published_{os.getpid()}_{n}" for n in itertools.count())
    backends: list[Backend] = [SQLiteFileBackend(), *servers]
    urls = [backend.migrated_database() for backend in backends]
    yield urls
    for backend, url in zip(backends, urls, strict=True):
        backend.drop_database(url)
        backend.close()


@pytest.mark.parametrize("framework", SUITES)
def test_the_frameworks_own_tests_pass(
    database_urls: list[str], framework: str, tmp_path: Path
) -> None:
    suite = SUITES[framework]
    source = source_of(suite.package)
    done = run_pytest(
        *("--quiet", "--tb=short"),
        *("-c", os.devnull, f"--rootdir={source}", f"--basetemp={tmp_path / 'base'}"),
        *(("-k", f"not ({' or '.join(suite.inside)})") if suite.inside else ()),
        *suite.arguments,
        cwd=source,
        environment={
            "AGENTSTORE_PUBLISHED_FRAMEWORK": framework,
            "AGENTSTORE_PUBLISHED_URLS": "\n".join(database_urls),
            "OPENAI_AGENTS_DISABLE_TRACING": "1",
            "PYTHONPATH": os.pathsep.join([str(HERE), str(source)]),
        },
        plugins=("anyio.pytest_plugin", "pytest_asyncio.plugin", "published_plugin"),
    )
    assert done.returncode == 0, done.stdout[-5000:]
    counts = dict(re.findall(r"(\d+) (passed|skipped|xfailed)", done.stdout)[::-1])
    assert counts == {str(suite.passed * len(database_urls)): "passed"}, done.stdout[-1000:]
