"""The wheel and the sdist are built, installed in fresh environments, and used.

In a checkout every packaging mistake is hidden: the files are there anyway.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent

ROUND_TRIP = """
import sys
import agentstore
optional = {"psycopg", "psycopg_pool", "pymysql", "click", "rich", "pytest", "hypothesis"}
assert not optional & set(sys.modules), optional & set(sys.modules)
with agentstore.connect("sqlite:///kept.db") as store:
    assert store.schema_status().pending
    store.migrate()
    assert not store.schema_status().pending
    session = store.create_session(metadata={"user": "u1"})
    store.save_user_message(session, "Where is my order?")
with agentstore.connect("sqlite:///kept.db") as store:
    assert [m.content for m in store.get_history(session)] == ["Where is my order?"]
    assert [s.id for s in store.query_sessions(metadata={"user": "u1"})] == [session]
print("kept")
"""

MISSING_DRIVER = """
import agentstore
try:
    with agentstore.connect("{scheme}://u:secret@127.0.0.1/d") as store:
        store.ping()
except agentstore.ConfigurationError as error:
    print(error)
"""


def run(*command: str | Path, cwd: Path = CHECKOUT, fails: bool = False) -> str:
    """Runs a command without what pytest's own environment would lend it; returns its output."""
    environment = {n: v for n, v in os.environ.items() if n not in ("PYTHONPATH", "DATABASE_URL")}
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert (done.returncode != 0) is fails, done.stdout
    return done.stdout.strip()


@dataclass
class Environment:
    """A virtual environment that has only what is installed into it."""

    folder: Path
    work: Path

    @classmethod
    def create(cls, folder: Path) -> Environment:
        environment = cls(folder / "venv", folder / "work")
        environment.work.mkdir(parents=True)
        venv.create(environment.folder, with_pip=False, symlinks=True)
        return environment

    def install(self, *what: str | Path) -> None:
        pip = (sys.executable, "-m", "pip", "--python", self.folder / "bin" / "python")
        run(*pip, "install", "--quiet", "--disable-pip-version-check", *what)

    def python(self, program: str) -> str:
        return run(self.folder / "bin" / "python", "-c", program, cwd=self.work)

    def agentstore(self, *arguments: str, fails: bool = False) -> str:
        return run(self.folder / "bin" / "agentstore", *arguments, cwd=self.work, fails=fails)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an sdist, and the wheel that was built from that sdist."""
    folder = tmp_path_factory.mktemp("built")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, CHECKOUT)
    return folder


def the_wheel(folder: Path) -> Path:
    [wheel] = folder.glob("agentstore-*.whl")
    return wheel


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_holds_the_sql_and_the_migrations(built: Path) -> None:
    wheel = contents(the_wheel(built))
    for kind in ("sql", "migrations"):
        ours = {
            f"agentstore/{path.relative_to(CHECKOUT).as_posix()}": path.read_bytes()
            for path in (CHECKOUT / kind).rglob("*.sql")
        }
        assert ours
        prefix = f"agentstore/{kind}/"
        packed = {n: wheel[n] for n in wheel if n.startswith(prefix) and n.endswith(".sql")}
        assert packed == ours
    assert "agentstore/py.typed" in wheel
    assert "agentstore/testing/suite/__init__.py" in wheel
    outside = {name.partition("/")[0] for name in wheel}
    assert {name.partition("-")[0] for name in outside} == {"agentstore"}


def test_sdist_and_checkout_make_the_same_wheel(built: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", tmp_path, CHECKOUT)
    assert contents(the_wheel(tmp_path)) == contents(the_wheel(built))


def test_a_base_install_serves_sqlite(built: Path, tmp_path: Path) -> None:
    environment = Environment.create(tmp_path)
    environment.install(the_wheel(built))
    assert environment.python(ROUND_TRIP) == "kept"
    for scheme, extra in (("postgresql", "postgresql"), ("mariadb", "mysql")):
        said = environment.python(MISSING_DRIVER.format(scheme=scheme))
        assert f'pip install "agentstore[{extra}]"' in said
        assert "secret" not in said
    said = environment.agentstore("migrations-path", "--dialect", "sqlite", fails=True)
    assert 'pip install "agentstore[cli]"' in said
    assert "Traceback" not in said


def test_the_command_line_works_from_the_wheel(built: Path, tmp_path: Path) -> None:
    environment = Environment.create(tmp_path)
    environment.install(f"agentstore[cli] @ {the_wheel(built).as_uri()}")
    for dialect in ("postgresql", "mysql", "sqlite"):
        folder = Path(environment.agentstore("migrations-path", "--dialect", dialect))
        assert folder.is_relative_to(environment.folder.resolve())
        expected = (CHECKOUT / "migrations" / dialect).glob("*.sql")
        assert {f.name for f in folder.glob("*.sql")} == {f.name for f in expected}
    environment.agentstore("migrate", "--database", "sqlite:///cli.db")
    assert (environment.work / "cli.db").exists()
    yoyo = (environment.folder / "bin" / "yoyo", "apply", "--batch")
    migrations = environment.agentstore("migrations-path", "--dialect", "sqlite")
    run(*yoyo, "--database", "sqlite:///yoyo.db", migrations, cwd=environment.work)
    environment.agentstore("status", "--database", "sqlite:///yoyo.db")


def test_an_editable_install_uses_the_files_of_the_checkout(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    leave = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis")
    shutil.copytree(CHECKOUT, checkout, ignore=leave)
    environment = Environment.create(tmp_path)
    environment.install("--editable", checkout)
    assert environment.python(ROUND_TRIP) == "kept"
    where = environment.python(
        "from agentstore import assets; print(assets.migrations_path('sqlite'))"
    )
    assert Path(where) == checkout.resolve() / "migrations" / "sqlite"
