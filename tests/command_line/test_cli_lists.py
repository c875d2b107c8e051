"""The commands on what is in a store: lists and their pages, prefixes of ids, changes."""

import json
import os
import pty
from datetime import datetime, timedelta, timezone

import pytest
from command_runs import SQLITE, error_of, json_of, output_of, process, run
from rich.cells import cell_len

import agentstore

shared = pytest.mark.usefixtures("shared")
NOW = datetime.now(timezone.utc)


def ids_of(*arguments: str, url: str) -> list[str]:
    return [
        json.loads(line)["id"] for line in run(*arguments, "--json", url=url).stdout.splitlines()
    ]


@pytest.fixture
def users(store: agentstore.Storage) -> list[str]:
    """Sessions of user 1, whose id is now a text and now a number; the newest first."""
    made = []
    for number in range(7):
        user = 1 if number % 3 else "1"
        at = NOW - timedelta(hours=10 - number)
        made.append(
            store.create_session(id=f"s{number}", metadata={"user_id": user}, created_at=at)
        )
    store.create_session(id="other", metadata={"user_id": 2})
    return made[::-1]


@shared
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("order_by", ["created_at", "last_message_at"])
def test_pages_of_a_value_that_is_text_or_number(
    database_url: str, users: list[str], limit: int, order: str, order_by: str
) -> None:
    options = ["--metadata", "user_id=1", "--order", order, "--order-by", order_by]
    found: list[str] = []
    more: list[str] = []
    while True:
        result = run("sessions", *options, "--limit", str(limit), *more, "--json", url=database_url)
        page = [json.loads(line)["id"] for line in result.stdout.splitlines()]
        found += page
        if not result.stderr:
            break
        assert len(page) == limit
        words = result.stderr.split()
        more = ["--page-token", words[words.index("--page-token") + 1]]
    assert found == (users if order == "desc" else users[::-1])


@SQLITE
def test_a_token_of_another_list(database_url: str, users: list[str]) -> None:
    told = run("sessions", "--limit", "2", url=database_url).stderr.split()
    token = told[told.index("--page-token") + 1]
    others: tuple[tuple[str, ...], ...] = (("--active",), ("--metadata", "user_id=1"))
    for other in others:
        error = error_of("sessions", *other, "--page-token", token, code=2, url=database_url)
        assert "--page-token" in error


@SQLITE
def test_values_that_are_no_filter(database_url: str) -> None:
    for wrong in (
        ("--metadata", "user"),
        ("--metadata", "a=1", "--metadata", "a=2"),
        ("--metadata", "a=1", "--metadata-json", "a=2"),
        ("--metadata-json", "a=text"),
        ("--created-after", "yesterday"),
        tuple(option for n in range(7) for option in ("--metadata", f"k{n}=1")),
    ):
        assert error_of("sessions", *wrong, code=2, url=database_url)
    of_a_list = error_of("sessions", "--metadata-json", "a=[1]", code=2, url=database_url)
    assert "metadata.a" in of_a_list
    assert "--page-token" not in of_a_list
    for command, option, value in (
        ("tools", "--tool", ""),
        ("messages", "--tool", "x" * 192),
        ("messages", "--response-type", "x" * 65),
    ):
        assert option in error_of(command, option, value, code=2, url=database_url)


@shared
def test_an_empty_list_says_so(database_url: str, store: agentstore.Storage) -> None:
    store.ping()
    for command, what in (
        ("sessions", "sessions"),
        ("messages", "messages"),
        ("tools", "tool calls"),
    ):
        result = run(command, url=database_url)
        assert (result.exit_code, result.stderr) == (0, f"no {what}\n")


@pytest.fixture
def asked(store: agentstore.Storage) -> agentstore.Storage:
    """Two sessions, with messages and calls of two tools."""
    store.create_session(id="alpha-1")
    store.create_session(id="alpha-2")
    store.save_user_message("alpha-1", "Where is my parcel?", id="m1")
    calls = [
        {"tool_name": "find", "arguments": {"n": 4711}, "result": {"success": True}},
        {"tool_name": "refund", "arguments": {}},
    ]
    store.save_assistant_message(
        "alpha-1", {"type": "execute", "message": "On its way.", "tool_calls": calls}, id="m2"
    )
    store.save_user_message("alpha-2", "Hello", id="m3")
    return store


@shared
@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), ["m3", "m2", "m1"]),
        (("--order", "asc"), ["m1", "m2", "m3"]),
        (("--role", "user"), ["m3", "m1"]),
        (("--session", "alpha-1"), ["m2", "m1"]),
        (("--tool", "refund"), ["m2"]),
        (("--contains", "4711"), ["m2"]),
        (("--contains", "parcel"), ["m1"]),
        (("--response-type", "execute"), ["m2"]),
        (("--before", "2026-01-01"), []),
        (("--after", "1h", "--limit", "1"), ["m3"]),
    ],
)
def test_messages(database_url: str, options: tuple[str, ...], expected: list[str]) -> None:
    assert ids_of("messages", *options, url=database_url) == expected


@shared
@pytest.mark.usefixtures("asked")
def test_tools(database_url: str) -> None:
    def tools(*options: str) -> list[str]:
        lines = run("tools", *options, url=database_url).stdout.splitlines()
        return [line.split("\t")[2] for line in lines[1:]]

    assert sorted(tools()) == ["find", "refund"]
    assert tools("--pending") == tools("--tool", "refund") == ["refund"]
    assert tools("--done") == tools("--succeeded") == ["find"]
    assert tools("--failed") == tools("--session", "alpha-2") == []
    record = json_of("tools", "--pending", url=database_url)
    assert record["arguments"] == {}


@shared
def test_a_unique_prefix_is_enough(database_url: str, asked: agentstore.Storage) -> None:
    asked.create_session(id="beta", tenant_id="acme")
    asked.create_session(id="Alpha-3")
    assert json_of("show", "be", url=database_url)["id"] == "beta"
    assert json_of("show", "b", "--tenant", "acme", url=database_url)["id"] == "beta"
    assert json_of("show", "A", url=database_url)["id"] == "Alpha-3"
    several = error_of("show", "alpha", code=1, url=database_url)
    assert "alpha-1 and alpha-2" in several
    assert "no session gamma" in error_of("show", "gamma", code=1, url=database_url)
    outside = error_of("show", "alp", "--tenant", "acme", code=1, url=database_url)
    assert "alpha" not in outside
    # One id may be the beginning of another.
    asked.create_session(id="alpha-1-copy")
    assert json_of("show", "alpha-1", url=database_url)["id"] == "alpha-1"
    asked.trash_session("alpha-1")
    assert "no session" in error_of("show", "alpha-1", code=1, url=database_url)
    assert json_of("show", "alpha-1", "--trashed", url=database_url)["id"] == "alpha-1"


@shared
def test_close_reopen_and_delete(database_url: str, asked: agentstore.Storage) -> None:
    assert output_of("close", "alpha-1", "alpha-2", url=database_url) == (
        "closed alpha-1\nclosed alpha-2\n"
    )
    assert asked.count_sessions(active=False) == 2
    assert json_of("reopen", "alpha-1", url=database_url) == {"reopened": ["alpha-1"]}
    assert "--yes" in error_of("delete", "alpha-1", code=2, url=database_url)
    # Where one is not there, none is deleted.
    assert "nobody" in error_of("delete", "--yes", "alpha-1", "nobody", code=1, url=database_url)
    assert asked.count_sessions() == 2
    asked.trash_session("alpha-2")
    assert output_of("delete", "--yes", "alpha-1", "alpha-2", url=database_url) == (
        "deleted alpha-1\ndeleted alpha-2\n"
    )
    assert asked.count_messages() == 0


@SQLITE
def test_what_a_hold_keeps_is_not_deleted(database_url: str, asked: agentstore.Storage) -> None:
    asked.place_hold(reason="a lawsuit", session_id="alpha-1")
    assert "is held" in error_of("delete", "--yes", "alpha-1", code=1, url=database_url)
    assert asked.get_session("alpha-1") is not None


@SQLITE
@pytest.mark.usefixtures("asked")
def test_export_of_sessions_that_are_named(database_url: str) -> None:
    [line] = output_of("export", "alpha-2", url=database_url).splitlines()
    assert json.loads(line)["messages"] == [{"role": "user", "content": "Hello"}]
    assert len(output_of("export", "alpha-1", "alpha-2", url=database_url).splitlines()) == 2
    assert "SESSION" in error_of("export", "alpha-2", "--active", code=2, url=database_url)


def on_a_terminal(*arguments: str, url: str, columns: int) -> str:
    ours, theirs = pty.openpty()
    environment = {"COLUMNS": str(columns), "LINES": "24", "PAGER": "cat"}
    os.environ.update(environment)
    try:
        running = process(*arguments, url=url, stdin=theirs, stdout=theirs, stderr=theirs)
    finally:
        for name in environment:
            os.environ.pop(name)
    os.close(theirs)
    written = b""
    with running:
        while True:
            try:
                block = os.read(ours, 4096)
            except OSError:  # Linux's way to say that the other side is closed
                break
            written += block
        assert running.wait() == 0
    os.close(ours)
    return written.decode()


@SQLITE
@pytest.mark.parametrize("columns", [60, 120])
def test_a_terminal_gets_whole_messages(
    database_url: str, store: agentstore.Storage, columns: int
) -> None:
    session = store.create_session(title="Kites")
    image = {"type": "image_url", "image_url": {"url": "data:" + "x" * 5_000}}
    store.save_user_message(session, [{"type": "text", "text": "What is this?"}, image])
    words = " ".join(f"word{number}" for number in range(400))
    store.save_assistant_message(session, f"A kite.\n\x1b[31m{words}")
    text = on_a_terminal("show", session, url=database_url, columns=columns)
    lines = text.replace("\r", "").splitlines()
    plain = [line.replace("\x1b[1m", "").replace("\x1b[0m", "") for line in lines]
    assert max(map(cell_len, plain)) <= columns
    assert "word399" in text
    assert "\x1b[31m" not in text
    assert f"{NOW:%Y-%m-%d}" in text
    assert "[image_url" in text
    assert "xxxxx" not in text
    full = on_a_terminal("show", session, "--full", url=database_url, columns=columns)
    assert "xxxxx" in full
    short = on_a_terminal("show", session, "--short", url=database_url, columns=columns)
    assert "word399" not in short
