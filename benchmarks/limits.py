"""What one machine takes: turns a second, and bytes a row: ``python -m benchmarks.limits``.

Prints the table of docs/scaling.md. A turn is what a user said and what the agent answered with two
tool calls, saved by one ``save_messages``; the servers wait for the disk at each commit.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg

import agentstore
from agentstore.testing.servers import InnoDBServer
from benchmarks.databases import DIALECTS, Databases
from benchmarks.ours import new_messages
from benchmarks.samples import SampleTurn, make_turns

THREADS = (1, 4, 16)
FILLED = 20_000
"""Messages, and calls, of which a row's bytes are the mean."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=5.0, help="for each number of threads")
    parser.add_argument("--dialect", choices=DIALECTS, action="append")
    given = parser.parse_args(arguments)
    print("| |", " | ".join(f"turns a second, {n} threads" for n in THREADS), end=" | ")
    print("bytes a message | bytes a call |")
    print("| --- |", " | ".join(["---"] * (len(THREADS) + 2)), "|")
    with Databases() as databases:
        for dialect in given.dialect or DIALECTS:
            rates = [turns_a_second(databases, dialect, n, given.seconds) for n in THREADS]
            with databases.quick_commits(dialect):
                empty = size_after(databases, dialect, 0, with_calls=False)
                messages = size_after(databases, dialect, FILLED, with_calls=False) - empty
                both = size_after(databases, dialect, FILLED, with_calls=True) - empty
            cells = [*rates, messages / FILLED, (both - messages) / FILLED]
            print(f"| {databases.version(dialect)} |", " | ".join(f"{c:,.0f}" for c in cells), "|")


def turns_a_second(databases: Databases, dialect: str, threads: int, seconds: float) -> float:
    """How many turns so many threads save, each to a session of its own."""
    url = databases.new(dialect, migrated=True)
    turns = make_turns(100)
    with agentstore.connect(url, pool_size=threads) as store:
        session_ids = [store.create_session() for _ in range(threads)]
        saved = [0] * threads
        ends_at = time.monotonic() + seconds

        def work(number: int) -> None:
            for turn in itertools.cycle(turns):
                if time.monotonic() >= ends_at:
                    return
                store.save_messages(session_ids[number], new_messages(turn))
                saved[number] += 1

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(threads)))
    databases.drop(url)
    return sum(saved) / seconds


def size_after(databases: Databases, dialect: str, messages: int, *, with_calls: bool) -> int:
    """The bytes of a database with so many messages of the agent's, each with a call or none."""
    url = databases.new(dialect, migrated=True)
    turns = make_turns(100)
    with agentstore.connect(url) as store:
        for _ in range(messages // 100):
            session_id = store.create_session()
            store.save_messages(session_id, [_message(turn, with_calls) for turn in turns])
    databases.settle(url)
    size = _size(url)
    databases.drop(url)
    return size


def _message(turn: SampleTurn, with_calls: bool) -> agentstore.NewMessage:
    said = new_messages(turn)[-1]
    return agentstore.NewMessage(
        "assistant", turn.assistant, tool_calls=list(said.tool_calls or ())[: int(with_calls)]
    )


def _size(url: str) -> int:
    if url.startswith("sqlite:"):
        path = url.removeprefix("sqlite:///")
        return sum(file.stat().st_size for file in Path(path).parent.glob(Path(path).name + "*"))
    name = url.rpartition("/")[2]
    if url.startswith("postgresql:"):
        with psycopg.connect(url) as connection:
            rows = connection.execute("SELECT pg_database_size(%s)", [name]).fetchall()
            return int(rows[0][0])
    with closing(InnoDBServer._connect(url)) as connection:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT sum(file_size) FROM information_schema.innodb_sys_tablespaces "
            "WHERE name LIKE %s",
            [f"{name}/%"],
        )
        return int(cursor.fetchall()[0][0])


if __name__ == "__main__":
    main()
