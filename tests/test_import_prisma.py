"""The database of the TypeScript original, copied into a store: all of it, once, as it was."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from backends import MariaDBBackend, PostgreSQLBackend, SQLiteFileBackend
from click.testing import CliRunner, Result
from prisma_database import START, PrismaDatabase, moment

import agentstore
from agentstore.cli.app import cli
from agentstore.testing import Backend
from agentstore.transfer.prisma import CopySummary, PrismaSource, Problem, copy_prisma

DATABASES = ["sqlite", "postgresql", "mariadb"]
PAIRS = [
    *((name, name) for name in DATABASES),
    ("postgresql", "sqlite"),
    ("sqlite", "mariadb"),
    ("mariadb", "postgresql"),
]


def apart(backend: PostgreSQLBackend | MariaDBBackend) -> Backend:
    """The backend, with other names for its databases than the suite's one of its kind has."""
    names = backend._names
    backend._names = (f"{name}_prisma" for name in names)
    return backend


MAKERS: dict[str, Callable[[pytest.FixtureRequest], Backend]] = {
    "sqlite": lambda request: SQLiteFileBackend(),
    "postgresql": lambda request: apart(
        PostgreSQLBackend(request.getfixturevalue("postgres_server"))
    ),
    "mariadb": lambda request: apart(MariaDBBackend(request.getfixturevalue("mariadb_server"))),
}
SQLITE = pytest.mark.parametrize("original", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def backends(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Backend]]:
    """Backends by name, each made once."""
    made: dict[str, Backend] = {}

    def backend(name: str) -> Backend:
        if name not in made:
            made[name] = MAKERS[name](request)
        return made[name]

    yield backend
    for each in made.values():
        each.close()


@pytest.fixture(params=DATABASES)
def original(
    request: pytest.FixtureRequest, backends: Callable[[str], Backend]
) -> Iterator[PrismaDatabase]:
    """The original's tables, empty."""
    database = PrismaDatabase.create(backends(request.param))
    yield database
    database.backend.drop_database(database.url)


@pytest.fixture
def target_url(
    request: pytest.FixtureRequest, original: PrismaDatabase, backends: Callable[[str], Backend]
) -> Iterator[str]:
    """The URL of a store, migrated and empty: on the original's dialect, unless told otherwise."""
    backend = backends(request.param) if hasattr(request, "param") else original.backend
    url = backend.migrated_database()
    yield url
    backend.drop_database(url)


@pytest.fixture
def target(target_url: str) -> Iterator[agentstore.Storage]:
    """The store."""
    with agentstore.connect(target_url) as store:
        yield store


def pairs(function: Any) -> Any:
    """Run a test for each original and each store of PAIRS."""
    return pytest.mark.parametrize(("original", "target_url"), PAIRS, indirect=True)(function)


def run(original_url: str, target_url: str, *arguments: str) -> Result:
    command = ["import-prisma", original_url, "--database", target_url, *arguments]
    result = CliRunner().invoke(cli, command)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def copied(original_url: str, target_url: str) -> dict[str, Any]:
    """The report of a copy that takes everything."""
    result = run(original_url, target_url, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    report: dict[str, Any] = json.loads(result.stdout)
    assert (report.pop("not_taken"), report.pop("problems")) == (0, [])
    return report


# What is in the sample, and what the store has to say of it.

METADATA = '{"userId": "123", "né": "👩‍👧", "ratio": 1.5, "one": 1, "deep": {"a": [1, null, true]}}'
OTHER_FIELDS = '{"data": {"rows": [1, 2]}, "questions": ["which?"], "preview": null}'

SESSIONS = [
    ("s-plain", START, START + 5000, True, METADATA),
    ("s-empty", START + 1000, START + 1000, True, None),
    ("s-closed", START + 2001, START + 9999, False, "{}"),
    ("s-waiting", START - 777, START + 1, True, '{"a": "' + "x" * 3000 + '"}'),
    ("é 👩 'quoted' \\ %s", START + 5, START + 6, True, "null"),
]
MESSAGES = [
    ("m-1", "s-plain", "system", "", START, None, None),
    ("m-2", "s-plain", "user", "né 👩‍👧 \\ ' \" %s ?\n\ttab", START + 1, None, "{}"),
    ("m-0", "s-plain", "assistant", "found", START + 1234, "execute", OTHER_FIELDS),
    ("m-z", "s-closed", "user", "first by its time", START + 10, None, None),
    ("m-c", "s-closed", "user", "second by its id", START + 11, None, None),
    ("m-d", "s-closed", "assistant", "third by its id", START + 11, "clarify", '{"b": 1}'),
    ("m-w", "s-waiting", "user", "x" * 60_000, START - 700, None, "null"),
    ("m-é", "é 👩 'quoted' \\ %s", "user", " ", START + 5, None, None),
]
RESULT = '{"success": true, "content": "né", "data": [1, 2.5, null]}'
CALLS = [
    ("c-9", "m-0", "first by its time", '{"q": "né 👩"}', RESULT, START + 1230),
    ("c-1", "m-0", "second by its id", "[]", "null", START + 1231),
    ("c-2", "m-0", "third by its id", "{}", None, START + 1231),
    ("c-3", "m-d", "x" * 191, '"text"', '{"success": false}', START + 11),
]
CONFIRMATIONS = [
    ("p-1", "s-waiting", "delete", '{"path": "/tmp/né"}', "Delete it 👩", START + 3),
    ("p-2", "s-closed", "x", "null", "", START + 4),
]


def add_sample(original: PrismaDatabase) -> None:
    original.add("agent_sessions", *SESSIONS)
    original.add("agent_messages", *reversed(MESSAGES))
    original.add("agent_tool_calls", *CALLS)
    original.add("agent_pending_confirmations", *CONFIRMATIONS)


def expected_sample() -> dict[str, Any]:
    """The sample as `contents` gives it, from the rows as they were written."""
    return {
        session_id: {
            "times": (moment(created), moment(updated)),
            "active": active,
            "metadata": value_of(metadata) or {},
            "confirmation": next(
                (
                    (tool, value_of(arguments), said, moment(when))
                    for _, owner, tool, arguments, said, when in CONFIRMATIONS
                    if owner == session_id
                ),
                None,
            ),
            "messages": [
                (
                    *(message_id, role, content, moment(when), kind),
                    *(value_of(notes) or {}, None, None),
                    [
                        (
                            *(call_id, None, tool, value_of(arguments), value_of(result)),
                            *(moment(made), None if result is None else moment(made)),
                        )
                        for call_id, message, tool, arguments, result, made in CALLS
                        if message == message_id
                    ],
                )
                for message_id, owner, role, content, when, kind, notes in MESSAGES
                if owner == session_id
            ],
        }
        for session_id, created, updated, active, metadata in SESSIONS
    }


def value_of(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def contents(store: agentstore.Storage) -> dict[str, Any]:
    """All that a store has, by session; updated_at as exactly as the original has it."""
    return {session.id: session_contents(store, session) for session in store.iter_sessions()}


def session_contents(store: agentstore.Storage, session: agentstore.Session) -> dict[str, Any]:
    messages = store.get_history(session.id)
    assert [message.position for message in messages] == list(range(len(messages)))
    updated_at = session.updated_at
    confirmation = store.get_pending_confirmation(session.id)
    return {
        "times": (
            session.created_at,
            updated_at.replace(microsecond=updated_at.microsecond // 1000 * 1000),
        ),
        "active": session.active,
        "metadata": session.metadata,
        "confirmation": confirmation
        and (
            *(confirmation.tool_name, confirmation.arguments),
            *(confirmation.user_message, confirmation.timestamp),
        ),
        "messages": [
            (
                *(message.id, message.role, message.content, message.timestamp),
                *(message.response_type, message.metadata, message.response, message.parts),
                [
                    (
                        *(call.id, call.call_id, call.tool_name, call.arguments, call.result),
                        *(call.timestamp, call.completed_at),
                    )
                    for call in message.tool_calls
                ],
            )
            for message in messages
        ],
    }


def add_many(original: PrismaDatabase, sessions: int, *, long: int = 0, start: int = 0) -> None:
    """Sessions of three messages and a call each, the first of them with ``long`` more messages."""
    numbers = range(start, start + sessions)
    original.add(
        "agent_sessions",
        *(
            (f"s{number:04}", START + number, START + 100_000 + number, number % 3 > 0, None)
            for number in numbers
        ),
    )
    original.add(
        "agent_messages",
        *(
            (
                f"m{number}-{place}",
                f"s{number:04}",
                role,
                f"text {place}",
                START + place,
                None,
                None,
            )
            for number in numbers
            for place, role in enumerate(
                ("user", "assistant", "user") + ("user",) * (long if number == start else 0)
            )
        ),
    )
    original.add(
        "agent_tool_calls",
        *((f"c{number}", f"m{number}-1", "f", "{}", RESULT, START + 1) for number in numbers),
    )


# The copy.


@pairs
def test_everything_is_copied_as_it_was(
    original: PrismaDatabase, target_url: str, target: agentstore.Storage
) -> None:
    add_sample(original)
    counts = {"messages": len(MESSAGES), "tool_calls": len(CALLS), "confirmations": 2}
    nothing = dict.fromkeys([*counts, "sessions"], 0)
    assert copied(original.url, target_url) == {
        **{"sessions": len(SESSIONS), **counts},
        **{"completed": 0, "skipped": 0},
    }
    expected = expected_sample()
    assert contents(target) == expected
    assert [session.id for session in target.query_sessions(metadata={"userId": "123"})] == [
        "s-plain"
    ]
    assert [call.id for call in target.query_tool_calls(pending=True)] == ["c-2"]
    assert [call.id for call in target.query_tool_calls(success=False)] == ["c-3"]

    before = [session.to_dict() for session in target.iter_sessions()]
    again = copied(original.url, target_url)
    assert again == {**nothing, "completed": 0, "skipped": len(SESSIONS)}
    assert [session.to_dict() for session in target.iter_sessions()] == before
    assert contents(target) == expected


def test_updated_at_is_exact_to_the_microsecond(
    original: PrismaDatabase, target_url: str, target: agentstore.Storage
) -> None:
    add_many(original, 3)
    copied(original.url, target_url)
    assert [session.updated_at for session in target.iter_sessions(order="asc")] == [
        moment(START + 100_000 + number) for number in range(3)
    ]


def test_original_and_store_may_be_one_database(
    original: PrismaDatabase, target_url: str, target: agentstore.Storage
) -> None:
    both = PrismaDatabase.create(original.backend, target_url)
    add_sample(both)
    assert copied(target_url, target_url)["sessions"] == len(SESSIONS)
    assert contents(target) == expected_sample()


@SQLITE
def test_it_says_what_it_did(original: PrismaDatabase, target_url: str) -> None:
    add_sample(original)
    assert run(original.url, target_url).stdout == (
        "copied 5 sessions (8 messages, 4 tool calls, 2 pending confirmations); "
        "0 completed, 0 skipped, since they were there; 0 not taken\n"
    )
    assert "copied 0 sessions" in run(original.url, target_url).stdout


def test_progress_counts_sessions(original: PrismaDatabase, target: agentstore.Storage) -> None:
    add_many(original, 4)
    original.set("agent_sessions", "s0002", "metadata", "[]")
    done: list[int] = []
    with PrismaSource(original.url) as source:
        assert source.count_sessions() == 4
        copy_prisma(source, target, progress=done.append)
        copy_prisma(source, target, progress=done.append)
    assert done == [1, 2, 3, 4] * 2


@SQLITE
def test_an_empty_original(original: PrismaDatabase, target_url: str) -> None:
    assert copied(original.url, target_url)["sessions"] == 0


def test_pages_and_transactions_lose_nothing(
    original: PrismaDatabase, target: agentstore.Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pages(monkeypatch)
    add_many(original, 12, long=20)
    with PrismaSource(original.url) as source:
        summary = copy_prisma(source, target)
    assert summary == CopySummary(sessions=12, messages=56, tool_calls=12)
    history = target.get_history("s0000")
    assert [message.content for message in history] == [f"text {place}" for place in range(23)]
    assert [message.content for message in target.get_history("s0011")][2:] == ["text 2"]
    assert [len(message.tool_calls) for message in history[:3]] == [0, 1, 0]


def test_equal_times_are_in_the_order_of_the_ids_across_pages(
    original: PrismaDatabase, target: agentstore.Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pages(monkeypatch)
    ids = ["B", "C-1", "C_0", "Z", "a", "c-0", "c1", "d", "x y", "y", "é", "ö", "👩"]
    assert ids == sorted(ids)
    original.add("agent_sessions", ("s", START, START, True, None))
    original.add(
        "agent_messages",
        *((each, "s", "user", each, START, None, None) for each in ids[::2] + ids[1::2]),
    )
    original.add(
        "agent_tool_calls",
        *((f"{each}{n}", each, f"{n}", "{}", None, START) for each in ids for n in (1, 0)),
    )
    with PrismaSource(original.url) as source:
        copy_prisma(source, target)
    history = target.get_history("s")
    assert [message.id for message in history] == ids
    assert all([call.tool_name for call in m.tool_calls] == ["0", "1"] for m in history)


def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agentstore.transfer.prisma.source.SESSIONS_A_PAGE", 3)
    monkeypatch.setattr("agentstore.transfer.prisma.source.MESSAGES_A_PAGE", 5)
    monkeypatch.setattr("agentstore.transfer.prisma.copying.BATCH_ROWS", 9)


@SQLITE
def test_memory_does_not_grow_with_the_original(
    original: PrismaDatabase, target: agentstore.Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentstore.transfer.prisma.copying.BATCH_ROWS", 100)
    original.add("agent_sessions", ("s", START, START + 10_000, True, None))
    original.add(
        "agent_messages",
        *((f"m{n:05}", "s", "user", "x" * 4000, START + n, None, None) for n in range(2000)),
    )
    with PrismaSource(original.url) as source:
        tracemalloc.start()
        copy_prisma(source, target)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert target.get_message_count("s") == 2000
    assert peak < 2000 * 4000 / 2


# Killed, and started again.

KILLED = """
import os, signal, sys
import agentstore
from agentstore.repositories.base import Repository
from agentstore.transfer.prisma import PrismaSource, copy_prisma, copying, source

source.SESSIONS_A_PAGE, source.MESSAGES_A_PAGE, copying.BATCH_ROWS = 3, 5, 9
countdown = int(sys.argv[3])

def dying(name):
    call = getattr(Repository, name)
    def wrapper(*arguments, **options):
        global countdown
        if countdown == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        countdown -= 1
        return call(*arguments, **options)
    setattr(Repository, name, wrapper)

for name in ("create_session", "save_turns", "set_session_active"):
    dying(name)
with PrismaSource(sys.argv[1]) as original, agentstore.connect(sys.argv[2]) as store:
    copy_prisma(original, store)
"""


@pytest.mark.parametrize(
    ("original", "target_url"), [*PAIRS[:3], ("mariadb", "sqlite")], indirect=True
)
def test_a_copy_that_is_killed_and_started_again_doubles_nothing(
    original: PrismaDatabase,
    target_url: str,
    target: agentstore.Storage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_many(original, 8, long=20)
    add_sample(original)
    kept = set()
    for writes in (5, 12):
        command = [sys.executable, "-c", KILLED, original.url, target_url, str(writes)]
        assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
        kept.add((target.count_sessions(), target.count_messages()))
    assert len(kept) > 1
    assert any(messages > 0 for _, messages in kept)

    small_pages(monkeypatch)
    sessions, messages = target.count_sessions(), target.count_messages()
    report = copied(original.url, target_url)
    assert report["sessions"] == 13 - sessions
    assert report["messages"] == 44 + len(MESSAGES) - messages
    assert report["sessions"] + report["completed"] + report["skipped"] == 13
    found = contents(target)
    assert {name: found[name] for name in expected_sample()} == expected_sample()
    texts = [message[2] for message in found["s0000"]["messages"]]
    assert texts == [f"text {place}" for place in range(23)]
    for number in range(8):
        session = found[f"s{number:04}"]
        assert session["active"] == (number % 3 > 0)
        assert session["times"] == (moment(START + number), moment(START + 100_000 + number))
        assert len(session["messages"]) == (23 if number == 0 else 3)
    assert copied(original.url, target_url)["skipped"] == 13


def test_two_copies_at_once_store_everything_once(
    original: PrismaDatabase, target_url: str, target: agentstore.Storage
) -> None:
    add_many(original, 40)

    def copy() -> CopySummary:
        with PrismaSource(original.url) as source, agentstore.connect(target_url) as store:
            return copy_prisma(source, store)

    with ThreadPoolExecutor() as threads:
        summaries = [each.result() for each in [threads.submit(copy) for _ in range(2)]]
    assert sum(summary.sessions for summary in summaries) == 40
    assert sum(summary.messages for summary in summaries) == 120
    assert sum(summary.not_taken for summary in summaries) == 0
    assert target.count_messages() == 120
    assert len(target.query_tool_calls()) == 40


# The original goes on being used, and so does the store.


def test_what_the_original_got_since_is_added(
    original: PrismaDatabase, target_url: str, target: agentstore.Storage
) -> None:
    add_sample(original)
    copied(original.url, target_url)
    original.add("agent_messages", ("m-9", "s-plain", "user", "more", START + 6000, None, None))
    original.set("agent_sessions", "s-plain", "updatedAt", START + 6000)
    original.set("agent_sessions", "s-plain", "active", False)
    original.set("agent_sessions", "s-plain", "metadata", '{"userId": "4"}')
    # The session's row need not tell.
    original.add("agent_messages", ("m-8", "s-empty", "user", "late", START + 7000, None, None))
    original.add(
        "agent_pending_confirmations", ("p-9", "s-plain", "pay", "{}", "Pay", START + 5999)
    )
    report = copied(original.url, target_url)
    assert (report["messages"], report["completed"], report["skipped"]) == (2, 2, 3)
    expected = expected_sample()
    more: tuple[Any, ...] = ("m-9", "user", "more", moment(START + 6000), None, {}, None, None, [])
    expected["s-plain"]["messages"].append(more)
    expected["s-plain"] |= {
        "times": (moment(START), moment(START + 6000)),
        "active": False,
        "metadata": {"userId": "4"},
        "confirmation": ("pay", {}, "Pay", moment(START + 5999)),
    }
    late: tuple[Any, ...] = ("m-8", "user", "late", moment(START + 7000), None, {}, None, None, [])
    expected["s-empty"]["messages"].append(late)
    assert contents(target) == expected
    assert [session.id for session in target.query_sessions(metadata={"userId": "4"})] == [
        "s-plain"
    ]
    assert target.query_sessions(metadata={"userId": "123"}) == []


def test_what_was_done_in_the_store_stays(
    original: PrismaDatabase, target_url: str, target: agentstore.Storage
) -> None:
    add_sample(original)
    copied(original.url, target_url)
    assert target.take_pending_confirmation("s-waiting") is not None
    target.save_user_message("s-waiting", "said here")
    target.update_session_metadata("s-waiting", {"b": 2})
    target.close_session("s-waiting")
    assert copied(original.url, target_url)["skipped"] == 5

    original.add("agent_messages", ("m-9", "s-waiting", "user", "more", START + 9, None, None))
    original.set("agent_sessions", "s-waiting", "updatedAt", START + 9)
    assert copied(original.url, target_url)["completed"] == 1
    session = target.get_session("s-waiting")
    assert session is not None
    assert (session.active, session.metadata["b"]) == (False, 2)
    assert target.get_pending_confirmation("s-waiting") is None
    said = [message.content for message in target.get_history("s-waiting")]
    assert said[1:] == ["said here", "more"]


@SQLITE
def test_another_session_of_the_same_id_is_left_alone(
    original: PrismaDatabase, target_url: str, target: agentstore.Storage
) -> None:
    add_sample(original)
    target.create_session(id="s-plain", metadata={"of": "ours"})
    result = run(original.url, target_url)
    assert result.exit_code == 1
    assert result.stderr == (
        "not taken: session s-plain: the store has another session of this id\n"
    )
    assert target.get_history("s-plain") == []
    assert target.count_sessions() == 5


# What cannot be taken.


def test_what_cannot_be_taken_is_reported_and_the_rest_is_copied(
    original: PrismaDatabase, target_url: str, target: agentstore.Storage
) -> None:
    add_sample(original)
    original.add(
        "agent_sessions",
        ("bad\nid", START, START, True, None),
        ("s-list", START, START, True, "[1]"),
    )
    original.add(
        "agent_messages",
        ("m-bad", "bad\nid", "user", "of a session that is not taken", START, None, None),
        ("m-role", "s-plain", "developer", "x", START + 2, None, None),
        (" m-blank", "s-plain", "user", "x", START + 2, None, None),
        ("m-meta", "s-plain", "user", "x", START + 2, None, '"text"'),
        ("m-type", "s-plain", "user", "x", START + 2, "t" * 65, None),
        ("m-good", "s-plain", "user", "good", START + 3, None, None),
    )
    original.add(
        "agent_tool_calls",
        ("c-name", "m-good", "", "{}", None, START),
        (" c-id", "m-good", "f", "{}", None, START),
        ("c-good", "m-good", "f", "{}", None, START),
    )
    original.add("agent_pending_confirmations", ("p-name", "s-plain", "", "{}", "", START))
    result = run(original.url, target_url, "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    problems = {problem["id"]: problem for problem in report["problems"]}
    assert {name: problem["kind"] for name, problem in problems.items()} == {
        "bad\nid": "session",
        "s-list": "session",
        "m-role": "message",
        " m-blank": "message",
        "m-meta": "message",
        "m-type": "message",
        "c-name": "tool call",
        " c-id": "tool call",
        "p-name": "confirmation",
    }
    assert report["not_taken"] == 9
    assert problems["m-role"]["session_id"] == "s-plain"
    assert problems["m-role"]["reason"] == (
        "role is one of user, assistant, system, tool, not 'developer'"
    )
    assert problems["s-list"]["reason"] == "metadata is a mapping, not list"
    assert problems["c-name"]["reason"] == "tool_name has 1 to 191 characters, not 0"
    assert "not taken: session bad\\nid: id has a control character" in result.stderr
    assert result.stderr.count("\n") == 9

    found = contents(target)
    expected = expected_sample()
    [good] = [entry for entry in found["s-plain"]["messages"] if entry[0] == "m-good"]
    assert [call[0] for call in good[-1]] == ["c-good"]
    found["s-plain"]["messages"].remove(good)
    assert found == expected

    again = run(original.url, target_url, "--json")
    report = json.loads(again.stdout)
    assert (report["skipped"], report["not_taken"], report["messages"]) == (5, 2, 0)


def test_a_session_whose_end_cannot_be_taken_is_reported_each_time(
    original: PrismaDatabase, target_url: str, target: agentstore.Storage
) -> None:
    add_sample(original)
    original.add("agent_messages", ("m-9", "s-waiting", "robot", "x", START + 9, None, None))
    assert run(original.url, target_url).exit_code == 1
    assert target.take_pending_confirmation("s-waiting") is not None
    before = contents(target)
    again = json.loads(run(original.url, target_url, "--json").stdout)
    assert (again["completed"], again["skipped"], again["not_taken"]) == (0, 5, 1)
    assert contents(target) == before
    original.set("agent_messages", "m-9", "role", "user")
    assert copied(original.url, target_url)["messages"] == 1
    assert [message.id for message in target.get_history("s-waiting")] == ["m-w", "m-9"]


def test_ids_that_are_in_use_are_reported(
    original: PrismaDatabase, target_url: str, target: agentstore.Storage
) -> None:
    add_sample(original)
    other = target.create_session()
    target.save_user_message(other, "ours", id="m-2")
    call = {"id": "c-3", "tool_name": "f", "arguments": {}}
    target.save_assistant_message(other, {"type": "x", "message": "", "tool_calls": [call]})
    result = run(original.url, target_url)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "not taken: message m-d of session s-closed: there is a tool call with the id 'c-3'",
        "not taken: message m-2 of session s-plain: there is another message with the id 'm-2'",
    ]
    assert [message.id for message in target.get_history("s-plain")] == ["m-1", "m-0"]
    assert [message.id for message in target.get_history("s-closed")] == ["m-z", "m-c"]
    closed = target.get_session("s-closed")
    assert closed is not None
    assert not closed.active


def test_rows_that_hang_on_nothing_are_reported(
    original: PrismaDatabase,
    target_url: str,
    target: agentstore.Storage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small_pages(monkeypatch)
    add_sample(original)
    strays = [f"m-{number}" for number in range(100, 107)]
    original.add(
        "agent_messages",
        *((stray, "gone", "user", "x", START, None, None) for stray in strays),
        foreign_keys=False,
    )
    call = ("c-8", "gone", "f", "{}", None, START)
    original.add("agent_tool_calls", call, foreign_keys=False)
    lines = run(original.url, target_url).stderr.splitlines()
    assert lines == [
        *(f"not taken: message {stray}: there is no session gone" for stray in strays),
        "not taken: tool call c-8: there is no message gone",
    ]
    assert contents(target) == expected_sample()


@SQLITE
@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("metadata", "{broken", "metadata is not JSON (Expecting property name"),
        ("metadata", '{"a": 1, "a": 2}', "metadata is not JSON (the key 'a' stands twice"),
        ("metadata", "[" * 100_000, "metadata is not JSON (nested too deeply"),
        ("metadata", "", "metadata is not JSON (Expecting value"),
        ("timestamp", "yesterday", "timestamp is no date and time"),
        ("timestamp", "4711-13-13", "timestamp is no date and time"),
        ("timestamp", 10**15, "timestamp is no date and time"),
        ("timestamp", 10**18, "timestamp is no date and time"),
        ("content", b"\xff", "content is text or a list of parts, not bytes"),
    ],
)
def test_what_only_sqlite_lets_in_is_reported(  # noqa: PLR0917
    original: PrismaDatabase,
    target_url: str,
    target: agentstore.Storage,
    column: str,
    value: Any,
    reason: str,
) -> None:
    add_many(original, 2)
    original.set("agent_messages", "m0-0", column, value)
    result = run(original.url, target_url)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"not taken: message m0-0 of session s0000: {reason}")
    assert [message.id for message in target.get_history("s0000")] == ["m0-1", "m0-2"]
    assert target.get_message_count("s0001") == 3


# What the original's database is opened by.


@SQLITE
def test_the_original_is_not_changed(
    original: PrismaDatabase, target_url: str, backends: Callable[[str], Backend]
) -> None:
    add_sample(original)
    path = Path(original.url.removeprefix("sqlite:///"))
    before = path.read_bytes()
    copied(original.url, target_url)
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.glob(f"{path.name}*")] == [path.name]


@SQLITE
def test_urls_as_prisma_writes_them(
    original: PrismaDatabase,
    target_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_sample(original)
    path = Path(original.url.removeprefix("sqlite:///"))
    monkeypatch.chdir(path.parent)
    for url in (
        f"file:./{path.name}?connection_limit=1",
        f"file:{path.name}",
        f"file:{path}",
        f"file://{path}",
    ):
        report = copied(url, target_url)
        assert report["sessions"] + report["skipped"] == len(SESSIONS)
    monkeypatch.setenv("PRISMA_DATABASE_URL", f"file:{path}")
    result = CliRunner().invoke(cli, ["import-prisma", "--database", target_url])
    assert result.exit_code == 0


@pytest.mark.parametrize("original", ["postgresql"], indirect=True)
def test_the_schema_of_a_prisma_url(
    original: PrismaDatabase, target_url: str, target: agentstore.Storage
) -> None:
    original.run("CREATE SCHEMA chat")
    add_sample(original)
    for table in (
        *("agent_sessions", "agent_messages", "agent_tool_calls"),
        "agent_pending_confirmations",
    ):
        original.run(f"ALTER TABLE {table} SET SCHEMA chat")
    query = "connection_limit=5&pool_timeout=20&pgbouncer=true&schema=chat"
    assert copied(f"{original.url}?{query}", target_url)["sessions"] == len(SESSIONS)
    assert contents(target) == expected_sample()


def test_a_database_that_is_not_the_originals(original: PrismaDatabase, target_url: str) -> None:
    result = run(target_url, target_url)
    assert result.exit_code == 1
    [line] = result.stderr.splitlines()
    assert line.startswith("Error: this is no database of @ai-agent/storage-prisma")
    original.run("DROP TABLE agent_pending_confirmations; ALTER TABLE agent_messages RENAME TO m")
    assert run(original.url, target_url).exit_code == 1


def test_tables_of_the_same_name_that_are_anothers(
    original: PrismaDatabase, target_url: str
) -> None:
    original.run(
        "DROP TABLE agent_pending_confirmations; DROP TABLE agent_tool_calls;"
        "DROP TABLE agent_messages; DROP TABLE agent_sessions;"
        "CREATE TABLE agent_sessions (session_id varchar(100) PRIMARY KEY, created_at timestamp);"
        "CREATE TABLE agent_messages (id integer PRIMARY KEY, message_data text);"
        "INSERT INTO agent_sessions (session_id) VALUES ('x')"
    )
    result = run(original.url, target_url)
    assert result.exit_code == 1
    [line] = result.stderr.splitlines()
    assert line.startswith("Error: this is no database of @ai-agent/storage-prisma")


@pytest.mark.parametrize(
    ("url", "code", "message"),
    [
        ("oracle://x/y", 2, "known are"),
        ("not a url", 2, "is not of the form"),
        ("sqlite://", 2, "a database in memory holds nothing to import"),
        ("file:", 2, "a database in memory holds nothing to import"),
        ("sqlite:///{folder}/missing.db", 1, "refuses to let us in"),
        ("file:{folder}/missing.db", 1, "refuses to let us in"),
        ("postgresql://u:hunter2@127.0.0.1:1/x?sslaccept=strict", 2, "parameter 'sslaccept'"),
        ("postgresql://u:hunter2@127.0.0.1:1/x?retry_timeout=0", 1, "cannot be reached"),
        ("mysql://u:hunter2@127.0.0.1:1/x?retry_timeout=0", 1, "the database"),
    ],
)
@SQLITE
def test_urls_that_lead_nowhere(
    target_url: str, tmp_path: Path, url: str, code: int, message: str
) -> None:
    result = run(url.format(folder=tmp_path), target_url)
    assert result.exit_code == code
    assert message in result.stderr
    assert "hunter2" not in result.output
    assert not list(tmp_path.iterdir())


@SQLITE
def test_a_store_without_tables_is_named_as_such(original: PrismaDatabase) -> None:
    add_sample(original)
    url = original.backend.new_database()
    result = run(original.url, url)
    original.backend.drop_database(url)
    assert result.exit_code == 1
    assert "agentstore migrate" in result.stderr


def test_a_password_is_in_no_repr() -> None:
    source = PrismaSource("postgresql://user:secret@host/db")
    assert "secret" not in repr(source)
    assert "secret" not in str(Problem("message", "m", "s", "r"))
    source.close()


def test_dialects_that_nobody_has_statements_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from agentstore import registry  # noqa: PLC0415
    from agentstore.repositories.sqlite import SQLiteRepository  # noqa: PLC0415

    class Other(SQLiteRepository):
        dialect = "other"

    monkeypatch.setattr(registry, "_registered", {"other": Other})
    with pytest.raises(agentstore.ConfigurationError, match="not in other"):
        PrismaSource("other:///x.db")


# The statements.


@pytest.mark.parametrize("dialect", ["postgresql", "mysql", "sqlite"])
def test_the_statements_are_the_same_in_each_dialect(dialect: str) -> None:
    from agentstore.transfer.prisma.source import _open  # noqa: PLC0415

    url = {"sqlite": "sqlite:///x.db"}.get(dialect, f"{dialect}://h/db")
    reference, other = (
        {name: text for name, text in _open(each).statement_library().items() if "prisma/" in name}
        for each in ("postgresql://h/db", url)
    )
    assert len(reference) == 8
    assert reference.keys() == other.keys()
    for name, statement in reference.items():
        assert statement.parameters == other[name].parameters
        assert statement.blocks == other[name].blocks
        assert statement.returns == other[name].returns
        assert re.findall(r" AS (\w+)", statement.render()) or name.endswith("count_sessions")


@SQLITE
def test_an_import_needs_no_environment(original: PrismaDatabase, target_url: str) -> None:
    add_sample(original)
    environment = {key: value for key, value in os.environ.items() if "DATABASE_URL" not in key}
    command = [sys.executable, "-m", "agentstore", "import-prisma", original.url]
    done = subprocess.run(
        command,
        env={**environment, "DATABASE_URL": target_url},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("copied 5 sessions")
    assert done.stderr == ""
