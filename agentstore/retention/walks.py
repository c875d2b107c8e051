"""What is read of a store, so that a policy meets each session that it has a rule for once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from agentstore.retention.policy import RetentionPolicy
from agentstore.retention.rules import Candidate


class Owner(NamedTuple):
    """A tenant's, a user's or all sessions; None does not narrow."""

    tenant_id: str | None
    user_id: str | None

    def covers(self, tenant_id: str | None, user_id: str | None) -> bool:
        """Whether it has what another, or a session, has."""
        return self.tenant_id in (None, tenant_id) and self.user_id in (None, user_id)


@dataclass(frozen=True)
class Walk:
    """Some sessions, read in the order in which they became idle, that a policy has rules for.

    Attributes:
        in_trash: those in the trash, or the others.
        owner: whose.
        before: the owners whose sessions were walked through before.
        idle_before: up to which time.
    """

    in_trash: bool
    owner: Owner
    before: tuple[Owner, ...]
    idle_before: datetime

    def has(self, session: Candidate) -> bool:
        """Whether a session was not part of a walk before this one."""
        owner = session.tenant_id, session.user_id
        return not any(other.covers(*owner) for other in self.before)


def walks_of(policy: RetentionPolicy, now: datetime, tenant_id: str | None) -> list[Walk]:
    """What has to be read so that each session with a rule is met once.

    The trash comes first: what a run puts there is not for the same run to delete.

    Args:
        policy: the policy.
        now: the time of the run.
        tenant_id: the tenant that the store is scoped to; None where it is not.
    """
    planned = []
    for in_trash in (True, False):
        rules = [rule for rule in policy.rules if rule.is_for_the_trash == in_trash]
        if not rules:
            continue
        idle_before = max(rule.idle_before(now) for rule in rules)
        named = {Owner(rule.tenant_id, rule.user_id) for rule in rules}
        if tenant_id is not None:
            # The statements are the tenant's; other tenants' rules find nothing there.
            named = {
                Owner(None, who.user_id) for who in named if who.tenant_id in (None, tenant_id)
            }
        owners = [
            who
            for who in sorted(named, key=lambda who: (who.tenant_id or "", who.user_id or ""))
            if not any(other != who and other.covers(*who) for other in named)
        ]
        planned += [
            Walk(in_trash, who, tuple(owners[:number]), idle_before)
            for number, who in enumerate(owners)
        ]
    return planned
