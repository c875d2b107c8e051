"""Retention: a policy is planned, and brought upon the sessions batch by batch.

Sessions are read by their indexes in the order in which they became idle, page by page and without
a lock, and the policy decides on each. What is due goes in batches: each is a transaction that
passes the gate of the holds, locks the sessions that nobody else has locked, and has the policy
decide again on what they are now. So a run may be killed at any moment, and others may run beside.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from agentstore.engine.connection import Connection, Row
from agentstore.errors import SchemaError
from agentstore.operations.rows import read_time
from agentstore.operations.sessions import SessionOperations
from agentstore.retention.outcomes import (
    AppliedRule,
    PlannedRule,
    RetentionPlan,
    RetentionReport,
)
from agentstore.retention.policy import RetentionPolicy
from agentstore.retention.rules import Candidate
from agentstore.retention.walks import Walk, walks_of

PAGE = 500
"""Sessions that are read at once."""
SESSIONS_AT_ONCE = 20
"""Sessions of a batch: who saves beside a run waits for no more than one."""
POSITIONS_AT_ONCE = 1_000
"""The sessions of a batch have given out no more positions together, or it is one session."""
PAUSE = 3.0
"""The pause behind a batch, in times of what it took: most of the time is the writers'."""
LONGEST_PAUSE = 0.25
MEASURED_AT_ONCE = 100
"""Sessions of a page whose bytes are counted; the others' are reckoned from these."""
_COUNTED_AT_ONCE = 20_000

_UNLOCKED = frozenset({"unlocked"})


@dataclass
class _Outcome:
    """What a batch has done, by the rule's number."""

    acted: Counter[int] = field(default_factory=Counter)
    held: Counter[int] = field(default_factory=Counter)
    left: int = 0


class RetentionOperations(SessionOperations):
    """The operations of a dialect that follow a retention policy."""

    def check_filled(self) -> None:
        """Refuse a store that has sessions of older code, whose last_message_at is not known.

        Raises:
            SchemaError: it has some.
        """
        after_id: str | None = ""
        while after_id is not None:
            ((unfilled, after_id),) = self.read(
                "retention/count_unfilled_sessions",
                {"after_id": after_id, "limit": _COUNTED_AT_ONCE},
            )
            if unfilled:
                raise SchemaError(
                    "retention needs last_message_at, which sessions of older code lack: "
                    "run `agentstore fill`"
                )

    def plan_retention(self, policy: RetentionPolicy, now: datetime) -> RetentionPlan:
        """What a policy would do at a time, by rule."""
        sessions: Counter[int] = Counter()
        oldest: dict[int, datetime] = {}
        measured: Counter[int] = Counter()
        size: Counter[int] = Counter()
        pages = 0
        for walk in self._walks(policy, now):
            for page in self._pages_of(walk, policy):
                pages += 1
                due = {
                    session.id: number
                    for session in page
                    if not session.is_held and (number := policy.due(session, now)) is not None
                }
                for session in page:
                    if session.id in due:
                        number = due[session.id]
                        sessions[number] += 1
                        oldest[number] = min(oldest.get(number, now), session.idle_since)
                if due and pages & (pages - 1) == 0:  # the 1st, 2nd, 4th, 8th page …
                    chosen = list(due)[:: max(1, len(due) // MEASURED_AT_ONCE)]
                    for session_id, found in self._measure(chosen).items():
                        measured[due[session_id]] += 1
                        size[due[session_id]] += found
        return RetentionPlan(
            [
                PlannedRule(
                    rule.name,
                    rule.action,
                    sessions[number],
                    oldest.get(number),
                    size[number] * sessions[number] // max(1, measured[number]),
                )
                for number, rule in enumerate(policy.rules)
            ]
        )

    def apply_retention(
        self,
        policy: RetentionPolicy,
        now: datetime,
        *,
        max_sessions: int | None,
        max_seconds: float | None,
    ) -> RetentionReport:
        """Do what a policy says is due at a time, until it is done or a limit is reached."""
        stop_at = None if max_seconds is None else time.monotonic() + max_seconds
        total = _Outcome()
        is_finished = self._apply(policy, now, total, max_sessions, stop_at)
        return RetentionReport(
            [
                AppliedRule(rule.name, rule.action, total.acted[number], total.held[number])
                for number, rule in enumerate(policy.rules)
            ],
            is_finished and not total.left,
        )

    def _apply(
        self,
        policy: RetentionPolicy,
        now: datetime,
        total: _Outcome,
        max_sessions: int | None,
        stop_at: float | None,
    ) -> bool:
        """Add up what is done; False where a limit ended it."""
        left = max_sessions
        for walk in self._walks(policy, now):
            for page in self._pages_of(walk, policy):
                waiting = _sort_out(page, policy, now, total)
                while waiting:
                    if left == 0 or _is_over(stop_at):
                        return False
                    batch = _next_batch(waiting, left)
                    began = time.monotonic()
                    outcome = self._act(policy, now, [session.id for session in batch])
                    time.sleep(min(PAUSE * (time.monotonic() - began), LONGEST_PAUSE))
                    total.acted += outcome.acted
                    total.held += outcome.held
                    total.left += outcome.left
                    if left is not None:
                        left -= outcome.acted.total()
                if _is_over(stop_at):
                    return False
        return True

    def _act(self, policy: RetentionPolicy, now: datetime, session_ids: list[str]) -> _Outcome:
        """One batch, in a transaction of its own."""

        def act(connection: Connection) -> _Outcome:
            self.pass_gate(connection)
            outcome = _Outcome()
            chosen: dict[str, list[str]] = {"trash": [], "delete": []}
            locked = self._look(connection, policy, session_ids)
            for session in locked:
                number = policy.due(session, now)
                if number is None or policy.rules[number].action == "keep":
                    continue
                if session.is_held:
                    outcome.held[number] += 1
                    continue
                outcome.acted[number] += 1
                chosen[policy.rules[number].action].append(session.id)
            missing = set(session_ids) - {session.id for session in locked}
            if missing:
                others = self._look(connection, policy, sorted(missing), _UNLOCKED)
                outcome.left = sum(
                    policy.due(session, now) is not None and not session.is_held
                    for session in others
                )
            if chosen["trash"]:
                connection.count(
                    "retention/trash_sessions",
                    {"ids": self.write_list(chosen["trash"]), "now": self.write_time(now)},
                )
            self.delete_locked(connection, chosen["delete"])
            return outcome

        return self.executor.write(act)

    def _look(
        self,
        connection: Connection,
        policy: RetentionPolicy,
        session_ids: list[str],
        blocks: frozenset[str] = frozenset(),
    ) -> list[Candidate]:
        """Some sessions as they are now, locked where nobody else has locked them."""
        ids = {"ids": self.write_list(sorted(session_ids))}
        rows = connection.rows("retention/lock_sessions", ids, blocks)
        # One without a time was made by older code, since the run began.
        known = [row for row in rows if row[1] is not None]
        entries: list[Row] = []
        if policy.entries and known:
            entries = connection.rows("retention/find_entries", self._asked(policy, known))
        return _candidates(known, entries)

    def _walks(self, policy: RetentionPolicy, now: datetime) -> list[Walk]:
        return walks_of(policy, now, None if self.scope is None else self.scope.tenant_id)

    def _pages_of(self, walk: Walk, policy: RetentionPolicy) -> Iterator[list[Candidate]]:
        """The sessions of a walk, page by page, those that an earlier walk had left out."""
        parameters = {"idle_before": self.write_time(walk.idle_before), "limit": PAGE}
        blocks = set()
        if walk.owner.tenant_id is not None:
            parameters["scope_tenant_id"] = walk.owner.tenant_id
            blocks.add("scope")
        if walk.owner.user_id is not None:
            parameters["scope_user_id"] = walk.owner.user_id
            blocks.add("scope_user")
        name = (
            "retention/find_trashed_sessions" if walk.in_trash else "retention/find_idle_sessions"
        )
        while True:
            rows = self.read(name, parameters, frozenset(blocks))
            if rows:
                entries: list[Row] = []
                if policy.entries:
                    entries = self.read("retention/find_entries", self._asked(policy, rows))
                yield [session for session in _candidates(rows, entries) if walk.has(session)]
            if len(rows) < PAGE:
                return
            parameters["after_key_id"] = rows[-1][0]
            parameters["after_key_idle_since"] = self.write_time(read_time(rows[-1][1]))
            blocks.add("after_key")

    def _asked(self, policy: RetentionPolicy, rows: list[Row]) -> dict[str, object]:
        return {
            "ids": self.write_list([row[0] for row in rows]),
            "entries": self.write_list(sorted(policy.entries)),
        }

    def _measure(self, session_ids: list[str]) -> dict[str, int]:
        """How many bytes hang on some sessions."""
        size = dict.fromkeys(session_ids, 0)
        for name in self.statements_named("bytes_of_sessions"):
            for session_id, found in self.read(name, {"ids": self.write_list(session_ids)}):
                size[session_id] += int(found)
        return size


def _candidates(rows: list[Row], entries: list[Row]) -> list[Candidate]:
    """What a policy is asked about: rows of sessions, and of its entries that they have."""
    own: dict[str, set[str]] = {}
    for session_id, entry in entries:
        own.setdefault(session_id, set()).add(entry)
    return [
        Candidate(
            session_id,
            read_time(idle_since),
            tenant_id,
            user_id,
            bool(active),
            bool(is_archived),
            bool(is_trashed),
            positions,
            bool(is_held),
            frozenset(own.get(session_id, ())),
        )
        for (
            session_id,
            idle_since,
            tenant_id,
            user_id,
            active,
            is_archived,
            is_trashed,
            positions,
            is_held,
        ) in rows
    ]


def _sort_out(
    page: list[Candidate], policy: RetentionPolicy, now: datetime, total: _Outcome
) -> list[Candidate]:
    """Count what is kept, and what is held; gives back what is to be acted on, the last first."""
    waiting = []
    for session in page:
        number = policy.due(session, now)
        if number is None:
            continue
        if session.is_held:
            total.held[number] += 1
        elif policy.rules[number].action == "keep":
            total.acted[number] += 1
        else:
            waiting.append(session)
    return waiting[::-1]


def _next_batch(waiting: list[Candidate], left: int | None) -> list[Candidate]:
    """Take from the end of a list what one transaction may act on."""
    most = SESSIONS_AT_ONCE if left is None else min(SESSIONS_AT_ONCE, left)
    batch = [waiting.pop()]
    positions = batch[0].positions
    while waiting and len(batch) < most:
        positions += waiting[-1].positions
        if positions > POSITIONS_AT_ONCE:
            break
        batch.append(waiting.pop())
    return batch


def _is_over(stop_at: float | None) -> bool:
    return stop_at is not None and time.monotonic() >= stop_at
