"""Checks of the database itself that all dialects share."""

from __future__ import annotations

from datetime import datetime, timezone

from agentstore.doctor.patient import Patient
from agentstore.doctor.verdict import Verdict, look, ok, wrong

_MOST_SKEW = 5.0
"""Seconds that two clocks may differ."""

_LISTED = 5
"""So many names stand in a line."""


def migrations(patient: Patient) -> Verdict:
    """Are all of them applied, and none of a newer version?"""
    schema = patient.schema
    if schema.pending:
        return wrong(
            f"{len(schema.pending)} are pending: {listed(schema.pending)}", "agentstore migrate"
        )
    if schema.unknown:
        return look(
            f"{len(schema.applied)} applied, and of a newer version: {listed(schema.unknown)}",
            "update agentstore here; until then this version goes on working",
        )
    return ok(f"{len(schema.applied)} applied")


def clock(patient: Patient) -> Verdict:
    """Do the database's clock and ours agree?"""
    _, text, _ = patient.server
    skew = datetime.fromisoformat(text).replace(tzinfo=timezone.utc) - datetime.now(timezone.utc)
    seconds = skew.total_seconds()
    if abs(seconds) > _MOST_SKEW:
        return look(
            f"the server's is {abs(seconds):.0f} s {'ahead' if seconds > 0 else 'behind'}",
            "run NTP on both: timestamps are those of the machines that save",
        )
    return ok(f"{text[:19]} UTC")


def connection(patient: Patient) -> Verdict:
    """What has the connection pinned that the server would have otherwise?"""
    pinned = [
        f"{name} {session} (server: {server})"
        for name, (session, server) in sorted(patient.settings.items())
        if session is not None and server is not None and session != server
    ]
    return ok("; ".join(pinned) if pinned else "as the server has it")


def indexes(patient: Patient) -> Verdict:
    """Are all there and usable, and none of somebody else's?"""
    wanted, _ = patient.made_by_migrations()
    rows = patient.rows("list_indexes")
    missing = sorted(wanted - {name for _, name, _, _ in rows})
    if missing:
        return wrong(
            f"missing: {listed(missing)}",
            "make them again as the files in `agentstore migrations-path` do",
        )
    if broken := sorted(name for _, name, is_valid, _ in rows if not is_valid):
        return wrong(f"not valid: {listed(broken)}", "REINDEX INDEX CONCURRENTLY, or DROP INDEX")
    # MySQL makes one for a foreign key that has none, under the key's name.
    ours = wanted | patient.made_by_migrations()[1]
    foreign = sorted(
        f"{name}{' (never used)' if scans == 0 else ''}"
        for _, name, _, scans in rows
        if name not in ours and not name.startswith("PRIMARY of ")
    )
    if foreign:
        return look(
            f"not of agentstore: {listed(foreign)}",
            "each costs every save that touches its table: drop what nothing reads",
        )
    idle = sorted(name for _, name, _, scans in rows if scans == 0)
    unused = f"; not used so far: {len(idle)}" if idle else ""
    return ok(f"{len(rows)}{unused}")


def size(patient: Patient) -> Verdict:
    """How large is it, and how much of that is dead or free?"""
    rows = patient.rows("list_tables")
    described, wasteful = [], []
    for name, estimate, total, dead, free in rows:
        count = "" if estimate is None else f" ({estimate:,} rows)"
        if total:
            described.append(f"{name} {in_bytes(total)}{count}")
        if dead and dead > _MANY_ROWS and dead > (estimate or 0) / 4:
            wasteful.append(f"{name} has {dead:,} dead rows")
        if free and free > _MANY_BYTES and free > total / 2:
            wasteful.append(f"{name} has {in_bytes(free)} free")
    if wasteful:
        advice = {
            "postgresql": "VACUUM (ANALYZE) the tables, and see why autovacuum does not come",
            "mysql": "OPTIMIZE TABLE, at a quiet hour",
            "sqlite": "VACUUM, when nobody writes",
        }
        return look("; ".join(wasteful), advice.get(patient.store.dialect, ""))
    return ok("; ".join(described[:_LISTED]) or "empty")


_MANY_ROWS = 1_000
_MANY_BYTES = 1_000_000

CHECKS = (migrations, clock, connection, indexes, size)


def listed(names: list[str]) -> str:
    """Names in a line, not all of too many."""
    shown = ", ".join(names[:_LISTED])
    more = len(names) - _LISTED
    return f"{shown} and {more} more" if more > 0 else shown


def in_bytes(number: int) -> str:
    """A size as a person reads it."""
    size = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
