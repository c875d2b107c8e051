"""Checks of a SQLite file."""

from __future__ import annotations

from agentstore.doctor.database import listed
from agentstore.doctor.patient import Patient
from agentstore.doctor.verdict import Verdict, look, ok, wrong

_FULL = 2


def version(patient: Patient) -> Verdict:
    """Which SQLite is in this Python?"""
    number, _, _ = patient.server
    return ok(f"SQLite {number}")


def character_set(patient: Patient) -> Verdict:
    """How are texts kept?"""
    _, _, charset = patient.server
    return ok(charset)


def journal(patient: Patient) -> Verdict:
    """Do readers read while a writer writes?"""
    mode = patient.settings["journal_mode"][0]
    if mode not in {"wal", "memory"}:
        return look(
            f"{mode}", "the folder takes no write-ahead log (a network drive?): writers block all"
        )
    return ok(f"{mode}")


def durability(patient: Patient) -> Verdict:
    """Is what was acknowledged still there after a crash?"""
    level = int(patient.settings["synchronous"][0] or 0)
    if level < _FULL:
        return wrong(f"synchronous is {level}", "leave it to agentstore, which sets FULL")
    return ok("synchronous is FULL")


def pages(patient: Patient) -> Verdict:
    """Is the file whole?"""
    findings = [text for (text,) in patient.rows("check_file")]
    if findings != ["ok"]:
        return wrong(
            listed([" ".join(str(text).split()) for text in findings]),
            "restore a backup, or save what can be read: sqlite3 FILE .recover",
        )
    return ok("whole")


CHECKS = (version, character_set, journal, durability, pages)
