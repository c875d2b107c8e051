"""Retention: a policy is planned, and brought upon the sessions batch by batch.

Sessions are read by their indexes in the order in which they became idle, page by page and without
a lock, and the policy decides on each. What is due goes in batches: each is a transaction that
passes the gate of the holds, locks the sessions that nobody else has locked, and has the policy
decide again on what they are now. So a run may be killed at any moment, and others may run beside.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from agentstore.engine.connection import Connection, Row
from agentstore.errors import SchemaError
from agentstore.operations.batches import Batches
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
MEASURED_AT_ONCE = 100
"""Sessions of a page whose bytes are counted; the others' are reckoned from these."""
_COUNTED_AT_ONCE = 20_000

_UNLOCKED = frozenset({"unlocked"})


@dataclass
class _Outcome:
    """What a batch has done, by the rule's number."""

    acted: Counter[int] = field(default_factory=Counter)
    held: Counter[int] = field(default_factory=Counter)
    passed_over: int = 0


@dataclass
class _Run:
    """What is to be done, how fast, how much of it and how long; and what is done."""

    policy: RetentionPolicy
    now: datetime
    batches: Batches
    sessions_left: int | None
    stop_at: float
    acted: Counter[int] = field(default_factory=Counter)
    held: Counter[int] = field(default_factory=Counter)
    passed_over: int = 0

    @property
    def seconds_left(self) -> float:
        return max(0.0, self.stop_at - time.monotonic())

    def add(self, outcome: _Outcome) -> None:
        """Count what a batch has done."""
        self.acted += outcome.acted
        self.held += outcome.held
        self.passed_over += outcome.passed_over
        if self.sessions_left is not None:
            self.sessions_left -= outcome.acted.total()


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
        share: float,
    ) -> RetentionReport:
        """Do what a policy says is due at a time, until it is done or a limit is reached."""
        stop_at = math.inf if max_seconds is None else time.monotonic() + max_seconds
        run = _Run(policy, now, Batches(self.executor, share), max_sessions, stop_at)
        is_finished = self._apply(run)
        run.batches.finish()
        return RetentionReport(
            [
                AppliedRule(rule.name, rule.action, run.acted[number], run.held[number])
                for number, rule in enumerate(policy.rules)
            ],
            is_finished and not run.passed_over,
        )

    def _apply(self, run: _Run) -> bool:
        """Add up what is done; False where a limit ended it."""
        for walk in self._walks(run.policy, run.now):
            for page in self._pages_of(walk, run.policy):
                waiting = _sort_out(page, run)
                while waiting:
                    run.batches.pause(run.seconds_left)
                    if run.sessions_left == 0 or not run.seconds_left:
                        return False
                    number = run.batches.pace.fitting(map(_rows_of, waiting), run.sessions_left)
                    batch, waiting = waiting[:number], waiting[number:]
                    self._act(run, batch)
                if not run.seconds_left:
                    return False
        return True

    def _act(self, run: _Run, batch: list[Candidate]) -> None:
        """One batch, in a transaction of its own."""
        policy, now = run.policy, run.now
        session_ids = [session.id for session in batch]
        rows = sum(map(_rows_of, batch))

        def act(connection: Connection) -> _Outcome:
            outcome = _Outcome()
            self.pass_gate(connection)
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
                outcome.passed_over = sum(
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

        run.add(run.batches.run(act, lambda _: rows))

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
            *_,
        ) in rows
    ]


def _rows_of(session: Candidate) -> int:
    """The rows of a session, or a few more."""
    return 1 + session.positions


def _sort_out(page: list[Candidate], run: _Run) -> list[Candidate]:
    """Count what is kept, and what is held; gives back what is to be acted on."""
    waiting = []
    for session in page:
        number = run.policy.due(session, run.now)
        if number is None:
            continue
        if session.is_held:
            run.held[number] += 1
        elif run.policy.rules[number].action == "keep":
            run.acted[number] += 1
        else:
            waiting.append(session)
    return waiting
