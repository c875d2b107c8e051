"""Checks of MySQL and MariaDB."""

from __future__ import annotations

import re

from agentstore.doctor.database import listed
from agentstore.doctor.network import encryption, foreign_keys
from agentstore.doctor.patient import Patient
from agentstore.doctor.verdict import Verdict, look, ok, wrong

_OLDEST = {"MariaDB": (10, 6), "MySQL": (8, 0)}
"""The oldest servers that the dialect is made for."""


def version(patient: Patient) -> Verdict:
    """Which server is it, and is it new enough?"""
    text, _, _ = patient.server
    name = "MariaDB" if "mariadb" in text.lower() else "MySQL"
    numbers = tuple(int(number) for number in re.findall(r"\d+", text)[:2])
    if numbers < _OLDEST[name]:
        oldest = ".".join(map(str, _OLDEST[name]))
        return wrong(f"{name} {text}", f"agentstore is made for {name} {oldest} and later")
    return ok(f"{name} {text}")


def character_set(patient: Patient) -> Verdict:
    """Are our columns compared exactly, and our tables InnoDB's?"""
    rows = patient.rows("list_foreign_columns")
    if rows:
        places = listed([f"{place} is {now}" for place, now in rows])
        return wrong(
            places,
            "ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, ENGINE = InnoDB "
            "(session_metadata.entry: ascii_bin)",
        )
    return ok("utf8mb4, compared byte by byte")


def durability(patient: Patient) -> Verdict:
    """Is what was acknowledged still there after a crash?"""
    server = {name: value for name, (_, value) in patient.settings.items()}
    lost = []
    if server.get("innodb_flush_log_at_trx_commit") != "1":
        lost.append(
            f"innodb_flush_log_at_trx_commit is {server.get('innodb_flush_log_at_trx_commit')}"
        )
    if lost:
        return wrong("; ".join(lost), "set it to 1: a crash loses what callers were told is saved")
    if server.get("log_bin") == "1" and server.get("sync_binlog") != "1":
        return look(
            f"sync_binlog is {server.get('sync_binlog')}",
            "set it to 1, where replicas or backups follow the binary log",
        )
    return ok("innodb_flush_log_at_trx_commit is 1")


CHECKS = (version, character_set, encryption, durability, foreign_keys)
