"""The command line: what it prints, and how it ends."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import agentstore
from agentstore import assets, statements
from agentstore.cli.app import cli
from agentstore.cli.output import visible
from agentstore.testing import Backend

SQLITE = pytest.mark.parametrize("backend", ["sqlite-file"], indirect=True)
COMMANDS = sorted(cli.commands)
QUESTION = {"messages": [{"role": "user", "content": "hello"}], "topic": "kites"}


@pytest.fixture(autouse=True)
def _no_database_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.fixture
def shared(backend: Backend) -> None:
    """A command and the test have to meet in one database."""
    if backend.private:
        pytest.skip("a memory store is seen by its own process only")


def run(*arguments: str, url: str | None = None, text: str | None = None) -> Result:
    environment = {} if url is None else {"DATABASE_URL": url}
    result = CliRunner().invoke(cli, arguments, env=environment, input=text)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def output_of(*arguments: str, url: str | None = None, text: str | None = None) -> str:
    result = run(*arguments, url=url, text=text)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def json_of(*arguments: str, url: str | None = None) -> Any:
    return json.loads(output_of(*arguments, "--json", url=url))


def error_of(*arguments: str, code: int, url: str | None = None) -> str:
    """The one line that a failing command ends with."""
    result = run(*arguments, url=url)
    assert result.exit_code == code
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    if code == 1:
        assert len(lines) == 1
    assert lines[-1].startswith("Error: ")
    return lines[-1]


def process(*arguments: str, url: str, **options: Any) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "DATABASE_URL": url}
    command = [sys.executable, "-m", "agentstore", *arguments]
    return subprocess.Popen(command, env=environment, **options)


# Migrations.


@pytest.mark.usefixtures("shared")
def test_migrate_and_status(empty_database_url: str) -> None:
    before = run("status", "--json", url=empty_database_url)
    assert before.exit_code == 1
    pending = json.loads(before.stdout)["pending"]
    assert pending
    assert json.loads(before.stdout) == {
        "current": False,
        "applied": [],
        "pending": pending,
        "unknown": [],
    }
    assert f"pending\t{pending[0]}\n" in run("status", url=empty_database_url).stdout

    applied = output_of("migrate", url=empty_database_url)
    assert applied == "".join(f"applied {name}\n" for name in pending)
    assert output_of("migrate", url=empty_database_url) == "the database is current\n"
    assert json_of("migrate", url=empty_database_url) == {"applied": []}
    assert json_of("status", url=empty_database_url)["current"] is True
    assert f"applied\t{pending[0]}\n" in output_of("status", url=empty_database_url)


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("command", [["sessions"], ["export"], ["prune", "--older-than", "1d"]])
def test_without_tables_a_command_says_what_to_run(
    empty_database_url: str, command: list[str]
) -> None:
    assert "agentstore migrate" in error_of(*command, code=1, url=empty_database_url)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql"])
def test_migrations_path(dialect: str) -> None:
    path = str(assets.migrations_path(dialect))
    assert output_of("migrations-path", "--dialect", dialect) == f"{path}\n"
    assert json_of("migrations-path", "--dialect", dialect) == {"path": path}
    url = f"{dialect}://somewhere/db"
    assert output_of("migrations-path", url=url) == f"{path}\n"
    assert output_of("migrations-path", "--database", url) == f"{path}\n"


@pytest.mark.parametrize("command", ["migrations-path", "sql"])
def test_a_dialect_that_nobody_knows(command: str) -> None:
    assert "oracle" in error_of(command, "--dialect", "oracle", code=2)
    assert "DATABASE_URL" in error_of(command, code=2)


# Statements.


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql"])
def test_sql_lists_and_prints_every_statement(dialect: str) -> None:
    library = statements.load(dialect)
    listed = json_of("sql", "--dialect", dialect)
    assert [item["name"] for item in listed] == sorted(library)
    lines = output_of("sql", "--dialect", dialect).splitlines()
    assert [line.split("\t")[0] for line in lines] == ["name", *sorted(library)]
    for name in sorted(library)[::10]:
        printed = output_of("sql", name, "--dialect", dialect)
        assert printed == library[name].render(frozenset()) + "\n"


def test_sql_with_blocks() -> None:
    library = statements.load("sqlite")
    name = next(name for name in sorted(library) if len(library[name].blocks) > 1)
    first, second = library[name].blocks[:2]
    expected = library[name].render(frozenset({first, second}))
    arguments = ("sql", name, "--dialect", "sqlite", "--with", f"{first}, {second}")
    assert output_of(*arguments) == expected + "\n"
    assert json_of(*arguments)["sql"] == expected
    assert first in error_of("sql", name, "--dialect", "sqlite", "--with", "nonsense", code=2)


def test_sql_of_an_unknown_name() -> None:
    assert "no statement nonsense" in error_of("sql", "nonsense", "--dialect", "sqlite", code=1)
    assert "NAME" in error_of("sql", "--with", "active", "--dialect", "sqlite", code=2)


# Import and export.


@pytest.mark.usefixtures("shared")
def test_import_and_export(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(json.dumps(QUESTION) + "\n")
    assert output_of("import", str(file), url=database_url) == (
        "imported 1 conversation (1 message, 0 tool calls); 0 skipped, since they were there\n"
    )
    assert json_of("import", str(file), url=database_url) == {
        "conversations": 0,
        "messages": 0,
        "tool_calls": 0,
        "skipped": 1,
    }
    assert json.loads(output_of("export", url=database_url)) == QUESTION
    out = tmp_path / "out.jsonl"
    assert output_of("export", "-o", str(out), url=database_url) == (
        f"exported 1 conversation to {out}\n"
    )
    assert json.loads(out.read_text()) == QUESTION
    assert json_of("export", "-o", str(out), url=database_url)["conversations"] == 1
    assert output_of("export", "-o", "-", "--metadata", "topic=boats", url=database_url) == ""


@SQLITE
def test_import_from_stdin(database_url: str, store: agentstore.Storage) -> None:
    text = json.dumps(QUESTION)
    assert "imported 1 " in output_of("import", "-", url=database_url, text=text)
    assert store.count_messages() == 1


@SQLITE
def test_a_broken_conversation(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(f'{json.dumps(QUESTION)}\n{{"messages": [5]}}\n')
    result = run("import", str(file), url=database_url)
    assert result.exit_code == 1
    assert result.stderr == (
        "before it: imported 1 conversation (1 message, 0 tool calls); "
        "0 skipped, since they were there\n"
        "Error: conversation 2 (line 2): message 1 is not an object\n"
    )


@SQLITE
def test_files_that_cannot_be_opened(database_url: str, tmp_path: Path) -> None:
    missing = str(tmp_path / "missing" / "x")
    assert "missing" in error_of("import", missing, code=2, url=database_url)
    assert "missing" in error_of("export", "-o", missing, code=1, url=database_url)


# Looking.


def fill(store: agentstore.Storage) -> list[str]:
    """Three sessions: one with a turn and a confirmation, one closed, one with a number."""
    first = store.create_session(id="first", metadata={"user_id": "123", "vip": True})
    store.save_user_message(first, "two\nlines \x1b[31mred\x1b[0m")
    call = {"tool_name": "refund", "arguments": {"id": 1}, "result": "done"}
    pending = {"tool_name": "wait", "arguments": {}}
    store.save_assistant_message(
        first, {"type": "execute", "message": "yes", "tool_calls": [call, pending]}
    )
    store.save_pending_confirmation(first, {"tool_name": "refund", "arguments": {"id": 2}})
    second = store.create_session(id="second", metadata={"user_id": 123})
    store.close_session(second)
    third = store.create_session(id="third", metadata={"user_id": "x=y"})
    return [third, second, first]


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ((), ["third", "second", "first"]),
        (("--closed",), ["second"]),
        (("--active",), ["third", "first"]),
        (("--metadata", "user_id=123"), ["second"]),
        (("--metadata", 'user_id="123"'), ["first"]),
        (("--metadata", "user_id=x=y"), ["third"]),
        (("--metadata", "vip=true", "--metadata", 'user_id="123"'), ["first"]),
        (("--metadata", "vip=false"), []),
        (("--limit", "0"), []),
    ],
)
def test_sessions(
    store: agentstore.Storage, database_url: str, filters: tuple[str, ...], expected: list[str]
) -> None:
    fill(store)
    result = run("sessions", *filters, "--json", url=database_url)
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == expected
    table = run("sessions", *filters, url=database_url).stdout.splitlines()
    assert [line.split("\t")[0] for line in table] == ["session", *expected]


@SQLITE
def test_sessions_says_when_there_are_more(store: agentstore.Storage, database_url: str) -> None:
    fill(store)
    limited = run("sessions", "--limit", "2", url=database_url)
    assert len(limited.stdout.splitlines()) == 3
    assert limited.stderr == "there are more than 2: --limit shows more\n"
    assert run("sessions", "--limit", "3", url=database_url).stderr == ""
    record = json_of(
        "sessions", "--limit", "1", "--active", "--metadata", "vip=true", url=database_url
    )
    [session] = store.query_sessions(metadata={"vip": True})
    assert record == session.to_dict()


@pytest.mark.usefixtures("shared")
def test_show(store: agentstore.Storage, database_url: str) -> None:
    fill(store)
    shown = json_of("show", "first", url=database_url)
    session = store.get_session("first")
    assert session is not None
    assert shown == {
        **session.to_dict(),
        "messages": [message.to_dict() for message in store.get_history("first")],
        "pending_confirmation": store.get_pending_confirmation("first").to_dict(),  # type: ignore[union-attr]
    }
    text = output_of("show", "first", url=database_url)
    rows = [line.split("\t") for line in text.splitlines() if line[0].isdigit()]
    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("0", "user", r"two\nlines \x1b[31mred\x1b[0m"),
        ("1", "assistant (execute)", "yes"),
        ("1.0", "call", 'refund({"id":1}) = done'),
        ("1.1", "call", "wait({}) pending"),
    ]
    assert text.splitlines()[-1] == 'waits for a yes: refund({"id":2})'
    assert len(json_of("show", "first", "--limit", "1", url=database_url)["messages"]) == 1
    assert "no session nobody" in error_of("show", "nobody", code=1, url=database_url)


def test_text_is_shown_without_what_moves_a_terminal() -> None:
    assert visible("a\tb\x9b\u202e\ud800") == r"a\tb\x9b\u202e\ud800"
    assert visible("naïve 👩‍👩‍👧 日本") == "naïve 👩‍👩‍👧 日本"


@SQLITE
def test_a_terminal_gets_a_table_and_shortened_text(
    store: agentstore.Storage, database_url: str
) -> None:
    session = store.create_session(metadata={"text": "long " * 100})
    store.save_user_message(session, "word " * 100 + "\x1b]0;title\x07")
    assert session in on_a_terminal("sessions", url=database_url)
    for arguments in (["sessions"], ["show", session]):
        text = on_a_terminal(*arguments, url=database_url)
        assert "…" in text
        assert "\t" not in text
        assert "title\x07" not in text


def on_a_terminal(*arguments: str, url: str) -> str:
    ours, theirs = pty.openpty()
    with process(*arguments, url=url, stdin=theirs, stdout=theirs, stderr=theirs) as running:
        os.close(theirs)
        written = b""
        while True:
            try:
                block = os.read(ours, 4096)
            except OSError:  # Linux's way to say that the other side is closed
                break
            if not block:
                break
            written += block
        assert running.wait() == 0
    os.close(ours)
    return written.decode()


@SQLITE
def test_long_work_shows_its_progress_on_a_terminal_only(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text("".join(json.dumps({**QUESTION, "n": n}) + "\n" for n in range(20)))
    assert "importing" in on_a_terminal("import", str(file), "--batch-size", "2", url=database_url)
    assert run("import", str(file), url=database_url).stderr == ""


# Pruning.


@pytest.fixture
def old_and_new(store: agentstore.Storage) -> agentstore.Storage:
    for number in range(5):
        store.close_session(store.create_session(id=f"closed {number}"))
    store.create_session(id="active")
    return store


@pytest.mark.usefixtures("shared")
def test_prune(old_and_new: agentstore.Storage, database_url: str) -> None:
    kept = run("prune", "--older-than", "1h", url=database_url)
    assert kept.stdout == "deleted 0 sessions\n"
    dry = json_of("prune", "--older-than", "0s", "--dry-run", url=database_url)
    assert dry == {"found": 5, "deleted": 0}
    text = output_of("prune", "--older-than", "0s", "--dry-run", url=database_url)
    assert text == "5 sessions would be deleted\n"
    assert old_and_new.count_sessions() == 6
    pruned = json_of("prune", "--older-than", "0s", "--batch-size", "2", url=database_url)
    assert pruned == {"found": 5, "deleted": 5}
    assert [session.id for session in old_and_new.query_sessions()] == ["active"]
    text = output_of("prune", "--older-than", "0w", "--include-active", url=database_url)
    assert text == "deleted 1 session\n"


@pytest.mark.parametrize(
    ("age", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("10m", timedelta(minutes=10)),
        ("12h", timedelta(hours=12)),
        ("30d", timedelta(days=30)),
        ("8w", timedelta(weeks=8)),
    ],
)
@SQLITE
def test_ages(
    age: str, span: timedelta, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[datetime] = []

    def count_sessions(_: agentstore.Storage, *, updated_before: datetime, **__: Any) -> int:
        asked.append(updated_before)
        return 0

    monkeypatch.setattr(agentstore.Storage, "count_sessions", count_sessions)
    earliest = datetime.now(timezone.utc) - span
    output_of("prune", "--older-than", age, "--dry-run", url=database_url)
    assert earliest <= asked[0] <= datetime.now(timezone.utc) - span


@pytest.mark.parametrize("age", ["30", "d", "1.5d", "-1d", "30 d", "30y", "999999999w", ""])
def test_an_age_that_is_none(age: str) -> None:
    assert "--older-than" in error_of("prune", "--older-than", age, code=2, url="sqlite://")


# How it ends.


def test_no_database() -> None:
    assert "DATABASE_URL" in error_of("sessions", code=2)


@SQLITE
def test_the_database_is_named_before_or_behind_the_command(database_url: str) -> None:
    wrong = "nonsense://"
    assert run("--database", database_url, "status", url=wrong).exit_code == 0
    assert run("status", "--database", database_url, url=wrong).exit_code == 0
    assert run("--database", wrong, "status", "--database", database_url).exit_code == 0
    assert "nonsense" in error_of("status", code=2, url=wrong)


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command: str) -> None:
    text = output_of(command, "--help")
    assert "--database" in text
    assert "--json" in text


def test_help_of_the_whole_lists_the_commands_and_exit_codes() -> None:
    text = output_of("--help")
    assert [command for command in COMMANDS if command in text] == COMMANDS
    assert "Exit codes" in text
    assert agentstore.__version__ in output_of("--version")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:s3cret@127.0.0.1:1/db",
        "mysql://me:s3cret@127.0.0.1:1/db",
        "mysql://me:s3cret@127.0.0.1:1/db?nonsense=s3cret",
        "nonsense://me:s3cret@host/db",
        "s3cret",
    ],
)
@pytest.mark.parametrize("command", ["status", "sessions", "migrations-path"])
def test_errors_are_one_line_without_the_password(url: str, command: str) -> None:
    patient = f"{url}{'&' if '?' in url else '?'}retry_timeout=0" if "127" in url else url
    result = run(command, url=patient)
    assert "s3cret" not in result.output
    assert "Traceback" not in result.output
    if command != "migrations-path":
        assert result.exit_code in {1, 2}
        assert result.stderr.splitlines()[-1].startswith("Error: ")


@SQLITE
def test_control_c(database_url: str) -> None:
    with process(
        *("import", "-", "--batch-size", "1"),
        url=database_url,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdin is not None
        assert running.stderr is not None
        lines = [json.dumps({**QUESTION, "n": number}).encode() + b"\n" for number in range(2)]
        running.stdin.write(b"".join(lines))
        running.stdin.flush()
        with agentstore.connect(database_url) as store:
            while not store.count_sessions():
                assert running.poll() is None
                time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        assert running.wait() == 130
        assert running.stderr.read() == b"interrupted\n"


@SQLITE
def test_a_reader_that_stops_reading(database_url: str) -> None:
    with agentstore.connect(database_url) as store:
        for number in range(300):
            session = store.create_session(metadata={"number": number})
            store.save_user_message(session, "x" * 2000)
    for arguments in (["export"], ["sessions", "--limit", "300"], ["sql", "--dialect", "sqlite"]):
        with process(
            *arguments, url=database_url, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as running:
            assert running.stdout is not None
            assert running.stderr is not None
            running.stdout.close()
            assert running.stderr.read() == b""
            assert running.wait() == 141


def test_without_click_or_rich_one_line_says_what_to_install() -> None:
    code = (
        "import sys, importlib.util as u; find = u.find_spec;"
        "u.find_spec = lambda name, *a: None if name == 'rich' else find(name, *a);"
        "from agentstore.cli import main; sys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        'agentstore: the command line needs rich: pip install "agentstore[cli]"\n'
    )
    assert done.stdout == ""
