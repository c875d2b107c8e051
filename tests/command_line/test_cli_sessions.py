"""The commands for what a store holds: importing, exporting, looking, pruning."""

import json
import os
import pty
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from command_runs import QUESTION, SQLITE, error_of, json_of, output_of, process, run

import agentstore
from agentstore.cli.output import visible


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
        "continued": 0,
        "not_understood": {},
        "passed_over": {},
        "left_out": [],
    }
    assert json.loads(output_of("export", url=database_url)) == QUESTION
    out = tmp_path / "out.jsonl"
    assert output_of("export", "-o", str(out), url=database_url) == (
        f"exported 1 conversation to {out}\n"
    )
    assert json.loads(out.read_text()) == QUESTION
    assert json_of("export", "-o", str(out), url=database_url)["conversations"] == 1
    nothing = run("export", "-o", "-", "--metadata", "topic=boats", url=database_url)
    assert (nothing.exit_code, nothing.stdout, nothing.stderr) == (0, "", "no conversations\n")


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
        (("--metadata", "user_id=123"), ["second", "first"]),
        (("--metadata-json", "user_id=123"), ["second"]),
        (("--metadata-json", 'user_id="123"'), ["first"]),
        (("--metadata", "user_id=123", "--metadata-json", "vip=true"), ["first"]),
        (("--order", "asc"), ["first", "second", "third"]),
        (("--pinned",), []),
        (("--created-after", "1d"), ["third", "second", "first"]),
        (("--updated-before", "2026-01-01"), []),
        (("--trashed",), []),
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
    assert limited.stderr.startswith("there are more than 2: --limit shows more, and --page-token")
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
    for arguments in (["sessions"], ["show", session, "--short"], ["messages"]):
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
    dump = str(tmp_path / "store.jsonl.gz")
    assert run("dump", "-o", dump, url=database_url).stderr == ""
    shown = on_a_terminal("restore", dump, url=database_url)
    assert re.search(r"compared messages: 20 rows .*\d:\d\d:\d\d", shown)
    assert run("restore", dump, url=database_url).stderr == ""


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
