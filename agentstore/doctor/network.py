"""Checks that the dialects with a server share."""

from __future__ import annotations

from agentstore.doctor.database import listed
from agentstore.doctor.patient import Patient
from agentstore.doctor.verdict import Verdict, look, ok, wrong

_NEAR = frozenset({"", "localhost", "127.0.0.1", "::1"})


def foreign_keys(patient: Patient) -> Verdict:
    """Are all there and valid?"""
    _, wanted = patient.made_by_migrations()
    rows = patient.rows("list_foreign_keys")
    if missing := sorted(wanted - {name for name, _ in rows}):
        return wrong(
            f"missing: {listed(missing)}",
            "make them again as the files in `agentstore migrations-path` do",
        )
    if unproved := sorted(name for name, is_valid in rows if not is_valid):
        return look(f"not validated: {listed(unproved)}", "ALTER TABLE … VALIDATE CONSTRAINT")
    return ok(f"{len(rows)}")


def encryption(patient: Patient) -> Verdict:
    """Does the connection go over a network in clear?"""
    cipher = " ".join(str(row[-1]).strip() for row in patient.rows("get_cipher"))
    if cipher:
        return ok(cipher)
    far = [host for host in patient.hosts() if host not in _NEAR and not host.startswith("/")]
    if far:
        return look(
            f"none, on the way to {listed(far)}", "docs/security.md has what to add to the URL"
        )
    return ok("none; the server is on this machine")
