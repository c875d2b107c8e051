"""Checks of what is stored, the same in all dialects."""

from __future__ import annotations

from datetime import timedelta
from statistics import median

from agentstore.doctor.patient import Patient
from agentstore.doctor.verdict import Verdict, look, ok, wrong

_OLD = timedelta(days=1)
"""What has waited longer is forgotten, as a rule."""

_DAYS = 7
_BURST = 5
"""So many times the usual day is worth a look."""
_FEW = 1_000
"""Messages a day, of which no burst is worth one."""


def orphans(patient: Patient) -> Verdict:
    """Does anything hang on a session or a message that is not there?"""
    found = {name: count for name, count in patient.rows("count_orphans") if count}
    threads = found.pop("agentstore_checkpoints", 0)
    if found:
        return wrong(
            ", ".join(f"{count:,} of {name}" for name, count in sorted(found.items())),
            "foreign keys were off while somebody deleted: no call finds these rows, delete them",
        )
    if threads:
        return look(f"{threads:,} checkpoints of threads without a session", "agentstore fill")
    return ok("none")


def positions(patient: Patient) -> Verdict:
    """Is each session's next position free?"""
    [(count,)] = patient.rows("count_lagging_counters")
    if count:
        return wrong(
            f"{count:,} sessions whose next position is taken: nothing can be saved to them",
            "rows were copied by hand: set next_position above the session's last position",
        )
    return ok("free in every session")


def sessions_of_older_code(patient: Patient) -> Verdict:
    """Have lists what they sort by, in rows that older code made?"""
    [(count,)] = patient.rows("count_unfilled_sessions")
    if count:
        return look(f"{count:,} without last_message_at", "agentstore fill")
    return ok("none")


def waiting_calls(patient: Patient) -> Verdict:
    """Does a tool call in an active session wait for its result for more than a day?"""
    [(count, oldest)] = patient.rows("count_old_calls", before=patient.before(_OLD))
    if count:
        return look(
            f"{count:,} for more than a day, the oldest since {oldest[:19]} UTC",
            "agentstore tools --pending lists them: give them results, or close their sessions",
        )
    return ok("none for more than a day")


def waiting_confirmations(patient: Patient) -> Verdict:
    """Does a confirmation in an active session wait for more than a day?"""
    [(count, oldest)] = patient.rows("count_old_confirmations", before=patient.before(_OLD))
    if count:
        return look(
            f"{count:,} for more than a day, the oldest since {oldest[:19]} UTC",
            "ask again or clear them: a yes of today was not given to that question",
        )
    return ok("none for more than a day")


def growth(patient: Patient) -> Verdict:
    """Is yesterday like the days before?"""
    counts = patient.messages_by_day(_DAYS)
    days = [(patient.now - timedelta(days=ago)).strftime("%Y-%m-%d") for ago in range(_DAYS, 0, -1)]
    before = [counts.get(day, 0) for day in days[:-1]]
    yesterday = counts.get(days[-1], 0)
    usual = median(before)
    said = "messages a day, oldest first: " + " ".join(f"{counts.get(day, 0):,}" for day in days)
    if yesterday > _FEW and yesterday > _BURST * max(usual, 1):
        return look(said, "agentstore stats says of which users and tools they are")
    return ok(said)


CHECKS = (
    orphans,
    positions,
    sessions_of_older_code,
    waiting_calls,
    waiting_confirmations,
    growth,
)
