"""Every block of README and docs/ works as it stands, or says why it cannot be tried.

Of a page, Python's blocks run in order in one namespace, and its commands in one folder, on a store
with a little in it; the text behind Python is what it prints. `page_blocks` has the comments that
say otherwise.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import copy_samples
import pytest
import yaml  # type: ignore[import-untyped] # sqlfluff brings it along
from click.testing import CliRunner
from page_blocks import CHECKOUT, DATABASES, Block, blocks_of, pages

import agentstore
from agentstore.cli.app import cli
from agentstore.testing import Backend, MariaDBServer, MySQLServer, PostgresServer, Server

if sys.version_info < (3, 11):
    import tomli as tomllib
else:
    import tomllib

BLOCKS = {page: blocks_of(page) for page in pages()}
EVERY = [block for page in BLOCKS.values() for block in page]
LANGUAGES = {"python", "text", "sh", "toml", "yaml", "json", "sql", "ini", "cron"}
MANY_REASONS = 12
"""More blocks than this that nothing runs would be a habit."""

BACKENDS = {name: name for name in DATABASES} | {"sqlite": "sqlite-file"}
"""By what a page calls a database."""

SERVERS: dict[str, tuple[type[Server], tuple[str, ...]]] = {
    "postgresql": (PostgresServer, ("pg_dump", "pg_restore", "psql")),
    "mariadb": (MariaDBServer, ("mariadb", "mariadb-dump")),
    "mysql": (MySQLServer, ("mysql", "mysqldump")),
}
"""The databases' own programs, where a page is for them."""

PROGRAMS = {"sqlite3", "yoyo", *(name for _, names in SERVERS.values() for name in names)}
"""What else is run as it stands."""

NEEDED = {"docs/analysis.md": ("pandas", "matplotlib", "duckdb")}
"""Pages whose packages are of the group docs alone."""

SHELL_ONLY = re.compile(r"[|<>&]|\$\(")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a little in it."""
    file = tmp_path_factory.mktemp("pages") / "store.db"
    with agentstore.connect(f"sqlite:///{file}") as store:
        store.migrate()
        fill(store)
    return file


@pytest.fixture
def folder(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what the pages' commands name, to run in; DATABASE_URL is a store in it."""
    (tmp_path / "store.db").write_bytes(filled.read_bytes())
    policy = CHECKOUT / "examples" / "retention.toml"
    (tmp_path / "policy.toml").write_bytes(policy.read_bytes())
    conversation = {"messages": [{"role": "user", "content": "Where is my order?"}]}
    (tmp_path / "conversations.json").write_text(json.dumps([conversation]), encoding="utf-8")
    with closing(sqlite3.connect(tmp_path / "prisma.db")) as original:
        page = (CHECKOUT / "docs" / "integrations" / "prisma.md").read_text(encoding="utf-8")
        [script] = re.findall(r'executescript\("""(.*?)"""\)', page, re.DOTALL)
        original.executescript(script)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/store.db")
    return tmp_path


def fill(store: agentstore.Storage) -> None:
    """Conversations of every kind that a page asks for."""
    call = {"tool_name": "find_order", "arguments": {"order": 4711}}
    for number in range(4):
        session_id = store.create_session(
            id=f"session-{number}", metadata={"user_id": "123"}, tenant_id="acme", user_id="ann"
        )
        store.save_user_message(session_id, "Where is my order?")
        done = {"result": {"success": True}} if number else {}
        response = {"type": "execute", "message": "It left.", "tool_calls": [{**call, **done}]}
        store.save_assistant_message(session_id, response)
    store.close_session("session-3")


def stand_in(word: str, folder: Path) -> str:
    """What a word of a command that stands for another is, here."""
    if word in ("SOURCE_URL", "TARGET_URL"):
        target = f"sqlite:///{folder}/target.db"
        with agentstore.connect(target) as store:
            store.migrate()
        return target if word == "TARGET_URL" else os.environ["DATABASE_URL"]
    words = {
        "SESSION": "session-1",
        "FILE…": "conversations.json",
        "URL": "file:./prisma.db",
        "PRISMA_DATABASE_URL": "file:./prisma.db",
        "DATABASE_URL": os.environ["DATABASE_URL"],
    }
    return words.get(word, word)


@pytest.mark.parametrize(
    "page", [page for page in BLOCKS if any(block.is_here for block in BLOCKS[page])]
)
def test_its_blocks_work(
    page: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in NEEDED.get(page, ()):
        pytest.importorskip(module, reason="make docs installs it, and runs this page")
    names: dict[str, Any] = {"__name__": page}
    printed = ""
    with agentstore.connect() as store:
        names["store"] = store
        for block in filter(lambda block: block.is_here, BLOCKS[page]):
            if block.language == "python":
                code = compile(
                    "\n" * (block.line - 1) + block.text, page, "exec", dont_inherit=True
                )
                exec(code, names)
                printed += capsys.readouterr().out
            elif block.language == "text":
                assert block.text == printed, block
                printed = ""
            elif block.language == "sh":
                run_lines(block, folder, monkeypatch)
                capsys.readouterr()
            else:
                parse(block)
    for name in ("store", "connection"):
        if hasattr(names.get(name), "close"):
            names[name].close()


def run_lines(block: Block, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line of a block of commands, in this process where it is one of ours."""
    for line in block.text.splitlines():
        command = line.partition(" # ")[0]
        words = [os.path.expandvars(word) for word in shlex.split(line, comments=True)]
        if SHELL_ONLY.search(command) or (words and words[0] in PROGRAMS):
            run_shell(line, folder)
        elif words[:2] == ["pip", "install"]:
            check_extras(words[2:])
        elif words[:1] == ["make"]:
            makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
            assert re.search(rf"^{words[1]}:", makefile, re.MULTILINE), line
        elif words[:1] == ["export"]:
            name = words[1].partition("=")[0]
            monkeypatch.setenv(name, stand_in(name, folder))
        elif words[:1] == ["agentstore"]:
            arguments = [stand_in(word, folder) for word in words[1:]]
            result = CliRunner().invoke(cli, arguments, input="y\n")
            failed = result.exit_code and not is_as_the_original(arguments, result.output)
            assert not failed, (str(block), line, result.output)
        else:
            assert not words, f"{block}: it is not known how {line} is to be run"


def is_as_the_original(arguments: list[str], output: str) -> bool:
    """Whether doctor says of a copy what it says of the store: a test's server is not durable."""
    if "doctor" not in arguments or "--database" not in arguments:
        return False
    of_the_store = CliRunner().invoke(cli, ["doctor"]).output
    wrong, wrong_there = (
        re.findall(r"^wrong\t.*", each, re.MULTILINE) for each in (output, of_the_store)
    )
    return bool(wrong) and wrong == wrong_there


def run_shell(text: str, folder: Path) -> None:
    """Lines in a shell that finds our commands; it ends at the first that fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def check_extras(words: list[str]) -> None:
    """What pip is told to install is there, with the extras that it names."""
    project = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    known = tomllib.loads(project)["project"]["optional-dependencies"]
    others = {name for names in NEEDED.values() for name in names}
    for word in (word for word in words if word not in others):
        extras = re.fullmatch(r"agentstore(?:\[([\w,-]+)\])?", word)
        assert extras, word
        assert set(filter(None, (extras[1] or "").split(","))) <= known.keys()


def parse(block: Block) -> None:
    """What nothing here runs is at least of its language."""
    if block.language == "toml":
        tomllib.loads(block.text)
    elif block.language == "yaml":
        yaml.safe_load(block.text)
    elif block.language == "json":
        json.loads(block.text)
    else:
        pytest.fail(f"{block}: nothing here runs {block.language}")


@pytest.mark.parametrize(
    ("backend", "block"),
    [(BACKENDS[name], block) for block in EVERY for name in block.databases],
    ids=str,
    indirect=["backend"],
)
def test_it_works_on_its_databases(
    block: Block,
    backend: Backend,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    with agentstore.connect(database_url) as store:
        fill(store)
        if block.language == "sh":
            copy_samples.fill(store)
    if block.language == "sql":
        run_sql(block.text, backend, database_url)
    elif block.language == "sh":
        run_on_a_database(block, backend, database_url, monkeypatch)
    else:
        pytest.fail(f"{block}: nothing here runs {block.language} on a database")


def run_on_a_database(
    block: Block, backend: Backend, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A block of commands, with what docs/operations/backup.md says is there."""
    parts = urlsplit(url)
    if is_file := parts.scheme == "sqlite":
        restored, name = f"{url}.restored", unquote(url.removeprefix("sqlite:///"))
    else:
        restored, name = urlunsplit(parts._replace(path=f"{parts.path}_restored")), parts.path[1:]
        account = (
            f'user = {unquote(parts.username or "")}\npassword = "{unquote(parts.password or "")}"'
        )
        place = f"host = {parts.hostname}\nport = {parts.port}\nprotocol = tcp"
        Path("backup.cnf").write_text(f"[client]\n{place}\n{account}\n", encoding="utf-8")
        monkeypatch.setenv("PATH", path_with_programs(backend, Path.cwd() / "programs"))
    target = backend.new_database()
    names = {"DATABASE": name, "RESTORED_URL": restored, "TARGET_URL": target}
    for variable, value in names.items():
        monkeypatch.setenv(variable, value)
    try:
        run_lines(block, Path.cwd(), monkeypatch)
    finally:
        backend.drop_database(target)
        if not is_file:
            backend.drop_database(restored)


def path_with_programs(backend: Backend, folder: Path) -> str:
    """PATH, in which a server's own programs come first: no dump is of a newer server than they."""
    server, names = SERVERS[backend.name]
    folder.mkdir()
    if unpacked := server.unpacked():
        for name in names:
            program = folder / name
            program.write_text(
                f'#!/bin/sh\nexec {shlex.join(unpacked.command(name))} "$@"\n', encoding="utf-8"
            )
            program.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def run_sql(text: str, backend: Backend, url: str) -> None:
    """The statements of a block, one after the other, on a connection of its own."""
    with closing(backend.open_connection(url)) as connection:
        if backend.name == "postgresql":
            connection.autocommit = True
        cursor = connection.cursor()
        for statement in filter(str.strip, re.split(r";\s*(?:--.*)?$", text, flags=re.MULTILINE)):
            cursor.execute(statement)
            cursor.fetchall() if cursor.description else None
        connection.commit()


@pytest.mark.parametrize("block", EVERY, ids=str)
def test_it_is_known_what_becomes_of_it(block: Block) -> None:
    assert block.language in LANGUAGES, block.language
    if block.reason:
        assert len(block.reason.split()) >= 3, "a reason is more than a word or two"
    if block.runner:
        runner = CHECKOUT / block.runner
        assert runner.is_file(), block.runner
        assert Path(block.page).stem in runner.read_text(encoding="utf-8")


def test_few_blocks_are_not_run() -> None:
    reasons = Counter(block.page for block in EVERY if block.reason)
    assert reasons.total() <= MANY_REASONS, reasons


@pytest.mark.parametrize(
    "text",
    [
        "```python\nx = 1\n",
        "<!-- not run -->\n```python\nx = 1\n```\n",
        "<!-- on oracle -->\n```sql\nSELECT 1\n```\n",
    ],
)
def test_what_is_no_block_or_comment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"page\.md:1"):
        blocks_of("page.md", text)


def test_blocks_are_found_with_their_comments() -> None:
    text = "\n    agentstore status\n\n<!-- not run: for its looks -->\n```ini\na = 1\n```\n"
    first, second = blocks_of("page.md", text)
    assert (first.language, first.text, first.line, first.is_here) == (
        *("sh", "agentstore status\n", 2, True),
    )
    assert (second.language, second.text, second.reason) == ("ini", "a = 1\n", "for its looks")
