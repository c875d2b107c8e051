"""The rules of a retention policy, and what they ask of a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

ACTIONS = ("keep", "trash", "delete")
STATES = ("open", "closed", "archived", "trashed")


class Candidate(NamedTuple):
    """What a policy asks of a session.

    Attributes:
        id: the session's id.
        idle_since: its last_message_at; in the trash its trashed_at.
        tenant_id: its tenant, or ''.
        user_id: its user, or ''.
        is_active: whether it was not closed.
        is_archived: whether it is archived.
        is_trashed: whether it is in the trash.
        positions: how many positions it has given out: no fewer than its messages.
        is_held: whether a hold keeps it.
        entries: those of the policy's metadata entries that it has.
    """

    id: str
    idle_since: datetime
    tenant_id: str
    user_id: str
    is_active: bool
    is_archived: bool
    is_trashed: bool
    positions: int
    is_held: bool
    entries: frozenset[str]

    @property
    def state(self) -> str:
        """One of `STATES`."""
        if self.is_trashed:
            return "trashed"
        if self.is_archived:
            return "archived"
        return "open" if self.is_active else "closed"


@dataclass(frozen=True)
class RetentionRule:
    """One rule of a policy.

    Attributes:
        name: what it is called in plans and reports.
        action: 'keep', 'trash' or 'delete'.
        idle_for: how long a session has been idle, or in the trash, when the action is due; None
            where it always is.
        tenant_id: only sessions of this tenant; None for all.
        user_id: only sessions of this user; None for all.
        state: 'open', 'closed', 'archived' or 'trashed'; None for all but those in the trash.
        entries: the index entries of the metadata that a session needs to have.
    """

    name: str
    action: str
    idle_for: timedelta | None = None
    tenant_id: str | None = None
    user_id: str | None = None
    state: str | None = None
    entries: frozenset[str] = frozenset()

    def matches(self, session: Candidate) -> bool:
        """Whether it is a rule for a session, whose action may be due or not."""
        return (
            self.tenant_id in (None, session.tenant_id)
            and self.user_id in (None, session.user_id)
            and (not session.is_trashed if self.state is None else self.state == session.state)
            and self.entries <= session.entries
        )

    def idle_before(self, now: datetime) -> datetime:
        """Its action is due for what was idle at this time already."""
        return now if self.idle_for is None else now - self.idle_for

    @property
    def is_for_the_trash(self) -> bool:
        """Whether it is for sessions in the trash; else it is for none of them."""
        return self.state == "trashed"
