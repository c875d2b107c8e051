"""A locale that is not UTF-8: what yoyo reads by it is plain ASCII, and a store works in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from backends import SHARED

from agentstore import ConfigurationError, connect
from agentstore.assets import migrations_path, sql_path
from agentstore.testing import Backend

DIALECTS = ("sqlite", "postgresql", "mysql")

PROGRAM = """
import builtins, codecs, locale, sys
encoding, url = sys.argv[1:]
plain = builtins.open
def localised(file, mode="r", buffering=-1, encoding_=None, *more, encoding=None, **others):
    chosen = encoding_ or encoding or (None if "b" in mode else sys.argv[1])
    return plain(file, mode, buffering, chosen, *more, **others)
if encoding == "locale":
    assert codecs.lookup(locale.getpreferredencoding(False)).name == "ascii"
else:
    builtins.open = localised
import agentstore
from agentstore.testing import Backend
with agentstore.connect(url) as store:
    assert store.migrate()
    session_id = store.create_session()
    store.save_user_message(session_id, "\\u00e9\\U0001f600")
    [message] = store.get_history(session_id)
    assert message.content == "\\u00e9\\U0001f600"
"""


@pytest.mark.parametrize("dialect", DIALECTS)
def test_files_are_ascii(dialect: str) -> None:
    others = (sql_path("prisma") / dialect, sql_path("movers") / dialect)
    folders = (migrations_path(dialect), sql_path(dialect), *others)
    files = [file for folder in folders for file in folder.rglob("*.sql")]
    assert len(files) > 50
    assert [file for file in files if not file.read_bytes().isascii()] == []


@pytest.mark.parametrize("backend", SHARED, indirect=True)
@pytest.mark.parametrize("encoding", ["locale", "ascii", "gbk", "cp949", "big5"])
def test_migrate_and_save(encoding: str, empty_database_url: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="ascii")
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, program, encoding, empty_database_url],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_without_unicode(encoding: str, backend: Backend, database_url: str) -> None:
    """Refused before anything is made in it."""
    name = f"agentstore_{encoding}_{os.getpid()}".lower()
    with backend.open_connection(database_url) as admin:
        admin.autocommit = True
        admin.execute(f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
    url = f"{database_url.rpartition('/')[0]}/{name}"
    try:
        with connect(url) as store:
            for call in (store.migrate, store.ping, store.create_session):
                with pytest.raises(ConfigurationError, match=encoding):
                    call()
        with backend.open_connection(url) as connection:
            assert connection.execute(
                "SELECT count(*) FROM pg_class WHERE relname LIKE '%yoyo%'"
            ).fetchone() == (0,)
    finally:
        backend.drop_database(url)
