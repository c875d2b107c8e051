"""Checks of PostgreSQL."""

from __future__ import annotations

from agentstore.doctor.database import listed
from agentstore.doctor.network import encryption, foreign_keys
from agentstore.doctor.patient import Patient
from agentstore.doctor.verdict import Verdict, look, ok, wrong

_LOSES = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
"""Settings, and their values under which a crash loses what was acknowledged."""


def version(patient: Patient) -> Verdict:
    """Which server is it?"""
    number, _, _ = patient.server
    return ok(f"PostgreSQL {number}")


def character_set(patient: Patient) -> Verdict:
    """Can it keep every text?"""
    _, _, charset = patient.server
    if charset != "UTF8":
        return wrong(charset, "move to a database with ENCODING 'UTF8': agentstore copy")
    return ok(charset)


def pooler(patient: Patient) -> Verdict:
    """Does a pooler stand between?"""
    is_pooled = patient.store._repository.executor.read(
        lambda connection: getattr(connection, "is_pooled", False)
    )
    if is_pooled:
        return look(
            "one that gives each transaction another connection",
            "its own limits hold: nothing is prepared, and time limits are the client's alone",
        )
    return ok("none")


def durability(patient: Patient) -> Verdict:
    """Is what was acknowledged still there after a crash?"""
    lost = [
        f"{name} is {lossy}"
        for name, lossy in _LOSES.items()
        if patient.settings.get(name, (None, None))[0] == lossy
    ]
    if lost:
        return wrong("; ".join(lost), "switch it on: a crash loses what callers were told is saved")
    return ok("fsync, full_page_writes and synchronous_commit are on")


def autovacuum(patient: Patient) -> Verdict:
    """Does the server have it on?"""
    if patient.settings.get("autovacuum", (None, None))[0] == "off":
        return wrong("off", "switch it on: tables and indexes only grow without it")
    return ok("on")


def tables_left_alone(patient: Patient) -> Verdict:
    """Does autovacuum come to all our tables?"""
    if left_alone := [name for (name,) in patient.rows("list_unvacuumed_tables")]:
        return wrong(listed(left_alone), "ALTER TABLE … RESET (autovacuum_enabled)")
    return ok("none")


def open_transactions(patient: Patient) -> Verdict:
    """Does a client leave a transaction open, and its locks with it?"""
    [(count, seconds)] = patient.rows("count_idle_transactions")
    if count:
        return look(
            f"{count} idle for more than five minutes, the longest for {seconds:,} s",
            "set idle_in_transaction_session_timeout; their locks keep others waiting",
        )
    return ok("none idle for more than five minutes")


CHECKS = (
    version,
    character_set,
    encryption,
    pooler,
    durability,
    foreign_keys,
    autovacuum,
    tables_left_alone,
    open_transactions,
)
