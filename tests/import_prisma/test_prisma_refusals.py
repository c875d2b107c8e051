"""What of the original's rows cannot be taken is reported, and the rest is copied."""

from __future__ import annotations

import json
from typing import Any

import pytest
from prisma_copies import SQLITE, copied, run, small_pages
from prisma_database import START, PrismaDatabase
from prisma_sample import add_many, add_sample, contents, expected_sample

import agentstore


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
