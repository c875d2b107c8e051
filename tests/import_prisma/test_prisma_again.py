"""A copy that is killed, met by another, or made again after either side went on being used."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from prisma_copies import PAIRS, SQLITE, copied, run, small_pages
from prisma_database import START, PrismaDatabase, moment
from prisma_sample import MESSAGES, add_many, add_sample, contents, expected_sample

import agentstore
from agentstore.transfer.prisma import CopySummary, PrismaSource, copy_prisma

KILLED = """
import os, signal, sys
import agentstore
from agentstore.dialects.repository import Repository
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
