"""What the sessions' indexes on activity cost PostgreSQL: ``python -m benchmarks.lean_updates``.

Each save moves updated_at and last_message_at. While both are indexed no update of a session's row
is HOT, so that each leaves an entry in every index of the table. Many appends go to a few sessions,
two of a turn five seconds apart and a minute between turns (by the clock that is written, not by
the wall), into the tables as they are and into others; then it is counted what that has taken.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import psycopg

from agentstore.model.identifiers import new_id
from benchmarks.databases import Databases

RESULTS = Path(__file__).parent / "results"

_NO_CLOSED = "DROP INDEX agentstore_sessions_closed"
_ALL_UPDATED = "CREATE INDEX all_updated ON agentstore_sessions (active, updated_at, id)"
# Those of tenants and users, too: a partial index has its columns updated in PostgreSQL's eyes, be
# the row in it or not.
_NO_LISTED = (
    "DROP INDEX agentstore_sessions_last_message, agentstore_sessions_tenant_last_message, "
    "agentstore_sessions_user_last_message"
)
_ROOM = "ALTER TABLE agentstore_sessions SET (fillfactor = 50)"
_COARSE = (
    _NO_CLOSED,
    _NO_LISTED,
    "ALTER TABLE agentstore_sessions ADD COLUMN updated_{0} timestamp GENERATED ALWAYS AS "
    "(date_trunc('{0}', updated_at AT TIME ZONE 'UTC')) STORED, ADD COLUMN listed_{0} timestamp "
    "GENERATED ALWAYS AS (date_trunc('{0}', coalesce(last_message_at, updated_at) "
    "AT TIME ZONE 'UTC')) STORED",
    "CREATE INDEX coarse_updated ON agentstore_sessions (active, updated_{0})",
    "CREATE INDEX coarse_listed ON agentstore_sessions (listed_{0})",
    "CREATE INDEX coarse_tenant ON agentstore_sessions (tenant_id, listed_{0}) "
    "WHERE tenant_id <> ''",
    "CREATE INDEX coarse_user ON agentstore_sessions (user_id, tenant_id, listed_{0}) "
    "WHERE user_id <> ''",
    _ROOM,
)

VARIANTS: dict[str, tuple[str, ...]] = {
    "as it is": (),
    "fillfactor 50": (_ROOM,),
    "with open sessions in the index on updated_at": (_NO_CLOSED, _ALL_UPDATED),
    "without any on activity": (_NO_CLOSED, _NO_LISTED),
    "without any on activity, fillfactor 50": (_NO_CLOSED, _NO_LISTED, _ROOM),
    "all by the minute, fillfactor 50": tuple(each.format("minute") for each in _COARSE),
    "all by the hour, fillfactor 50": tuple(each.format("hour") for each in _COARSE),
}

_UPDATE = """
UPDATE agentstore_sessions
SET next_position = next_position + 1, updated_at = %s, last_message_at = %s
WHERE id = %s
"""

_CREATE = """
INSERT INTO agentstore_sessions (id, created_at, updated_at, active, next_position, metadata)
VALUES (%s, %s, %s, TRUE, 0, '{"user_id": "ada"}')
"""

_SIZES = """
SELECT
    pg_relation_size('agentstore_sessions'), pg_indexes_size('agentstore_sessions'),
    pg_stat_get_tuples_updated(c.oid), pg_stat_get_tuples_hot_updated(c.oid)
FROM pg_class AS c WHERE c.relname = 'agentstore_sessions'
"""

_POSITION = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--appends", type=int, default=100_000)
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--output", type=Path, default=RESULTS / "lean_updates.json")
    given = parser.parse_args(arguments)
    figures: dict[str, Any] = {}
    print("| the sessions' row | HOT | microseconds | WAL, bytes | table, KiB | indexes, KiB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    with Databases() as databases, databases.quick_commits("postgresql"):
        for name, statements in VARIANTS.items():
            url = databases.new("postgresql", migrated=True)
            own = figures[name] = measure(url, statements, given.appends, given.sessions)
            databases.drop(url)
            print(
                f"| {name} | {own['hot']:.0%} | {own['seconds'] * 1e6:,.0f} | {own['wal']:,.0f} | "
                f"{own['table'] / 1024:,.0f} | {own['indexes'] / 1024:,.0f} |",
                flush=True,
            )
    results = {"appends": given.appends, "sessions": given.sessions, "variants": figures}
    given.output.write_text(json.dumps(results, indent=1) + "\n")


def measure(url: str, statements: Sequence[str], appends: int, sessions: int) -> dict[str, float]:
    """What an append takes of a session's row, and what all of them leave."""
    moment = datetime(2026, 1, 1, tzinfo=timezone.utc)
    ids = [new_id() for _ in range(sessions)]
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
        for session_id in ids:
            connection.execute(_CREATE, [session_id, moment, moment])
        ((before,),) = connection.execute(_POSITION).fetchall()
        began = time.perf_counter()
        for number in range(appends):
            turn, is_answer = divmod(number // sessions, 2)
            at = moment + timedelta(minutes=turn, seconds=5 * is_answer, microseconds=number)
            connection.execute(_UPDATE, [at, at, ids[number % sessions]])
        seconds = time.perf_counter() - began
        ((after,),) = connection.execute(_POSITION).fetchall()
    table, indexes, updated, hot = _sizes(url, appends)
    return {
        "hot": hot / updated,
        "seconds": seconds / appends,
        "wal": float(after - before) / appends,
        "table": table,
        "indexes": indexes,
    }


def _sizes(url: str, updates: int) -> tuple[int, ...]:
    """Bytes and counts; what a connection has counted is known some time after it was closed."""
    while True:
        with psycopg.connect(url, autocommit=True) as connection:
            [sizes] = connection.execute(_SIZES).fetchall()
        if sizes[2] >= updates:
            return sizes
        time.sleep(0.2)


if __name__ == "__main__":
    main()
