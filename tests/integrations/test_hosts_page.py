"""Each program in docs/hosts.md runs, and does what the page says."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

import agentstore
from agentstore import Storage

PAGE = Path(agentstore.__file__).parent.parent / "docs" / "hosts.md"

on_databases = pytest.mark.parametrize("backend", ["sqlite-file", "postgresql"], indirect=True)

DRIVERS = {
    "Flask": """
client = app.test_client()
client.post("/sessions/s/messages", json={"text": "Hello"})
assert [each["content"] for each in client.get("/sessions/s/messages").json] == ["Hello"]
""",
    "FastAPI": """
from fastapi.testclient import TestClient
with TestClient(app) as client:
    client.post("/sessions/s/messages", params={"text": "Hello"}).raise_for_status()
    assert client.get("/sessions/s/messages").json() == ["Hello"]
""",
    "Celery": """
app.conf.task_always_eager = True
for _ in range(2):
    answer.apply(("s", "Hello"), task_id="one").get()
assert [each.content for each in store.get_history("s")] == ["Hello"]
""",
    "gevent": "",
    "Notebooks": "assert len(store.get_history('notes')) == 1",
}

OPTIONS = ("--preload", "--workers", "3", "--threads", "2", "--no-control-socket")
"""gunicorn's."""

DJANGO = """
import os
from urllib.parse import unquote, urlsplit
import django
from django.conf import settings

parts = urlsplit(os.environ["DATABASE_URL"])
if parts.scheme == "sqlite":
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": unquote(parts.path[1:])}
else:
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path[1:],
        "HOST": parts.hostname,
        "PORT": parts.port,
        "USER": unquote(parts.username),
        "PASSWORD": unquote(parts.password),
    }
settings.configure(
    DATABASES={"default": database}, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], USE_TZ=True
)
django.setup()
%s
from django.test import RequestFactory
request = RequestFactory().post("/", {"text": "Hello"})
say(request, "s")
try:
    with transaction.atomic():
        say(request, "s")
        raise KeyError
except KeyError:
    pass
with agentstore.connect() as store:
    assert [each.content for each in store.get_history("s")] == ["Hello"]
"""


def program(heading: str) -> str:
    """The first block of Python below a heading of the page."""
    text = PAGE.read_text(encoding="utf-8")
    below = text[text.index(f"\n## {heading}\n") :]
    found = re.search(r"^```python\n(.*?)^```$", below, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


def test_each_program_is_run_here() -> None:
    run_here = {*DRIVERS, "Django", "gunicorn", "Alembic beside agentstore"}
    text = PAGE.read_text(encoding="utf-8")
    sections = [part.partition("\n") for part in text.split("\n## ")[1:]]
    programs = Counter({heading: part.count("```python\n") for heading, _, part in sections})
    assert +programs == Counter(run_here)


def run(text: str, folder: Path, url: str) -> None:
    file = folder / "program.py"
    file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, file],
        env={**os.environ, "DATABASE_URL": url},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("heading", DRIVERS)
@on_databases
def test_a_program(heading: str, database_url: str, tmp_path: Path) -> None:
    run(program(heading) + DRIVERS[heading], tmp_path, database_url)


@on_databases
def test_django(database_url: str, tmp_path: Path) -> None:
    run(DJANGO % program("Django"), tmp_path, database_url)


@on_databases
def test_gunicorn(database_url: str, store: Storage, tmp_path: Path) -> None:
    (tmp_path / "chat.py").write_text(program("gunicorn"), encoding="utf-8")
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *OPTIONS, "--bind", f"127.0.0.1:{port}", "chat:app"],
        cwd=tmp_path,
        env={**os.environ, "DATABASE_URL": database_url},
        stderr=subprocess.PIPE,
    )
    try:
        for number in range(30):
            assert ask(f"http://127.0.0.1:{port}/{number}")
    finally:
        server.send_signal(signal.SIGTERM)
        _, log = server.communicate(timeout=60)
    said = [message.content for message in store.get_history("lobby")]
    assert said == [f"/{number}" for number in range(30)], log.decode()


def ask(url: str) -> bytes:
    """What a server answers, once it has started."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                body: bytes = answer.read()
                return body
        except OSError:  # noqa: PERF203
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


# SQLAlchemy says which indexes of ours on SQLite it cannot reflect.
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")
@on_databases
def test_alembic_leaves_our_tables_alone(database_url: str, store: Storage) -> None:
    import sqlalchemy  # noqa: PLC0415 - it comes with Alembic, which only this test needs
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415
    from alembic.migration import MigrationContext  # noqa: PLC0415

    names: dict[str, object] = {}
    exec(program("Alembic beside agentstore"), names)
    store.ping()
    engine = sqlalchemy.create_engine(
        database_url.replace("postgresql://", "postgresql+psycopg://")
    )
    with engine.connect() as connection:
        for include_name, found in ((None, True), (names["include_name"], False)):
            options = {"include_name": include_name}
            context = MigrationContext.configure(connection, opts=options)
            assert bool(compare_metadata(context, sqlalchemy.MetaData())) is found
    engine.dispose()
