"""What a policy would do, and what it has done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from agentstore.records import JSONValue


class PlannedRule(NamedTuple):
    """What a rule of a policy would do.

    Attributes:
        name: the rule's name.
        action: 'keep', 'trash' or 'delete'.
        sessions: for how many sessions it is due, without those that are held.
        oldest: since when the one is idle, or in the trash, that was so for longest; None for none.
        bytes: what these sessions' messages, calls and adapters' data take, about.
    """

    name: str
    action: str
    sessions: int
    oldest: datetime | None
    bytes: int


class AppliedRule(NamedTuple):
    """What a rule of a policy has done.

    Attributes:
        name: the rule's name.
        action: 'keep', 'trash' or 'delete'.
        sessions: how many sessions were kept, trashed or deleted by it.
        held: how many were due, and passed over since a hold keeps them.
    """

    name: str
    action: str
    sessions: int
    held: int


@dataclass(frozen=True, slots=True)
class RetentionPlan:
    """What a policy would do, as `Storage.plan_retention` found it.

    Attributes:
        rules: one for each of the policy's, in its order.
    """

    rules: list[PlannedRule]

    def to_dict(self) -> dict[str, JSONValue]:
        """The fields by name, ready for ``json.dumps``."""
        return {
            "rules": [
                {**rule._asdict(), "oldest": rule.oldest.isoformat() if rule.oldest else None}
                for rule in self.rules
            ]
        }


@dataclass(frozen=True, slots=True)
class RetentionReport:
    """What `Storage.apply_retention` has done.

    Attributes:
        rules: one for each of the policy's, in its order.
        finished: False where something that is due was left: a limit was reached, or others had it
            locked. Run it again then.
    """

    rules: list[AppliedRule]
    finished: bool

    def to_dict(self) -> dict[str, JSONValue]:
        """The fields by name, ready for ``json.dumps``."""
        return {"rules": [rule._asdict() for rule in self.rules], "finished": self.finished}
