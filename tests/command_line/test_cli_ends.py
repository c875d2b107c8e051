"""The command line as a whole: which database, its help, its errors, and how it ends."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest
from command_runs import POLICY, QUESTION, SQLITE, error_of, on_terminal, output_of, process, run

import agentstore
from agentstore.cli.app import cli

COMMANDS = sorted(cli.commands)


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
def test_only_migrate_makes_a_file(command: str, tmp_path: Path) -> None:
    path = tmp_path / "no.db"
    arguments = {
        "show": ["s"],
        "close": ["s"],
        "reopen": ["s"],
        "delete": ["s", "--yes"],
        "import": ["/dev/null"],
        "import-from": ["llm", f"sqlite:///{tmp_path}/neither.db"],
        "import-prisma": [f"file:{tmp_path}/neither.db"],
        "prune": ["--older-than", "1d"],
        "erase": ["--user", "ann", "--yes"],
        "retention": ["plan", POLICY],
        "copy": [f"sqlite:///{path}", f"sqlite:///{path}"],
        "restore": ["/dev/null"],
        "rls": ["--role", "r"],
    }
    result = run(command, *arguments.get(command, ()), url=f"sqlite:///{path}")
    if command == "migrate":
        assert (result.exit_code, path.exists()) == (0, True)
        return
    assert list(tmp_path.iterdir()) == []
    if command not in ("sql", "rls", "migrations-path"):  # these need no database
        assert result.exit_code == 1, result.output
        assert "no database file" in result.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command: str) -> None:
    text = output_of(command, "--help")
    assert ("TARGET_URL" if command == "copy" else "--database") in text
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
        try:
            assert running.wait(timeout=60) == 130
        finally:
            running.kill()
        told = running.stderr.read().decode().splitlines()
    with agentstore.connect(database_url) as store:
        count = store.count_sessions()
    assert told[1:] == ["interrupted"]
    said = re.fullmatch(r"in so far: (\d+) conversations? at least; run it again to go on", told[0])
    assert said is not None
    assert count - 1 <= int(said[1]) <= count


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


@SQLITE
@pytest.mark.parametrize(
    ("closed", "arguments", "code"),
    [
        (">&-", "sessions", 141),
        (">&-", "stats --json", 141),
        (">&-", "dump", 141),
        (">&-", "doctor --help", 141),
        (">&-", "close s", 141),
        ("2>&-", "fill", 0),
        ("2>&-", "show nobody", 1),
        (">&- 2>&-", "fill", 141),
        ("<&-", "import -", 0),
        ("<&-", "erase --user ann", 1),
        ("<&-", "delete s", 2),
        ("<&- >&- 2>&-", "sessions", 141),
    ],
)
def test_a_stream_that_was_closed(
    closed: str, arguments: str, code: int, database_url: str
) -> None:
    """By who started it, as some schedulers do: no traceback, and the work is done."""
    with agentstore.connect(database_url) as store:
        store.create_session(id="s")
    command = [sys.executable, "-m", "agentstore", *arguments.split()]
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", *command],
        env={**os.environ, "DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == code
    if arguments == "close s":
        with agentstore.connect(database_url) as store:
            assert store.count_sessions(active=False) == 1


@SQLITE
@pytest.mark.parametrize("command", ["sessions", "messages", "show s", "tools", "stats"])
def test_a_terminal_that_is_not_utf8(command: str, database_url: str) -> None:
    """What it has no letters for is escaped, be it of the data or of the table."""
    with agentstore.connect(database_url) as store:
        store.create_session(id="s", metadata={"note": "\u2603" * 100}, user_id="\u2603")
        call = {"tool_name": "\u2603", "arguments": {}}
        store.save_assistant_message(
            "s", {"type": "execute", "message": "\u2603" * 100, "tool_calls": [call]}
        )
    shown = on_terminal(*command.split(), url=database_url, PYTHONIOENCODING="latin-1")
    assert "\\u2603" in shown
    assert on_terminal(*command.split(), url=database_url, PYTHONIOENCODING="ascii")


@SQLITE
@pytest.mark.parametrize("command", ["doctor", "show s", "sessions", "stats"])
def test_a_terminal_of_one_column(command: str, database_url: str) -> None:
    with agentstore.connect(database_url) as store:
        store.create_session(id="s")
    assert on_terminal(*command.split(), url=database_url, COLUMNS="1")


@SQLITE
def test_a_terminal_at_either_end_of_time(database_url: str) -> None:
    """A time that the place has no date for is shown in UTC."""
    with agentstore.connect(database_url) as store:
        store.create_session(id="s", created_at=datetime.min.replace(tzinfo=timezone.utc))
        last = datetime.max.replace(tzinfo=timezone.utc)
        store.save_messages("s", [agentstore.NewMessage("user", "x", timestamp=last)])
    assert "1-01-01 00:00:00" in on_terminal("sessions", url=database_url, TZ="EST5")
    assert "9999-12-31 23:59:59" in on_terminal("show", "s", url=database_url, TZ="JST-9")


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
