"""The database of the TypeScript original, copied into a store: all of it, once, as it was."""

from __future__ import annotations

import tracemalloc

import pytest
from prisma_copies import SQLITE, copied, pairs, run, small_pages
from prisma_database import START, PrismaDatabase, moment
from prisma_sample import CALLS, MESSAGES, SESSIONS, add_many, add_sample, contents, expected_sample

import agentstore
from agentstore.transfer.prisma import CopySummary, PrismaSource, copy_prisma


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
