"""Retention: what a policy would do to the sessions, and doing it."""

from __future__ import annotations

import math
import os
from typing import TypeAlias

from agentstore.calls.core import CallsCore
from agentstore.errors import InvalidInputError
from agentstore.model import values
from agentstore.retention.outcomes import RetentionPlan, RetentionReport
from agentstore.retention.pacing import SHARE
from agentstore.retention.policy import RetentionPolicy

Policy: TypeAlias = "RetentionPolicy | str | os.PathLike[str]"
"""A policy, or the path of its file."""


class RetentionCalls(CallsCore):
    """The calls of `agentstore.Storage` that follow a retention policy."""

    def plan_retention(self, policy: Policy) -> RetentionPlan:
        """What `apply_retention` would do now; nothing is changed.

        It reads page by page, and counts the bytes of some of the sessions only. On a store that is
        scoped to a tenant the policy is about the tenant's sessions alone.

        Args:
            policy: the policy, or the path of its TOML file.

        Returns:
            For each rule: how many sessions it is due for, without those that are held.

        Raises:
            InvalidInputError: also where the file cannot be read, or is no policy.
            SchemaError: also where sessions of older code have not been filled (`fill`).
            StorageError: also on a store that is scoped to a user.
        """
        read = self._policy(policy, "plan_retention")
        self._repository.check_filled()
        return self._repository.plan_retention(read, values.now())

    def apply_retention(
        self,
        policy: Policy,
        *,
        max_sessions: int | None = None,
        max_seconds: float | None = None,
        share: float = SHARE,
    ) -> RetentionReport:
        """Do what a policy says is due: put sessions in the trash, or delete them whole.

        It goes in batches, those that were idle for longest first: each is a transaction that is
        to take half a millisecond on SQLite, where all writers wait for it, and 3 elsewhere, as the
        ones before it have shown what that is, of at most 100 sessions; behind one that took more
        than 50 the next is as much smaller. Pauses stand between them, so that others come to
        write. What is held is passed over, and so is what others have locked.
        It may be stopped at any moment and started again, and may run several times at once.

        Args:
            policy: the policy, or the path of its TOML file.
            max_sessions: act on no more sessions than this.
            max_seconds: begin no batch later than so many seconds after the call.
            share: of the time, that the transactions may take, more than 0 and at most 1: with 0.1
                a pause is nine times as long as the batch was, with 1 there are none.

        Returns:
            For each rule: how many sessions it was done to, and how many a hold kept. A batch whose
            reply was lost may not be counted.

        Raises:
            InvalidInputError: also where the file cannot be read, or is no policy.
            SchemaError: also where sessions of older code have not been filled (`fill`).
            StorageError: also inside transaction(), on a bound store and on one scoped to a user.
        """
        if max_sessions is not None:
            values.check_number(max_sessions, "max_sessions")
        read = self._policy(policy, "apply_retention")
        seconds = _check_seconds(max_seconds)
        part = _check_share(share)
        self._refuse_in_transaction("apply_retention")
        self._repository.check_filled()
        return self._repository.apply_retention(
            read, values.now(), max_sessions=max_sessions, max_seconds=seconds, share=part
        )

    def _policy(self, policy: Policy, call: str) -> RetentionPolicy:
        self._refuse_in_user_scope(call)
        return policy if isinstance(policy, RetentionPolicy) else RetentionPolicy.read(policy)


def _check_seconds(value: float | None) -> float | None:
    if value is None:
        return None
    if not _is_number(value) or value < 0:
        raise InvalidInputError("max_seconds is a number of seconds, 0 or more")
    return float(value)


def _check_share(value: float) -> float:
    if not _is_number(value) or not 0 < value <= 1:
        raise InvalidInputError("share is a number, more than 0 and at most 1")
    return float(value)


def _is_number(value: float) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and not math.isnan(value)
